// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// The encoder's loops in 8-bit integers, compiled for several vector units and chosen once at run
// time. Products are summed in 32 bits, which is exact in any order; the one multiplication of
// floats that follows is rounded alike everywhere. So all forms give the same bits.

#ifndef INT8_KERNELS_H
#define INT8_KERNELS_H

#include <stdint.h>

/// The ways of multiplying bytes that there is code for, the fastest last. "Portable" is plain C on
/// 16-bit numbers; AVX2 and AVX-512 have the same with an instruction of their own, since theirs for
/// bytes holds its sums at 16 bits. The others multiply four pairs of bytes at once.
enum ck_int8_kind {
    CK_INT8_PORTABLE = 0,
    CK_INT8_AVX2 = 1,
    CK_INT8_AVX512 = 2,
    CK_INT8_AVX_VNNI = 3,
    CK_INT8_AVX512_VNNI = 4,
    CK_INT8_NEON_DOT = 5
};

/// Layers on activations of 0...255 and weights of -127...127.
///
/// A sum begins with `bias` and is followed by one multiplication with `scale`, both one a column.
/// Activations are the result rounded to the nearest whole number, to the even one of two, and held
/// within 0...255: with that, ReLU is done as well. The magnitudes of the biases are at most 2^30.
struct ck_int8_layer {
    const void *weights;  ///< packed panels, see `panel_width` and `element_size`
    const int32_t *bias;
    const float *scale;
    /// The extent of the images, which are NHWC and contiguous; 1 x 1 for `multiply`.
    long height, width;
    /// The channels of an image, or the length of a row; four times a whole number but for `convolve`,
    /// which also takes images of 3 channels.
    long channels;
    long outputs;
};

/// How many tiles `convolve_tiles` transforms at a time: they should stay in the second cache.
#define CK_INT8_TILES 24

/// The bytes of working memory that `convolve_tiles` needs.
static inline long ck_int8_tiles_scratch(const struct ck_int8_layer *layer) {
    return 9 * CK_INT8_TILES * (2 * 4 * layer->channels + 4 * layer->outputs);
}

/// One form of the loops.
struct ck_int8_kernels {
    /// What a person calls this form.
    const char *name;

    /// How many columns of a weight matrix lie together.
    long panel_width;

    /// The bytes of an activation and of a weight: 1, unsigned and signed, or 2, both signed.
    ///
    /// A matrix of k rows and n columns is packed as n / panel_width panels; a panel holds, for each
    /// 4 / element_size rows, these weights of one column after those of the other.
    long element_size;

    /// What the loops take from each activation before they multiply: 128 where the processor has
    /// signed bytes only. The packed bias makes good for it.
    long offset;

    /// Makes activations of bytes; NULL where they are bytes.
    void (*load)(const uint8_t *in, void *out, long count);

    /// A 4x4 convolution of stride 2 without padding; the output is NHWC with (height - 2) / 2 rows.
    void (*convolve)(const struct ck_int8_layer *layer, const void *in, void *out, long images);

    /// The same with fewer products (Winograd), and with the same result, since it needs no fractions;
    /// NULL where the elements have no room for its sums. For even output sides and channels that
    /// are a multiple of 16, so that those of two pixels fill the widest vector; `weights` are nine
    /// packed matrices, one after another, those of G g G^T, inner index (y parity, x parity,
    /// channel); `scratch` has `ck_int8_tiles_scratch(layer)` bytes.
    void (*convolve_tiles)(const struct ck_int8_layer *layer, const void *in, void *out,
                           long images, void *scratch);

    /// out[r][j] = scale[j] * (bias[j] + sum over k of rows[r][k] * w[k][j]), for `count` rows of
    /// layer->channels activations one after another.
    void (*multiply)(const struct ck_int8_layer *layer, const void *rows, long count, float *out);
};

/// The loops of a kind, or NULL where the processor (or the build) cannot do them.
const struct ck_int8_kernels *ck_int8_kernels_of(enum ck_int8_kind kind);

#endif
