#include "include/drift.h"
#include "exact.h"

CLONES int32_t palindrome_drift_f32(int64_t count, uint32_t *restrict position,
                                    const int32_t *restrict momentum, double coefficient) {
    uint32_t failed = 0;
    for (int64_t i = 0; i < count; i++) {
        const double step = coefficient * (double)momentum[i];
        const uint32_t fits = __builtin_fabs(step) < 0x1p31; // false for NaN
        failed |= !fits;
        // The low half of the shifted sum is the rounded step modulo 2^32.
        const uint32_t rounded = (uint32_t)bits_of(step + rounding_shift);
        position[i] += fits ? rounded : 0;
    }
    return (int32_t)failed;
}

CLONES int32_t palindrome_drift_f64(int64_t count, uint64_t *restrict position,
                                    const int64_t *restrict momentum, double coefficient) {
    uint32_t failed = 0;
    for (int64_t i = 0; i < count; i++) {
        const double step = coefficient * (double)momentum[i];
        const uint32_t fits = __builtin_fabs(step) < 0x1p63;
        failed |= !fits;
        position[i] += (uint64_t)(int64_t)__builtin_rint(fits ? step : 0.0);
    }
    return (int32_t)failed;
}

#define DRIFT_ADJOINT(REAL, MOMENTUM, NAME)                                                                  \
    INLINE double NAME(product)(int64_t i, const MOMENTUM *px, const MOMENTUM *py, const MOMENTUM *pz,       \
                                const REAL *x_bar, const REAL *y_bar, const REAL *z_bar) {                   \
        const double by_x = (double)x_bar[i] * (double)px[i];                                                \
        const double by_xy = __builtin_fma((double)y_bar[i], (double)py[i], by_x);                           \
        return __builtin_fma((double)z_bar[i], (double)pz[i], by_xy);                                        \
    }                                                                                                        \
    CLONES void NAME(palindrome_drift_adjoint)(                                                              \
        int64_t count, double coefficient, const REAL *restrict position_bar, REAL *restrict momentum_bar) { \
        for (int64_t i = 0; i < count; i++)                                                                  \
            momentum_bar[i] =                                                                                \
                (REAL)__builtin_fma(coefficient, (double)position_bar[i], (double)momentum_bar[i]);          \
    }                                                                                                        \
    CLONES double NAME(palindrome_largest_drift_product)(                                                    \
        int64_t count, const MOMENTUM *px, const MOMENTUM *py, const MOMENTUM *pz, const REAL *x_bar,        \
        const REAL *y_bar, const REAL *z_bar) {                                                              \
        double result;                                                                                       \
        LARGEST(i, count, NAME(product)(i, px, py, pz, x_bar, y_bar, z_bar), result);                        \
        return result;                                                                                       \
    }                                                                                                        \
    CLONES void NAME(palindrome_exact_drift_products)(                                                       \
        int64_t count, const MOMENTUM *px, const MOMENTUM *py, const MOMENTUM *pz, const REAL *x_bar,        \
        const REAL *y_bar, const REAL *z_bar, double first_factor, double second_factor,                     \
        uint64_t total[2]) {                                                                                 \
        EXACT_SUM(i, count, NAME(product)(i, px, py, pz, x_bar, y_bar, z_bar), first_factor, second_factor,  \
                  total);                                                                                    \
    }

#define SINGLE(name) name##_f32
#define FULL(name) name##_f64
DRIFT_ADJOINT(float, int32_t, SINGLE)
DRIFT_ADJOINT(double, int64_t, FULL)
