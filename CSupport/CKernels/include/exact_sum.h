#pragma once
#include <stdint.h>

// Sums that do not depend on order. No allocation, no MPI, no global state.

/// The largest magnitude of the terms; infinity or NaN if one of them is not finite.
double palindrome_largest(int64_t count, const double *terms);

/// Adds round(term * first_factor * second_factor) for each term to a 128-bit integer, total[1] * 2^64 +
/// total[0].
///
/// - first_factor, second_factor: powers of two, such that the products are below 2^62.
void palindrome_exact_sum(int64_t count, const double *terms, double first_factor, double second_factor,
                          uint64_t total[2]);
