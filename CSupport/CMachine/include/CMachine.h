#pragma once
#include <stdint.h>

// What a machine can do at best, to hold a program against. No MPI, no global state.

/// a[i] = b[i] + factor c[i]: STREAM's triad, 24 bytes per element.
void palindrome_triad(int64_t count, double *restrict a, const double *restrict b, const double *restrict c,
                      double factor);

/// Rows that a value of `palindrome_multiply_adds` is summed from.
enum { palindrome_filter_rows = 8 };

/// Adds an eighth of each of eight rows to a row, so many times: 8 multiplications with an addition per
/// element and round, of numbers that are in cache if the rows are short.
void palindrome_multiply_adds_f32(int64_t rounds, int64_t count, float *restrict out,
                                  const float *restrict rows);
void palindrome_multiply_adds_f64(int64_t rounds, int64_t count, double *restrict out,
                                  const double *restrict rows);

/// The best plans that FFTW finds for the transform of a whole real mesh and back, on one rank.
typedef struct palindrome_best_transform palindrome_best_transform;

enum palindrome_transform_place { palindrome_out_of_place = 0, palindrome_in_place = 1 };

/// Plans with FFTW_MEASURE for about `seconds` at most and forgets what was learnt, so that no other plan
/// depends on it. `real_bytes` is 4 or 8. Allocates the arrays, which hold zeros. NULL for want of memory or
/// of a plan.
palindrome_best_transform *palindrome_best_transform_create(int32_t real_bytes, const int32_t shape[3],
                                                            enum palindrome_transform_place place,
                                                            double seconds);
void palindrome_best_transform_destroy(palindrome_best_transform *transform);
/// Real to complex.
void palindrome_best_transform_forward(const palindrome_best_transform *transform);
/// Complex to real.
void palindrome_best_transform_inverse(const palindrome_best_transform *transform);
