#pragma once
#include "particle_block.h"

// Cloud-in-cell mass assignment in integers. No allocation, no MPI, no global state.

/// Adds the mass of each particle to the eight mesh points around it.
///
/// The mass is split along x, each part along y, each of those along z; of every two parts the upper is
/// rounded to an integer and the lower is the rest, so that the eight sum to the mass exactly.
///
/// - count: number of particles.
/// - x, y, z: positions [2^-32 or 2^-64 box], in the owned columns of the block.
/// - mass: a power of two, at most 2^50.
/// - density: the block's field with at least one upper ghost plane, z fastest [mass units].
/// - Returns: 0, or -1 if a particle was outside the owned columns (its batch is then not deposited).
int32_t palindrome_deposit_f32(int64_t count, const uint32_t *restrict x, const uint32_t *restrict y,
                               const uint32_t *restrict z, palindrome_block block, double mass,
                               int64_t *restrict density);
int32_t palindrome_deposit_f64(int64_t count, const uint64_t *restrict x, const uint64_t *restrict y,
                               const uint64_t *restrict z, palindrome_block block, double mass,
                               int64_t *restrict density);

/// The same with a mass round(value * scale) of either sign for each particle.
///
/// - scale: such that masses are below 2^50 and their sum below 2^62.
int32_t palindrome_deposit_values_f32(int64_t count, const uint32_t *restrict x, const uint32_t *restrict y,
                                      const uint32_t *restrict z, palindrome_block block,
                                      const float *restrict value, double scale, int64_t *restrict density);
int32_t palindrome_deposit_values_f64(int64_t count, const uint64_t *restrict x, const uint64_t *restrict y,
                                      const uint64_t *restrict z, palindrome_block block,
                                      const double *restrict value, double scale, int64_t *restrict density);

/// total[i] = |x[i]| + |y[i]| + |z[i]|.
void palindrome_magnitudes_f32(int64_t count, const float *x, const float *y, const float *z, double *total);
void palindrome_magnitudes_f64(int64_t count, const double *x, const double *y, const double *z,
                               double *total);

/// The sum of the owned points of a field, modulo 2^64.
uint64_t palindrome_owned_sum(palindrome_block block, const int64_t *density);

/// contrast = density * scale + shift at the owned points, in double, rounded once to the field's precision.
/// `from` and `to` describe the same owned points with their own ghosts and strides.
void palindrome_contrast_f32(palindrome_block from, const int64_t *restrict density, double scale,
                             double shift, palindrome_block to, float *restrict contrast);
void palindrome_contrast_f64(palindrome_block from, const int64_t *restrict density, double scale,
                             double shift, palindrome_block to, double *restrict contrast);
