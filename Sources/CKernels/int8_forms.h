// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#ifndef CK_INT8_FORMS_H
#define CK_INT8_FORMS_H

#include "int8_kernels.h"

#if defined(__x86_64__)
extern const struct ck_int8_kernels ck_int8_avx2, ck_int8_avx512, ck_int8_avx_vnni,
    ck_int8_avx512_vnni;
#elif defined(__aarch64__)
extern const struct ck_int8_kernels ck_int8_neon_dot;
#endif

extern const struct ck_int8_kernels ck_int8_portable;

#define INLINE static inline __attribute__((always_inline)) CK_TARGET

#endif
