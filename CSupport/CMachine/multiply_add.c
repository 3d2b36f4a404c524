#include "include/CMachine.h"

#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

#define DEFINE(NAME, REAL, FMA)                                                                              \
    CLONES void NAME(int64_t rounds, int64_t count, REAL *restrict out, const REAL *restrict rows) {         \
        for (int64_t round = 0; round < rounds; round++)                                                     \
            for (int64_t i = 0; i < count; i++) {                                                            \
                REAL sum = out[i];                                                                           \
                _Pragma("clang loop unroll(full)") for (int64_t row = 0; row < palindrome_filter_rows;       \
                                                        row++) sum =                                         \
                    FMA((REAL)0.125, rows[row * count + i], sum);                                            \
                out[i] = sum;                                                                                \
            }                                                                                                \
    }

DEFINE(palindrome_multiply_adds_f32, float, __builtin_fmaf)
DEFINE(palindrome_multiply_adds_f64, double, __builtin_fma)
