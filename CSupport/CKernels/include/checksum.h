#pragma once
#include <stdint.h>

// No allocation, no MPI, no global state.

/// The sum, modulo 2^64, of a strong mix of each particle's index, position and momentum: particles in any
/// order give the same, any change of a bit gives another.
uint64_t palindrome_checksum_f32(int64_t count, const uint32_t *x, const uint32_t *y, const uint32_t *z,
                                 const int32_t *px, const int32_t *py, const int32_t *pz,
                                 const int64_t *index);
uint64_t palindrome_checksum_f64(int64_t count, const uint64_t *x, const uint64_t *y, const uint64_t *z,
                                 const int64_t *px, const int64_t *py, const int64_t *pz,
                                 const int64_t *index);
