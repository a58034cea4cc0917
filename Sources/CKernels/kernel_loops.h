// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// The loops themselves, written once on vectors of sixteen floats. Who includes this file defines
//   CK_TARGET    attributes that allow the instructions,
//   CK_TABLE     the name of the table that is defined here, CK_NAME what people call it,
//   CK_ROWS      rows of a product's register tile,
//   CK_VECTORS   vectors of sixteen columns of the register tile,
//   CK_FMA       a * b + c on such vectors, rounded once.
// The compiler must not fuse anything by itself: the forms would differ.

#include <string.h>

#pragma STDC FP_CONTRACT OFF

typedef float vec __attribute__((vector_size(64)));
typedef float vec_unaligned __attribute__((vector_size(64), aligned(4)));
typedef int32_t ivec __attribute__((vector_size(64)));

#define LANES 16
#define PANEL (LANES * CK_VECTORS)
#define INLINE static inline __attribute__((always_inline)) CK_TARGET
#define LOAD(p) (*(const vec_unaligned *)(p))
#define STORE(p, v) (*(vec_unaligned *)(p) = (v))
#define SPLAT(x) ((vec){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x})
// Where the mask is set a, elsewhere b.
#define SELECT(mask, a, b) ((vec)(((ivec)(mask) & (ivec)(a)) | (~(ivec)(mask) & (ivec)(b))))

// MARK: Products

// A tile's rows are runs of `length` floats, `segments` of them, `stride` apart: one run for a
// matrix, four for the patch of a 4x4 convolution in an NHWC image.
struct run {
    long segments, length, stride;
};

// `start` gives the sums' first value: the bias, or what an earlier part of the inner index left.
INLINE void tile(const long rows, const float *const *row, struct run run, const float *weights,
                 const float *bias, const int rectify, float *const *out) {
    vec sum[CK_ROWS][CK_VECTORS];
#pragma clang loop unroll(full)
    for (long r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
        for (long v = 0; v < CK_VECTORS; v++) {
            sum[r][v] = bias ? LOAD(bias + LANES * v) : LOAD(out[r] + LANES * v);
        }
    }
    const float *start[CK_ROWS];
#pragma clang loop unroll(full)
    for (long r = 0; r < rows; r++) start[r] = row[r];
    for (long s = 0; s < run.segments; s++) {
        for (long k = 0; k < run.length; k++) {
            vec weight[CK_VECTORS];
#pragma clang loop unroll(full)
            for (long v = 0; v < CK_VECTORS; v++) weight[v] = LOAD(weights + LANES * v);
#pragma clang loop unroll(full)
            for (long r = 0; r < rows; r++) {
                vec x = SPLAT(start[r][k]);
#pragma clang loop unroll(full)
                for (long v = 0; v < CK_VECTORS; v++) {
                    sum[r][v] = CK_FMA(x, weight[v], sum[r][v]);
                }
            }
            weights += PANEL;
        }
#pragma clang loop unroll(full)
        for (long r = 0; r < rows; r++) start[r] += run.stride;
    }
#pragma clang loop unroll(full)
    for (long r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
        for (long v = 0; v < CK_VECTORS; v++) {
            // A NaN passes, as it does in PyTorch's ReLU.
            vec value = sum[r][v];
            if (rectify) value = SELECT(value < 0, (vec){}, value);
            STORE(out[r] + LANES * v, value);
        }
    }
}

#define TILE_OF(n)                                                                  \
    case n:                                                                         \
        if (rectify) {                                                              \
            tile(n, row, run, weights, bias, 1, out);                               \
        } else {                                                                    \
            tile(n, row, run, weights, bias, 0, out);                               \
        }                                                                           \
        break;

CK_TARGET
static void any_tile(long rows, const float *const *row, struct run run, const float *weights,
                     const float *bias, int rectify, float *const *out) {
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

// The rows of the next tile when `left` are to go: full tiles, but the last two share evenly,
// since a tile of few rows has too few chains to hide the latency of the additions.
INLINE long next_rows(long left) {
    if (left <= CK_ROWS) return left;
    if (left < 2 * CK_ROWS) return (left + 1) / 2;
    return CK_ROWS;
}

CK_TARGET
static void multiply(const float *const *rows, long count, long inner, const float *weights,
                     const float *bias, long columns, float *out) {
    const struct run run = {1, inner, 0};
    for (long column = 0; column < columns; column += PANEL) {
        for (long first = 0, n; first < count; first += n) {
            float *to[CK_ROWS];
            n = next_rows(count - first);
            for (long r = 0; r < n; r++) to[r] = out + (first + r) * columns + column;
            any_tile(n, rows + first, run, weights + column * inner, bias + column, 0, to);
        }
    }
}

// How many weights of a panel are used before the next rows: they should stay in the first cache
// (32 KiB) beside the activations.
#define BLOCK_FLOATS 4096

CK_TARGET
static void convolve(const struct ck_convolution *layer, const float *in, float *out,
                     long images) {
    const long channels = layer->channels, outputs = layer->outputs;
    const long wide = (layer->width - 2) / 2, high = (layer->height - 2) / 2;
    const long line = layer->width * channels, image = layer->height * line;
    const long length = 4 * channels, inner = 4 * length, pixels = images * high * wide;
    long together = BLOCK_FLOATS / (length * PANEL);
    together = together < 1 ? 1 : together > 4 ? 4 : together;
    for (long column = 0; column < outputs; column += PANEL) {
        const float *panel = layer->weights + column * inner;
        for (long segment = 0; segment < 4; segment += together) {
            const long segments = 4 - segment < together ? 4 - segment : together;
            const struct run run = {segments, length, line};
            const float *bias = segment == 0 ? layer->bias + column : 0;
            const int rectify = segment + segments == 4;
            long x = 0, y = 0;
            const float *corner = in + segment * line;
            for (long first = 0, n; first < pixels; first += n) {
                const float *row[CK_ROWS];
                float *to[CK_ROWS];
                n = next_rows(pixels - first);
                for (long r = 0; r < n; r++) {
                    row[r] = corner + 2 * (y * line + x * channels);
                    to[r] = out + (first + r) * outputs + column;
                    if (++x == wide) {
                        x = 0;
                        if (++y == high) {
                            y = 0;
                            corner += image;
                        }
                    }
                }
                any_tile(n, row, run, panel + segment * length * PANEL, bias, rectify, to);
            }
        }
    }
}

#include "winograd.h"

CK_TARGET
static void unit_range(const uint8_t *in, float *out, long count) {
    for (long i = 0; i < count; i++) out[i] = (float)in[i] / 255.0f;
}

// MARK: Functions

// exp(x) = 2^n * (1 + p), |p| <= 0.42: *power gets 2^n, the result is p. x lies within +-87.
#define EXP_PARTS(x, power)                                                                     \
    ({                                                                                          \
        /* Adding and taking away 1.5 * 2^23 rounds to a whole number, the same everywhere. */  \
        vec scaled = CK_FMA((x), SPLAT(1.442695041f), SPLAT(12582912.0f));                      \
        vec n = scaled - 12582912.0f;                                                           \
        /* ln 2 in two parts, the first with zeros at its end so that n times it is exact. */   \
        vec r = CK_FMA(n, SPLAT(-0.693359375f), (x));                                           \
        r = CK_FMA(n, SPLAT(2.12194440e-4f), r);                                                \
        (power) = (vec)(((ivec)scaled - 0x4b400000 + 127) << 23);                               \
        /* Taylor's series to r^7: |r| <= 0.35 leaves an error of 5e-9. */                      \
        vec p = SPLAT(1.0f / 5040);                                                             \
        p = CK_FMA(p, r, SPLAT(1.0f / 720));                                                    \
        p = CK_FMA(p, r, SPLAT(1.0f / 120));                                                    \
        p = CK_FMA(p, r, SPLAT(1.0f / 24));                                                     \
        p = CK_FMA(p, r, SPLAT(1.0f / 6));                                                      \
        p = CK_FMA(p, r, SPLAT(0.5f));                                                          \
        vec square = r * r;                                                                     \
        CK_FMA(p, square, r);                                                                   \
    })

// Comparisons with NaN are false, so a NaN passes.
#define CLAMP(x, bound)                                                                   \
    ({                                                                                    \
        vec upper = SELECT((x) > (bound), SPLAT(bound), (x));                             \
        SELECT(upper < -(bound), SPLAT(-(bound)), upper);                                 \
    })

#define EXP(x)                                                                            \
    ({                                                                                    \
        vec clamped = CLAMP(x, 87.0f);                                                    \
        vec two_n;                                                                        \
        vec rest = EXP_PARTS(clamped, two_n);                                             \
        CK_FMA(rest, two_n, two_n);                                                       \
    })

#define SIGMOID(x)                                                                        \
    ({                                                                                    \
        vec falling = EXP(-(x));                                                          \
        1.0f / (1.0f + falling);                                                          \
    })

// tanh(x) = e / (e + 2) with e = exp(2x) - 1, which stays accurate near 0; odd by construction.
#define TANH(x)                                                                           \
    ({                                                                                    \
        ivec sign = (ivec)(x) & (ivec)SPLAT(-0.0f);                                       \
        vec twice = (vec)((ivec)(x) ^ sign) * 2.0f;                                       \
        twice = SELECT(twice > 40.0f, SPLAT(40.0f), twice);                               \
        vec two_n;                                                                        \
        vec rest = EXP_PARTS(twice, two_n);                                               \
        vec e = CK_FMA(rest, two_n, two_n - 1.0f);                                        \
        (vec)((ivec)(e / (e + 2.0f)) | sign);                                             \
    })

CK_TARGET
static void lstm_update(const float *gates, float *cell, float *hidden, long count) {
    for (long i = 0; i < count; i += LANES) {
        vec input = LOAD(gates + i), forget = LOAD(gates + count + i);
        vec candidate = LOAD(gates + 2 * count + i), output = LOAD(gates + 3 * count + i);
        vec open = SIGMOID(input), keep = SIGMOID(forget), shown = SIGMOID(output);
        vec fresh = TANH(candidate);
        vec added = open * fresh, before = LOAD(cell + i);
        vec state = CK_FMA(keep, before, added);
        vec squashed = TANH(state);
        STORE(cell + i, state);
        STORE(hidden + i, shown * squashed);
    }
}

CK_TARGET
static void dot(const float *weights, const float *bias, const float *x, long inner, long outputs,
                float *out) {
    for (long j = 0; j < outputs; j++) {
        vec sum = {};
        for (long k = 0; k < inner; k += LANES) {
            vec weight = LOAD(weights + j * inner + k), value = LOAD(x + k);
            sum = CK_FMA(weight, value, sum);
        }
        float lane[LANES];
        STORE(lane, sum);
        for (long half = LANES / 2; half > 0; half /= 2) {
            for (long i = 0; i < half; i++) lane[i] += lane[i + half];
        }
        out[j] = lane[0] + bias[j];
    }
}

CK_TARGET
static void hyperbolic_tangent(float *x, long count) {
    for (long i = 0; i < count; i += LANES) {
        const long n = count - i < LANES ? count - i : LANES;
        float lane[LANES] = {0};
        memcpy(lane, x + i, (size_t)n * sizeof(float));
        vec value = LOAD(lane);
        vec result = TANH(value);
        STORE(lane, result);
        memcpy(x + i, lane, (size_t)n * sizeof(float));
    }
}

CK_TARGET
static void exponential(float *x, long count) {
    for (long i = 0; i < count; i += LANES) {
        const long n = count - i < LANES ? count - i : LANES;
        float lane[LANES] = {0};
        memcpy(lane, x + i, (size_t)n * sizeof(float));
        vec value = LOAD(lane);
        vec result = EXP(value);
        STORE(lane, result);
        memcpy(x + i, lane, (size_t)n * sizeof(float));
    }
}

#include "dream_loops.h"

const struct ck_kernels CK_TABLE = {
    .name = CK_NAME,
    .panel_width = PANEL,
    .unit_range = unit_range,
    .convolve = convolve,
    .convolve_tiles = convolve_tiles,
    .multiply = multiply,
    .lstm_update = lstm_update,
    .dot = dot,
    .hyperbolic_tangent = hyperbolic_tangent,
    .exponential = exponential,
    .draw_latent = draw_latent,
};
