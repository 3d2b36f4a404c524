#pragma once
#include "kernel.h"

// A step as an integer, which may wrap; 0 where it does not fit.
INLINE uint32_t rounded_f32(double step, uint32_t fits) {
    // The low half of the shifted sum is the rounded step modulo 2^32.
    return fits ? (uint32_t)bits_of(step + rounding_shift) : 0;
}

INLINE uint64_t rounded_f64(double step, uint32_t fits) {
    return (uint64_t)(int64_t)__builtin_rint(fits ? step : 0.0);
}
