// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#include "forms.h"

#define CK_TARGET
#define CK_TABLE ck_portable_kernels
#define CK_NAME "portable"
#define CK_ROWS 4
#define CK_VECTORS 1

#if CK_X86
// SSE2 has no fused multiply-add and the C library's fmaf is a call per number, so it is made
// exactly from doubles. The product of two floats is exact in double. The sum is rounded to odd
// (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using
// rounding to odd", 2008), after which rounding to float gives the correctly rounded result.
typedef float ck_float16 __attribute__((vector_size(64)));
typedef double ck_double16 __attribute__((vector_size(128)));
typedef long long ck_long16 __attribute__((vector_size(128)));

#define CK_FMA(a, b, c)                                                                      \
    ({                                                                                       \
        ck_double16 product = __builtin_convertvector(a, ck_double16) *                      \
                              __builtin_convertvector(b, ck_double16);                       \
        ck_double16 addend = __builtin_convertvector(c, ck_double16);                        \
        ck_double16 sum = product + addend;                                                  \
        ck_double16 back = sum - product;                                                    \
        ck_double16 error = (product - (sum - back)) + (addend - back);                      \
        ck_long16 bits = (ck_long16)sum;                                                     \
        ck_long16 up = (ck_long16)(error > 0), down = (ck_long16)(error < 0);                \
        ck_long16 negative = (ck_long16)(sum < 0);                                           \
        ck_long16 grows = (up & ~negative) | (down & negative);                              \
        ck_long16 step = (grows & 1) | ((up | down) & ~grows);                               \
        bits += step & ((bits & 1) - 1);                                                     \
        __builtin_convertvector((ck_double16)bits, ck_float16);                              \
    })
#else
#define CK_FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#endif

#include "kernel_loops.h"
