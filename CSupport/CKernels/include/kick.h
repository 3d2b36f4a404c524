#pragma once
#include "particle_block.h"
#include "planes.h"

// Reading forces at particles, cloud-in-cell, and kicking with them. No allocation, no MPI, no global state.
//
// The forces are read in one precision with explicit fused multiply-adds in a fixed order. A kick adds
// round(coefficient * force) to the momentum, the product in double; rounding to nearest even is odd, so the
// negative coefficient undoes it exactly.

/// What went wrong in a kick, all zero if nothing did; otherwise the momenta are undefined.
typedef struct palindrome_kick_outcome {
    /// Bit k: the k-th coefficient would have taken a momentum out of its integer range.
    uint64_t overflows;
    /// 1: a force was NaN or infinite.
    int32_t is_not_finite;
    /// 1: a particle was outside the owned columns.
    int32_t is_stray;
    /// Of an adjoint the largest magnitude of its products, which is not finite if one of them is not.
    double largest_product;
} palindrome_kick_outcome;

/// Kicks by the four-point gradient of a potential, all three components in one pass.
///
///     F_x = scale_x * sum over the 8 cells c of W(x - c) [8 (phi(c+1) - phi(c-1)) - (phi(c+2) - phi(c-2))]
///
/// - planes: where the particles of each owned plane start, from `palindrome_find_planes`.
/// - potential: two lower and three upper ghost planes, filled.
/// - scale: -1 / (12 h) per axis.
/// - kicks, coefficients: at most 64 kicks, one after the other, each rounded [momentum units per force
/// unit].
/// - window: scratch of `palindrome_force_window` numbers.
palindrome_kick_outcome palindrome_kick_f32(const int64_t *planes, const uint32_t *x, const uint32_t *y,
                                            const uint32_t *z, int32_t *px, int32_t *py, int32_t *pz,
                                            palindrome_block block, const float *potential,
                                            const float scale[3], int64_t kicks, const double *coefficients,
                                            float *window);
palindrome_kick_outcome palindrome_kick_f64(const int64_t *planes, const uint64_t *x, const uint64_t *y,
                                            const uint64_t *z, int64_t *px, int64_t *py, int64_t *pz,
                                            palindrome_block block, const double *potential,
                                            const double scale[3], int64_t kicks, const double *coefficients,
                                            double *window);

/// The forces with which `palindrome_kick` kicks, bit for bit.
int32_t palindrome_force_f32(const int64_t *planes, const uint32_t *x, const uint32_t *y, const uint32_t *z,
                             palindrome_block block, const float *potential, const float scale[3], float *fx,
                             float *fy, float *fz, float *window);
int32_t palindrome_force_f64(const int64_t *planes, const uint64_t *x, const uint64_t *y, const uint64_t *z,
                             palindrome_block block, const double *potential, const double scale[3],
                             double *fx, double *fy, double *fz, double *window);

/// Kicks one component by a force given on the mesh, with one upper ghost plane, filled.
palindrome_kick_outcome palindrome_kick_component_f32(int64_t count, const uint32_t *x, const uint32_t *y,
                                                      const uint32_t *z, int32_t *momentum,
                                                      palindrome_block block, const float *force,
                                                      int64_t kicks, const double *coefficients);
palindrome_kick_outcome palindrome_kick_component_f64(int64_t count, const uint64_t *x, const uint64_t *y,
                                                      const uint64_t *z, int64_t *momentum,
                                                      palindrome_block block, const double *force,
                                                      int64_t kicks, const double *coefficients);

/// Reads a field at the particles, cloud-in-cell.
int32_t palindrome_gather_f32(int64_t count, const uint32_t *x, const uint32_t *y, const uint32_t *z,
                              palindrome_block block, const float *field, float *value);
int32_t palindrome_gather_f64(int64_t count, const uint64_t *x, const uint64_t *y, const uint64_t *z,
                              palindrome_block block, const double *field, double *value);
