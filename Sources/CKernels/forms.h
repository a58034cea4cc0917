// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#ifndef CK_FORMS_H
#define CK_FORMS_H

#include "CKernels.h"

#if defined(__x86_64__)
#define CK_X86 1
extern const struct ck_kernels ck_avx2_kernels, ck_avx512_kernels;
#else
#define CK_X86 0
#endif

extern const struct ck_kernels ck_portable_kernels;

#endif
