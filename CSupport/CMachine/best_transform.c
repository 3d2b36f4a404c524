#include "CMachine.h"
#include <fftw3.h>
#include <stdlib.h>
#include <string.h>

struct palindrome_best_transform {
    int32_t real_bytes;
    void *real, *modes;
    union {
        fftwf_plan single;
        fftw_plan full;
    } forward, inverse;
};

static void plan(palindrome_best_transform *t, const int32_t shape[3], double seconds) {
    const int x = shape[0], y = shape[1], z = shape[2];
    if (t->real_bytes == 4) {
        fftwf_forget_wisdom();
        fftwf_set_timelimit(seconds);
        t->forward.single = fftwf_plan_dft_r2c_3d(x, y, z, t->real, t->modes, FFTW_MEASURE);
        t->inverse.single = fftwf_plan_dft_c2r_3d(x, y, z, t->modes, t->real, FFTW_MEASURE);
        fftwf_set_timelimit(FFTW_NO_TIMELIMIT);
        fftwf_forget_wisdom();
    } else {
        fftw_forget_wisdom();
        fftw_set_timelimit(seconds);
        t->forward.full = fftw_plan_dft_r2c_3d(x, y, z, t->real, t->modes, FFTW_MEASURE);
        t->inverse.full = fftw_plan_dft_c2r_3d(x, y, z, t->modes, t->real, FFTW_MEASURE);
        fftw_set_timelimit(FFTW_NO_TIMELIMIT);
        fftw_forget_wisdom();
    }
}

static int is_planned(const palindrome_best_transform *t) {
    return t->real_bytes == 4 ? t->forward.single && t->inverse.single : t->forward.full && t->inverse.full;
}

palindrome_best_transform *palindrome_best_transform_create(int32_t real_bytes, const int32_t shape[3],
                                                            enum palindrome_transform_place place,
                                                            double seconds) {
    palindrome_best_transform *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    const size_t rows = (size_t)shape[0] * (size_t)shape[1], modes = (size_t)(shape[2] / 2 + 1);
    // In place, a row of reals is padded to hold its modes.
    const size_t row = place == palindrome_in_place ? 2 * modes : (size_t)shape[2];
    const size_t real_bytes_all = rows * row * (size_t)real_bytes;
    const size_t modes_bytes_all = rows * modes * 2 * (size_t)real_bytes;
    t->real_bytes = real_bytes;
    t->real = fftw_malloc(real_bytes_all);
    t->modes = place == palindrome_in_place ? t->real : fftw_malloc(modes_bytes_all);
    if (t->real && t->modes)
        plan(t, shape, seconds);
    if (!is_planned(t)) {
        palindrome_best_transform_destroy(t);
        return NULL;
    }
    // Measuring leaves anything in the arrays; zeros stay zeros however often they are transformed.
    memset(t->real, 0, real_bytes_all);
    memset(t->modes, 0, modes_bytes_all);
    return t;
}

void palindrome_best_transform_destroy(palindrome_best_transform *t) {
    if (t->real_bytes == 4) {
        fftwf_destroy_plan(t->forward.single);
        fftwf_destroy_plan(t->inverse.single);
    } else {
        fftw_destroy_plan(t->forward.full);
        fftw_destroy_plan(t->inverse.full);
    }
    if (t->modes != t->real)
        fftw_free(t->modes);
    fftw_free(t->real);
    free(t);
}

void palindrome_best_transform_forward(const palindrome_best_transform *t) {
    if (t->real_bytes == 4)
        fftwf_execute(t->forward.single);
    else
        fftw_execute(t->forward.full);
}

void palindrome_best_transform_inverse(const palindrome_best_transform *t) {
    if (t->real_bytes == 4)
        fftwf_execute(t->inverse.single);
    else
        fftw_execute(t->inverse.full);
}
