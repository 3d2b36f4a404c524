// The adjoints of forces and kicks in one precision; see kick_adjoint.h.

// position_cotangent[b] += factor[b] * change, the product and the sum in double.
INLINE REAL NAME(added)(REAL cotangent, double factor, REAL change) {
    return (REAL)__builtin_fma(factor, (double)change, (double)cotangent);
}

CLONES palindrome_kick_outcome NAME(palindrome_kick_adjoint)(
    int64_t count, const POSITION *x, const POSITION *y, const POSITION *z, MOMENTUM *px, MOMENTUM *py,
    MOMENTUM *pz, palindrome_block block, const REAL *potential, const REAL scale[3], int64_t kicks,
    const double *undoing, const double factor[3], const REAL *px_bar, const REAL *py_bar, const REAL *pz_bar,
    REAL *x_bar, REAL *y_bar, REAL *z_bar, double *product) {
    palindrome_kick_outcome outcome = {0};
    MOMENTUM *const momentum[3] = {px, py, pz};
    REAL *const position_bar[3] = {x_bar, y_bar, z_bar};
    const int32_t mz = (int32_t)block.points_z;
    NAME(places) places;
    REAL force[3][NAME(batch)];
    for (int64_t start = 0; start < count; start += NAME(batch)) {
        const int64_t n = count - start < NAME(batch) ? count - start : NAME(batch);
        if (NAME(place)(n, x + start, y + start, z + start, &block, &places)) {
            outcome.is_stray = 1;
            return outcome;
        }
        for (int64_t i = 0; i < n; i++) {
            const REAL *p = potential + places.element[i];
            const REAL offset[3] = {places.offset[0][i], places.offset[1][i], places.offset[2][i]};
            REAL one[3], derivative[3][3];
            if (NAME(is_inside)(places.z[i], mz)) {
                NAME(pull)(p, &block, offset, scale, 0, one, derivative);
            } else {
                NAME(wrap) wrap;
                NAME(wrap_at)(places.z[i], mz, &wrap);
                NAME(pull)(p, &block, offset, scale, &wrap, one, derivative);
            }
            const REAL vx = px_bar[start + i], vy = py_bar[start + i], vz = pz_bar[start + i];
            for (int b = 0; b < 3; b++) {
                const REAL change =
                    FMA(vx, derivative[0][b], FMA(vy, derivative[1][b], vz * derivative[2][b]));
                position_bar[b][start + i] = NAME(added)(position_bar[b][start + i], factor[b], change);
            }
            product[start + i] =
                __builtin_fma((double)vx, (double)one[0],
                              __builtin_fma((double)vy, (double)one[1], (double)vz * (double)one[2]));
            for (int axis = 0; axis < 3; axis++)
                force[axis][i] = one[axis];
        }
        for (int axis = 0; axis < 3; axis++)
            NAME(add_kicks)(n, momentum[axis] + start, force[axis], kicks, undoing, &outcome);
    }
    return outcome;
}

CLONES int32_t NAME(palindrome_gather_adjoint)(int64_t count, const POSITION *x, const POSITION *y,
                                               const POSITION *z, palindrome_block block, const REAL *field,
                                               const double factor[3], const REAL *weight, REAL *x_bar,
                                               REAL *y_bar, REAL *z_bar, double *product) {
    NAME(places) places;
    const int64_t xs = block.x_stride, ys = block.y_stride;
    for (int64_t start = 0; start < count; start += NAME(batch)) {
        const int64_t n = count - start < NAME(batch) ? count - start : NAME(batch);
        if (NAME(place)(n, x + start, y + start, z + start, &block, &places))
            return -1;
        for (int64_t i = 0; i < n; i++) {
            const REAL *lower = field + places.element[i];
            const REAL *upper = places.z[i] + 1 == block.points_z ? lower - places.z[i] : lower + 1;
            const REAL dx = places.offset[0][i], dy = places.offset[1][i], dz = places.offset[2][i];
            const REAL ex = 1 - dx, ey = 1 - dy, ez = 1 - dz;
            // Between z and z + 1, then between y and y + 1.
            const REAL f00 = FMA(upper[0], dz, lower[0] * ez), f01 = FMA(upper[ys], dz, lower[ys] * ez);
            const REAL f10 = FMA(upper[xs], dz, lower[xs] * ez);
            const REAL f11 = FMA(upper[xs + ys], dz, lower[xs + ys] * ez);
            const REAL f0 = FMA(f01, dy, f00 * ey), f1 = FMA(f11, dy, f10 * ey);
            const REAL by_y = FMA(f11 - f10, dx, (f01 - f00) * ex);
            const REAL z0 = FMA(upper[ys] - lower[ys], dy, (upper[0] - lower[0]) * ey);
            const REAL z1 = FMA(upper[xs + ys] - lower[xs + ys], dy, (upper[xs] - lower[xs]) * ey);
            const REAL by_z = FMA(z1, dx, z0 * ex);
            const int64_t k = start + i;
            const REAL w = weight ? weight[k] : 1;
            x_bar[k] = NAME(added)(x_bar[k], factor[0], w * (f1 - f0));
            y_bar[k] = NAME(added)(y_bar[k], factor[1], w * by_y);
            z_bar[k] = NAME(added)(z_bar[k], factor[2], w * by_z);
            if (product)
                product[k] = (double)w * (double)FMA(f1, dx, f0 * ex);
        }
    }
    return 0;
}

CLONES int32_t NAME(palindrome_deposit_slopes)(int64_t count, const POSITION *x, const POSITION *y,
                                               const POSITION *z, palindrome_block block, const REAL *vx,
                                               const REAL *vy, const REAL *vz, const double weight[3],
                                               int64_t *restrict sum) {
    enum { batch = NAME(batch), arms = 56 };
    const uint64_t shift = bits_of(rounding_shift);
    const REAL *const value[3] = {vx, vy, vz};
    const int64_t xs = block.x_stride, ys = block.y_stride, mz = block.points_z;
    static const double stencil[6] = {1, -8, 0, 8, -1, 0}, slope[6] = {-1, 9, -8, -8, 9, -1};
    static const int64_t outer[4] = {0, 1, 4, 5};
    NAME(places) places;
    // v times the six taps along each axis; the weights of the two points across.
    double tap[3][6][batch], share[3][2][batch];
    int64_t part[arms][batch];
    for (int64_t start = 0; start < count; start += batch) {
        const int64_t n = count - start < batch ? count - start : batch;
        if (NAME(place)(n, x + start, y + start, z + start, &block, &places))
            return -1;
        for (int axis = 0; axis < 3; axis++)
            for (int64_t i = 0; i < n; i++) {
                const double d = (double)places.offset[axis][i],
                             v = weight[axis] * (double)value[axis][start + i];
                share[axis][0][i] = 1 - d;
                share[axis][1][i] = d;
                for (int k = 0; k < 6; k++)
                    tap[axis][k][i] = v * __builtin_fma(slope[k], d, stencil[k]);
            }
        int arm = 0;
        // Outside the eight central points: along x, along y.
        for (int axis = 0; axis < 2; axis++)
            for (int t = 0; t < 4; t++)
                for (int b = 0; b < 2; b++)
                    for (int c = 0; c < 2; c++, arm++)
                        for (int64_t i = 0; i < n; i++) {
                            const double term = tap[axis][outer[t]][i] * share[1 - axis][b][i];
                            part[arm][i] =
                                (int64_t)(bits_of(__builtin_fma(term, share[2][c][i], rounding_shift)) -
                                          shift);
                        }
        // Four rows along z; their middle points are shared by all three.
        for (int a = 0; a < 2; a++)
            for (int b = 0; b < 2; b++)
                for (int k = 0; k < 6; k++, arm++) {
                    const int c = k - 2;
                    const int is_central = c == 0 || c == 1;
                    for (int64_t i = 0; i < n; i++) {
                        double term = tap[2][k][i] * share[0][a][i] * share[1][b][i];
                        if (is_central) {
                            const double by_y = tap[1][2 + b][i] * share[0][a][i];
                            const double across = __builtin_fma(tap[0][2 + a][i], share[1][b][i], by_y);
                            term = __builtin_fma(across, share[2][c][i], term);
                        }
                        part[arm][i] = (int64_t)(bits_of(term + rounding_shift) - shift);
                    }
                }
        for (int64_t i = 0; i < n; i++) {
            int64_t *at = sum + places.element[i];
            const int64_t zi = places.z[i];
            int64_t along[6];
            for (int k = 0; k < 6; k++) {
                const int64_t point = zi + k - 2;
                along[k] = k - 2 + (point < 0 ? mz : point >= mz ? -mz : 0);
            }
            arm = 0;
            for (int axis = 0; axis < 2; axis++) {
                const int64_t s = axis ? ys : xs, across = axis ? xs : ys;
                for (int t = 0; t < 4; t++)
                    for (int b = 0; b < 2; b++)
                        for (int c = 0; c < 2; c++, arm++)
                            at[(outer[t] - 2) * s + b * across + along[2 + c]] += part[arm][i];
            }
            for (int a = 0; a < 2; a++)
                for (int b = 0; b < 2; b++)
                    for (int k = 0; k < 6; k++, arm++)
                        at[a * xs + b * ys + along[k]] += part[arm][i];
        }
    }
    return 0;
}
