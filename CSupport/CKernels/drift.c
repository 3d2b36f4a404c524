#include "include/drift.h"
#include "kernel.h"

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

#define DRIFT_ADJOINT(name, REAL, MOMENTUM)                                                                  \
    CLONES void name(int64_t count, const MOMENTUM *restrict momentum, double coefficient,                   \
                     const REAL *restrict position_bar, REAL *restrict momentum_bar, int32_t is_first,       \
                     double *restrict product) {                                                             \
        for (int64_t i = 0; i < count; i++) {                                                                \
            const double bar = (double)position_bar[i];                                                      \
            momentum_bar[i] = (REAL)__builtin_fma(coefficient, bar, (double)momentum_bar[i]);                \
            product[i] = __builtin_fma(bar, (double)momentum[i], is_first ? 0.0 : product[i]);               \
        }                                                                                                    \
    }

DRIFT_ADJOINT(palindrome_drift_adjoint_f32, float, int32_t)
DRIFT_ADJOINT(palindrome_drift_adjoint_f64, double, int64_t)
