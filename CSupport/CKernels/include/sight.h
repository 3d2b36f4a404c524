#pragma once
#include "particles.h"

// Where redshifts show particles, and the way back. No allocation, no MPI, no global state.

/// Along an axis, 0, 1 or 2, or along r/|r| from an observer, or not at all.
enum palindrome_line_of_sight { palindrome_from_observer = 3, palindrome_from_nowhere = 4 };

/// s = x + shift (p . n) n, n the line of sight at x.
typedef struct palindrome_sight {
    /// The axis that n is, or a `palindrome_line_of_sight`.
    int32_t line;
    /// [Mpc/h]
    double observer[3];
    /// The side of the box [Mpc/h].
    double box[3];
    /// A momentum unit [Mpc/h H0].
    double momentum;
    /// [1/H0]
    double shift;
} palindrome_sight;

/// seen = X + round(s - x in position units), modulo the box.
///
/// - seen: positions.
/// - Returns: 0, or 1 if a shift reached half the box or was not finite; such a particle stays where
/// it is.
int32_t palindrome_show_f32(palindrome_particle_set particles, palindrome_sight sight,
                            palindrome_vectors seen);
int32_t palindrome_show_f64(palindrome_particle_set particles, palindrome_sight sight,
                            palindrome_vectors seen);

/// The adjoint: with q = seen_bar, alpha = p . n, beta = q . n, onto the cotangents
///
///     x_bar += q + (shift/|r|) [beta (p - alpha n) + alpha (q - beta n)],    p_bar += shift beta n
///
/// - products: alpha beta of each particle.
void palindrome_show_adjoint_f32(palindrome_particle_set particles, palindrome_sight sight,
                                 palindrome_vectors seen_bar, palindrome_particle_cotangents cotangents,
                                 double *products);
void palindrome_show_adjoint_f64(palindrome_particle_set particles, palindrome_sight sight,
                                 palindrome_vectors seen_bar, palindrome_particle_cotangents cotangents,
                                 double *products);
