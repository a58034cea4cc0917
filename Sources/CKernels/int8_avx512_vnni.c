// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#include "int8_forms.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define CK_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
#define CK_TABLE ck_int8_avx512_vnni
#define CK_NAME "AVX-512 VNNI"
#define CK_BYTES 64
// 12 rows x 32 columns: 24 of the 32 registers hold sums, 2 weights.
#define CK_ROWS 12
#define CK_VECTORS 2
#define CK_WORD 1
#define CK_OFFSET 0

typedef int32_t words __attribute__((vector_size(CK_BYTES)));

INLINE words ck_dot(words sum, words x, words w) {
    return (words)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)x, (__m512i)w);
}

#include "int8_loops.h"

#endif
