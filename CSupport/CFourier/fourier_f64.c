#define REAL double
#define NAME(stem) stem##_f64
#define FFTW(name) fftw_##name
#include "fourier.template.h"
