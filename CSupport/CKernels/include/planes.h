#pragma once
#include "particle_block.h"
#include "particles.h"

// Particles plane by plane of constant x, in which order they lie in memory. Kernels work on a window of two
// planes of the mesh, which stays in cache. No allocation, no MPI, no global state.

/// Particles in the order of their planes.
typedef struct palindrome_particle_planes {
    palindrome_particle_set particles;
    /// Where each of the block's owned planes starts, and the end, from `palindrome_find_planes`.
    const int64_t *starts;
} palindrome_particle_planes;

/// Finds where the particles of each plane are, in the order of their planes. It looks at few of them:
/// whether all are in order and in owned planes, the kernels see that take them plane by plane.
///
/// - starts: room for owned_x + 1 numbers: where each of the block's owned planes starts, and the end.
/// - Returns: 0, or -1 if the first or the last particle is outside the owned planes.
int32_t palindrome_find_planes_f32(palindrome_particle_set particles, palindrome_particle_block block,
                                   int64_t *restrict starts);
int32_t palindrome_find_planes_f64(palindrome_particle_set particles, palindrome_particle_block block,
                                   int64_t *restrict starts);

/// Integers of scratch that a window of masses needs.
static inline int64_t palindrome_mass_window(palindrome_particle_block block) {
    return 2 * (block.owned_y + 1) * (block.points_z + 1);
}

/// Real numbers of scratch that a window of forces needs.
static inline int64_t palindrome_force_window(palindrome_particle_block block) {
    return 2 * (block.owned_y + 1) * (block.points_z + 1) * 4;
}

/// Integers in a row of scratch: the points along z and two more at either end.
static inline int64_t palindrome_cotangent_row(palindrome_particle_block block) {
    return block.points_z + 4;
}

/// Integers of scratch that a window of force cotangents needs: two planes of them, and what their slopes
/// keep of the planes before.
static inline int64_t palindrome_cotangent_window(palindrome_particle_block block) {
    const int64_t rows = block.owned_y + 1;
    const int64_t kept = (3 * rows + 2 * (rows + 4)) * block.points_z + 11 * palindrome_cotangent_row(block);
    return 2 * rows * (block.points_z + 1) * 4 + kept;
}
