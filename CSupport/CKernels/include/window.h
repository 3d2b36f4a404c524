#pragma once
#include <stdint.h>

// Rows of a mesh along z that need not lie side by side, and a block of a mesh that filters write.

/// A window of a mesh: all of z, which is periodic in place, and some x and y. Read only.
typedef struct palindrome_window {
    /// The rows, `[x][y]`; of floats or doubles as the kernel is named.
    const void *const *rows;
    /// The global x and y of the first row; those of the others follow on.
    int64_t first_x, first_y;
    /// Rows of one x.
    int64_t count_y;
    /// Numbers in a row.
    int64_t points_z;
} palindrome_window;

/// A block of a mesh.
typedef struct palindrome_target {
    /// The value at the first x and y, and z = 0; of floats or doubles as the kernel is named.
    void *values;
    /// The global x and y of the block, and how many of each.
    int64_t first_x, first_y, count_x, count_y;
    /// Numbers from one x to the next; rows of one x follow each other.
    int64_t x_stride;
} palindrome_target;
