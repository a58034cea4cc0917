// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#include <stddef.h>
#include <stdio.h>

#include "forms.h"

#if CK_X86
#include <cpuid.h>
#endif

const struct ck_kernels *ck_kernels_of(enum ck_kind kind) {
    switch (kind) {
    case CK_PORTABLE:
        return &ck_portable_kernels;
#if CK_X86
    case CK_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &ck_avx2_kernels
                                                                               : NULL;
    case CK_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
                   ? &ck_avx512_kernels
                   : NULL;
#endif
    default:
        return NULL;
    }
}

const struct ck_kernels *ck_best_kernels(void) {
    for (int kind = CK_AVX512; kind > CK_PORTABLE; kind--) {
        const struct ck_kernels *kernels = ck_kernels_of((enum ck_kind)kind);
        if (kernels) return kernels;
    }
    return &ck_portable_kernels;
}

void ck_processor_name(char *name, long size) {
#if CK_X86
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    union {
        unsigned words[3];
        char text[13];
    } vendor = {{0}};
    if (__get_cpuid(0, &eax, &ebx, &ecx, &edx)) {
        vendor.words[0] = ebx;
        vendor.words[1] = edx;
        vendor.words[2] = ecx;
    }
    vendor.text[12] = 0;
    __get_cpuid(1, &eax, &ebx, &ecx, &edx);
    unsigned family = (eax >> 8) & 15, model = (eax >> 4) & 15;
    if (family == 6 || family == 15) model |= (eax >> 12) & 0xf0;
    if (family == 15) family += (eax >> 20) & 255;
    snprintf(name, (size_t)size, "%s-%u-%u-%u", vendor.text, family, model, eax & 15);
#elif defined(__aarch64__)
    snprintf(name, (size_t)size, "aarch64");
#else
    snprintf(name, (size_t)size, "unknown");
#endif
}
