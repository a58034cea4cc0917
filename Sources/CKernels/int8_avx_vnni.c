// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#include "int8_forms.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define CK_TARGET __attribute__((target("avx2,avxvnni")))
#define CK_TABLE ck_int8_avx_vnni
#define CK_NAME "AVX-VNNI"
#define CK_BYTES 32
// 6 rows x 16 columns: 12 of the 16 registers hold sums, 2 weights, 1 a broadcast word.
#define CK_ROWS 6
#define CK_VECTORS 2
#define CK_WORD 1
#define CK_OFFSET 0

typedef int32_t words __attribute__((vector_size(CK_BYTES)));

INLINE words ck_dot(words sum, words x, words w) {
    return (words)_mm256_dpbusd_avx_epi32((__m256i)sum, (__m256i)x, (__m256i)w);
}

#include "int8_loops.h"

#endif
