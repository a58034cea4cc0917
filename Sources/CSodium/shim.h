// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#ifndef CSodium_SHIM_H
#define CSodium_SHIM_H

#include <sodium.h>

#endif
