#pragma once
#include "window.h"

// Between a mesh and one of half as many points along each axis, by a B-spline of order 8. No allocation, no
// MPI, no global state.
//
// Taps are binomial, C(8, 4 + a) / 2^8, and each value is summed from its centre outwards along z, then y,
// then x (reduce), or x, then y, then z (expand), so that it depends on the values around it alone.

/// Points that the taps reach to either side on the fine mesh.
enum { palindrome_resample_radius = 4 };

/// Numbers of scratch, of the kernel's precision, to make a block of some points along y and z of the coarse
/// mesh.
int64_t palindrome_reduce_mesh_scratch(int64_t coarse_y, int64_t coarse_z);

/// Smooths and keeps even points: per axis `sum over a of C(8, 4 + a)/2^8 c[2 i + a]`.
///
/// - window: of the fine mesh, with 4 points beyond the block's even points on each side.
/// - target: on the coarse mesh.
void palindrome_reduce_mesh_f32(palindrome_window window, palindrome_target target, void *scratch);
void palindrome_reduce_mesh_f64(palindrome_window window, palindrome_target target, void *scratch);

/// Numbers of scratch to make from rows of some points along y and z of the coarse mesh.
int64_t palindrome_expand_mesh_scratch(int64_t coarse_y, int64_t coarse_z);

/// Eight times the transpose: per axis (1, 28, 70, 28, 1)/128 around even points, (8, 56, 56, 8)/128 around
/// odd ones.
///
/// - window: of the coarse mesh, from two below half the block's first point to two above half its last.
/// - target: on the fine mesh; its values are replaced.
void palindrome_expand_mesh_f32(palindrome_window window, palindrome_target target, void *scratch);
void palindrome_expand_mesh_f64(palindrome_window window, palindrome_target target, void *scratch);
