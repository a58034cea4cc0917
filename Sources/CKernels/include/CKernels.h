// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdint.h>

// The inner loops of the networks, compiled several times for different vector units and chosen
// once at run time. All forms give the same bits: every output of a product is one chain of fused
// multiply-adds in ascending order of the inner index, so that neither the width of the vectors,
// nor the batch size, nor a row's place in it can change the rounding.

/// The vector units that there is code for. "Portable" is plain C: NEON on ARM by the compiler's
/// means, SSE2 with an exactly emulated fused multiply-add on x86.
enum ck_kind { CK_PORTABLE = 0, CK_AVX2 = 1, CK_AVX512 = 2 };

/// A 4x4 convolution of stride 2 without padding, as seen by `convolve`.
///
/// Images are NHWC, contiguous; the output is NHWC with (height - 2) / 2 rows.
struct ck_convolution {
    const float *weights;  ///< packed panels, see `panel_width`; inner index (y, x, channel)
    const float *bias;     ///< one per output channel
    long height, width, channels, outputs;
};

/// How many tiles `convolve_tiles` transforms at a time: they should stay in the second cache.
#define CK_TILES 24
/// The most outputs of `convolve_tiles`.
#define CK_MOST_OUTPUTS 1024

/// The floats of working memory that `convolve_tiles` needs.
static inline long ck_tiles_scratch(const struct ck_convolution *layer) {
    return 9 * CK_TILES * (4 * layer->channels + layer->outputs);
}

/// Where a draw of M's head gets its chance from, and how much of it.
struct ck_draw {
    /// The episode's: the random words follow from it and the step alone.
    uint32_t key[2];
    /// The episode's steps so far.
    uint32_t step;
    /// Divides the mixture's logits; 0 takes the largest, and ends where that is likelier than not.
    float temperature;
    /// Multiplies the sigmas: the temperature's square root.
    float spread;
};

/// One form of the inner loops.
struct ck_kernels {
    /// What a person calls this form.
    const char *name;

    /// How many columns of a weight matrix lie together. A matrix of k rows and n columns is
    /// packed as n / panel_width panels of k x panel_width floats; n is a multiple of it.
    long panel_width;

    /// out[i] = in[i] / 255, rounded as a division.
    void (*unit_range)(const uint8_t *in, float *out, long count);

    /// Convolution, bias and ReLU of `images` images.
    void (*convolve)(const struct ck_convolution *layer, const float *in, float *out, long images);

    /// The same with fewer products (Winograd), for even output sides, channels that are a multiple
    /// of 8 and at most CK_MOST_OUTPUTS outputs. `weights` are nine packed matrices one after
    /// another, those of G g G^T, inner index (y parity, x parity, channel); `scratch` has room
    /// for `ck_tiles_scratch(layer)` floats. It rounds otherwise than `convolve`.
    void (*convolve_tiles)(const struct ck_convolution *layer, const float *in, float *out,
                           long images, float *scratch);

    /// out[r][j] = bias[j] + sum over k of rows[r][k] * w[k][j], for `count` rows of length `inner`.
    void (*multiply)(const float *const *rows, long count, long inner, const float *weights,
                     const float *bias, long columns, float *out);

    /// One LSTM cell's second half, for `count` units: gates holds the sums of the input, forget,
    /// candidate and output gates one after another (PyTorch's order); cell and hidden are replaced.
    /// `count` is a multiple of 16.
    void (*lstm_update)(const float *gates, float *cell, float *hidden, long count);

    /// out[j] = sum over k of x[k] * w[j][k] + bias[j], row-major weights, for few outputs:
    /// sixteen interleaved chains, added up in a fixed order. `inner` is a multiple of 16.
    void (*dot)(const float *weights, const float *bias, const float *x, long inner, long outputs,
                float *out);

    /// x[i] = tanh(x[i]).
    void (*hyperbolic_tangent)(float *x, long count);

    /// x[i] = exp(x[i]).
    void (*exponential)(float *x, long count);
    /// Draws the next z, `count` numbers, from a row of M's head: mixtures x room means, as many
    /// log-sigmas, the mixtures' logits, the reward, the end's logit; room is count rounded up to a
    /// multiple of 16, and mixtures are at most 64. Tells whether the episode is drawn to end, which
    /// no temperature above 0 makes likelier or less likely.
    int (*draw_latent)(const float *head, long room, long mixtures, const struct ck_draw *draw,
                       float *latent, long count);
};

/// The kernels of a kind, or NULL where the processor (or the build) has no such vectors.
const struct ck_kernels *ck_kernels_of(enum ck_kind kind);

/// The widest kernels that this processor runs.
const struct ck_kernels *ck_best_kernels(void);

/// A name of this processor for records: vendor, family, model and stepping on x86.
/// At most `size` bytes with the final zero.
void ck_processor_name(char *name, long size);

#endif
