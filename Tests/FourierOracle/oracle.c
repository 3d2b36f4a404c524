#include "FourierOracle.h"
#include <fftw3.h>

static int run(fftw_plan plan) {
    if (!plan)
        return 1;
    fftw_execute(plan);
    fftw_destroy_plan(plan);
    return 0;
}

// FFTW_ESTIMATE leaves the arrays alone while it plans, and FFTW_PRESERVE_INPUT is the rule for r2c only.

int fourier_oracle_forward(int64_t nx, int64_t ny, int64_t nz, const double *field, double *spectrum) {
    return run(fftw_plan_dft_r2c_3d((int)nx, (int)ny, (int)nz, (double *)field, (fftw_complex *)spectrum,
                                    FFTW_ESTIMATE));
}

int fourier_oracle_backward(int64_t nx, int64_t ny, int64_t nz, const double *spectrum, double *field) {
    const int64_t reals = 2 * nx * ny * (nz / 2 + 1);
    double *copy = fftw_alloc_real((size_t)reals);
    if (!copy)
        return 1;
    for (int64_t i = 0; i < reals; i++)
        copy[i] = spectrum[i];
    const int status =
        run(fftw_plan_dft_c2r_3d((int)nx, (int)ny, (int)nz, (fftw_complex *)copy, field, FFTW_ESTIMATE));
    fftw_free(copy);
    return status;
}
