#pragma once
#include "kick.h"
#include "rim.h"

// The adjoints of reading forces and of kicking with them. No allocation, no MPI, no global state.
//
// A name with `bar` is a cotangent: the derivative of the loss with respect to what it is named after.

/// Undoes kicks and carries the cotangents through them, in one pass:
///
///     position_bar[b] += factor[b] * sum over a of momentum_bar[a] dF_a / d(offset along b)
///     product          = momentum_bar . F
///     V_a(c)           = sum over particles of round(weight[a] momentum_bar[a] W(x - c))
///     sum(c)           = sum over a of [8 (V_a(c-1) - V_a(c+1)) + V_a(c+2) - V_a(c-2)]
///
/// The last two are the transpose of reading the four-point gradient, without its scale.
///
/// - undoing: the kicks' coefficients negated, the last one first, as for `palindrome_kick`; the forces are
/// the
///   same to the last bit.
/// - planes: where the particles of each owned plane start, from `palindrome_find_planes`.
/// - factor: the sum of the coefficients [force per momentum] over the mesh cell, per axis.
/// - product: one per particle.
/// - weight: such that the rounded terms stay below 2^50 and the sums below 2^62.
/// - sums: with two lower and three upper ghost planes, as the potential; its total is 0.
/// - window: scratch of `palindrome_force_window` numbers; cotangent_window: of
/// `palindrome_cotangent_window`.
palindrome_kick_outcome palindrome_kick_adjoint_f32(
    const int64_t *planes, const uint32_t *x, const uint32_t *y, const uint32_t *z, int32_t *px, int32_t *py,
    int32_t *pz, palindrome_block block, const float *potential, const float scale[3], int64_t kicks,
    const double *undoing, const double factor[3], const float *px_bar, const float *py_bar,
    const float *pz_bar, float *x_bar, float *y_bar, float *z_bar, double *product, const double weight[3],
    palindrome_sums *sums, float *window, int64_t *cotangent_window);
palindrome_kick_outcome palindrome_kick_adjoint_f64(
    const int64_t *planes, const uint64_t *x, const uint64_t *y, const uint64_t *z, int64_t *px, int64_t *py,
    int64_t *pz, palindrome_block block, const double *potential, const double scale[3], int64_t kicks,
    const double *undoing, const double factor[3], const double *px_bar, const double *py_bar,
    const double *pz_bar, double *x_bar, double *y_bar, double *z_bar, double *product,
    const double weight[3], palindrome_sums *sums, double *window, int64_t *cotangent_window);

/// Moving a particle changes what it reads:
///
///     position_bar[b] += factor[b] * weight * d(value) / d(offset along b),    product = weight * value
///
/// - field: one upper ghost plane, filled.
/// - weight: one per particle; NULL for 1.
/// - product: one per particle; may be NULL.
/// - Returns: 0, or -1 if a particle was outside the owned columns.
int32_t palindrome_gather_adjoint_f32(int64_t count, const uint32_t *x, const uint32_t *y, const uint32_t *z,
                                      palindrome_block block, const float *field, const double factor[3],
                                      const float *weight, float *x_bar, float *y_bar, float *z_bar,
                                      double *product);
int32_t palindrome_gather_adjoint_f64(int64_t count, const uint64_t *x, const uint64_t *y, const uint64_t *z,
                                      palindrome_block block, const double *field, const double factor[3],
                                      const double *weight, double *x_bar, double *y_bar, double *z_bar,
                                      double *product);
