#pragma once
#include <stdint.h>

// What kernels of particles take. In `_f32` positions are uint32_t, momenta int32_t and real numbers float;
// in `_f64` uint64_t, int64_t and double.

/// A vector of each particle: arrays of its components along x, y and z.
typedef struct palindrome_vectors {
    void *along[3];
} palindrome_vectors;

/// Particles. A kernel writes what it says it changes.
typedef struct palindrome_particle_set {
    int64_t count;
    /// Fractions of the box [2^-32 or 2^-64 box].
    palindrome_vectors position;
    /// Integers [momentum units].
    palindrome_vectors momentum;
} palindrome_particle_set;

/// Who particles are: numbers of points of the particle grid, (x * points_y + y) * points_z + z.
typedef struct palindrome_indices {
    /// Their lower and upper 32 bits; `high` is null where all of those are 0.
    const uint32_t *low, *high;
} palindrome_indices;

/// The derivatives of a loss by the state of each particle, reals.
typedef struct palindrome_particle_cotangents {
    palindrome_vectors position, momentum;
} palindrome_particle_cotangents;
