#pragma once
#include "planes.h"

// Reading forces at particles, cloud-in-cell, and kicking with them. No allocation, no MPI, no global state.
//
// The forces are read in one precision with explicit fused multiply-adds in a fixed order. A kick adds
// round(coefficient * force) to the momentum, the product in double; rounding to nearest even is odd, so the
// negative coefficient undoes it exactly.

/// A potential, with two lower and three upper ghost planes, and what its four-point differences are times.
typedef struct palindrome_potential {
    palindrome_mesh_field field;
    /// -1 / (12 h) per axis; a kernel takes it in its precision.
    double scale[3];
} palindrome_potential;

/// Kicks one after the other, each rounded.
typedef struct palindrome_kicks {
    /// At most 64.
    int64_t count;
    /// Of each kick [momentum units per force unit].
    const double *coefficients;
} palindrome_kicks;

/// What went wrong in a kick, all zero if nothing did; otherwise the momenta are undefined.
typedef struct palindrome_kick_outcome {
    /// Bit k: the k-th coefficient would have taken a momentum out of its integer range.
    uint64_t overflows;
    /// 1: a force was NaN or infinite.
    int32_t is_not_finite;
    /// 1: a particle was outside the owned columns.
    int32_t is_stray;
    /// Of an adjoint the largest magnitude of its products, which is not finite if one of them is not.
    double largest_product;
} palindrome_kick_outcome;

/// Kicks by the four-point gradient of a potential, all three components in one pass.
///
///     F_x = scale_x * sum over the 8 cells c of W(x - c) [8 (phi(c+1) - phi(c-1)) - (phi(c+2) - phi(c-2))]
///
/// - window: scratch of `palindrome_force_window` reals.
palindrome_kick_outcome palindrome_kick_f32(palindrome_particle_planes planes, palindrome_potential potential,
                                            palindrome_kicks kicks, void *window);
palindrome_kick_outcome palindrome_kick_f64(palindrome_particle_planes planes, palindrome_potential potential,
                                            palindrome_kicks kicks, void *window);

/// The forces with which `palindrome_kick` kicks, bit for bit, reals.
///
/// - Returns: 0, or -1 if a particle was outside the owned columns, here and below.
int32_t palindrome_force_f32(palindrome_particle_planes planes, palindrome_potential potential,
                             palindrome_vectors force, void *window);
int32_t palindrome_force_f64(palindrome_particle_planes planes, palindrome_potential potential,
                             palindrome_vectors force, void *window);

/// Kicks momenta along one axis by that component of the force on the mesh, with one upper ghost plane.
palindrome_kick_outcome palindrome_kick_component_f32(palindrome_particle_set particles, int32_t axis,
                                                      palindrome_mesh_field force, palindrome_kicks kicks);
palindrome_kick_outcome palindrome_kick_component_f64(palindrome_particle_set particles, int32_t axis,
                                                      palindrome_mesh_field force, palindrome_kicks kicks);

/// Reads a field with one upper ghost plane at the particles, cloud-in-cell: a real for each.
int32_t palindrome_gather_f32(palindrome_particle_set particles, palindrome_mesh_field field, void *value);
int32_t palindrome_gather_f64(palindrome_particle_set particles, palindrome_mesh_field field, void *value);
