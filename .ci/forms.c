// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// Prints what every form of the loops that the processor has makes of the same numbers, as one sum
// of all result bits a line, without the forms' names: the lines of a float form, of an integer form
// and of a picture are the same on every processor.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"
#include "int8_kernels.h"
#include "picture_kernels.h"

enum { SIDE = 14, CHANNELS = 32, OUTPUTS = 64, HIGH = (SIDE - 2) / 2, INNER = 16 * CHANNELS };
enum { PICTURE = 8 * CK_TWO_THIRDS_STEP };
enum { INPUTS = SIDE * SIDE * CHANNELS, RESULTS = HIGH * HIGH * OUTPUTS };

static uint64_t state;

static uint32_t draw(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33);
}

static void *memory(size_t bytes) {
    void *place = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!place) exit(1);
    return memset(place, 0, bytes);
}

/// FNV-1a.
static uint64_t hash(uint64_t sum, const void *bytes, size_t count) {
    const unsigned char *from = bytes;
    for (size_t i = 0; i < count; i++) sum = (sum ^ from[i]) * 1099511628211u;
    return sum;
}

static uint64_t floats(const struct ck_kernels *kernels) {
    state = 1;
    const long width = kernels->panel_width;
    float *weights = memory(sizeof(float) * INNER * OUTPUTS), *bias = memory(sizeof(float) * 1024);
    float *in = memory(sizeof(float) * INPUTS), *out = memory(sizeof(float) * RESULTS);
    for (long column = 0; column < OUTPUTS; column++) {
        for (long k = 0; k < INNER; k++) {
            weights[(column / width * INNER + k) * width + column % width] =
                (float)draw() * 0x1p-34f - 0.0625f;
        }
    }
    for (long i = 0; i < INPUTS; i++) in[i] = (float)draw() * 0x1p-31f;
    const struct ck_convolution layer = {weights, bias, SIDE, SIDE, CHANNELS, OUTPUTS};
    kernels->convolve(&layer, in, out, 1);
    uint64_t sum = hash(14695981039346656037u, out, sizeof(float) * RESULTS);
    kernels->lstm_update(in, in + 4 * 256, in + 5 * 256, 256);
    sum = hash(sum, in + 4 * 256, sizeof(float) * 512);
    kernels->exponential(in, INPUTS);
    sum = hash(sum, in, sizeof(float) * INPUTS);
    // 5 Gaussians of 20 numbers, as a row of M's head.
    float head[2 * 5 * 32 + 5 + 2];
    for (uint32_t step = 0; step < 1000; step++) {
        for (size_t i = 0; i < sizeof head / sizeof *head; i++) {
            head[i] = (float)draw() * 0x1p-29f - 2;
        }
        const struct ck_draw chance = {{draw(), draw()}, step, 0.5f, 0.70710678f};
        float latent[20];
        const int is_end = kernels->draw_latent(head, 32, 5, &chance, latent, 20);
        sum = hash(hash(sum, latent, sizeof latent), &is_end, sizeof is_end);
    }
    free(weights), free(bias), free(in), free(out);
    return sum;
}

/// The weights as the form reads them, and the bias.
static void pack(const struct ck_int8_kernels *kernels, const int8_t *rows, void *weights,
                 int32_t *bias) {
    const long width = kernels->panel_width, group = 4 / kernels->element_size;
    for (long column = 0; column < OUTPUTS; column++) {
        for (long k = 0; k < INNER; k++) {
            const int8_t weight = rows[column * INNER + k];
            const long place = (column / width * width * INNER) +
                               (k / group * width + column % width) * group + k % group;
            if (group == 4) {
                ((int8_t *)weights)[place] = weight;
            } else {
                ((int16_t *)weights)[place] = weight;
            }
            bias[column] += (int32_t)kernels->offset * weight;
        }
    }
}

static uint64_t integers(const struct ck_int8_kernels *kernels) {
    state = 2;
    const long size = kernels->element_size;
    int8_t *rows = memory(INNER * OUTPUTS);
    uint8_t *bytes = memory(INPUTS);
    for (long i = 0; i < INNER * OUTPUTS; i++) rows[i] = (int8_t)(draw() % 255) - 127;
    for (long i = 0; i < INPUTS; i++) bytes[i] = (uint8_t)draw();
    void *weights = memory(INNER * OUTPUTS * 2), *in = memory(INPUTS * 2);
    void *out = memory(RESULTS * 2);
    int32_t bias[OUTPUTS];
    float scale[OUTPUTS];
    for (long i = 0; i < OUTPUTS; i++) {
        bias[i] = (int32_t)(draw() % 200000) - 100000;
        scale[i] = ldexpf(1 + (float)(draw() % 1000) / 1000, -12);
    }
    pack(kernels, rows, weights, bias);
    if (kernels->load) {
        kernels->load(bytes, in, INPUTS);
    } else {
        memcpy(in, bytes, INPUTS);
    }
    struct ck_int8_layer layer = {weights, bias, scale, SIDE, SIDE, CHANNELS, OUTPUTS};
    kernels->convolve(&layer, in, out, 1);
    uint64_t sum = 14695981039346656037u;
    for (long i = 0; i < RESULTS; i++) {
        const uint8_t value =
            size == 1 ? ((uint8_t *)out)[i] : (uint8_t)((int16_t *)out)[i];
        sum = hash(sum, &value, 1);
    }
    float numbers[8 * OUTPUTS];
    layer.channels = INNER;
    kernels->multiply(&layer, in, 8, numbers);
    sum = hash(sum, numbers, sizeof numbers);
    free(rows), free(bytes), free(weights), free(in), free(out);
    return sum;
}

/// A picture, reduced: the form is the processor's.
static uint64_t picture(void) {
    enum { SMALL = 2 * PICTURE / 3 };
    state = 3;
    uint32_t *source = memory(sizeof(uint32_t) * PICTURE * PICTURE), line[PICTURE + 2];
    uint8_t *target = memory(3 * SMALL * SMALL);
    for (long i = 0; i < PICTURE * PICTURE; i++) source[i] = draw();
    ck_two_thirds(source, PICTURE, line, target);
    const uint64_t sum = hash(14695981039346656037u, target, 3 * SMALL * SMALL);
    free(source), free(target);
    return sum;
}

int main(void) {
    printf("picture %016llx\n", (unsigned long long)picture());
    for (int kind = CK_PORTABLE; kind <= CK_AVX512; kind++) {
        const struct ck_kernels *kernels = ck_kernels_of((enum ck_kind)kind);
        if (!kernels) continue;
        fprintf(stderr, "%s\n", kernels->name);
        printf("float %016llx\n", (unsigned long long)floats(kernels));
    }
    for (int kind = CK_INT8_PORTABLE; kind <= CK_INT8_NEON_DOT; kind++) {
        const struct ck_int8_kernels *kernels = ck_int8_kernels_of((enum ck_int8_kind)kind);
        if (!kernels) continue;
        fprintf(stderr, "int8 %s\n", kernels->name);
        printf("int8 %016llx\n", (unsigned long long)integers(kernels));
    }
    return 0;
}
