// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#ifndef CCairo_SHIM_H
#define CCairo_SHIM_H

#include <cairo/cairo.h>

#endif
