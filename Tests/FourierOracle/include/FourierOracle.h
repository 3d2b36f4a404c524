#pragma once
#include <stdint.h>

/// FFTW's own three-dimensional transform of `nx` × `ny` × `nz` reals [x][y][z] to nx × ny × (nz/2 + 1)
/// interleaved complex numbers, not normalised. Returns 0 on success.
int fourier_oracle_forward(int64_t nx, int64_t ny, int64_t nz, const double *field, double *spectrum);
/// The way back, not normalised.
int fourier_oracle_backward(int64_t nx, int64_t ny, int64_t nz, const double *spectrum, double *field);
