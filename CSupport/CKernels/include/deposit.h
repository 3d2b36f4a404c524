#pragma once
#include "particle_block.h"
#include "planes.h"

// Cloud-in-cell mass assignment in integers. No allocation, no MPI, no global state.

/// The mass of all particles at the mesh points, each particle's at the eight around it.
///
/// The mass is split along x, each part along y, each of those along z; of every two parts the upper is
/// rounded to an integer and the lower is the rest, so that the eight sum to the mass exactly.
///
/// - planes: where the particles of each owned plane start, from `palindrome_find_planes`.
/// - x, y, z: positions [2^-32 or 2^-64 box].
/// - mass: a power of two, at most 2^50.
/// - density: the block's field with one upper ghost plane and no lower one, z fastest [mass units]; what it
/// held
///   is overwritten.
/// - window: scratch of `palindrome_mass_window` numbers.
/// - Returns: 0, or -1 if a particle was outside the owned columns; the density is then undefined.
int32_t palindrome_deposit_f32(const int64_t *planes, const uint32_t *x, const uint32_t *y, const uint32_t *z,
                               palindrome_block block, double mass, int64_t *restrict density,
                               int64_t *window);
int32_t palindrome_deposit_f64(const int64_t *planes, const uint64_t *x, const uint64_t *y, const uint64_t *z,
                               palindrome_block block, double mass, int64_t *restrict density,
                               int64_t *window);

/// The same with a mass round(value * scale) of either sign for each particle.
///
/// - scale: such that masses are below 2^50 and their sum below 2^62.
int32_t palindrome_deposit_values_f32(const int64_t *planes, const uint32_t *x, const uint32_t *y,
                                      const uint32_t *z, palindrome_block block, const float *value,
                                      double scale, int64_t *restrict density, int64_t *window);
int32_t palindrome_deposit_values_f64(const int64_t *planes, const uint64_t *x, const uint64_t *y,
                                      const uint64_t *z, palindrome_block block, const double *value,
                                      double scale, int64_t *restrict density, int64_t *window);

/// The sum of the owned points of a field, modulo 2^64.
uint64_t palindrome_owned_sum(palindrome_block block, const int64_t *density);

/// contrast = density * scale + shift at the owned points, in double, rounded once to the field's precision.
/// `from` and `to` describe the same owned points with their own ghosts and strides.
/// Returns the sum of the owned points, modulo 2^64.
uint64_t palindrome_contrast_f32(palindrome_block from, const int64_t *restrict density, double scale,
                                 double shift, palindrome_block to, float *restrict contrast);
uint64_t palindrome_contrast_f64(palindrome_block from, const int64_t *restrict density, double scale,
                                 double shift, palindrome_block to, double *restrict contrast);
