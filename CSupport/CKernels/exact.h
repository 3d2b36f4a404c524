#pragma once
#include "kernel.h"

// What sums that do not depend on order are made of.

// Without their sign, the bits of doubles order as the doubles do, and those of NaN come last.
INLINE int64_t magnitude_bits(double value) {
    return (int64_t)(bits_of(value) & 0x7fffffffffffffffu);
}

// A sum of integers in two halves, high * 2^31 + low, each of which adds up like an integer in a vector.
typedef struct {
    uint64_t high, low;
} halves;

// Adds round(term), |term| < 2^62. The halves of 2^31 terms at the most stay within 64 bits.
INLINE void add_rounded(halves *sum, double term) {
    const double high = (term * 0x1p-31 + rounding_shift) - rounding_shift;
    // At most 2^30 in magnitude, and exact; 2^31 is even, so that ties go the way they would in the whole.
    const double low = __builtin_fma(high, -0x1p31, term);
    sum->high += bits_of(high + rounding_shift) - bits_of(rounding_shift);
    sum->low += bits_of(low + rounding_shift) - bits_of(rounding_shift);
}

INLINE void add_halves(halves sum, uint64_t total[2]) {
    __extension__ typedef unsigned __int128 wide;
    __extension__ const __int128 whole = (int64_t)sum.high * ((__int128)1 << 31) + (int64_t)sum.low;
    const wide all = (((wide)total[1] << 64) | total[0]) + (wide)whole;
    total[0] = (uint64_t)all;
    total[1] = (uint64_t)(all >> 64);
}

// Adds round(TERM * first_factor * second_factor) for i from 0 to count to the total, in runs that fit the
// halves.
#define EXACT_SUM(i, count, TERM, first_factor, second_factor, total)                                        \
    do {                                                                                                     \
        const int64_t whole_run = 1 << 20;                                                                   \
        for (int64_t start = 0; start < (count); start += whole_run) {                                       \
            const int64_t end = (count)-start < whole_run ? (count) : start + whole_run;                     \
            halves sum = {0, 0};                                                                             \
            for (int64_t i = start; i < end; i++)                                                            \
                add_rounded(&sum, (TERM) * (first_factor) * (second_factor));                                \
            add_halves(sum, total);                                                                          \
        }                                                                                                    \
    } while (0)

// The largest magnitude of TERM for i from 0 to count; infinity or NaN if one of them is not finite.
#define LARGEST(i, count, TERM, result)                                                                      \
    do {                                                                                                     \
        int64_t largest = 0;                                                                                 \
        for (int64_t i = 0; i < (count); i++) {                                                              \
            const int64_t magnitude = magnitude_bits(TERM);                                                  \
            largest = magnitude > largest ? magnitude : largest;                                             \
        }                                                                                                    \
        result = double_of((uint64_t)largest);                                                               \
    } while (0)
