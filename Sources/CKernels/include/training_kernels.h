// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// The loops of training that are not matrix products. Each has a plain form and, where wide
// vectors pay, one for processors that have the kernels of CK_AVX2. All arrays are dense single
// precision; all sums run in an order that depends on the shapes alone.

#ifndef TRAINING_KERNELS_H
#define TRAINING_KERNELS_H

#include <stdint.h>

/// Gathers the patches of one image (side, side, channels): row (y * grid + x) of `columns` is the
/// kernel x kernel x channels patch at (2 y, 2 x), that is `kernel` contiguous runs.
void training_im2col(const float *image, long side, long channels, long kernel, long grid,
                     float *columns);

/// Adds each patch of `columns` back to its place in the image: the adjoint of training_im2col.
void training_col2im(const float *columns, long side, long channels, long kernel, long grid,
                     float *image);

/// Fills each row of x (rows, channels) with the bias.
void training_fill_bias(float *x, const float *bias, long rows, long channels);

/// Adds the bias to each row of x (rows, channels).
void training_add_rows(float *x, const float *bias, long rows, long channels);

/// x = max(0, x + bias), x being (rows, channels); a NaN stays one.
void training_bias_relu(float *x, const float *bias, long rows, long channels);

/// x = max(0, x); a NaN stays one.
void training_relu(float *x, long count);

/// gradient = 0 wherever the activation behind the ReLU is 0.
void training_relu_mask(float *gradient, const float *activation, long count);

/// sums += the sum over the rows of x (rows, channels).
void training_add_column_sums(const float *x, long rows, long channels, float *sums);

/// sum += x.
void training_add(float *sum, const float *x, long count);

/// x *= factor.
void training_scale(float *x, float factor, long count);

/// The sum of squares of x.
double training_sum_of_squares(const float *x, long count);

/// x = 1 / (1 + exp(-x)).
void training_sigmoid(float *x, long count);

/// The squared error of x against the target, summed; x becomes its gradient with respect to the
/// sigmoid's input, x being the sigmoid's output.
double training_sigmoid_squared_error(float *x, const float *target, long count);

/// The squared error of x against the target, summed.
double training_squared_error(const float *x, const float *target, long count);

/// Bytes 0..255 to floats 0..1, one image (side, side, channels), mirrored left to right if `flip`.
void training_image_from_bytes(const uint8_t *bytes, long side, long channels, int flip,
                               float *image);

/// One step of Adam: m and v are the running moments; `rate` is the learning rate over
/// (1 - beta1^t) and `root` the square root of (1 - beta2^t).
void training_adam(float *parameters, const float *gradient, float *m, float *v, long count,
                   float rate, float beta1, float beta2, float root, float epsilon);

/// One step of RMSprop without momentum, not centred.
void training_rmsprop(float *parameters, const float *gradient, float *square, long count,
                      float rate, float alpha, float epsilon);

/// One LSTM step for `rows` sequences: `gates` (rows, 4 hidden) holds the sums of the input,
/// forget, cell and output gates and becomes their activations; cell, tanhCell and hidden are
/// (rows, hidden).
void training_lstm_forward(float *gates, const float *previousCell, float *cell, float *tanhCell,
                           float *hidden, long rows, long width);

/// The reverse of training_lstm_forward: from the gradient of `hidden` and (in and out) of the
/// cell to the gradient of the gates' sums, written over the activations.
void training_lstm_backward(float *gates, const float *previousCell, const float *tanhCell,
                            const float *hiddenGradient, float *cellGradient, long rows,
                            long width);

/// Copies a panel of a matrix, inner x panel, from element (k, j) at k rowStride + j columnStride.
void training_pack(const float *source, long rowStride, long columnStride, long inner, long panel,
                   float *packed);

/// The losses of one row of the head, in this order: -log of the mixture's density at `target`,
/// binary cross-entropy of the termination, squared error of the reward.
typedef struct {
    double mixture;
    double termination;
    double reward;
} training_head_loss;

/// Losses of `rows` rows of the head's output (means and log-sigmas (mixtures, latent) each,
/// mixture logits, reward, termination's logit), summed; the output becomes the gradient. A row's
/// mixture counts `targetWeights` times (0: there is no target), its gradient times `mixtureScale`;
/// the others' gradients are times `scale`, and the reward's also times `rewardWeight`.
training_head_loss training_mixture_head(float *output, const float *target,
                                         const float *targetWeights, const float *rewards,
                                         const float *terminals, long rows, long latent,
                                         long mixtures, float mixtureScale, float scale,
                                         float rewardWeight);

/// The sampled latent z = mean + exp(logSigma) * noise.
void training_sample(const float *mean, const float *logSigma, const float *noise, float *z,
                     long count);

/// exp of each element, to within 2 units in the last place.
void training_exp(const float *x, float *result, long count);

#endif
