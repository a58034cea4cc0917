// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#include <stddef.h>

#include "int8_forms.h"

#if defined(__x86_64__)
static int has_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
// From asm/hwcap.h.
#define HWCAP_DOT_PRODUCT (1 << 20)
#endif

const struct ck_int8_kernels *ck_int8_kernels_of(enum ck_int8_kind kind) {
    switch (kind) {
    case CK_INT8_PORTABLE:
        return &ck_int8_portable;
#if defined(__x86_64__)
    case CK_INT8_AVX2:
        return __builtin_cpu_supports("avx2") ? &ck_int8_avx2 : NULL;
    case CK_INT8_AVX512:
        return has_avx512() ? &ck_int8_avx512 : NULL;
    case CK_INT8_AVX_VNNI:
        return __builtin_cpu_supports("avxvnni") ? &ck_int8_avx_vnni : NULL;
    case CK_INT8_AVX512_VNNI:
        return has_avx512() && __builtin_cpu_supports("avx512vnni") ? &ck_int8_avx512_vnni : NULL;
#elif defined(__aarch64__) && defined(__linux__)
    case CK_INT8_NEON_DOT:
        return getauxval(AT_HWCAP) & HWCAP_DOT_PRODUCT ? &ck_int8_neon_dot : NULL;
#endif
    default:
        return NULL;
    }
}
