#pragma once
#include "particles.h"

// No allocation, no MPI, no global state.

/// The sum, modulo 2^64, of a strong mix of each particle's index, position and momentum: particles in any
/// order give the same, any change of a bit gives another.
uint64_t palindrome_checksum_f32(palindrome_particle_set particles, palindrome_indices index);
uint64_t palindrome_checksum_f64(palindrome_particle_set particles, palindrome_indices index);
