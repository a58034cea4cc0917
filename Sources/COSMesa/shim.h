// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// Types and constants alone: the library itself is loaded at run time, so that a host without it
// can still draw with another.

#ifndef COSMesa_SHIM_H
#define COSMesa_SHIM_H

#include <GL/osmesa.h>
#include <GL/gl.h>
#include <GL/glext.h>

#include <sys/syscall.h>
#include <unistd.h>

// A file in memory, closed on exec: glibc's memfd_create is for _GNU_SOURCE, which Swift does not set.
static inline int worldmodels_memory_file(const char *name) {
    return (int)syscall(SYS_memfd_create, name, 1U);
}

#endif
