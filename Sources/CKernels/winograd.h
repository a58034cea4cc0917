// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// A part of kernel_loops.h: the 4x4 convolution of stride 2 by Winograd's minimal filtering.
//
// Over the four images of every second row and column it is a 2x2 convolution of stride 1 with four
// times the channels, of which F(2x2, 2x2) makes a 2x2 tile of outputs with 9 instead of 16
// products (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016, section
// 4.1, for the points 0, 1 and infinity):
//   y = A^T [(G g G^T) * (B^T d B)] A,
//   B^T = (1 -1 0; 0 1 0; 0 1 -1), G = (1 0; 1 1; 0 1), A^T = (1 1 0; 0 1 -1).
// All factors are 0 and +-1, so that the rounding is hardly worse than the plain sum's.

// Tiles [first, first + count) to B^T d B: nine matrices of CK_TILES rows of 4 x channels, the inner
// index being (y parity, x parity, channel).
INLINE void tiles_in(const struct ck_convolution *layer, const float *in, long first, long count,
                     float *out) {
    const long channels = layer->channels, pair = 2 * channels, inner = 4 * channels;
    const long line = layer->width * channels, image = layer->height * line;
    const long wide = (layer->width - 2) / 4, each = wide * ((layer->height - 2) / 4);
    const long matrix = CK_TILES * inner;
    for (long t = 0; t < count; t++) {
        const long index = (first + t) % each;
        const float *corner = in + (first + t) / each * image + index / wide * 4 * line +
                              index % wide * 4 * channels;
        for (long parity = 0; parity < 2; parity++) {
            // Two neighbouring columns lie together: the x parity needs no loop of its own.
            for (long k = 0; k < pair; k += LANES) {
                const float *from = corner + parity * line + k;
                float *to = out + t * inner + parity * pair + k;
                vec d[3][3];
#pragma clang loop unroll(full)
                for (long i = 0; i < 3; i++) {
                    const float *row = from + 2 * i * line;
                    vec left = LOAD(row), middle = LOAD(row + pair), right = LOAD(row + 2 * pair);
                    d[i][0] = left - middle;
                    d[i][1] = middle;
                    d[i][2] = middle - right;
                }
#pragma clang loop unroll(full)
                for (long j = 0; j < 3; j++) {
                    STORE(to + j * matrix, d[0][j] - d[1][j]);
                    STORE(to + (3 + j) * matrix, d[1][j]);
                    STORE(to + (6 + j) * matrix, d[1][j] - d[2][j]);
                }
            }
        }
    }
}

// A^T m A, bias and ReLU: nine matrices of CK_TILES rows of outputs to tiles of the image.
INLINE void tiles_out(const struct ck_convolution *layer, const float *in, long first, long count,
                      float *out) {
    const long outputs = layer->outputs, matrix = CK_TILES * outputs;
    const long wide = (layer->width - 2) / 4, high = (layer->height - 2) / 4;
    const long line = 2 * wide * outputs;
    for (long t = 0; t < count; t++) {
        const long index = (first + t) % (wide * high);
        float *to = out + ((first + t) / (wide * high) * high + index / wide) * 2 * line +
                    index % wide * 2 * outputs;
        for (long k = 0; k < outputs; k += LANES) {
            const float *from = in + t * outputs + k;
            vec sums[2][3];
#pragma clang loop unroll(full)
            for (long j = 0; j < 3; j++) {
                vec upper = LOAD(from + j * matrix), middle = LOAD(from + (3 + j) * matrix);
                vec lower = LOAD(from + (6 + j) * matrix);
                sums[0][j] = upper + middle;
                sums[1][j] = middle - lower;
            }
            vec bias = LOAD(layer->bias + k);
#pragma clang loop unroll(full)
            for (long i = 0; i < 2; i++) {
                vec left = sums[i][0] + sums[i][1] + bias;
                vec right = sums[i][1] - sums[i][2] + bias;
                STORE(to + i * line + k, SELECT(left < 0, (vec){}, left));
                STORE(to + i * line + outputs + k, SELECT(right < 0, (vec){}, right));
            }
        }
    }
}

CK_TARGET
static void convolve_tiles(const struct ck_convolution *layer, const float *in, float *out,
                           long images, float *scratch) {
    static const float no_bias[CK_MOST_OUTPUTS] = {0};
    const long outputs = layer->outputs, inner = 4 * layer->channels;
    const long tiles = images * ((layer->width - 2) / 4) * ((layer->height - 2) / 4);
    float *products = scratch + 9 * CK_TILES * inner;
    for (long first = 0; first < tiles; first += CK_TILES) {
        const long count = tiles - first < CK_TILES ? tiles - first : CK_TILES;
        const float *rows[CK_TILES];
        tiles_in(layer, in, first, count, scratch);
        for (long matrix = 0; matrix < 9; matrix++) {
            for (long t = 0; t < count; t++) rows[t] = scratch + (matrix * CK_TILES + t) * inner;
            multiply(rows, count, inner, layer->weights + matrix * inner * outputs, no_bias,
                     outputs, products + matrix * CK_TILES * outputs);
        }
        tiles_out(layer, products, first, count, out);
    }
}
