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

/// The adjoint of a drift, without undoing it:
///
///     momentum_bar += coefficient * position_bar,    product += position_bar * momentum
///
/// - product: one per particle, summed over the axes in their order; `is_first` starts it.
void palindrome_drift_adjoint_f32(int64_t count, const int32_t *restrict momentum, double coefficient,
                                  const float *restrict position_bar, float *restrict momentum_bar,
                                  int32_t is_first, double *restrict product);
void palindrome_drift_adjoint_f64(int64_t count, const int64_t *restrict momentum, double coefficient,
                                  const double *restrict position_bar, double *restrict momentum_bar,
                                  int32_t is_first, double *restrict product);
