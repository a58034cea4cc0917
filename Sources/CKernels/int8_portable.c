// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#include "int8_forms.h"

#define CK_TARGET
#define CK_TABLE ck_int8_portable
#define CK_NAME "portable"
#define CK_BYTES 16
#define CK_ROWS 4
#define CK_VECTORS 2
#define CK_WORD 2
#define CK_OFFSET 0

typedef int32_t words __attribute__((vector_size(CK_BYTES)));

// On x86 the compiler finds SSE2's instruction for this, on ARM those of NEON.
INLINE words ck_dot(words sum, words x, words w) {
    return sum + (((x << 16) >> 16) * ((w << 16) >> 16) + (x >> 16) * (w >> 16));
}

#include "int8_loops.h"
