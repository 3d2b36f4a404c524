#pragma once
#include "particles.h"

// Sums that do not depend on order. No allocation, no MPI, no global state.

/// The largest magnitude of the terms; infinity or NaN if one of them is not finite.
double palindrome_largest(int64_t count, const double *terms);

/// Adds round(term * factors[0] * factors[1]) for each term to a 128-bit integer, total[1] * 2^64 + total[0].
///
/// - factors: powers of two, such that the products are below 2^62.
void palindrome_exact_sum(int64_t count, const double *terms, const double factors[2], uint64_t total[2]);

/// The same of the products x[i] * y[i], each in double.
double palindrome_largest_product_f32(int64_t count, const void *x, const void *y);
double palindrome_largest_product_f64(int64_t count, const void *x, const void *y);
void palindrome_exact_products_f32(int64_t count, const void *x, const void *y, const double factors[2],
                                   uint64_t total[2]);
void palindrome_exact_products_f64(int64_t count, const void *x, const void *y, const double factors[2],
                                   uint64_t total[2]);

/// The same of the magnitudes |x| + |y| + |z| of vectors of reals.
double palindrome_largest_magnitude_f32(int64_t count, palindrome_vectors vectors);
double palindrome_largest_magnitude_f64(int64_t count, palindrome_vectors vectors);
void palindrome_exact_magnitudes_f32(int64_t count, palindrome_vectors vectors, const double factors[2],
                                     uint64_t total[2]);
void palindrome_exact_magnitudes_f64(int64_t count, palindrome_vectors vectors, const double factors[2],
                                     uint64_t total[2]);
