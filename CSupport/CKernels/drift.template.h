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

CLONES int32_t NAME(palindrome_drift)(palindrome_particle_set particles, int32_t axis, double coefficient) {
    return (int32_t)NAME(drift)(particles.count, particles.position.along[axis],
                                particles.momentum.along[axis], coefficient);
}

// bar . momentum
INLINE double NAME(product)(int64_t i, const MOMENTUM *const momentum[3], const REAL *const bar[3]) {
    const double by_x = (double)bar[0][i] * (double)momentum[0][i];
    const double by_xy = __builtin_fma((double)bar[1][i], (double)momentum[1][i], by_x);
    return __builtin_fma((double)bar[2][i], (double)momentum[2][i], by_xy);
}

CLONES double NAME(palindrome_largest_momentum_product)(palindrome_particle_set particles,
                                                        palindrome_vectors bar) {
    const MOMENTUM *const momentum[3] = COMPONENTS(particles.momentum);
    const REAL *const bars[3] = COMPONENTS(bar);
    double result;
    LARGEST(i, particles.count, NAME(product)(i, momentum, bars), result);
    return result;
}

CLONES void NAME(palindrome_exact_momentum_products)(palindrome_particle_set particles,
                                                     palindrome_vectors bar, const double factors[2],
                                                     uint64_t total[2]) {
    const MOMENTUM *const momentum[3] = COMPONENTS(particles.momentum);
    const REAL *const bars[3] = COMPONENTS(bar);
    const double first_factor = factors[0], second_factor = factors[1];
    EXACT_SUM(i, particles.count, NAME(product)(i, momentum, bars), first_factor, second_factor, total);
}

// The arrays of a way back from a particle on.
typedef struct {
    POSITION *position[3];
    const MOMENTUM *momentum[3];
    const REAL *position_bar[3];
    REAL *momentum_bar[3];
} NAME(carried);

INLINE NAME(carried) NAME(carried_from)(const palindrome_particle_set *particles,
                                        const palindrome_particle_cotangents *cotangents, int64_t start) {
    NAME(carried) carried;
    for (int axis = 0; axis < 3; axis++) {
        carried.position[axis] = (POSITION *)particles->position.along[axis] + start;
        carried.momentum[axis] = (const MOMENTUM *)particles->momentum.along[axis] + start;
        carried.position_bar[axis] = (const REAL *)cotangents->position.along[axis] + start;
        carried.momentum_bar[axis] = (REAL *)cotangents->momentum.along[axis] + start;
    }
    return carried;
}

CLONES palindrome_undrift_outcome NAME(palindrome_undrift)(palindrome_particle_set particles,
                                                           palindrome_particle_cotangents cotangents,
                                                           const double coefficients[3]) {
    uint32_t failed = 0;
    int64_t largest = 0;
    for (int64_t start = 0; start < particles.count; start += drift_batch) {
        const int64_t left = particles.count - start, n = left < drift_batch ? left : drift_batch;
        const NAME(carried) own = NAME(carried_from)(&particles, &cotangents, start);
        double product;
        LARGEST(i, n, NAME(product)(i, own.momentum, own.position_bar), product);
        largest = magnitude_bits(product) > largest ? magnitude_bits(product) : largest;
        for (int axis = 0; axis < 3; axis++)
            failed |= NAME(drift)(n, own.position[axis], own.momentum[axis], coefficients[axis]);
    }
    return (palindrome_undrift_outcome){double_of((uint64_t)largest), (int32_t)failed};
}

INLINE void NAME(carry)(int64_t count, double coefficient, const REAL *restrict position_bar,
                        REAL *restrict momentum_bar) {
    for (int64_t i = 0; i < count; i++)
        momentum_bar[i] = (REAL)__builtin_fma(coefficient, (double)position_bar[i], (double)momentum_bar[i]);
}

CLONES void NAME(palindrome_drift_adjoint)(palindrome_particle_set particles,
                                           palindrome_particle_cotangents cotangents, double coefficient,
                                           const double factors[2], uint64_t total[2]) {
    for (int64_t start = 0; start < particles.count; start += drift_batch) {
        const int64_t left = particles.count - start, n = left < drift_batch ? left : drift_batch;
        const NAME(carried) own = NAME(carried_from)(&particles, &cotangents, start);
        halves sum = {0, 0};
        for (int64_t i = 0; i < n; i++)
            add_rounded(&sum, NAME(product)(i, own.momentum, own.position_bar) * factors[0] * factors[1]);
        add_halves(sum, total);
        for (int axis = 0; axis < 3; axis++)
            NAME(carry)(n, coefficient, own.position_bar[axis], own.momentum_bar[axis]);
    }
}
