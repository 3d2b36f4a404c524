#pragma once

/// Makes FFTW know the transforms of FFTW-MPI, once. Before any plan is made or wisdom read: a wisdom is of
/// all that FFTW knows.
void palindrome_start_transforms(void);
