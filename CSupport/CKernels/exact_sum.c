#include "include/exact_sum.h"
#include "exact.h"

CLONES double palindrome_largest(int64_t count, const double *terms) {
    double result;
    LARGEST(i, count, terms[i], result);
    return result;
}

CLONES void palindrome_exact_sum(int64_t count, const double *terms, double first_factor,
                                 double second_factor, uint64_t total[2]) {
    EXACT_SUM(i, count, terms[i], first_factor, second_factor, total);
}

INLINE double magnitude_of(double x, double y, double z) {
    return (__builtin_fabs(x) + __builtin_fabs(y)) + __builtin_fabs(z);
}

#define SUMS(REAL, NAME)                                                                                     \
    CLONES double NAME(palindrome_largest_product)(int64_t count, const REAL *x, const REAL *y) {            \
        double result;                                                                                       \
        LARGEST(i, count, (double)x[i] * (double)y[i], result);                                              \
        return result;                                                                                       \
    }                                                                                                        \
    CLONES void NAME(palindrome_exact_products)(int64_t count, const REAL *x, const REAL *y,                 \
                                                double first_factor, double second_factor,                   \
                                                uint64_t total[2]) {                                         \
        EXACT_SUM(i, count, (double)x[i] * (double)y[i], first_factor, second_factor, total);                \
    }                                                                                                        \
    CLONES double NAME(palindrome_largest_magnitude)(int64_t count, const REAL *x, const REAL *y,            \
                                                     const REAL *z) {                                        \
        double result;                                                                                       \
        LARGEST(i, count, magnitude_of((double)x[i], (double)y[i], (double)z[i]), result);                   \
        return result;                                                                                       \
    }                                                                                                        \
    CLONES void NAME(palindrome_exact_magnitudes)(int64_t count, const REAL *x, const REAL *y,               \
                                                  const REAL *z, double first_factor, double second_factor,  \
                                                  uint64_t total[2]) {                                       \
        EXACT_SUM(i, count, magnitude_of((double)x[i], (double)y[i], (double)z[i]), first_factor,            \
                  second_factor, total);                                                                     \
    }

#define SINGLE(name) name##_f32
#define FULL(name) name##_f64
SUMS(float, SINGLE)
SUMS(double, FULL)
