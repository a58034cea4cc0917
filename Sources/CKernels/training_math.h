// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#ifndef TRAINING_MATH_H
#define TRAINING_MATH_H

#include <stdint.h>
#include <string.h>

#include "forms.h"

/// exp without branches, so that the compiler makes vectors of it.
///
/// x = n ln 2 + r with |r| <= ln 2 / 2 (ln 2 in two parts, so that r is exact enough), exp r by its
/// Taylor polynomial of degree 7 (truncation 4e-9), 2^n through the exponent bits. The argument is
/// held within the range whose result is a normal number.
CK_INLINE float training_exp1(float x) {
    x = x < -87.0f ? -87.0f : x;
    x = x > 88.0f ? 88.0f : x;
    const float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to a whole number.
    float shifted = x * 1.44269504f + magic;
    float n = shifted - magic;
    float r = x - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    float p = 1.98412698e-4f;
    p = p * r + 1.38888889e-3f;
    p = p * r + 8.33333333e-3f;
    p = p * r + 4.16666667e-2f;
    p = p * r + 1.66666667e-1f;
    p = p * r + 0.5f;
    p = p * r * r + r + 1.0f;
    int32_t bits = ((int32_t)n + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return p * power;
}

CK_INLINE float training_sigmoid1(float x) { return 1.0f / (1.0f + training_exp1(-x)); }

/// tanh by exp; close to 0, where that cancels, by the odd Taylor polynomial.
CK_INLINE float training_tanh1(float x) {
    float magnitude = x < 0 ? -x : x;
    float e = training_exp1(-2.0f * magnitude);
    float large = (1.0f - e) / (1.0f + e);
    float s = magnitude * magnitude;
    float small = -1382.0f / 155925.0f;
    small = small * s + 62.0f / 2835.0f;
    small = small * s - 17.0f / 315.0f;
    small = small * s + 2.0f / 15.0f;
    small = small * s - 1.0f / 3.0f;
    small = magnitude + magnitude * s * small;
    float value = magnitude < 0.3f ? small : large;
    return x < 0 ? -value : value;
}

#endif
