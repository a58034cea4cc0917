// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#include "int8_forms.h"

#if defined(__aarch64__)

#include <arm_neon.h>

#define CK_TARGET __attribute__((target("dotprod")))
#define CK_TABLE ck_int8_neon_dot
#define CK_NAME "NEON dot product"
#define CK_BYTES 16
// 6 rows x 16 columns: 24 of the 32 registers hold sums, 4 weights, 1 a broadcast word.
#define CK_ROWS 6
#define CK_VECTORS 4
#define CK_WORD 1
// Both factors are signed: 128 less is the byte with its first bit turned.
#define CK_OFFSET 128

typedef int32_t words __attribute__((vector_size(CK_BYTES)));

INLINE words ck_dot(words sum, words x, words w) {
    return (words)vdotq_s32((int32x4_t)sum, (int8x16_t)(x ^ (int32_t)0x80808080), (int8x16_t)w);
}

#include "int8_loops.h"

#endif
