#define REAL float
#define NAME(stem) stem##_f32
#define FFTW(name) fftwf_##name
#include "fourier.template.h"
