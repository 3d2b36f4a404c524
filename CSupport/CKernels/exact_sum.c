#include "include/exact_sum.h"
#include "kernel.h"

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
    // Below 2^30 in magnitude, and exact; 2^31 is even, so that ties go the way they would in the whole.
    const double low = __builtin_fma(high, -0x1p31, term);
    sum->high += bits_of(high + rounding_shift) - bits_of(rounding_shift);
    sum->low += bits_of(low + rounding_shift) - bits_of(rounding_shift);
}

INLINE void add_halves(halves sum, uint64_t total[2]) {
    __extension__ typedef unsigned __int128 wide;
    __extension__ const __int128 whole = ((__int128)(int64_t)sum.high << 31) + (int64_t)sum.low;
    const wide all = (((wide)total[1] << 64) | total[0]) + (wide)whole;
    total[0] = (uint64_t)all;
    total[1] = (uint64_t)(all >> 64);
}

// Terms between two additions to the total.
enum { run = 1 << 20 };

CLONES double palindrome_largest(int64_t count, const double *terms) {
    int64_t largest = 0;
    for (int64_t i = 0; i < count; i++) {
        const int64_t magnitude = magnitude_bits(terms[i]);
        largest = magnitude > largest ? magnitude : largest;
    }
    return double_of((uint64_t)largest);
}

CLONES void palindrome_exact_sum(int64_t count, const double *terms, double first_factor,
                                 double second_factor, uint64_t total[2]) {
    for (int64_t start = 0; start < count; start += run) {
        const int64_t end = count - start < run ? count : start + run;
        halves sum = {0, 0};
        for (int64_t i = start; i < end; i++)
            add_rounded(&sum, terms[i] * first_factor * second_factor);
        add_halves(sum, total);
    }
}

#define PRODUCTS(REAL, largest_product, exact_products)                                                      \
    CLONES double largest_product(int64_t count, const REAL *x, const REAL *y) {                             \
        int64_t largest = 0;                                                                                 \
        for (int64_t i = 0; i < count; i++) {                                                                \
            const int64_t magnitude = magnitude_bits((double)x[i] * (double)y[i]);                           \
            largest = magnitude > largest ? magnitude : largest;                                             \
        }                                                                                                    \
        return double_of((uint64_t)largest);                                                                 \
    }                                                                                                        \
    CLONES void exact_products(int64_t count, const REAL *x, const REAL *y, double first_factor,             \
                               double second_factor, uint64_t total[2]) {                                    \
        for (int64_t start = 0; start < count; start += run) {                                               \
            const int64_t end = count - start < run ? count : start + run;                                   \
            halves sum = {0, 0};                                                                             \
            for (int64_t i = start; i < end; i++)                                                            \
                add_rounded(&sum, (double)x[i] * (double)y[i] * first_factor * second_factor);               \
            add_halves(sum, total);                                                                          \
        }                                                                                                    \
    }

PRODUCTS(float, palindrome_largest_product_f32, palindrome_exact_products_f32)
PRODUCTS(double, palindrome_largest_product_f64, palindrome_exact_products_f64)
