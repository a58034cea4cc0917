// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#ifndef CZlib_SHIM_H
#define CZlib_SHIM_H

#include <zlib.h>

#endif
