#pragma once
#include "particle_block.h"
#include "planes.h"
#include "rim.h"

// Cloud-in-cell mass assignment in integers. No allocation, no MPI, no global state.

/// The mass of all particles at the mesh points, each particle's at the eight around it.
///
/// The mass is split along x, each part along y, each of those along z; of every two parts the upper is
/// rounded to an integer and the lower is the rest, so that the eight sum to the mass exactly.
///
/// - planes: where the particles of each owned plane start, from `palindrome_find_planes`.
/// - x, y, z: positions [2^-32 or 2^-64 box].
/// - mass: a power of two, at most 2^50.
/// - sums: with one upper ghost plane and no lower one [mass units]; its total is 0.
/// - window: scratch of `palindrome_mass_window` numbers.
/// - Returns: 0, or -1 if a particle was outside the owned columns; the sums are then undefined.
int32_t palindrome_deposit_f32(const int64_t *planes, const uint32_t *x, const uint32_t *y, const uint32_t *z,
                               palindrome_block block, double mass, palindrome_sums *sums, int64_t *window);
int32_t palindrome_deposit_f64(const int64_t *planes, const uint64_t *x, const uint64_t *y, const uint64_t *z,
                               palindrome_block block, double mass, palindrome_sums *sums, int64_t *window);

/// The same with a mass round(value * scale) of either sign for each particle.
///
/// - scale: such that masses are below 2^50 and their sum below 2^62.
int32_t palindrome_deposit_values_f32(const int64_t *planes, const uint32_t *x, const uint32_t *y,
                                      const uint32_t *z, palindrome_block block, const float *value,
                                      double scale, palindrome_sums *sums, int64_t *window);
int32_t palindrome_deposit_values_f64(const int64_t *planes, const uint64_t *x, const uint64_t *y,
                                      const uint64_t *z, palindrome_block block, const double *value,
                                      double scale, palindrome_sums *sums, int64_t *window);
