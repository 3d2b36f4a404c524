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
} NAME(wrap);

INLINE void NAME(wrap_at)(int32_t z, int32_t mz, NAME(wrap) * wrap) {
    const LANES shift = {-2, -1, 0, 1, 2, 3, 4, 5};
    const LANES point = shift + (LANE)z;
    wrap->here = (point >= 0) & (point < (LANE)mz);
    wrap->further = z < 2 ? mz : -mz;
}

INLINE void NAME(load8)(const REAL *at, const NAME(wrap) * wrap, ROW8 *row) {
    *row = *(const ROW8 *)at;
    if (wrap) {
        const ROW8 other = *(const ROW8 *)(at + wrap->further);
        *row = (ROW8)(((LANES)*row & wrap->here) | ((LANES)other & ~wrap->here));
    }
}

// Four points from z on, of which two are used.
INLINE void NAME(load4)(const REAL *at, const NAME(wrap) * wrap, ROW4 *row) {
    if (wrap) {
        ROW8 whole;
        NAME(load8)(at - 2, wrap, &whole);
        *row = __builtin_shufflevector(whole, whole, 2, 3, 4, 5);
    } else {
        *row = *(const ROW4 *)at;
    }
}

// The stencil (1, -8, 0, 8, -1) weighted with (1 - d, d): six taps, and their derivative with respect to d.
#define STENCIL                                                                                              \
    { 1, -8, 0, 8, -1, 0, 0, 0 }
#define STENCIL_SLOPE                                                                                        \
    { -1, 9, -8, -8, 9, -1, 0, 0 }

INLINE void NAME(taps)(REAL d, ROW8 *taps) {
    const ROW8 stencil = STENCIL, slope = STENCIL_SLOPE, offset = ALL8(d);
    *taps = __builtin_elementwise_fma(slope, offset, stencil);
}

// sum of taps[i] * plane[i]; two sums at once, since the additions wait for each other.
INLINE void NAME(tapped)(const ROW4 *plane, const ROW8 *taps, ROW4 *sum) {
    ROW4 even = plane[0] * (ROW4)ALL4((*taps)[0]), odd = plane[1] * (ROW4)ALL4((*taps)[1]);
    even = __builtin_elementwise_fma(plane[2], (ROW4)ALL4((*taps)[2]), even);
    odd = __builtin_elementwise_fma(plane[3], (ROW4)ALL4((*taps)[3]), odd);
    even = __builtin_elementwise_fma(plane[4], (ROW4)ALL4((*taps)[4]), even);
    odd = __builtin_elementwise_fma(plane[5], (ROW4)ALL4((*taps)[5]), odd);
    *sum = even + odd;
}

INLINE REAL NAME(between)(const ROW4 *pair, REAL dz) {
    return FMA((*pair)[1], dz, (*pair)[0] * (1 - dz));
}

INLINE REAL NAME(total)(const ROW8 *terms) {
    const ROW4 half = __builtin_shufflevector(*terms, *terms, 0, 1, 2, 3) +
                      __builtin_shufflevector(*terms, *terms, 4, 5, 6, 7);
    return (half[0] + half[2]) + (half[1] + half[3]);
}

// 12 h times the gradient of the interpolated potential along x or y; if asked for, also its derivatives with
// respect to the offsets along that axis, across it, and along z.
INLINE REAL NAME(slope_across)(const REAL *p, int64_t along, int64_t across, REAL d, REAL d_across, REAL dz,
                               const NAME(wrap) * wrap, REAL *derivative) {
    const ROW4 upper_weight = ALL4(d_across), lower_weight = ALL4(1 - d_across);
    ROW8 taps;
    NAME(taps)(d, &taps);
    ROW4 plane[6], difference[6], sum;
    for (int i = 0; i < 6; i++) {
        const REAL *row = p + (i - 2) * along;
        ROW4 lower, upper;
        NAME(load4)(row, wrap, &lower);
        NAME(load4)(row + across, wrap, &upper);
        plane[i] = __builtin_elementwise_fma(upper, upper_weight, lower * lower_weight);
        difference[i] = upper - lower;
    }
    NAME(tapped)(plane, &taps, &sum);
    if (derivative) {
        const ROW8 slope = STENCIL_SLOPE;
        ROW4 changed;
        NAME(tapped)(plane, &slope, &changed);
        derivative[0] = NAME(between)(&changed, dz);
        NAME(tapped)(difference, &taps, &changed);
        derivative[1] = NAME(between)(&changed, dz);
        derivative[2] = sum[1] - sum[0];
    }
    return NAME(between)(&sum, dz);
}

// The same along z, with derivatives with respect to the offsets along x, y and z.
INLINE REAL NAME(slope_along)(const REAL *p, int64_t xs, int64_t ys, REAL dx, REAL dy, REAL dz,
                              const NAME(wrap) * wrap, REAL *derivative) {
    const ROW8 dx8 = ALL8(dx), dy8 = ALL8(dy), ex8 = ALL8(1 - dx), ey8 = ALL8(1 - dy);
    ROW8 row[4], taps;
    for (int i = 0; i < 4; i++)
        NAME(load8)(p - 2 + (i / 2) * xs + (i % 2) * ys, wrap, &row[i]);
    NAME(taps)(dz, &taps);
    const ROW8 lower = __builtin_elementwise_fma(row[1], dy8, row[0] * ey8);
    const ROW8 upper = __builtin_elementwise_fma(row[3], dy8, row[2] * ey8);
    const ROW8 middle = __builtin_elementwise_fma(upper, dx8, lower * ex8);
    const ROW8 terms = middle * taps;
    if (derivative) {
        const ROW8 slope = STENCIL_SLOPE;
        const ROW8 by_x = (upper - lower) * taps;
        const ROW8 by_y = __builtin_elementwise_fma(row[3] - row[2], dx8, (row[1] - row[0]) * ex8) * taps;
        const ROW8 by_z = middle * slope;
        derivative[0] = NAME(total)(&by_x);
        derivative[1] = NAME(total)(&by_y);
        derivative[2] = NAME(total)(&by_z);
    }
    return NAME(total)(&terms);
}

// The force on one particle; if asked for, also derivative[a][b] = dF_a / d(offset along b).
INLINE void NAME(pull)(const REAL *p, const palindrome_block *block, const REAL *offset, const REAL *scale,
                       const NAME(wrap) * wrap, REAL *restrict force, REAL (*restrict derivative)[3]) {
    const int64_t xs = block->x_stride, ys = block->y_stride;
    const REAL dx = offset[0], dy = offset[1], dz = offset[2];
    REAL by_y[3];
    force[0] = NAME(slope_across)(p, xs, ys, dx, dy, dz, wrap, derivative ? derivative[0] : 0) * scale[0];
    force[1] = NAME(slope_across)(p, ys, xs, dy, dx, dz, wrap, derivative ? by_y : 0) * scale[1];
    force[2] = NAME(slope_along)(p, xs, ys, dx, dy, dz, wrap, derivative ? derivative[2] : 0) * scale[2];
    if (derivative) {
        derivative[1][0] = by_y[1];
        derivative[1][1] = by_y[0];
        derivative[1][2] = by_y[2];
        for (int a = 0; a < 3; a++)
            for (int b = 0; b < 3; b++)
                derivative[a][b] *= scale[a];
    }
}

INLINE int NAME(is_inside)(int32_t z, int32_t mz) {
    return __builtin_expect(z >= 2 && z + 6 <= mz, 1);
}

INLINE void NAME(forces)(int64_t n, const NAME(places) *restrict places, const palindrome_block *block,
                         const REAL *restrict potential, const REAL *scale,
                         REAL (*restrict force)[NAME(batch)]) {
    const int32_t mz = (int32_t)block->points_z;
    for (int64_t i = 0; i < n; i++) {
        const REAL *p = potential + places->element[i];
        const REAL offset[3] = {places->offset[0][i], places->offset[1][i], places->offset[2][i]};
        REAL one[3];
        if (NAME(is_inside)(places->z[i], mz)) {
            NAME(pull)(p, block, offset, scale, 0, one, 0);
        } else {
            NAME(wrap) wrap;
            NAME(wrap_at)(places->z[i], mz, &wrap);
            NAME(pull)(p, block, offset, scale, &wrap, one, 0);
        }
        for (int axis = 0; axis < 3; axis++)
            force[axis][i] = one[axis];
    }
}

CLONES palindrome_kick_outcome NAME(palindrome_kick)(int64_t count, const POSITION *x, const POSITION *y,
                                                     const POSITION *z, MOMENTUM *px, MOMENTUM *py,
                                                     MOMENTUM *pz, palindrome_block block,
                                                     const REAL *potential, const REAL scale[3],
                                                     int64_t kicks, const double *coefficients) {
    palindrome_kick_outcome outcome = {0};
    MOMENTUM *const momentum[3] = {px, py, pz};
    NAME(places) places;
    REAL force[3][NAME(batch)];
    for (int64_t start = 0; start < count; start += NAME(batch)) {
        const int64_t n = count - start < NAME(batch) ? count - start : NAME(batch);
        if (NAME(place)(n, x + start, y + start, z + start, &block, &places)) {
            outcome.is_stray = 1;
            return outcome;
        }
        NAME(forces)(n, &places, &block, potential, scale, force);
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
    REAL force[3][NAME(batch)];
    for (int64_t start = 0; start < count; start += NAME(batch)) {
        const int64_t n = count - start < NAME(batch) ? count - start : NAME(batch);
        if (NAME(place)(n, x + start, y + start, z + start, &block, &places))
            return -1;
        NAME(forces)(n, &places, &block, potential, scale, force);
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
