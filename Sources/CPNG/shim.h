// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#ifndef CPNG_SHIM_H
#define CPNG_SHIM_H

#include <png.h>

#endif
