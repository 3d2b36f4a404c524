#pragma once
#include "planes.h"
#include "rim.h"

// Cloud-in-cell mass assignment in integers. No allocation, no MPI, no global state.

/// The masses of particles, integers.
typedef struct palindrome_masses {
    /// The mass of a particle is round(value * scale), of either sign, below 2^50, and all together below
    /// 2^62; a real number per particle. Null: each has the mass `scale`, a power of two, at most 2^50.
    const void *value;
    double scale;
} palindrome_masses;

/// What a deposit finds.
typedef struct palindrome_deposit_outcome {
    /// The sum over the inner points of the block, see rim.h, modulo 2^64.
    uint64_t inner_total;
    /// 1: a particle was outside the owned columns; the sums are then undefined.
    int32_t is_stray;
} palindrome_deposit_outcome;

/// The mass of all particles at the mesh points, each particle's at the eight around it.
///
/// The mass is split along x, each part along y, each of those along z; of every two parts the upper is
/// rounded to an integer and the lower is the rest, so that the eight sum to the mass exactly.
///
/// - sums: with one upper ghost plane and no lower one [mass units].
/// - window: scratch of `palindrome_mass_window` numbers.
palindrome_deposit_outcome palindrome_deposit_f32(palindrome_particle_planes planes,
                                                  palindrome_particle_block block, palindrome_masses masses,
                                                  palindrome_sums sums, int64_t *window);
palindrome_deposit_outcome palindrome_deposit_f64(palindrome_particle_planes planes,
                                                  palindrome_particle_block block, palindrome_masses masses,
                                                  palindrome_sums sums, int64_t *window);
