// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// Types and constants alone: the library itself is loaded at run time, so that a host without it
// can still draw with another.

#ifndef COSMesa_SHIM_H
#define COSMesa_SHIM_H

#include <GL/osmesa.h>
#include <GL/gl.h>
#include <GL/glext.h>

#endif
