// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#include "forms.h"

#if CK_X86

#define CK_TARGET __attribute__((target("avx512f,avx512dq,avx2,fma")))
#define CK_TABLE ck_avx512_kernels
#define CK_NAME "AVX-512"
// 12 rows x 32 columns: 24 of the 32 registers hold sums, 2 weights.
#define CK_ROWS 12
#define CK_VECTORS 2
#define CK_FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#include "kernel_loops.h"

#endif
