// Drifts and their adjoint in one precision.

INLINE uint32_t NAME(drift)(int64_t count, POSITION *restrict position, const MOMENTUM *restrict momentum,
                            double coefficient) {
    uint32_t failed = 0;
    for (int64_t i = 0; i < count; i++) {
        const double step = coefficient * (double)momentum[i];
        const uint32_t fits = __builtin_fabs(step) < HALF_BOX; // false for NaN
        failed |= !fits;
        position[i] += NAME(rounded)(step, fits);
    }
    return failed;
}

CLONES int32_t NAME(palindrome_drift)(int64_t count, POSITION *restrict position,
                                      const MOMENTUM *restrict momentum, double coefficient) {
    return (int32_t)NAME(drift)(count, position, momentum, coefficient);
}

// position_bar . momentum
INLINE double NAME(product)(int64_t i, const MOMENTUM *px, const MOMENTUM *py, const MOMENTUM *pz,
                            const REAL *x_bar, const REAL *y_bar, const REAL *z_bar) {
    const double by_x = (double)x_bar[i] * (double)px[i];
    const double by_xy = __builtin_fma((double)y_bar[i], (double)py[i], by_x);
    return __builtin_fma((double)z_bar[i], (double)pz[i], by_xy);
}

CLONES double NAME(palindrome_largest_drift_product)(int64_t count, const MOMENTUM *px, const MOMENTUM *py,
                                                     const MOMENTUM *pz, const REAL *x_bar, const REAL *y_bar,
                                                     const REAL *z_bar) {
    double result;
    LARGEST(i, count, NAME(product)(i, px, py, pz, x_bar, y_bar, z_bar), result);
    return result;
}

CLONES void NAME(palindrome_exact_drift_products)(int64_t count, const MOMENTUM *px, const MOMENTUM *py,
                                                  const MOMENTUM *pz, const REAL *x_bar, const REAL *y_bar,
                                                  const REAL *z_bar, double first_factor,
                                                  double second_factor, uint64_t total[2]) {
    EXACT_SUM(i, count, NAME(product)(i, px, py, pz, x_bar, y_bar, z_bar), first_factor, second_factor,
              total);
}

// The arrays of a way back from a particle on.
typedef struct {
    POSITION *position[3];
    const MOMENTUM *momentum[3];
    const REAL *position_bar[3];
    REAL *momentum_bar[3];
} NAME(carried);

INLINE NAME(carried) NAME(carried_from)(const palindrome_carried *particles, int64_t start) {
    NAME(carried) carried;
    for (int axis = 0; axis < 3; axis++) {
        carried.position[axis] = (POSITION *)particles->position[axis] + start;
        carried.momentum[axis] = (const MOMENTUM *)particles->momentum[axis] + start;
        carried.position_bar[axis] = (const REAL *)particles->position_bar[axis] + start;
        carried.momentum_bar[axis] = (REAL *)particles->momentum_bar[axis] + start;
    }
    return carried;
}

CLONES int32_t NAME(palindrome_undrift)(const palindrome_carried *particles, const double coefficients[3],
                                        double *largest_product) {
    uint32_t failed = 0;
    int64_t largest = 0;
    for (int64_t start = 0; start < particles->count; start += drift_batch) {
        const int64_t left = particles->count - start, n = left < drift_batch ? left : drift_batch;
        const NAME(carried) own = NAME(carried_from)(particles, start);
        double product;
        LARGEST(i, n,
                NAME(product)(i, own.momentum[0], own.momentum[1], own.momentum[2], own.position_bar[0],
                              own.position_bar[1], own.position_bar[2]),
                product);
        largest = magnitude_bits(product) > largest ? magnitude_bits(product) : largest;
        for (int axis = 0; axis < 3; axis++)
            failed |= NAME(drift)(n, own.position[axis], own.momentum[axis], coefficients[axis]);
    }
    *largest_product = double_of((uint64_t)largest);
    return (int32_t)failed;
}

INLINE void NAME(carry)(int64_t count, double coefficient, const REAL *restrict position_bar,
                        REAL *restrict momentum_bar) {
    for (int64_t i = 0; i < count; i++)
        momentum_bar[i] = (REAL)__builtin_fma(coefficient, (double)position_bar[i], (double)momentum_bar[i]);
}

CLONES void NAME(palindrome_drift_adjoint)(const palindrome_carried *particles, double coefficient,
                                           const double factors[2], uint64_t total[2]) {
    for (int64_t start = 0; start < particles->count; start += drift_batch) {
        const int64_t left = particles->count - start, n = left < drift_batch ? left : drift_batch;
        const NAME(carried) own = NAME(carried_from)(particles, start);
        halves sum = {0, 0};
        for (int64_t i = 0; i < n; i++)
            add_rounded(&sum, NAME(product)(i, own.momentum[0], own.momentum[1], own.momentum[2],
                                            own.position_bar[0], own.position_bar[1], own.position_bar[2]) *
                                  factors[0] * factors[1]);
        add_halves(sum, total);
        for (int axis = 0; axis < 3; axis++)
            NAME(carry)(n, coefficient, own.position_bar[axis], own.momentum_bar[axis]);
    }
}
