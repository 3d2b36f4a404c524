#pragma once
#include "particle_block.h"

// Particles plane by plane of constant x. Kernels that work on a window of planes, which stays in cache, take
// them in this order; in which order they lie in memory then hardly matters. No allocation, no MPI, no global
// state.

/// The particles of each plane.
typedef struct palindrome_planes {
    /// Particles, those of one plane after the other, ascending within a plane; NULL if they lie in that
    /// order.
    const uint32_t *order;
    /// Where in `order` each of the block's owned planes starts, and the end: owned_x + 1 numbers.
    const int64_t *first;
} palindrome_planes;

/// Finds the particles of each plane.
///
/// - first: room for owned_x + 1 numbers.
/// - order: room for `count` particles.
/// - Returns: 1 if they lie in that order already, and `order` is left as it was; 0 if not; -1 if a particle
/// was
///   outside the owned planes, and the rest is undefined.
int32_t palindrome_group_planes_f32(int64_t count, const uint32_t *restrict x, palindrome_block block,
                                    int64_t *restrict first, uint32_t *restrict order);
int32_t palindrome_group_planes_f64(int64_t count, const uint64_t *restrict x, palindrome_block block,
                                    int64_t *restrict first, uint32_t *restrict order);

/// Integers of scratch that a window of masses needs.
static inline int64_t palindrome_mass_window(palindrome_block block) {
    return 2 * (block.owned_y + 1) * (block.points_z + 1);
}

/// Real numbers of scratch that a window of forces needs.
static inline int64_t palindrome_force_window(palindrome_block block) {
    return 2 * (block.owned_y + 1) * (block.points_z + 1) * 4;
}

/// Integers of scratch that a window of force cotangents needs.
static inline int64_t palindrome_cotangent_window(palindrome_block block) {
    return 2 * (block.owned_y + 1) * (block.points_z + 1) * 4;
}
