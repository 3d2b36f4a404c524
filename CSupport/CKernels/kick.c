#include "include/kick.h"
#include "include/kick_adjoint.h"
#include "kernel.h"
#include "locate.h"

typedef float row4_f32 __attribute__((vector_size(16), aligned(4)));
typedef float row8_f32 __attribute__((vector_size(32), aligned(4)));
typedef double row4_f64 __attribute__((vector_size(32), aligned(8)));
typedef double row8_f64 __attribute__((vector_size(64), aligned(8)));
// Lanes chosen (-1) or not (0), as wide as the reals.
typedef int32_t lanes_f32 __attribute__((vector_size(32)));
typedef int64_t lanes_f64 __attribute__((vector_size(64)));

#define ALL4(value)                                                                                          \
    { value, value, value, value }
#define ALL8(value)                                                                                          \
    { value, value, value, value, value, value, value, value }

// Adds rounded kicks to a batch of momenta; see kick.h for the outcome.
INLINE void add_kicks_f32(int64_t n, int32_t *restrict momentum, const float *restrict force, int64_t kicks,
                          const double *coefficients, palindrome_kick_outcome *outcome) {
    for (int64_t k = 0; k < kicks; k++) {
        const double coefficient = coefficients[k];
        uint32_t overflow = 0, bad = 0;
        for (int64_t i = 0; i < n; i++) {
            const double kick = coefficient * (double)force[i];
            const uint32_t finite = __builtin_fabs(kick) < __builtin_inf();
            const double sum = (double)momentum[i] + ((kick + rounding_shift) - rounding_shift);
            // The shift rounds kicks below 2^51 only; larger ones fail the first test.
            const uint32_t fits = (uint32_t)(__builtin_fabs(kick) < 0x1p40) & (uint32_t)(sum >= -0x1p31) &
                                  (uint32_t)(sum < 0x1p31);
            momentum[i] = fits ? (int32_t)(uint32_t)bits_of(sum + rounding_shift) : momentum[i];
            overflow |= !fits;
            bad |= !finite;
        }
        if (bad)
            outcome->is_not_finite = 1;
        else if (overflow)
            outcome->overflows |= (uint64_t)1 << k;
    }
}

INLINE void add_kicks_f64(int64_t n, int64_t *restrict momentum, const double *restrict force, int64_t kicks,
                          const double *coefficients, palindrome_kick_outcome *outcome) {
    for (int64_t k = 0; k < kicks; k++) {
        const double coefficient = coefficients[k];
        uint32_t overflow = 0, bad = 0;
        for (int64_t i = 0; i < n; i++) {
            const double kick = coefficient * force[i];
            const uint32_t finite = __builtin_fabs(kick) < __builtin_inf();
            const uint32_t small = __builtin_fabs(kick) < 0x1p63;
            int64_t sum;
            const uint32_t wraps =
                __builtin_add_overflow(momentum[i], (int64_t)__builtin_rint(small ? kick : 0.0), &sum);
            momentum[i] = (small & !wraps) ? sum : momentum[i];
            overflow |= !small | wraps;
            bad |= !finite;
        }
        if (bad)
            outcome->is_not_finite = 1;
        else if (overflow)
            outcome->overflows |= (uint64_t)1 << k;
    }
}

#define PRECISION 32
#include "precision.h"
#include "kick.template.h"
#include "kick_adjoint.template.h"
#undef PRECISION

#define PRECISION 64
#include "precision.h"
#include "kick.template.h"
#include "kick_adjoint.template.h"
