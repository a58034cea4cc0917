// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#ifndef COSMesa_SHIM_H
#define COSMesa_SHIM_H

#include <GL/osmesa.h>
#include <GL/gl.h>
#include <GL/glext.h>

#endif
