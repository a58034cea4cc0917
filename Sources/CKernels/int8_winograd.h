// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// A part of int8_loops.h: winograd.h's way of convolving, in 16-bit integers. All factors are 0 and
// +-1, so that nothing is rounded: activations of 8 bits grow to 10, weights of 8 bits to 10, and
// the sums are those of the plain convolution.

#define PAIRS (CK_BYTES / 2)
typedef int16_t numbers __attribute__((vector_size(CK_BYTES), aligned(2)));

// Tiles [first, first + count) to B^T d B: nine matrices of CK_INT8_TILES rows of 4 x channels, the
// inner index being (y parity, x parity, channel).
INLINE void tiles_in(const struct ck_int8_layer *layer, const int16_t *in, long first, long count,
                     int16_t *out) {
    const long channels = layer->channels, pair = 2 * channels, inner = 4 * channels;
    const long line = layer->width * channels, image = layer->height * line;
    const long wide = (layer->width - 2) / 4, each = wide * ((layer->height - 2) / 4);
    const long matrix = CK_INT8_TILES * inner;
    for (long t = 0; t < count; t++) {
        const long index = (first + t) % each;
        const int16_t *corner = in + (first + t) / each * image + index / wide * 4 * line +
                                index % wide * 4 * channels;
        for (long parity = 0; parity < 2; parity++) {
            for (long k = 0; k < pair; k += PAIRS) {
                const int16_t *from = corner + parity * line + k;
                int16_t *to = out + t * inner + parity * pair + k;
                numbers d[3][3];
#pragma clang loop unroll(full)
                for (long i = 0; i < 3; i++) {
                    const int16_t *row = from + 2 * i * line;
                    numbers left = *(const numbers *)row;
                    numbers middle = *(const numbers *)(row + pair);
                    numbers right = *(const numbers *)(row + 2 * pair);
                    d[i][0] = left - middle;
                    d[i][1] = middle;
                    d[i][2] = middle - right;
                }
#pragma clang loop unroll(full)
                for (long j = 0; j < 3; j++) {
                    *(numbers *)(to + j * matrix) = d[0][j] - d[1][j];
                    *(numbers *)(to + (3 + j) * matrix) = d[1][j];
                    *(numbers *)(to + (6 + j) * matrix) = d[1][j] - d[2][j];
                }
            }
        }
    }
}

// A^T m A and the bias to activations: nine matrices of CK_INT8_TILES rows of outputs to tiles of
// the image.
INLINE void tiles_out(const struct ck_int8_layer *layer, const int32_t *in, long first, long count,
                      int16_t *out) {
    const long outputs = layer->outputs, matrix = CK_INT8_TILES * outputs;
    const long wide = (layer->width - 2) / 4, high = (layer->height - 2) / 4;
    const long line = 2 * wide * outputs;
    for (long t = 0; t < count; t++) {
        const long index = (first + t) % (wide * high);
        int16_t *to = out + ((first + t) / (wide * high) * high + index / wide) * 2 * line +
                      index % wide * 2 * outputs;
        for (long k = 0; k < outputs; k += LANES) {
            const int32_t *from = in + t * outputs + k;
            words sums[2][3];
#pragma clang loop unroll(full)
            for (long j = 0; j < 3; j++) {
                words upper = LOAD(from + j * matrix), middle = LOAD(from + (3 + j) * matrix);
                words lower = LOAD(from + (6 + j) * matrix);
                sums[0][j] = upper + middle;
                sums[1][j] = middle - lower;
            }
            words bias = LOAD(layer->bias + k);
#pragma clang loop unroll(full)
            for (long i = 0; i < 2; i++) {
                words left = sums[i][0] + sums[i][1] + bias;
                words right = sums[i][1] - sums[i][2] + bias;
                *(elements *)(to + i * line + k) = activations(left, layer->scale + k);
                *(elements *)(to + i * line + outputs + k) = activations(right, layer->scale + k);
            }
        }
    }
}

CK_TARGET
static void convolve_tiles(const struct ck_int8_layer *layer, const void *in, void *out,
                           long images, void *scratch) {
    const long outputs = layer->outputs, inner = 4 * layer->channels;
    const long tiles = images * ((layer->width - 2) / 4) * ((layer->height - 2) / 4);
    int16_t *transformed = scratch;
    int32_t *sums = (int32_t *)(transformed + 9 * CK_INT8_TILES * inner);
    for (long first = 0; first < tiles; first += CK_INT8_TILES) {
        const long count = tiles - first < CK_INT8_TILES ? tiles - first : CK_INT8_TILES;
        tiles_in(layer, in, first, count, transformed);
        for (long matrix = 0; matrix < 9; matrix++) {
            product(transformed + matrix * CK_INT8_TILES * inner, count, inner,
                    (const int16_t *)layer->weights + matrix * inner * outputs, 0, 0, outputs, SUMS,
                    (float *)(sums + matrix * CK_INT8_TILES * outputs));
        }
        tiles_out(layer, sums, first, count, out);
    }
}
