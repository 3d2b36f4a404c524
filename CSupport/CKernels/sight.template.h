// Lines of sight in one precision. Sums over axes are made along x, y and z in turn.

// How a particle is seen: n, 1/|r|, p and p . n.
typedef struct {
    double n[3], inverse, p[3], speed;
} NAME(view);

INLINE NAME(view) NAME(look)(int64_t i, const POSITION *const position[3], const MOMENTUM *const momentum[3],
                             const palindrome_sight *sight, int32_t line) {
    NAME(view) view = {.inverse = 0};
    double ray[3], square = 0;
    for (int axis = 0; axis < 3; axis++) {
        view.p[axis] = (double)momentum[axis][i] * sight->momentum;
        view.n[axis] = line == axis;
        if (line == palindrome_from_observer) {
            ray[axis] = NAME(fraction)(position[axis][i]) * sight->box[axis] - sight->observer[axis];
            square = axis == 0 ? ray[0] * ray[0] : square + ray[axis] * ray[axis];
        }
    }
    if (line == palindrome_from_observer) {
        view.inverse = square > 0 ? 1 / __builtin_elementwise_sqrt(square) : 0;
        for (int axis = 0; axis < 3; axis++)
            view.n[axis] = ray[axis] * view.inverse;
    }
    view.speed = view.p[0] * view.n[0] + view.p[1] * view.n[1] + view.p[2] * view.n[2];
    return view;
}

INLINE uint32_t NAME(show)(palindrome_particle_set particles, palindrome_sight sight,
                           palindrome_vectors targets, int32_t line) {
    const POSITION *const position[3] = COMPONENTS(particles.position);
    const MOMENTUM *const momentum[3] = COMPONENTS(particles.momentum);
    POSITION *const seen[3] = COMPONENTS(targets);
    double turns[3];
    for (int axis = 0; axis < 3; axis++)
        turns[axis] = 2 * HALF_BOX / sight.box[axis];
    uint32_t failed = 0;
#pragma clang loop vectorize(assume_safety)
    for (int64_t i = 0; i < particles.count; i++) {
        const NAME(view) view = NAME(look)(i, position, momentum, &sight, line);
        for (int axis = 0; axis < 3; axis++) {
            const double step = sight.shift * view.speed * view.n[axis] * turns[axis];
            const uint32_t fits = __builtin_fabs(step) < HALF_BOX; // false for NaN
            failed |= !fits;
            seen[axis][i] = position[axis][i] + NAME(rounded)(step, fits);
        }
    }
    return failed;
}

INLINE void NAME(show_adjoint)(palindrome_particle_set particles, palindrome_sight sight,
                               palindrome_vectors seen_bar, palindrome_particle_cotangents cotangents,
                               double *products, int32_t line) {
    const POSITION *const position[3] = COMPONENTS(particles.position);
    const MOMENTUM *const momentum[3] = COMPONENTS(particles.momentum);
    const REAL *const bar[3] = COMPONENTS(seen_bar);
    REAL *const position_bar[3] = COMPONENTS(cotangents.position);
    REAL *const momentum_bar[3] = COMPONENTS(cotangents.momentum);
#pragma clang loop vectorize(assume_safety)
    for (int64_t i = 0; i < particles.count; i++) {
        const NAME(view) view = NAME(look)(i, position, momentum, &sight, line);
        const double *n = view.n, alpha = view.speed;
        const double q[3] = {bar[0][i], bar[1][i], bar[2][i]};
        const double beta = q[0] * n[0] + q[1] * n[1] + q[2] * n[2];
        for (int axis = 0; axis < 3; axis++) {
            const double across =
                beta * (view.p[axis] - alpha * n[axis]) + alpha * (q[axis] - beta * n[axis]);
            position_bar[axis][i] += (REAL)(q[axis] + sight.shift * view.inverse * across);
            momentum_bar[axis][i] += (REAL)(sight.shift * beta * n[axis]);
        }
        products[i] = alpha * beta;
    }
}

// A loop for each line, so that none asks within.
#define BY_LINE(line, call)                                                                                  \
    switch (line) {                                                                                          \
    case 0:                                                                                                  \
        call(0);                                                                                             \
        break;                                                                                               \
    case 1:                                                                                                  \
        call(1);                                                                                             \
        break;                                                                                               \
    case 2:                                                                                                  \
        call(2);                                                                                             \
        break;                                                                                               \
    case palindrome_from_observer:                                                                           \
        call(palindrome_from_observer);                                                                      \
        break;                                                                                               \
    default:                                                                                                 \
        call(palindrome_from_nowhere);                                                                       \
        break;                                                                                               \
    }

CLONES int32_t NAME(palindrome_show)(palindrome_particle_set particles, palindrome_sight sight,
                                     palindrome_vectors seen) {
    uint32_t failed = 0;
#define CALL(line) failed = NAME(show)(particles, sight, seen, line)
    BY_LINE(sight.line, CALL)
#undef CALL
    return (int32_t)failed;
}

CLONES void NAME(palindrome_show_adjoint)(palindrome_particle_set particles, palindrome_sight sight,
                                          palindrome_vectors seen_bar,
                                          palindrome_particle_cotangents cotangents, double *products) {
#define CALL(line) NAME(show_adjoint)(particles, sight, seen_bar, cotangents, products, line)
    BY_LINE(sight.line, CALL)
#undef CALL
}

#undef BY_LINE
