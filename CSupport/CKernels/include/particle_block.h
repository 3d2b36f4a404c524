#pragma once
#include <stdint.h>

// No allocation, no MPI, no global state.

/// A rank's block of a mesh, as the particle kernels see it: all of z, owned ranges of x and y, ghost planes
/// around them. Sizes and strides are below 2^32.
typedef struct palindrome_particle_block {
    /// Points of the whole mesh.
    int64_t points_x, points_y, points_z;
    /// The first owned x and y.
    int64_t first_x, first_y;
    /// The number of owned x and y.
    int64_t owned_x, owned_y;
    /// Ghost planes before the first owned one.
    int64_t lower;
    /// Elements of a field from one x (one y) to the next.
    int64_t x_stride, y_stride;
} palindrome_particle_block;

/// A field on a block, with its ghost planes filled. Read only.
typedef struct palindrome_mesh_field {
    palindrome_particle_block block;
    /// `[x][y][z]`; of floats or doubles as the kernel is named.
    const void *values;
} palindrome_mesh_field;
