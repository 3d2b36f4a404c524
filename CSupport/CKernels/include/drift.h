#pragma once
#include "particles.h"

// Drift in integers. No allocation, no MPI, no global state.

/// position += round(coefficient * momentum) along one axis, modulo the box. Rounding to nearest even is odd,
/// so the negative coefficient undoes it exactly.
///
/// - coefficient: position units per momentum unit.
/// - Returns: 0, or 1 if a step reached half the box or was not finite; such a particle is left where it was.
int32_t palindrome_drift_f32(palindrome_particle_set particles, int32_t axis, double coefficient);
int32_t palindrome_drift_f64(palindrome_particle_set particles, int32_t axis, double coefficient);

/// What undoing a drift finds.
typedef struct palindrome_undrift_outcome {
    /// The largest magnitude of position_bar . momentum; infinity or NaN if a product is not finite.
    double largest_product;
    /// As `palindrome_drift` returns it.
    int32_t failed;
} palindrome_undrift_outcome;

/// Undoes a drift, and finds the largest product.
///
/// - coefficients: those of the drift negated, per axis [position units per momentum unit].
palindrome_undrift_outcome palindrome_undrift_f32(palindrome_particle_set particles,
                                                  palindrome_particle_cotangents cotangents,
                                                  const double coefficients[3]);
palindrome_undrift_outcome palindrome_undrift_f64(palindrome_particle_set particles,
                                                  palindrome_particle_cotangents cotangents,
                                                  const double coefficients[3]);

/// The adjoint of a drift, without undoing it: momentum_bar += coefficient * position_bar, and the derivative
/// by the coefficient, the sum of position_bar . momentum over the particles, as `palindrome_exact_sum` makes
/// it.
void palindrome_drift_adjoint_f32(palindrome_particle_set particles,
                                  palindrome_particle_cotangents cotangents, double coefficient,
                                  const double factors[2], uint64_t total[2]);
void palindrome_drift_adjoint_f64(palindrome_particle_set particles,
                                  palindrome_particle_cotangents cotangents, double coefficient,
                                  const double factors[2], uint64_t total[2]);

/// The sum of bar . momentum over the particles by itself: the largest magnitude of the terms, and their sum
/// as `palindrome_exact_sum` makes it.
///
/// - bar: reals.
double palindrome_largest_momentum_product_f32(palindrome_particle_set particles, palindrome_vectors bar);
double palindrome_largest_momentum_product_f64(palindrome_particle_set particles, palindrome_vectors bar);
void palindrome_exact_momentum_products_f32(palindrome_particle_set particles, palindrome_vectors bar,
                                            const double factors[2], uint64_t total[2]);
void palindrome_exact_momentum_products_f64(palindrome_particle_set particles, palindrome_vectors bar,
                                            const double factors[2], uint64_t total[2]);
