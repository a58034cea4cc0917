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

#define CK_INLINE static inline __attribute__((always_inline))

#if CK_X86
#define CK_WIDE __attribute__((target("avx2,fma")))
#else
#define CK_WIDE
#endif

/// Defines NAME as a choice between two compilations of NAME_body, which is CK_INLINE: one for the
/// vectors of CK_AVX2, where the processor has them, and one for any processor.
#define CK_TWO_FORMS(RESULT, NAME, PARAMETERS, ARGUMENTS)                                  \
    CK_WIDE static RESULT NAME##_wide PARAMETERS { return NAME##_body ARGUMENTS; }         \
    static RESULT NAME##_plain PARAMETERS { return NAME##_body ARGUMENTS; }                \
    RESULT NAME PARAMETERS {                                                               \
        return ck_kernels_of(CK_AVX2) ? NAME##_wide ARGUMENTS : NAME##_plain ARGUMENTS;    \
    }

#endif
