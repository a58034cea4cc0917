// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// The loops in 8-bit integers, written once. Who includes this file defines
//   CK_TARGET    attributes that allow the instructions,
//   CK_TABLE     the name of the table that is defined here, CK_NAME what people call it,
//   CK_BYTES     the bytes of a vector,
//   CK_ROWS      rows of a product's register tile, CK_VECTORS vectors of its columns,
//   CK_WORD      1 where activations and weights are bytes, 2 where they are 16-bit numbers,
//   CK_OFFSET    what `ck_dot` takes from each activation,
//   ck_dot       sum + x * w, given words of 32 bits that hold 4 bytes or 2 numbers each.

#include <string.h>

#pragma STDC FP_CONTRACT OFF

#define LANES (CK_BYTES / 4)
#define PANEL (LANES * CK_VECTORS)
#define GROUP (4 / CK_WORD)
#if CK_WORD == 1
typedef uint8_t element;
typedef int8_t weight;
#else
typedef int16_t element;
typedef int16_t weight;
#endif

typedef float reals __attribute__((vector_size(CK_BYTES)));
typedef float reals_unaligned __attribute__((vector_size(CK_BYTES), aligned(4)));
typedef int32_t words_unaligned __attribute__((vector_size(CK_BYTES), aligned(4)));
typedef element elements __attribute__((vector_size(LANES * CK_WORD), aligned(CK_WORD)));

#define LOAD(p) ((words)(*(const words_unaligned *)(p)))
#define STORE(p, v) (*(words_unaligned *)(p) = (v))

/// What becomes of the sums.
enum result { ACTIVATIONS, REALS, SUMS };

// A tile's rows are runs of `length` words, `segments` of them, `stride` elements apart.
struct run {
    long segments, length, stride;
};

INLINE words splat(const element *from) {
    int32_t word;
    memcpy(&word, from, sizeof word);
    return (words){} + word;
}

INLINE reals scaled(words sum, const float *scale) {
    return __builtin_convertvector(sum, reals) * (reals)(*(const reals_unaligned *)scale);
}

INLINE elements activations(words sum, const float *scale) {
    reals value = scaled(sum, scale);
    value = (reals)((words)value & (value > 0));
    words high = value > 255.0f;
    value = (reals)((high & (words)((reals){} + 255.0f)) | (~high & (words)value));
    // Adding 1.5 * 2^23 rounds to a whole number, which the last bits then are.
    value += 12582912.0f;
    return __builtin_convertvector((words)value & 255, elements);
}

INLINE void tile(const long rows, const element *const *row, struct run run,
                 const weight *weights, const int32_t *bias, const float *scale,
                 const enum result result, void *const *out) {
    words sum[CK_ROWS][CK_VECTORS];
#pragma clang loop unroll(full)
    for (long r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
        for (long v = 0; v < CK_VECTORS; v++) {
            sum[r][v] = result == SUMS ? (words){} : LOAD(bias + LANES * v);
        }
    }
    const element *start[CK_ROWS];
#pragma clang loop unroll(full)
    for (long r = 0; r < rows; r++) start[r] = row[r];
    for (long s = 0; s < run.segments; s++) {
        for (long k = 0; k < run.length; k++) {
            words w[CK_VECTORS];
#pragma clang loop unroll(full)
            for (long v = 0; v < CK_VECTORS; v++) w[v] = LOAD(weights + LANES * GROUP * v);
#pragma clang loop unroll(full)
            for (long r = 0; r < rows; r++) {
                words x = splat(start[r] + GROUP * k);
#pragma clang loop unroll(full)
                for (long v = 0; v < CK_VECTORS; v++) sum[r][v] = ck_dot(sum[r][v], x, w[v]);
            }
            weights += PANEL * GROUP;
        }
#pragma clang loop unroll(full)
        for (long r = 0; r < rows; r++) start[r] += run.stride;
    }
#pragma clang loop unroll(full)
    for (long r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
        for (long v = 0; v < CK_VECTORS; v++) {
            if (result == ACTIVATIONS) {
                element *to = (element *)out[r] + LANES * v;
                *(elements *)to = activations(sum[r][v], scale + LANES * v);
            } else if (result == REALS) {
                float *to = (float *)out[r] + LANES * v;
                *(reals_unaligned *)to = scaled(sum[r][v], scale + LANES * v);
            } else {
                STORE((int32_t *)out[r] + LANES * v, sum[r][v]);
            }
        }
    }
}

#define TILE_OF(n)                                                                  \
    case n:                                                                         \
        if (result == ACTIVATIONS) {                                                \
            tile(n, row, run, weights, bias, scale, ACTIVATIONS, out);              \
        } else if (result == REALS) {                                               \
            tile(n, row, run, weights, bias, scale, REALS, out);                    \
        } else {                                                                    \
            tile(n, row, run, weights, bias, scale, SUMS, out);                     \
        }                                                                           \
        break;

CK_TARGET
static void any_tile(long rows, const element *const *row, struct run run, const weight *weights,
                     const int32_t *bias, const float *scale, enum result result,
                     void *const *out) {
    switch (rows) {
        TILE_OF(1)
        TILE_OF(2)
        TILE_OF(3)
        TILE_OF(4)
#if CK_ROWS >= 6
        TILE_OF(5)
        TILE_OF(6)
#endif
#if CK_ROWS >= 12
        TILE_OF(7)
        TILE_OF(8)
        TILE_OF(9)
        TILE_OF(10)
        TILE_OF(11)
        TILE_OF(12)
#endif
    }
}

// The rows of the next tile when `left` are to go: full tiles, but the last two share evenly.
INLINE long next_rows(long left) {
    if (left <= CK_ROWS) return left;
    if (left < 2 * CK_ROWS) return (left + 1) / 2;
    return CK_ROWS;
}

// The product of `count` rows of `inner` elements, one after another, and a matrix.
CK_TARGET
static void product(const element *rows, long count, long inner, const weight *weights,
                    const int32_t *bias, const float *scale, long columns, enum result result,
                    float *out) {
    const struct run run = {1, inner / GROUP, 0};
    for (long column = 0; column < columns; column += PANEL) {
        for (long first = 0, n; first < count; first += n) {
            const element *row[CK_ROWS];
            void *to[CK_ROWS];
            n = next_rows(count - first);
            for (long r = 0; r < n; r++) {
                row[r] = rows + (first + r) * inner;
                // Sums are as long as floats.
                to[r] = out + (first + r) * columns + column;
            }
            any_tile(n, row, run, weights + column * inner, bias ? bias + column : 0,
                     scale ? scale + column : 0, result, to);
        }
    }
}

CK_TARGET
static void multiply(const struct ck_int8_layer *layer, const void *rows, long count, float *out) {
    product(rows, count, layer->channels, layer->weights, layer->bias, layer->scale,
            layer->outputs, REALS, out);
}

CK_TARGET
static void convolve(const struct ck_int8_layer *layer, const void *in, void *out, long images) {
    const long channels = layer->channels, outputs = layer->outputs;
    const long wide = (layer->width - 2) / 2, high = (layer->height - 2) / 2;
    const long line = layer->width * channels, image = layer->height * line;
    const struct run run = {4, 4 * channels / GROUP, line};
    const long pixels = images * high * wide;
    for (long column = 0; column < outputs; column += PANEL) {
        const weight *panel = (const weight *)layer->weights + column * 16 * channels;
        const element *corner = in;
        long x = 0, y = 0;
        for (long first = 0, n; first < pixels; first += n) {
            const element *row[CK_ROWS];
            void *to[CK_ROWS];
            n = next_rows(pixels - first);
            for (long r = 0; r < n; r++) {
                row[r] = corner + 2 * (y * line + x * channels);
                to[r] = (element *)out + (first + r) * outputs + column;
                if (++x == wide) {
                    x = 0;
                    if (++y == high) {
                        y = 0;
                        corner += image;
                    }
                }
            }
            any_tile(n, row, run, panel, layer->bias + column, layer->scale + column, ACTIVATIONS,
                     to);
        }
    }
}

#if CK_WORD == 2
#include "int8_winograd.h"

CK_TARGET
static void load(const uint8_t *in, void *out, long count) {
    element *to = out;
    for (long i = 0; i < count; i++) to[i] = in[i];
}
#endif

const struct ck_int8_kernels CK_TABLE = {
    .name = CK_NAME,
    .panel_width = PANEL,
    .element_size = CK_WORD,
    .offset = CK_OFFSET,
#if CK_WORD == 2
    .load = load,
    .convolve_tiles = convolve_tiles,
#endif
    .convolve = convolve,
    .multiply = multiply,
};
