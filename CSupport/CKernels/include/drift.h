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

/// Particles with their cotangents, of integers and reals of the precision that a kernel is named by.
typedef struct palindrome_carried {
    int64_t count;
    void *position[3];
    const void *momentum[3], *position_bar[3];
    void *momentum_bar[3];
} palindrome_carried;

/// Undoes a drift, and finds the largest magnitude of position_bar . momentum.
///
/// - coefficients: those of the drift negated, per axis [position units per momentum unit].
/// - largest_product: infinity or NaN if a product is not finite.
/// - Returns: as `palindrome_drift`.
int32_t palindrome_undrift_f32(const palindrome_carried *particles, const double coefficients[3],
                               double *largest_product);
int32_t palindrome_undrift_f64(const palindrome_carried *particles, const double coefficients[3],
                               double *largest_product);

/// The adjoint of a drift, without undoing it: momentum_bar += coefficient * position_bar, and the derivative
/// by the coefficient, the sum of position_bar . momentum over the particles, as `palindrome_exact_sum` makes
/// it.
void palindrome_drift_adjoint_f32(const palindrome_carried *particles, double coefficient,
                                  const double factors[2], uint64_t total[2]);
void palindrome_drift_adjoint_f64(const palindrome_carried *particles, double coefficient,
                                  const double factors[2], uint64_t total[2]);

/// The sum of position_bar . momentum over the particles by itself: the largest magnitude of the terms, and
/// their sum as `palindrome_exact_sum` makes it.
double palindrome_largest_drift_product_f32(int64_t count, const int32_t *px, const int32_t *py,
                                            const int32_t *pz, const float *x_bar, const float *y_bar,
                                            const float *z_bar);
double palindrome_largest_drift_product_f64(int64_t count, const int64_t *px, const int64_t *py,
                                            const int64_t *pz, const double *x_bar, const double *y_bar,
                                            const double *z_bar);
void palindrome_exact_drift_products_f32(int64_t count, const int32_t *px, const int32_t *py,
                                         const int32_t *pz, const float *x_bar, const float *y_bar,
                                         const float *z_bar, double first_factor, double second_factor,
                                         uint64_t total[2]);
void palindrome_exact_drift_products_f64(int64_t count, const int64_t *px, const int64_t *py,
                                         const int64_t *pz, const double *x_bar, const double *y_bar,
                                         const double *z_bar, double first_factor, double second_factor,
                                         uint64_t total[2]);
