#include "include/kick.h"
#include "include/kick_adjoint.h"
#include "exact.h"
#include "locate.h"
#include "total.h"

typedef float row4_f32 __attribute__((vector_size(16), aligned(4)));
typedef float row8_f32 __attribute__((vector_size(32), aligned(4)));
typedef double row4_f64 __attribute__((vector_size(32), aligned(8)));
typedef double row8_f64 __attribute__((vector_size(64), aligned(8)));

// Four doubles, and integers in their place that may wrap, in either precision.
typedef double quad __attribute__((vector_size(32), aligned(8)));
typedef uint64_t whole_quad __attribute__((vector_size(32), aligned(8)));

#define ALL4(value)                                                                                          \
    { value, value, value, value }
#define ALL8(value)                                                                                          \
    { value, value, value, value, value, value, value, value }

// Interpolation of rows, at the share d of the way. Macros, since a vector as an argument would have to be
// one of every instruction set.
#define BETWEEN(lower, upper, d)                                                                             \
    __builtin_elementwise_fma(upper, (ROW8)ALL8(d), (lower) * (ROW8)ALL8(1 - (d)))
// A row of eight holds the four numbers of a point and those of the next point along z.
#define FIRST(pair) __builtin_shufflevector(pair, pair, 0, 1, 2, 3)
#define SECOND(pair) __builtin_shufflevector(pair, pair, 4, 5, 6, 7)
#define ALONG_Z(pair, d)                                                                                     \
    __builtin_elementwise_fma(SECOND(pair), (ROW4)ALL4(d), FIRST(pair) * (ROW4)ALL4(1 - (d)))

// A component of a point's force cotangent, without the count that the fourth holds.
INLINE int64_t whole_component(const int64_t *point, int axis) {
    return (int64_t)((uint64_t)point[axis] - (uint64_t)point[3]);
}

INLINE void note_failure(palindrome_kick_outcome *outcome, int64_t kick, int32_t is_finite) {
    if (is_finite)
        outcome->overflows |= (uint64_t)1 << kick;
    else
        outcome->is_not_finite = 1;
}

// Adds rounded kicks to a batch of momenta; see kick.h for the outcome.
INLINE void add_kicks_f32(int64_t n, int32_t *restrict momentum, const float *restrict force, int64_t kicks,
                          const double *coefficients, palindrome_kick_outcome *outcome) {
    for (int64_t k = 0; k < kicks; k++) {
        const double coefficient = coefficients[k];
        uint32_t failed = 0;
        for (int64_t i = 0; i < n; i++) {
            const double kick = coefficient * (double)force[i];
            const double sum = (double)momentum[i] + ((kick + rounding_shift) - rounding_shift);
            // -2^31 <= sum < 2^31 for an integer; false for NaN.
            failed |= !(__builtin_fabs(sum + 0.5) < 0x1p31);
            momentum[i] = (int32_t)(uint32_t)bits_of(sum + rounding_shift);
        }
        if (!failed)
            continue;
        int32_t is_finite = 1;
        for (int64_t i = 0; i < n; i++)
            is_finite &= __builtin_fabs(coefficient * (double)force[i]) < __builtin_inf();
        note_failure(outcome, k, is_finite);
    }
}

INLINE void add_kicks_f64(int64_t n, int64_t *restrict momentum, const double *restrict force, int64_t kicks,
                          const double *coefficients, palindrome_kick_outcome *outcome) {
    for (int64_t k = 0; k < kicks; k++) {
        const double coefficient = coefficients[k];
        uint32_t failed = 0;
        int32_t is_finite = 1;
        for (int64_t i = 0; i < n; i++) {
            const double kick = coefficient * force[i];
            const uint32_t is_small = __builtin_fabs(kick) < 0x1p63;
            int64_t sum;
            const uint32_t wraps =
                __builtin_add_overflow(momentum[i], (int64_t)__builtin_rint(is_small ? kick : 0.0), &sum);
            momentum[i] = sum;
            failed |= !is_small | wraps;
            is_finite &= __builtin_fabs(kick) < __builtin_inf();
        }
        if (failed)
            note_failure(outcome, k, is_finite);
    }
}

#define PRECISION 32
#include "precision.h"
#include "planes.template.h"
#include "rim.template.h"
#include "kick.template.h"
#include "kick_adjoint.template.h"
#undef PRECISION

#define PRECISION 64
#include "precision.h"
#include "planes.template.h"
#include "rim.template.h"
#include "kick.template.h"
#include "kick_adjoint.template.h"
