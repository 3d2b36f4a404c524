#pragma once
#include <stdint.h>

// Drift in integers. No allocation, no MPI, no global state.

/// position += round(coefficient * momentum), modulo the box. Rounding to nearest even is odd, so the
/// negative coefficient undoes it exactly.
///
/// - coefficient: position units per momentum unit.
/// - Returns: 0, or 1 if a step reached half the box or was not finite; such a particle is left where it was.
int32_t palindrome_drift_f32(int64_t count, uint32_t *restrict position, const int32_t *restrict momentum,
                             double coefficient);
int32_t palindrome_drift_f64(int64_t count, uint64_t *restrict position, const int64_t *restrict momentum,
                             double coefficient);
