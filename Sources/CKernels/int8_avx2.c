// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#include "int8_forms.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define CK_TARGET __attribute__((target("avx2")))
#define CK_TABLE ck_int8_avx2
#define CK_NAME "AVX2"
#define CK_BYTES 32
// 6 rows x 16 columns: 12 of the 16 registers hold sums, 2 weights, 1 a broadcast word, 1 a product.
#define CK_ROWS 6
#define CK_VECTORS 2
#define CK_WORD 2
#define CK_OFFSET 0

typedef int32_t words __attribute__((vector_size(CK_BYTES)));

// vpmaddubsw, which multiplies bytes, holds the sum of two products at 16 bits: 255 x 127 twice is
// beyond.
INLINE words ck_dot(words sum, words x, words w) {
    return sum + (words)_mm256_madd_epi16((__m256i)x, (__m256i)w);
}

#include "int8_loops.h"

#endif
