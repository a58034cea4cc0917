// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#ifndef CGIF_SHIM_H
#define CGIF_SHIM_H

#include <gif_lib.h>

#endif
