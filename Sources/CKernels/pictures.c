// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#include <string.h>

#include "forms.h"
#include "picture_kernels.h"

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint16_t words16 __attribute__((vector_size(32)));
typedef uint32_t pixels4 __attribute__((vector_size(16)));
typedef uint32_t pixels8 __attribute__((vector_size(32)));

/// Three lines of a picture make a line of the smaller one, with these weights in 1/256.
struct taps {
    long first, second, third;
    uint16_t weights[3];
};

static struct taps taps_of(long line, long side) {
    const long start = line / 2 * 3;
    if (line == 0) return (struct taps){0, 0, 1, {0, 160, 96}};
    if (line % 2 == 0) return (struct taps){start - 1, start, start + 1, {28, 142, 86}};
    if (start + 3 == side) return (struct taps){start + 1, start + 2, start + 2, {96, 160, 0}};
    return (struct taps){start + 1, start + 2, start + 3, {86, 142, 28}};
}

#define WORDS(bytes) __builtin_convertvector(bytes, words16)
/// The words of a sum in 1/256, rounded; none is above 255 x 256.
#define ROUNDED(sum) __builtin_convertvector(((sum) + 128) >> 8, bytes16)

CK_INLINE bytes16 load_bytes(const uint8_t *place) {
    bytes16 bytes;
    memcpy(&bytes, place, sizeof bytes);
    return bytes;
}

/// A pixel at an edge: of two pixels, whose bytes follow one another.
CK_INLINE void blend_edge(const uint8_t *outer, const uint8_t *inner, uint8_t *target) {
    for (int channel = 0; channel < 3; channel++) {
        target[channel] = (uint8_t)((160 * outer[channel] + 96 * inner[channel] + 128) >> 8);
    }
}

CK_INLINE void ck_two_thirds_body(const uint32_t *source, long side, uint32_t *line,
                                  uint8_t *target) {
    const long reduced = side / 3 * 2;
    const uint8_t *bytes = (const uint8_t *)source;
    uint8_t *middle = (uint8_t *)(line + 1);
    line[0] = line[side + 1] = 0;
    // The even outputs' weights and the odd ones', a word for each channel.
    const words16 left = {28, 28, 28, 28, 86, 86, 86, 86, 28, 28, 28, 28, 86, 86, 86, 86};
    const words16 right = {86, 86, 86, 86, 28, 28, 28, 28, 86, 86, 86, 86, 28, 28, 28, 28};
    for (long row = 0; row < reduced; row++) {
        const struct taps taps = taps_of(row, side);
        const uint8_t *first = bytes + 4 * side * taps.first;
        const uint8_t *second = bytes + 4 * side * taps.second;
        const uint8_t *third = bytes + 4 * side * taps.third;
        for (long i = 0; i < 4 * side; i += 16) {
            const words16 sum = WORDS(load_bytes(first + i)) * taps.weights[0] +
                                WORDS(load_bytes(second + i)) * taps.weights[1] +
                                WORDS(load_bytes(third + i)) * taps.weights[2];
            const bytes16 rounded = ROUNDED(sum);
            memcpy(middle + i, &rounded, sizeof rounded);
        }
        // Six pixels with one on either side become four.
        uint8_t *out = target + 3 * reduced * row;
        for (long group = 0; group < side / 6; group++) {
            pixels8 in;
            memcpy(&in, line + 6 * group, sizeof in);
            const pixels4 a = __builtin_shufflevector(in, in, 0, 2, 3, 5);
            const pixels4 b = __builtin_shufflevector(in, in, 1, 3, 4, 6);
            const pixels4 c = __builtin_shufflevector(in, in, 2, 4, 5, 7);
            const words16 sum = WORDS((bytes16)a) * left + WORDS((bytes16)b) * (uint16_t)142 +
                                WORDS((bytes16)c) * right;
            const bytes16 four = ROUNDED(sum);
            const bytes16 packed = __builtin_shufflevector(four, four, 0, 1, 2, 4, 5, 6, 8, 9, 10,
                                                           12, 13, 14, 3, 7, 11, 15);
            memcpy(out + 12 * group, &packed, 12);
        }
        const uint8_t *last = middle + 4 * (side - 1);
        blend_edge(middle, middle + 4, out);
        blend_edge(last, last - 4, out + 3 * (reduced - 1));
    }
}

CK_TWO_FORMS(void, ck_two_thirds,
             (const uint32_t *source, long side, uint32_t *line, uint8_t *target),
             (source, side, line, target))
