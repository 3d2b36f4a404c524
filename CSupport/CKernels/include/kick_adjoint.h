#pragma once
#include "kick.h"
#include "rim.h"

// The adjoints of reading forces and of kicking with them. No allocation, no MPI, no global state.
//
// A name with `bar` is a cotangent: the derivative of the loss with respect to what it is named after.

/// What the adjoint of kicks takes back to.
typedef struct palindrome_kick_cotangents {
    /// Those of positions are added to, those of momenta read.
    palindrome_particle_cotangents particles;
    /// The sum of the coefficients [force per momentum] over the mesh cell, per axis.
    double factor[3];
    /// momentum_bar . F of each particle.
    double *product;
    /// Integers per momentum_bar in the potential's, per axis: such that the rounded terms stay below 2^50
    /// and the sums below 2^62.
    double weight[3];
    /// The potential's, with two lower and three upper ghost planes.
    palindrome_sums potential;
} palindrome_kick_cotangents;

/// Scratch of the adjoint of kicks.
typedef struct palindrome_kick_windows {
    /// `palindrome_force_window` reals.
    void *forces;
    /// `palindrome_cotangent_window` integers.
    int64_t *cotangents;
} palindrome_kick_windows;

/// Undoes kicks and carries the cotangents through them, in one pass:
///
///     position_bar[b] += factor[b] * sum over a of momentum_bar[a] dF_a / d(offset along b)
///     product          = momentum_bar . F
///     V_a(c)           = sum over particles of round(weight[a] momentum_bar[a] W(x - c))
///     sum(c)           = sum over a of [8 (V_a(c-1) - V_a(c+1)) + V_a(c+2) - V_a(c-2)]
///
/// The last two are the transpose of reading the four-point gradient, without its scale.
///
/// - undoing: the kicks' coefficients negated, the last one first; the forces are the same to the last bit.
palindrome_kick_outcome palindrome_kick_adjoint_f32(palindrome_particle_planes planes,
                                                    palindrome_potential potential, palindrome_kicks undoing,
                                                    palindrome_kick_cotangents cotangents,
                                                    palindrome_kick_windows windows);
palindrome_kick_outcome palindrome_kick_adjoint_f64(palindrome_particle_planes planes,
                                                    palindrome_potential potential, palindrome_kicks undoing,
                                                    palindrome_kick_cotangents cotangents,
                                                    palindrome_kick_windows windows);

/// What the adjoint of reading a field takes back to.
typedef struct palindrome_gather_cotangents {
    /// Of the particles, reals; they are added to.
    palindrome_vectors position_bar;
    /// Per axis.
    double factor[3];
    /// A real of each particle; null for 1.
    const void *weight;
    /// Of each particle; may be null.
    double *product;
} palindrome_gather_cotangents;

/// Moving a particle changes what it reads:
///
///     position_bar[b] += factor[b] * weight * d(value) / d(offset along b),    product = weight * value
///
/// - field: with one upper ghost plane.
/// - Returns: 0, or -1 if a particle was outside the owned columns.
int32_t palindrome_gather_adjoint_f32(palindrome_particle_set particles, palindrome_mesh_field field,
                                      palindrome_gather_cotangents cotangents);
int32_t palindrome_gather_adjoint_f64(palindrome_particle_set particles, palindrome_mesh_field field,
                                      palindrome_gather_cotangents cotangents);
