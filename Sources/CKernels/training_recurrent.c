// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#include <math.h>

#include "forms.h"
#include "training_kernels.h"
#include "training_math.h"

// LSTM: i, f, o = sigmoid, g = tanh; c = f c' + i g; h = o tanh c (PyTorch's gate order i f g o).

CK_INLINE void training_lstm_forward_body(float *restrict gates,
                                                const float *restrict previousCell,
                                                float *restrict cell, float *restrict tanhCell,
                                                float *restrict hidden, long rows, long width) {
    for (long row = 0; row < rows; row++) {
        float *input = gates + row * 4 * width;
        float *forget = input + width;
        float *candidate = forget + width;
        float *output = candidate + width;
        long base = row * width;
        for (long j = 0; j < width; j++) {
            float i = training_sigmoid1(input[j]);
            float f = training_sigmoid1(forget[j]);
            float g = training_tanh1(candidate[j]);
            float o = training_sigmoid1(output[j]);
            float c = f * previousCell[base + j] + i * g;
            float t = training_tanh1(c);
            input[j] = i;
            forget[j] = f;
            candidate[j] = g;
            output[j] = o;
            cell[base + j] = c;
            tanhCell[base + j] = t;
            hidden[base + j] = o * t;
        }
    }
}

CK_TWO_FORMS(void, training_lstm_forward,
             (float *gates, const float *previousCell, float *cell, float *tanhCell, float *hidden,
              long rows, long width),
             (gates, previousCell, cell, tanhCell, hidden, rows, width))

CK_INLINE void training_lstm_backward_body(float *restrict gates,
                                                 const float *restrict previousCell,
                                                 const float *restrict tanhCell,
                                                 const float *restrict hiddenGradient,
                                                 float *restrict cellGradient, long rows,
                                                 long width) {
    for (long row = 0; row < rows; row++) {
        float *input = gates + row * 4 * width;
        float *forget = input + width;
        float *candidate = forget + width;
        float *output = candidate + width;
        long base = row * width;
        for (long j = 0; j < width; j++) {
            float i = input[j];
            float f = forget[j];
            float g = candidate[j];
            float o = output[j];
            float t = tanhCell[base + j];
            float dh = hiddenGradient[base + j];
            float dc = cellGradient[base + j] + dh * o * (1.0f - t * t);
            input[j] = dc * g * i * (1.0f - i);
            forget[j] = dc * previousCell[base + j] * f * (1.0f - f);
            candidate[j] = dc * i * (1.0f - g * g);
            output[j] = dh * t * o * (1.0f - o);
            cellGradient[base + j] = dc * f;
        }
    }
}

CK_TWO_FORMS(void, training_lstm_backward,
             (float *gates, const float *previousCell, const float *tanhCell,
              const float *hiddenGradient, float *cellGradient, long rows, long width),
             (gates, previousCell, tanhCell, hiddenGradient, cellGradient, rows, width))

void training_pack(const float *source, long rowStride, long columnStride, long inner, long panel,
                   float *restrict packed) {
    for (long k = 0; k < inner; k++) {
        const float *row = source + k * rowStride;
        for (long j = 0; j < panel; j++) packed[k * panel + j] = row[j * columnStride];
    }
}

// The head

enum { max_mixtures = 64 };

/// One Gaussian's log density summed over the latent's elements; the mean becomes the standardised
/// distance times 1 / sigma, and the log-sigma the squared standardised distance.
CK_INLINE float component_body(float *restrict means, float *restrict logSigmas,
                                     const float *restrict target, long latent) {
    const float half_log_two_pi = 0.918938533f;
    float lanes[8] = {0, 0, 0, 0, 0, 0, 0, 0};
    long blocks = latent / 8 * 8;
    for (long start = 0; start < blocks; start += 8) {
        for (int lane = 0; lane < 8; lane++) {
            long j = start + lane;
            float inverse = training_exp1(-logSigmas[j]);
            float distance = (target[j] - means[j]) * inverse;
            lanes[lane] -= 0.5f * distance * distance + logSigmas[j] + half_log_two_pi;
            means[j] = distance * inverse;
            logSigmas[j] = distance * distance;
        }
    }
    for (long j = blocks; j < latent; j++) {
        float inverse = training_exp1(-logSigmas[j]);
        float distance = (target[j] - means[j]) * inverse;
        lanes[0] -= 0.5f * distance * distance + logSigmas[j] + half_log_two_pi;
        means[j] = distance * inverse;
        logSigmas[j] = distance * distance;
    }
    return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
           ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

CK_INLINE training_head_loss training_mixture_head_body(
    float *restrict output, const float *restrict target, const float *restrict targetWeights,
    const float *restrict rewards, const float *restrict terminals, long rows, long latent,
    long mixtures, float mixtureScale, float scale, float rewardWeight) {
    training_head_loss loss = {0, 0, 0};
    long stride = mixtures * latent;
    long width = 2 * stride + mixtures + 2;
    for (long row = 0; row < rows; row++) {
        float *means = output + row * width;
        float *logSigmas = means + stride;
        float *logits = logSigmas + stride;
        float *reward = logits + mixtures;
        float *terminal = reward + 1;
        double joint[max_mixtures], logit[max_mixtures];
        double logitTop = -INFINITY, jointTop = -INFINITY;
        for (long k = 0; k < mixtures; k++) {
            logit[k] = logits[k];
            logitTop = logit[k] > logitTop ? logit[k] : logitTop;
            joint[k] = logits[k] + component_body(means + k * latent, logSigmas + k * latent,
                                                  target + row * latent, latent);
            jointTop = joint[k] > jointTop ? joint[k] : jointTop;
        }
        // log sum_k pi_k N_k with pi = softmax(logits), the largest term taken out of each sum.
        double logitSum = 0, jointSum = 0;
        for (long k = 0; k < mixtures; k++) {
            logit[k] = exp(logit[k] - logitTop);
            joint[k] = exp(joint[k] - jointTop);
            logitSum += logit[k];
            jointSum += joint[k];
        }
        float weight = targetWeights[row] * mixtureScale;
        loss.mixture -=
            targetWeights[row] * ((jointTop + log(jointSum)) - (logitTop + log(logitSum)));
        for (long k = 0; k < mixtures; k++) {
            float share = (float)(joint[k] / jointSum);
            logits[k] = weight * ((float)(logit[k] / logitSum) - share);
            float *mean = means + k * latent, *logSigma = logSigmas + k * latent;
            for (long j = 0; j < latent; j++) {
                mean[j] = -weight * share * mean[j];
                logSigma[j] = weight * share * (1.0f - logSigma[j]);
            }
        }
        float difference = *reward - rewards[row];
        loss.reward += (double)difference * difference;
        *reward = scale * rewardWeight * 2.0f * difference;
        double d = *terminal, t = terminals[row], decay = exp(-fabs(d));
        loss.termination += (d > 0 ? d : 0) - d * t + log1p(decay);
        *terminal = scale * (float)((d > 0 ? 1 / (1 + decay) : decay / (1 + decay)) - t);
    }
    return loss;
}

CK_TWO_FORMS(training_head_loss, training_mixture_head,
             (float *output, const float *target, const float *targetWeights, const float *rewards,
              const float *terminals, long rows, long latent, long mixtures, float mixtureScale,
              float scale, float rewardWeight),
             (output, target, targetWeights, rewards, terminals, rows, latent, mixtures,
              mixtureScale, scale, rewardWeight))
