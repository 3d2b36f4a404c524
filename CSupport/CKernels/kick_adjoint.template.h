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
    NAME(places) places;
    NAME(weights) weights;
    NAME(sums) sums;
    NAME(slopes) slopes;
    REAL force[3][NAME(batch)];
    for (int64_t start = 0; start < count; start += NAME(batch)) {
        const int64_t n = count - start < NAME(batch) ? count - start : NAME(batch);
        if (NAME(place)(n, x + start, y + start, z + start, &block, &places)) {
            outcome.is_stray = 1;
            return outcome;
        }
        NAME(all_stencils)(n, &places, &block, potential, &weights, &sums, &slopes);
        NAME(forces)(n, &places, &sums, scale, force);
        for (int64_t i = 0; i < n; i++) {
            const int64_t k = start + i;
            const REAL vx = px_bar[k], vy = py_bar[k], vz = pz_bar[k];
            const REAL dx = places.offset[0][i], dy = places.offset[1][i], dz = places.offset[2][i];
            const REAL ex = 1 - dx, ey = 1 - dy, ez = 1 - dz;
            const REAL *along_x = sums.across[0][i], *along_y = sums.across[1][i];
            const REAL x_by_x = NAME(between)(slopes.across[0][i], ey, dy, ez, dz) * scale[0];
            const REAL x_by_y = NAME(between)(along_x, -1, 1, ez, dz) * scale[0];
            const REAL x_by_z = NAME(between)(along_x, ey, dy, -1, 1) * scale[0];
            const REAL y_by_x = NAME(between)(along_y, -1, 1, ez, dz) * scale[1];
            const REAL y_by_y = NAME(between)(slopes.across[1][i], ex, dx, ez, dz) * scale[1];
            const REAL y_by_z = NAME(between)(along_y, ex, dx, -1, 1) * scale[1];
            const REAL z_by_x = NAME(total)(slopes.along[0][i]) * scale[2];
            const REAL z_by_y = NAME(total)(slopes.along[1][i]) * scale[2];
            const REAL z_by_z = NAME(total)(slopes.along[2][i]) * scale[2];
            x_bar[k] = NAME(added)(x_bar[k], factor[0], FMA(vx, x_by_x, FMA(vy, y_by_x, vz * z_by_x)));
            y_bar[k] = NAME(added)(y_bar[k], factor[1], FMA(vx, x_by_y, FMA(vy, y_by_y, vz * z_by_y)));
            z_bar[k] = NAME(added)(z_bar[k], factor[2], FMA(vx, x_by_z, FMA(vy, y_by_z, vz * z_by_z)));
            const double by_xy =
                __builtin_fma((double)vx, (double)force[0][i], (double)vy * (double)force[1][i]);
            product[k] = __builtin_fma((double)vz, (double)force[2][i], by_xy);
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

// What a particle adds to a potential's cotangent, in double in either precision.
typedef struct {
    // v times the six taps of the stencil, along x and along y.
    double tap[2][6][NAME(batch)];
    double value[NAME(batch)];
} NAME(loads);

INLINE void NAME(load_up)(int64_t n, const NAME(places) *restrict places, const REAL *const value[3],
                          const double *weight, NAME(loads) *restrict loads) {
    static const double stencil[6] = {1, -8, 0, 8, -1, 0}, slope[6] = {-1, 9, -8, -8, 9, -1};
    for (int axis = 0; axis < 2; axis++)
        for (int t = 0; t < 6; t++)
            for (int64_t i = 0; i < n; i++)
                loads->tap[axis][t][i] = weight[axis] * (double)value[axis][i] *
                                         __builtin_fma(slope[t], (double)places->offset[axis][i], stencil[t]);
    for (int64_t i = 0; i < n; i++)
        loads->value[i] = weight[2] * (double)value[2][i];
}

// Adds at two neighbouring points along z, at the four before and two behind.
INLINE void NAME(add_pair)(int64_t *at, int64_t up, const quad *terms, int upper) {
    const whole_quad rounded =
        (whole_quad)(*terms + (quad)ALL4(rounding_shift)) - (whole_quad)(quad)ALL4(rounding_shift);
    const whole_pair pair = upper ? __builtin_shufflevector(rounded, rounded, 2, 3)
                                  : __builtin_shufflevector(rounded, rounded, 0, 1);
    if (up == 1) {
        *(whole_pair *)at += pair;
    } else {
        at[0] += pair[0];
        at[up] += pair[1];
    }
}

// One particle's 56 points. `along` says where z - 2 ... z + 3 are; NULL where they are next to each other.
INLINE void NAME(scatter)(int64_t i, int64_t *at, const palindrome_block *block,
                          const NAME(places) *restrict places, const NAME(loads) *restrict loads,
                          const int64_t *along) {
    static const int outer[4] = {0, 1, 4, 5};
    const double offset[3] = {(double)places->offset[0][i], (double)places->offset[1][i],
                              (double)places->offset[2][i]};
    const double dz = offset[2], ez = 1 - dz;
    const int64_t up = along ? along[3] - along[2] : 1;
    // Across the axis and along z: [j][k].
    quad central[2][2];
    for (int axis = 0; axis < 2; axis++) {
        const int64_t stride = axis ? block->y_stride : block->x_stride;
        const int64_t across = axis ? block->x_stride : block->y_stride;
        const double d = offset[1 - axis], e = 1 - d;
        const quad weight = {e * ez, e * dz, d * ez, d * dz};
        for (int t = 0; t < 4; t++) {
            const quad terms = weight * (quad)ALL4(loads->tap[axis][outer[t]][i]);
            NAME(add_pair)(at + (outer[t] - 2) * stride, up, &terms, 0);
            NAME(add_pair)(at + (outer[t] - 2) * stride + across, up, &terms, 1);
        }
        central[axis][0] = weight * (quad)ALL4(loads->tap[axis][2][i]);
        central[axis][1] = weight * (quad)ALL4(loads->tap[axis][3][i]);
    }
    const quad stencil = {1, -8, 0, 8}, slope = {-1, 9, -8, -8}, end = {-1, 0, 0, 0},
               end_slope = {9, -1, 0, 0};
    const quad value = ALL4(loads->value[i]), dz4 = ALL4(dz), none = ALL4(0);
    const quad front = value * __builtin_elementwise_fma(slope, dz4, stencil);
    const quad back = value * __builtin_elementwise_fma(end_slope, dz4, end);
    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 2; b++) {
            int64_t *row = at + a * block->x_stride + b * block->y_stride;
            const double w = (a ? offset[0] : 1 - offset[0]) * (b ? offset[1] : 1 - offset[1]);
            const quad by_x = b ? __builtin_shufflevector(none, central[0][a], 0, 1, 6, 7)
                                : __builtin_shufflevector(none, central[0][a], 0, 1, 4, 5);
            const quad by_y = a ? __builtin_shufflevector(none, central[1][b], 0, 1, 6, 7)
                                : __builtin_shufflevector(none, central[1][b], 0, 1, 4, 5);
            const quad first = __builtin_elementwise_fma(front, (quad)ALL4(w), by_x + by_y);
            const quad last = back * (quad)ALL4(w);
            if (along) {
                const whole_quad rounded =
                    (whole_quad)(first + (quad)ALL4(rounding_shift)) - (whole_quad)(quad)ALL4(rounding_shift);
                for (int k = 0; k < 4; k++)
                    row[along[k]] += rounded[k];
                NAME(add_pair)(row + along[4], along[5] - along[4], &last, 0);
            } else {
                *(whole_quad *)(row - 2) +=
                    (whole_quad)(first + (quad)ALL4(rounding_shift)) - (whole_quad)(quad)ALL4(rounding_shift);
                NAME(add_pair)(row + 2, 1, &last, 0);
            }
        }
}

CLONES int32_t NAME(palindrome_deposit_slopes)(int64_t count, const POSITION *x, const POSITION *y,
                                               const POSITION *z, palindrome_block block, const REAL *vx,
                                               const REAL *vy, const REAL *vz, const double weight[3],
                                               int64_t *sum) {
    const int64_t mz = block.points_z;
    NAME(places) places;
    NAME(loads) loads;
    for (int64_t start = 0; start < count; start += NAME(batch)) {
        const int64_t n = count - start < NAME(batch) ? count - start : NAME(batch);
        if (NAME(place)(n, x + start, y + start, z + start, &block, &places))
            return -1;
        const REAL *const value[3] = {vx + start, vy + start, vz + start};
        NAME(load_up)(n, &places, value, weight, &loads);
        for (int64_t i = 0; i < n; i++) {
            int64_t *at = sum + places.element[i];
            const int64_t point = places.z[i];
            if (__builtin_expect(point >= 2 && point + 4 <= mz, 1)) {
                NAME(scatter)(i, at, &block, &places, &loads, 0);
            } else {
                int64_t along[6];
                for (int k = 0; k < 6; k++)
                    along[k] = (point + k - 2 + mz) % mz - point;
                NAME(scatter)(i, at, &block, &places, &loads, along);
            }
        }
    }
    return 0;
}
