// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// Types and constants alone: the library itself is loaded at run time, so that a host without it
// can still draw with another.

#ifndef CEGL_SHIM_H
#define CEGL_SHIM_H

#include <EGL/egl.h>
#include <EGL/eglext.h>

#endif
