#pragma once
#include <stdint.h>

// Fourier transforms of lines and the exchanges between them. Complex numbers are pairs of reals.
//
// A 3-D real transform is three sweeps of 1-D transforms over whole lines, with an exchange of blocks between
// two sweeps. Lines are transformed in tiles by plans made with FFTW_ESTIMATE on fixed aligned scratch,
// always a full tile, so that the arithmetic on a line depends on nothing but its length. No allocation
// outside of create.

/// One block of an array that is shared among `parts` ranks: part p holds starts[p] ..< starts[p + 1].
typedef struct palindrome_partition {
    int32_t parts;
    const int64_t *starts;
} palindrome_partition;

/// This rank's geometry. Arrays of complex numbers between the sweeps consist of equal, padded blocks, one
/// for each rank of the exchange; inside a block data is dense.
typedef struct palindrome_sweep_layout {
    /// Points of the mesh.
    int64_t nx, ny, nz;
    /// This rank's position in its column (along x) and in its row (along y).
    int32_t column_rank, row_rank;
    /// Real space: x along the column, y along the row. Fourier space: ky along the column, kz along the row.
    palindrome_partition x, y, ky, kz;
    /// Complex numbers per block of the exchange in the row, and in the column.
    int64_t row_block, column_block;
} palindrome_sweep_layout;

/// Tables of a multiplier i^power fx fy fz / (dx + dy + dz), by global index; d tables may be NULL.
typedef struct palindrome_multiplier {
    const double *fx, *fy, *fz, *dx, *dy, *dz;
    int32_t power;
} palindrome_multiplier;

#define PALINDROME_FOURIER(REAL, SUFFIX)                                                                     \
    typedef struct palindrome_sweeps_##SUFFIX palindrome_sweeps_##SUFFIX;                                    \
    /* Plans of a mesh; NULL on failure. */                                                                  \
    palindrome_sweeps_##SUFFIX *palindrome_sweeps_create_##SUFFIX(int64_t nx, int64_t ny, int64_t nz);       \
    void palindrome_sweeps_destroy_##SUFFIX(palindrome_sweeps_##SUFFIX *sweeps);                             \
    /* Real lines along z to blocks for the row. */                                                          \
    void palindrome_forward_z_##SUFFIX(palindrome_sweeps_##SUFFIX *sweeps, palindrome_sweep_layout layout,   \
                                       const REAL *field, int64_t x_stride, int64_t y_stride, REAL *blocks); \
    /* Blocks from the row to blocks for the column, and back; neither works in place. */                    \
    void palindrome_forward_y_##SUFFIX(palindrome_sweeps_##SUFFIX *sweeps, palindrome_sweep_layout layout,   \
                                       const REAL *from, REAL *to);                                          \
    void palindrome_inverse_y_##SUFFIX(palindrome_sweeps_##SUFFIX *sweeps, palindrome_sweep_layout layout,   \
                                       const REAL *from, REAL *to);                                          \
    /* Blocks from the column to the dense spectrum, and back; in place only if the column is one rank. */   \
    void palindrome_forward_x_##SUFFIX(palindrome_sweeps_##SUFFIX *sweeps, palindrome_sweep_layout layout,   \
                                       const REAL *from, REAL *to);                                          \
    void palindrome_inverse_x_##SUFFIX(palindrome_sweeps_##SUFFIX *sweeps, palindrome_sweep_layout layout,   \
                                       const REAL *from, REAL *to);                                          \
    /* Forward, multiplied, and inverse along x, in place in the blocks of the column. */                    \
    void palindrome_filter_x_##SUFFIX(palindrome_sweeps_##SUFFIX *sweeps, palindrome_sweep_layout layout,    \
                                      palindrome_multiplier multiplier, REAL *blocks);                       \
    /* Blocks from the row to real lines along z, times `scale`. */                                          \
    void palindrome_inverse_z_##SUFFIX(palindrome_sweeps_##SUFFIX *sweeps, palindrome_sweep_layout layout,   \
                                       const REAL *blocks, double scale, REAL *field, int64_t x_stride,      \
                                       int64_t y_stride);                                                    \
    /* Multiplies a dense spectrum. */                                                                       \
    void palindrome_multiply_##SUFFIX(palindrome_sweep_layout layout, palindrome_multiplier multiplier,      \
                                      REAL *spectrum);                                                       \
    /* An exchange of `parts` equal blocks of `reals` real numbers among the ranks of a communicator. */     \
    typedef struct palindrome_exchange_##SUFFIX palindrome_exchange_##SUFFIX;                                \
    palindrome_exchange_##SUFFIX *palindrome_exchange_create_##SUFFIX(int32_t communicator, int32_t parts,   \
                                                                      int64_t reals, REAL *from, REAL *to);  \
    void palindrome_exchange_execute_##SUFFIX(palindrome_exchange_##SUFFIX *exchange, REAL *from, REAL *to); \
    void palindrome_exchange_destroy_##SUFFIX(palindrome_exchange_##SUFFIX *exchange);                       \
    /* A serial transform by FFTW's own 3-D plan, to test against: nx ny nz reals to nx ny (nz/2 + 1). */    \
    int palindrome_oracle_##SUFFIX(int64_t nx, int64_t ny, int64_t nz, REAL *field, REAL *spectrum);

PALINDROME_FOURIER(float, f32)
PALINDROME_FOURIER(double, f64)
#undef PALINDROME_FOURIER
