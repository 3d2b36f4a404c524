#pragma once
#include <stdint.h>

// Sums of integers at mesh points, on their way to real numbers. No allocation, no MPI, no global state.
//
// A sum over particles is formed in integers, which any order gives alike. At the inner points of a block it
// is whole as soon as its plane is, and becomes real while it is in cache. To the points of the rim
// neighbours add their parts, and ghost points are the neighbours' own: these stay integers until ranks have
// met.

/// Where the integers of a block's rim and ghost planes are. Points are counted from the first owned one.
typedef struct palindrome_rim {
    /// Integers in a row.
    int64_t points_z;
    /// Owned points along x and y.
    int64_t owned_x, owned_y;
    /// Ghost planes before the first owned one and after the last.
    int64_t lower, upper;
    /// The first inner point along x and y, and the first behind them.
    int64_t inner_x[2], inner_y[2];
    /// `[x][y][z]` for each x that is not inner, and all y, ghosts included.
    int64_t *planes;
    /// `[x][y][z]` for each inner x, and each y that is not inner.
    int64_t *rows;
} palindrome_rim;

static inline int32_t palindrome_rim_contains(const palindrome_rim *rim, int64_t x, int64_t y) {
    return x < rim->inner_x[0] || x >= rim->inner_x[1] || y < rim->inner_y[0] || y >= rim->inner_y[1];
}

/// The row of a point of the rim or of the ghost planes.
static inline int64_t *palindrome_rim_row(const palindrome_rim *rim, int64_t x, int64_t y) {
    const int64_t extent_y = rim->lower + rim->owned_y + rim->upper;
    const int64_t inner_x = rim->inner_x[1] - rim->inner_x[0], inner_y = rim->inner_y[1] - rim->inner_y[0];
    if (x < rim->inner_x[0] || x >= rim->inner_x[1]) {
        const int64_t plane = x + rim->lower - (x >= rim->inner_x[1] ? inner_x : 0);
        return rim->planes + (plane * extent_y + y + rim->lower) * rim->points_z;
    }
    const int64_t row = y + rim->lower - (y >= rim->inner_y[1] ? inner_y : 0);
    return rim->rows + ((x - rim->inner_x[0]) * (extent_y - inner_y) + row) * rim->points_z;
}

/// Where sums go.
typedef struct palindrome_sums {
    palindrome_rim rim;
    /// A sum as a real number is scale * sum + shift, in double, rounded once to the field's precision.
    double scale, shift;
    /// The field, `[x][y][z]` without ghosts, of floats or doubles as the kernel is named.
    void *real;
} palindrome_sums;

/// Makes the rim's own points real, when all ranks' parts are there.
void palindrome_finish_rim_f32(palindrome_sums sums);
void palindrome_finish_rim_f64(palindrome_sums sums);

/// The sum of the rim's own points, modulo 2^64.
uint64_t palindrome_rim_total(palindrome_rim rim);
