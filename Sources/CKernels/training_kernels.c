// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#include "training_kernels.h"

#include <string.h>

#include "forms.h"
#include "training_math.h"

// Patches

void training_im2col(const float *restrict image, long side, long channels, long kernel, long grid,
                     float *restrict columns) {
    long run = kernel * channels;
    for (long y = 0; y < grid; y++) {
        for (long x = 0; x < grid; x++) {
            const float *patch = image + (2 * y * side + 2 * x) * channels;
            for (long row = 0; row < kernel; row++) {
                memcpy(columns, patch, (size_t)run * sizeof(float));
                columns += run;
                patch += side * channels;
            }
        }
    }
}

CK_INLINE void training_col2im_body(const float *restrict columns, long side, long channels,
                                          long kernel, long grid, float *restrict image) {
    long run = kernel * channels;
    for (long y = 0; y < grid; y++) {
        for (long x = 0; x < grid; x++) {
            float *patch = image + (2 * y * side + 2 * x) * channels;
            for (long row = 0; row < kernel; row++) {
                for (long i = 0; i < run; i++) patch[i] += columns[i];
                columns += run;
                patch += side * channels;
            }
        }
    }
}
CK_TWO_FORMS(void, training_col2im,
         (const float *columns, long side, long channels, long kernel, long grid, float *image),
         (columns, side, channels, kernel, grid, image))

// Rows and their biases

void training_fill_bias(float *restrict x, const float *restrict bias, long rows, long channels) {
    for (long row = 0; row < rows; row++) {
        memcpy(x + row * channels, bias, (size_t)channels * sizeof(float));
    }
}

CK_INLINE void training_add_rows_body(float *restrict x, const float *restrict bias,
                                            long rows, long channels) {
    for (long row = 0; row < rows; row++) {
        float *line = x + row * channels;
        for (long i = 0; i < channels; i++) line[i] += bias[i];
    }
}
CK_TWO_FORMS(void, training_add_rows, (float *x, const float *bias, long rows, long channels),
         (x, bias, rows, channels))

CK_INLINE void training_bias_relu_body(float *restrict x, const float *restrict bias,
                                             long rows, long channels) {
    for (long row = 0; row < rows; row++) {
        float *line = x + row * channels;
        for (long i = 0; i < channels; i++) {
            float value = line[i] + bias[i];
            line[i] = value < 0 ? 0 : value;
        }
    }
}
CK_TWO_FORMS(void, training_bias_relu, (float *x, const float *bias, long rows, long channels),
         (x, bias, rows, channels))

CK_INLINE void training_relu_body(float *restrict x, long count) {
    for (long i = 0; i < count; i++) x[i] = x[i] < 0 ? 0 : x[i];
}
CK_TWO_FORMS(void, training_relu, (float *x, long count), (x, count))

CK_INLINE void training_relu_mask_body(float *restrict gradient,
                                             const float *restrict activation, long count) {
    for (long i = 0; i < count; i++) {
        float value = gradient[i];
        gradient[i] = activation[i] > 0 ? value : 0;
    }
}
CK_TWO_FORMS(void, training_relu_mask, (float *gradient, const float *activation, long count),
         (gradient, activation, count))

CK_INLINE void training_add_column_sums_body(const float *restrict x, long rows,
                                                   long channels, float *restrict sums) {
    for (long row = 0; row < rows; row++) {
        const float *line = x + row * channels;
        for (long i = 0; i < channels; i++) sums[i] += line[i];
    }
}
CK_TWO_FORMS(void, training_add_column_sums, (const float *x, long rows, long channels, float *sums),
         (x, rows, channels, sums))

CK_INLINE void training_add_body(float *restrict sum, const float *restrict x, long count) {
    for (long i = 0; i < count; i++) sum[i] += x[i];
}
CK_TWO_FORMS(void, training_add, (float *sum, const float *x, long count), (sum, x, count))

CK_INLINE void training_scale_body(float *restrict x, float factor, long count) {
    for (long i = 0; i < count; i++) x[i] *= factor;
}
CK_TWO_FORMS(void, training_scale, (float *x, float factor, long count), (x, factor, count))

double training_sum_of_squares(const float *x, long count) {
    double lanes[4] = {0, 0, 0, 0};
    long i = 0;
    for (; i + 4 <= count; i += 4) {
        for (int lane = 0; lane < 4; lane++) lanes[lane] += (double)x[i + lane] * x[i + lane];
    }
    for (; i < count; i++) lanes[0] += (double)x[i] * x[i];
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

// Images

CK_INLINE void training_sigmoid_body(float *restrict x, long count) {
    for (long i = 0; i < count; i++) x[i] = training_sigmoid1(x[i]);
}
CK_TWO_FORMS(void, training_sigmoid, (float *x, long count), (x, count))

double training_squared_error(const float *restrict x, const float *restrict target, long count) {
    double lanes[4] = {0, 0, 0, 0};
    long i = 0;
    for (; i + 4 <= count; i += 4) {
        for (int lane = 0; lane < 4; lane++) {
            float difference = x[i + lane] - target[i + lane];
            lanes[lane] += (double)(difference * difference);
        }
    }
    for (; i < count; i++) {
        float difference = x[i] - target[i];
        lanes[0] += (double)(difference * difference);
    }
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

double training_sigmoid_squared_error(float *restrict x, const float *restrict target,
                                      long count) {
    double loss = training_squared_error(x, target, count);
    for (long i = 0; i < count; i++) {
        float y = x[i];
        x[i] = 2.0f * (y - target[i]) * y * (1.0f - y);
    }
    return loss;
}

void training_image_from_bytes(const uint8_t *restrict bytes, long side, long channels, int flip,
                               float *restrict image) {
    if (!flip) {
        for (long i = 0; i < side * side * channels; i++) image[i] = (float)bytes[i] / 255.0f;
        return;
    }
    for (long y = 0; y < side; y++) {
        for (long x = 0; x < side; x++) {
            const uint8_t *from = bytes + (y * side + side - 1 - x) * channels;
            float *to = image + (y * side + x) * channels;
            for (long c = 0; c < channels; c++) to[c] = (float)from[c] / 255.0f;
        }
    }
}

// Optimisers

CK_INLINE void training_adam_body(float *restrict parameters, const float *restrict gradient,
                                        float *restrict m, float *restrict v, long count,
                                        float rate, float beta1, float beta2, float root,
                                        float epsilon) {
    for (long i = 0; i < count; i++) {
        float g = gradient[i];
        m[i] = m[i] + (1.0f - beta1) * (g - m[i]);
        v[i] = beta2 * v[i] + (1.0f - beta2) * g * g;
        parameters[i] -= rate * m[i] / (__builtin_elementwise_sqrt(v[i]) / root + epsilon);
    }
}
CK_TWO_FORMS(void, training_adam,
         (float *parameters, const float *gradient, float *m, float *v, long count, float rate,
          float beta1, float beta2, float root, float epsilon),
         (parameters, gradient, m, v, count, rate, beta1, beta2, root, epsilon))

CK_INLINE void training_rmsprop_body(float *restrict parameters,
                                           const float *restrict gradient, float *restrict square,
                                           long count, float rate, float alpha, float epsilon) {
    for (long i = 0; i < count; i++) {
        float g = gradient[i];
        square[i] = alpha * square[i] + (1.0f - alpha) * g * g;
        parameters[i] -= rate * g / (__builtin_elementwise_sqrt(square[i]) + epsilon);
    }
}
CK_TWO_FORMS(void, training_rmsprop,
         (float *parameters, const float *gradient, float *square, long count, float rate,
          float alpha, float epsilon),
         (parameters, gradient, square, count, rate, alpha, epsilon))

// Sampling

CK_INLINE void training_sample_body(const float *restrict mean,
                                          const float *restrict logSigma,
                                          const float *restrict noise, float *restrict z,
                                          long count) {
    for (long i = 0; i < count; i++) z[i] = mean[i] + training_exp1(logSigma[i]) * noise[i];
}
CK_TWO_FORMS(void, training_sample,
         (const float *mean, const float *logSigma, const float *noise, float *z, long count),
         (mean, logSigma, noise, z, count))

CK_INLINE void training_exp_body(const float *restrict x, float *restrict result,
                                       long count) {
    for (long i = 0; i < count; i++) result[i] = training_exp1(x[i]);
}
CK_TWO_FORMS(void, training_exp, (const float *x, float *result, long count), (x, result, count))
