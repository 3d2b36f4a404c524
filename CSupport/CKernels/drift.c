#include "include/drift.h"
#include "exact.h"

// So many particles at once go through several loops while they are in cache.
enum { drift_batch = 512 };

// A step as an integer, which may wrap; 0 where it does not fit.
INLINE uint32_t rounded_f32(double step, uint32_t fits) {
    // The low half of the shifted sum is the rounded step modulo 2^32.
    return fits ? (uint32_t)bits_of(step + rounding_shift) : 0;
}

INLINE uint64_t rounded_f64(double step, uint32_t fits) {
    return (uint64_t)(int64_t)__builtin_rint(fits ? step : 0.0);
}

#define PRECISION 32
#include "precision.h"
#include "drift.template.h"
#undef PRECISION

#define PRECISION 64
#include "precision.h"
#include "drift.template.h"
