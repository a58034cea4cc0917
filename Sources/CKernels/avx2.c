// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#include "forms.h"

#if CK_X86

#define CK_TARGET __attribute__((target("avx2,fma")))
#define CK_TABLE ck_avx2_kernels
#define CK_NAME "AVX2"
// 6 rows x 16 columns: 12 of the 16 registers hold sums, 2 weights, 1 a broadcast activation.
#define CK_ROWS 6
#define CK_VECTORS 1
#define CK_FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#include "kernel_loops.h"

#endif
