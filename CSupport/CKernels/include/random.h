#pragma once
#include <stdint.h>

// Counter-based random numbers: element i of a stream depends on (seed, i) alone, so any rank makes any
// element. No allocation, no MPI, no global state.
//
// Threefry-2x32 with 20 rounds: Salmon, Moraes, Dror & Shaw 2011. The mapping from bits to normals is that of
// jax.random.normal(jax.random.key(seed), shape, float32) with partitionable Threefry.

/// The 32 random bits of elements first ..< first + count.
void palindrome_random_bits(uint64_t seed, uint64_t first, int64_t count, uint32_t *restrict bits);

/// The standard normals of elements first ..< first + count.
void palindrome_random_normal(uint64_t seed, uint64_t first, int64_t count, float *restrict normals);
