// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// Draws from M's head; part of kernel_loops.h, which has the vectors and their functions.

typedef uint32_t uvec __attribute__((vector_size(64)));

#define ROTATE(x, n) (((x) << (n)) | ((x) >> (32u - (n))))

// Threefry-2x32 of 20 rounds (Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2,
// 3", 2011): sixteen counters at once become two words each. It adds, rotates and combines whole
// numbers alone, which every vector unit does alike.
INLINE void threefry(const uint32_t *key, uvec *first, uvec *second) {
    static const uint32_t rotations[8] = {13, 15, 26, 6, 17, 29, 16, 24};
    const uint32_t schedule[3] = {key[0], key[1], 0x1BD11BDAu ^ key[0] ^ key[1]};
    uvec a = *first + schedule[0], b = *second + schedule[1];
#pragma clang loop unroll(full)
    for (uint32_t round = 0; round < 20; round++) {
        a += b;
        b = ROTATE(b, rotations[round % 8]);
        b ^= a;
        if (round % 4 == 3) {
            const uint32_t turn = round / 4 + 1;
            a += schedule[turn % 3];
            b += schedule[(turn + 1) % 3] + turn;
        }
    }
    *first = a;
    *second = b;
}

// A pair of vectors of a step's random words: those of the counters (16 pair + lane, step).
INLINE void random_words(const struct ck_draw *draw, long pair, uvec *first, uvec *second) {
    const uvec lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    *first = lanes + (uint32_t)(LANES * pair);
    *second = (uvec){} + draw->step;
    threefry(draw->key, first, second);
}

// 2^23 numbers within 0 and 1, but neither of them: (n + 1/2) / 2^23, each exact.
#define OPEN_UNIT(words)                                                                        \
    ((__builtin_convertvector((ivec)((words) >> 9), vec) + 0.5f) * 0x1p-23f)

// log of normal numbers above 0, after logf of S. Moshier's Cephes library: an error below 2 ulp.
#define LOG(x)                                                                                  \
    ({                                                                                          \
        ivec bits = (ivec)(x);                                                                  \
        /* x = 2^exponent * m with m from sqrt(1/2) to sqrt(2). */                              \
        vec m = (vec)((bits & 0x007fffff) | 0x3f000000);                                        \
        ivec is_low = (ivec)(m < 0.707106781f);                                                 \
        vec exponent = __builtin_convertvector((bits >> 23) - 126 + is_low, vec);               \
        m = SELECT(is_low, m + m, m) - 1.0f;                                                    \
        vec square = m * m;                                                                     \
        vec p = SPLAT(7.0376836292e-2f);                                                        \
        p = CK_FMA(p, m, SPLAT(-1.1514610310e-1f));                                             \
        p = CK_FMA(p, m, SPLAT(1.1676998740e-1f));                                              \
        p = CK_FMA(p, m, SPLAT(-1.2420140846e-1f));                                             \
        p = CK_FMA(p, m, SPLAT(1.4249322787e-1f));                                              \
        p = CK_FMA(p, m, SPLAT(-1.6668057665e-1f));                                             \
        p = CK_FMA(p, m, SPLAT(2.0000714765e-1f));                                              \
        p = CK_FMA(p, m, SPLAT(-2.4999993993e-1f));                                             \
        p = CK_FMA(p, m, SPLAT(3.3333331174e-1f));                                              \
        vec cube = m * square;                                                                  \
        vec rest = p * cube;                                                                    \
        rest = CK_FMA(exponent, SPLAT(-2.12194440e-4f), rest);                                  \
        rest = CK_FMA(square, SPLAT(-0.5f), rest);                                              \
        rest = m + rest;                                                                        \
        CK_FMA(exponent, SPLAT(0.693359375f), rest);                                            \
    })

// A draw of the standard Gumbel distribution for each word.
#define GUMBEL(words)                                                                           \
    ({                                                                                          \
        vec unit = OPEN_UNIT(words);                                                            \
        vec falling = -LOG(unit);                                                               \
        -LOG(falling);                                                                          \
    })

// A draw of N(0, 1) for each word, by the inverse of the distribution: one word a draw, so that no
// draw shifts another. The inverse error function is Giles's for single precision ("Approximating the
// erfinv function", GPU Computing Gems, 2012), times the square root of 2.
#define NORMAL(words)                                                                           \
    ({                                                                                          \
        /* Exact: odd multiples of 2^-23 between -1 and 1. */                                   \
        vec place = OPEN_UNIT(words) * 2.0f - 1.0f;                                             \
        vec product = (1.0f - place) * (1.0f + place);                                          \
        vec w = -LOG(product);                                                                  \
        vec near = w - 2.5f;                                                                    \
        vec p = SPLAT(2.81022636e-08f);                                                         \
        p = CK_FMA(p, near, SPLAT(3.43273939e-07f));                                            \
        p = CK_FMA(p, near, SPLAT(-3.5233877e-06f));                                            \
        p = CK_FMA(p, near, SPLAT(-4.39150654e-06f));                                           \
        p = CK_FMA(p, near, SPLAT(0.00021858087f));                                             \
        p = CK_FMA(p, near, SPLAT(-0.00125372503f));                                            \
        p = CK_FMA(p, near, SPLAT(-0.00417768164f));                                            \
        p = CK_FMA(p, near, SPLAT(0.246640727f));                                               \
        p = CK_FMA(p, near, SPLAT(1.50140941f));                                                \
        vec far = __builtin_elementwise_sqrt(w) - 3.0f;                                         \
        vec q = SPLAT(-0.000200214257f);                                                        \
        q = CK_FMA(q, far, SPLAT(0.000100950558f));                                             \
        q = CK_FMA(q, far, SPLAT(0.00134934322f));                                              \
        q = CK_FMA(q, far, SPLAT(-0.00367342844f));                                             \
        q = CK_FMA(q, far, SPLAT(0.00573950773f));                                              \
        q = CK_FMA(q, far, SPLAT(-0.0076224613f));                                              \
        q = CK_FMA(q, far, SPLAT(0.00943887047f));                                              \
        q = CK_FMA(q, far, SPLAT(1.00167406f));                                                 \
        q = CK_FMA(q, far, SPLAT(2.83297682f));                                                 \
        SELECT(w < 5.0f, p, q) * place * 1.41421356f;                                           \
    })

// So many numbers from a place, followed by zeros.
INLINE void load_part(const float *from, long count, vec *to) {
    float lane[LANES] = {0};
    memcpy(lane, from, (size_t)count * sizeof(float));
    *to = LOAD(lane);
}

// What a step draws of its mixture and its end: pairs 0 and on, for 16 components each, have the
// components' noise as their first words; the second words of pair 0 are the end's.
struct choice {
    long component, pairs;
    int is_end;
};

// The component is the one whose logit, with noise of the temperature, is the largest, the first of
// equal ones: it has the probability of softmax(logits / temperature).
INLINE struct choice choose(const float *logits, long mixtures, const struct ck_draw *draw) {
    struct choice choice = {0, 0, 0};
    float best = 0;
    for (long start = 0; start < mixtures; start += LANES, choice.pairs++) {
        const long count = mixtures - start < LANES ? mixtures - start : LANES;
        uvec first, second;
        random_words(draw, choice.pairs, &first, &second);
        float lane[LANES] = {0};
        memcpy(lane, logits + start, (size_t)count * sizeof(float));
        vec noise = GUMBEL(first), logit = LOAD(lane);
        vec score = CK_FMA(SPLAT(draw->temperature), noise, logit);
        STORE(lane, score);
        for (long k = 0; k < count; k++) {
            if (start + k == 0 || lane[k] > best) {
                choice.component = start + k;
                best = lane[k];
            }
        }
        if (start == 0) {
            // The difference of two Gumbel draws is logistic, with which a logit has its probability
            // of being above 0.
            vec other = GUMBEL(second);
            const float logistic = draw->temperature > 0 ? other[0] - other[1] : 0;
            choice.is_end = logits[mixtures + 1] + logistic > 0;
        }
    }
    return choice;
}

INLINE void draw_lanes(const float *mean, const float *log_sigma, float spread, const uvec *words,
                       float *latent, long count) {
    vec noise = NORMAL(*words) * spread;
    vec logarithm = LOAD(log_sigma), middle = LOAD(mean);
    vec sigma = EXP(logarithm);
    vec value = CK_FMA(sigma, noise, middle);
    if (count >= LANES) {
        STORE(latent, value);
    } else {
        float lane[LANES];
        STORE(lane, value);
        memcpy(latent, lane, (size_t)count * sizeof(float));
    }
}

CK_TARGET
static int draw_latent(const float *head, long room, long mixtures, const struct ck_draw *draw,
                       float *latent, long count) {
    const float *log_sigmas = head + mixtures * room, *logits = log_sigmas + mixtures * room;
    const struct choice choice = choose(logits, mixtures, draw);
    const float *mean = head + choice.component * room;
    const float *log_sigma = log_sigmas + choice.component * room;
    long pair = choice.pairs;
    for (long j = 0; j < count; j += 2 * LANES, pair++) {
        uvec first, second;
        random_words(draw, pair, &first, &second);
        draw_lanes(mean + j, log_sigma + j, draw->spread, &first, latent + j, count - j);
        const long k = j + LANES;
        if (k < count) {
            draw_lanes(mean + k, log_sigma + k, draw->spread, &second, latent + k, count - k);
        }
    }
    return choice.is_end;
}
