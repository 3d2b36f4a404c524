// Forces and kicks in one precision. Particles go in batches: cells and offsets, which vectorise; forces, one
// particle after the other with rows along z as vectors; kicks, which vectorise.

enum { NAME(batch) = 64 };

typedef struct {
    int64_t element[NAME(batch)];
    int32_t z[NAME(batch)];
    REAL offset[3][NAME(batch)];
} NAME(places);

// Cells and offsets of a batch. Returns whether a particle is outside the owned columns.
INLINE uint32_t NAME(place)(int64_t n, const POSITION *restrict x, const POSITION *restrict y,
                            const POSITION *restrict z, const palindrome_block *block,
                            NAME(places) *restrict places) {
    const uint32_t mx = (uint32_t)block->points_x, my = (uint32_t)block->points_y;
    const uint32_t mz = (uint32_t)block->points_z;
    uint32_t strays = 0;
    for (int64_t i = 0; i < n; i++) {
        const uint32_t cx = NAME(cell)(x[i], mx), cy = NAME(cell)(y[i], my), cz = NAME(cell)(z[i], mz);
        strays |= is_stray(cx, cy, block);
        places->element[i] = element_of(cx, cy, cz, block);
        places->z[i] = (int32_t)cz;
        places->offset[0][i] = NAME(offset)(NAME(fraction)(x[i], mx));
        places->offset[1][i] = NAME(offset)(NAME(fraction)(y[i], my));
        places->offset[2][i] = NAME(offset)(NAME(fraction)(z[i], mz));
    }
    return strays;
}

// How the eight points z - 2 ... z + 5 of a row are read where z wraps: those of `here` from their own place,
// the others from a whole row further. Both places are within the field, whose ghosts leave a row before and
// after.
typedef struct {
    LANES here;
    int64_t further;
    // From z to z + 1.
    int64_t up;
} NAME(wrap);

INLINE void NAME(wrap_at)(int32_t z, int32_t mz, NAME(wrap) * wrap) {
    const LANES shift = {-2, -1, 0, 1, 2, 3, 4, 5};
    const LANES point = shift + (LANE)z;
    wrap->here = (point >= 0) & (point < (LANE)mz);
    wrap->further = z < 2 ? mz : -mz;
    wrap->up = z + 1 == mz ? 1 - mz : 1;
}

INLINE void NAME(load8)(const REAL *at, const NAME(wrap) * wrap, ROW8 *row) {
    *row = *(const ROW8 *)at;
    if (wrap) {
        const ROW8 other = *(const ROW8 *)(at + wrap->further);
        *row = (ROW8)(((LANES)*row & wrap->here) | ((LANES)other & ~wrap->here));
    }
}

// The four points of a plane across an axis: two rows, at z and z + 1 each.
INLINE void NAME(load_square)(const REAL *at, int64_t across, const NAME(wrap) * wrap, ROW4 *square) {
    if (wrap) {
        *square = (ROW4){at[0], at[wrap->up], at[across], at[across + wrap->up]};
    } else {
        const ROW2 lower = *(const ROW2 *)at, upper = *(const ROW2 *)(at + across);
        *square = __builtin_shufflevector(lower, upper, 0, 1, 2, 3);
    }
}

// Weights of a batch: the stencil (1, -8, 0, 8, -1) weighted with (1 - d, d) has six taps, stencil + d *
// slope.
typedef struct {
    // Along x and along y.
    REAL tap[2][6][NAME(batch)];
    // The four rows along z: (1 - dx, dx) times (1 - dy, dy).
    REAL row[4][NAME(batch)];
} NAME(weights);

INLINE void NAME(weigh)(int64_t n, const NAME(places) *restrict places, NAME(weights) *restrict weights) {
    static const REAL stencil[6] = {1, -8, 0, 8, -1, 0}, slope[6] = {-1, 9, -8, -8, 9, -1};
    for (int axis = 0; axis < 2; axis++)
        for (int t = 0; t < 6; t++)
            for (int64_t i = 0; i < n; i++)
                weights->tap[axis][t][i] = FMA(slope[t], places->offset[axis][i], stencil[t]);
    for (int64_t i = 0; i < n; i++) {
        const REAL dx = places->offset[0][i], dy = places->offset[1][i];
        weights->row[0][i] = (1 - dx) * (1 - dy);
        weights->row[1][i] = (1 - dx) * dy;
        weights->row[2][i] = dx * (1 - dy);
        weights->row[3][i] = dx * dy;
    }
}

// What is left of a batch's stencils before the last sums, which vectorise again: along x (along y) four
// points across and along z, `[j][k]`; along z four partial sums. The slopes are those that adjoints need.
typedef struct {
    REAL across[2][NAME(batch)][4];
    REAL along[NAME(batch)][4];
} NAME(sums);

typedef struct {
    REAL across[2][NAME(batch)][4];
    REAL along[3][NAME(batch)][4];
} NAME(slopes);

// Two sums at once, since the additions wait for each other.
#define TAPPED(plane, tap)                                                                                   \
    (__builtin_elementwise_fma(                                                                              \
         plane[4], (ROW4)ALL4((tap)[4]),                                                                     \
         __builtin_elementwise_fma(plane[2], (ROW4)ALL4((tap)[2]), plane[0] * (ROW4)ALL4((tap)[0]))) +       \
     __builtin_elementwise_fma(                                                                              \
         plane[5], (ROW4)ALL4((tap)[5]),                                                                     \
         __builtin_elementwise_fma(plane[3], (ROW4)ALL4((tap)[3]), plane[1] * (ROW4)ALL4((tap)[1]))))

INLINE void NAME(halve)(const ROW8 *terms, REAL *half) {
    *(ROW4 *)half = __builtin_shufflevector(*terms, *terms, 0, 1, 2, 3) +
                    __builtin_shufflevector(*terms, *terms, 4, 5, 6, 7);
}

// The stencils of particle i of a batch.
INLINE void NAME(stencils)(int64_t i, const REAL *p, const palindrome_block *block, REAL dz,
                           const NAME(weights) *restrict weights, const NAME(wrap) * wrap,
                           NAME(sums) *restrict sums, NAME(slopes) *restrict slopes) {
    static const REAL stencil_slope[6] = {-1, 9, -8, -8, 9, -1};
    const int64_t xs = block->x_stride, ys = block->y_stride;
    const ROW8 stencil = {1, -8, 0, 8, -1, 0, 0, 0}, slope = {-1, 9, -8, -8, 9, -1, 0, 0};
    const ROW8 taps = __builtin_elementwise_fma(slope, (ROW8)ALL8(dz), stencil);
    ROW8 row[4], weight[4];
    for (int r = 0; r < 4; r++) {
        NAME(load8)(p - 2 + (r / 2) * xs + (r % 2) * ys, wrap, &row[r]);
        weight[r] = (ROW8)ALL8(weights->row[r][i]);
    }
    for (int axis = 0; axis < 2; axis++) {
        const int64_t along = axis ? ys : xs, across = axis ? xs : ys;
        ROW4 plane[6];
        REAL tap[6];
        for (int t = 0; t < 6; t++) {
            tap[t] = weights->tap[axis][t][i];
            if (t != 2 && t != 3)
                NAME(load_square)(p + (t - 2) * along, across, wrap, &plane[t]);
        }
        // The two middle planes are in the rows along z.
        plane[2] = __builtin_shufflevector(row[0], row[axis ? 2 : 1], 2, 3, 10, 11);
        plane[3] = __builtin_shufflevector(row[axis ? 1 : 2], row[3], 2, 3, 10, 11);
        *(ROW4 *)sums->across[axis][i] = TAPPED(plane, tap);
        if (slopes)
            *(ROW4 *)slopes->across[axis][i] = TAPPED(plane, stencil_slope);
    }
    const ROW8 middle = __builtin_elementwise_fma(row[1], weight[1], row[0] * weight[0]) +
                        __builtin_elementwise_fma(row[3], weight[3], row[2] * weight[2]);
    const ROW8 terms = middle * taps;
    NAME(halve)(&terms, sums->along[i]);
    if (slopes) {
        // Differences between x and x + 1, weighted with (1 - dy, dy); between y and y + 1 likewise.
        const ROW8 ex = weight[0] + weight[1], dx = weight[2] + weight[3];
        const ROW8 ey = weight[0] + weight[2], dy = weight[1] + weight[3];
        const ROW8 by_x = __builtin_elementwise_fma(row[3] - row[1], dy, (row[2] - row[0]) * ey) * taps;
        const ROW8 by_y = __builtin_elementwise_fma(row[3] - row[2], dx, (row[1] - row[0]) * ex) * taps;
        const ROW8 by_z = middle * slope;
        NAME(halve)(&by_x, slopes->along[0][i]);
        NAME(halve)(&by_y, slopes->along[1][i]);
        NAME(halve)(&by_z, slopes->along[2][i]);
    }
}

INLINE void NAME(all_stencils)(int64_t n, const NAME(places) *restrict places, const palindrome_block *block,
                               const REAL *restrict potential, NAME(weights) *restrict weights,
                               NAME(sums) *restrict sums, NAME(slopes) *restrict slopes) {
    const int32_t mz = (int32_t)block->points_z;
    NAME(weigh)(n, places, weights);
    for (int64_t i = 0; i < n; i++) {
        const REAL *p = potential + places->element[i];
        const REAL dz = places->offset[2][i];
        if (__builtin_expect(places->z[i] >= 2 && places->z[i] + 6 <= mz, 1)) {
            NAME(stencils)(i, p, block, dz, weights, 0, sums, slopes);
        } else {
            NAME(wrap) wrap;
            NAME(wrap_at)(places->z[i], mz, &wrap);
            NAME(stencils)(i, p, block, dz, weights, &wrap, sums, slopes);
        }
    }
}

// Between the four points of a square: [j][k] with weights for j and for k.
INLINE REAL NAME(between)(const REAL *square, REAL lower, REAL upper, REAL lower_z, REAL upper_z) {
    return FMA(square[1], upper_z, square[0] * lower_z) * lower +
           FMA(square[3], upper_z, square[2] * lower_z) * upper;
}

INLINE REAL NAME(total)(const REAL *half) {
    return (half[0] + half[2]) + (half[1] + half[3]);
}

INLINE void NAME(forces)(int64_t n, const NAME(places) *restrict places, const NAME(sums) *restrict sums,
                         const REAL *scale, REAL (*restrict force)[NAME(batch)]) {
    for (int axis = 0; axis < 2; axis++)
        for (int64_t i = 0; i < n; i++) {
            const REAL d = places->offset[1 - axis][i], dz = places->offset[2][i];
            force[axis][i] = NAME(between)(sums->across[axis][i], 1 - d, d, 1 - dz, dz) * scale[axis];
        }
    for (int64_t i = 0; i < n; i++)
        force[2][i] = NAME(total)(sums->along[i]) * scale[2];
}

CLONES palindrome_kick_outcome NAME(palindrome_kick)(int64_t count, const POSITION *x, const POSITION *y,
                                                     const POSITION *z, MOMENTUM *px, MOMENTUM *py,
                                                     MOMENTUM *pz, palindrome_block block,
                                                     const REAL *potential, const REAL scale[3],
                                                     int64_t kicks, const double *coefficients) {
    palindrome_kick_outcome outcome = {0};
    MOMENTUM *const momentum[3] = {px, py, pz};
    NAME(places) places;
    NAME(weights) weights;
    NAME(sums) sums;
    REAL force[3][NAME(batch)];
    for (int64_t start = 0; start < count; start += NAME(batch)) {
        const int64_t n = count - start < NAME(batch) ? count - start : NAME(batch);
        if (NAME(place)(n, x + start, y + start, z + start, &block, &places)) {
            outcome.is_stray = 1;
            return outcome;
        }
        NAME(all_stencils)(n, &places, &block, potential, &weights, &sums, 0);
        NAME(forces)(n, &places, &sums, scale, force);
        for (int axis = 0; axis < 3; axis++)
            NAME(add_kicks)(n, momentum[axis] + start, force[axis], kicks, coefficients, &outcome);
    }
    return outcome;
}

CLONES int32_t NAME(palindrome_force)(int64_t count, const POSITION *x, const POSITION *y, const POSITION *z,
                                      palindrome_block block, const REAL *potential, const REAL scale[3],
                                      REAL *fx, REAL *fy, REAL *fz) {
    REAL *const result[3] = {fx, fy, fz};
    NAME(places) places;
    NAME(weights) weights;
    NAME(sums) sums;
    REAL force[3][NAME(batch)];
    for (int64_t start = 0; start < count; start += NAME(batch)) {
        const int64_t n = count - start < NAME(batch) ? count - start : NAME(batch);
        if (NAME(place)(n, x + start, y + start, z + start, &block, &places))
            return -1;
        NAME(all_stencils)(n, &places, &block, potential, &weights, &sums, 0);
        NAME(forces)(n, &places, &sums, scale, force);
        for (int axis = 0; axis < 3; axis++)
            memcpy(result[axis] + start, force[axis], (size_t)n * sizeof(REAL));
    }
    return 0;
}

INLINE void NAME(gather)(int64_t n, const NAME(places) *restrict places, const palindrome_block *block,
                         const REAL *restrict field, REAL *restrict value) {
    const int64_t xs = block->x_stride, ys = block->y_stride;
    for (int64_t i = 0; i < n; i++) {
        const REAL *lower = field + places->element[i];
        const REAL *upper = places->z[i] + 1 == block->points_z ? lower - places->z[i] : lower + 1;
        const REAL dx = places->offset[0][i], dy = places->offset[1][i], dz = places->offset[2][i];
        const REAL ex = 1 - dx, ey = 1 - dy, ez = 1 - dz;
        const REAL lower0 = FMA(lower[ys], dy, lower[0] * ey);
        const REAL upper0 = FMA(upper[ys], dy, upper[0] * ey);
        const REAL lower1 = FMA(lower[xs + ys], dy, lower[xs] * ey);
        const REAL upper1 = FMA(upper[xs + ys], dy, upper[xs] * ey);
        value[i] = FMA(FMA(upper1, dx, upper0 * ex), dz, FMA(lower1, dx, lower0 * ex) * ez);
    }
}

CLONES palindrome_kick_outcome NAME(palindrome_kick_component)(int64_t count, const POSITION *x,
                                                               const POSITION *y, const POSITION *z,
                                                               MOMENTUM *momentum, palindrome_block block,
                                                               const REAL *field, int64_t kicks,
                                                               const double *coefficients) {
    palindrome_kick_outcome outcome = {0};
    NAME(places) places;
    REAL force[NAME(batch)];
    for (int64_t start = 0; start < count; start += NAME(batch)) {
        const int64_t n = count - start < NAME(batch) ? count - start : NAME(batch);
        if (NAME(place)(n, x + start, y + start, z + start, &block, &places)) {
            outcome.is_stray = 1;
            return outcome;
        }
        NAME(gather)(n, &places, &block, field, force);
        NAME(add_kicks)(n, momentum + start, force, kicks, coefficients, &outcome);
    }
    return outcome;
}

CLONES int32_t NAME(palindrome_gather)(int64_t count, const POSITION *x, const POSITION *y, const POSITION *z,
                                       palindrome_block block, const REAL *field, REAL *value) {
    NAME(places) places;
    for (int64_t start = 0; start < count; start += NAME(batch)) {
        const int64_t n = count - start < NAME(batch) ? count - start : NAME(batch);
        if (NAME(place)(n, x + start, y + start, z + start, &block, &places))
            return -1;
        NAME(gather)(n, &places, &block, field, value + start);
    }
    return 0;
}

#undef TAPPED
