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

// The 20 rows of the fused stencil, copied where z wraps: [x][y][z] with six of each, -2 ... 3.
enum { NAME(copy_row) = 8, NAME(copy_plane) = 48, NAME(copy_origin) = 2 * 48 + 2 * 8 + 2 };

INLINE void NAME(copy_wrapped)(const REAL *at, int64_t z, const palindrome_block *block,
                               REAL *restrict copy) {
    const int64_t mz = block->points_z;
    int64_t wrapped[6];
    for (int64_t k = 0; k < 6; k++)
        wrapped[k] = (z + k - 2 + 2 * mz) % mz - z;
    for (int64_t i = 0; i < 6; i++)
        for (int64_t j = 0; j < 6; j++) {
            const int is_used = i == 2 || i == 3 || j == 2 || j == 3;
            if (!is_used)
                continue;
            const REAL *row = at + (i - 2) * block->x_stride + (j - 2) * block->y_stride;
            for (int64_t k = 0; k < 6; k++)
                copy[i * NAME(copy_plane) + j * NAME(copy_row) + k] = row[wrapped[k]];
        }
}

#define ROW4_AT(pointer) (*(const ROW4 *)(pointer))
#define ROW8_AT(pointer) (*(const ROW8 *)(pointer))

// The gradient of the interpolated potential times 12 h. Along an axis the stencil (1, -8, 0, 8, -1) weighted
// with (1 - d, d) has the six taps a + d b.
INLINE void NAME(gradient)(const REAL *p, int64_t xs, int64_t ys, REAL dx, REAL dy, REAL dz,
                           REAL *restrict out) {
    const ROW8 a = {1, -8, 0, 8, -1, 0, 0, 0}, b = {-1, 9, -8, -8, 9, -1, 0, 0};
    const ROW8 zero = {0};
    const ROW4 zero4 = {0};
    const ROW8 tx = __builtin_elementwise_fma(b, zero + dx, a);
    const ROW8 ty = __builtin_elementwise_fma(b, zero + dy, a);
    const ROW8 tz = __builtin_elementwise_fma(b, zero + dz, a);
    const REAL ex = 1 - dx, ey = 1 - dy, ez = 1 - dz;

    ROW4 sum = zero4;
    for (int i = 0; i < 6; i++) {
        const REAL *row = p + (i - 2) * xs;
        const ROW4 across = __builtin_elementwise_fma(ROW4_AT(row + ys), zero4 + dy, ROW4_AT(row) * ey);
        sum = __builtin_elementwise_fma(across, zero4 + tx[i], sum);
    }
    out[0] = FMA(sum[1], dz, sum[0] * ez);

    sum = zero4;
    for (int j = 0; j < 6; j++) {
        const REAL *row = p + (j - 2) * ys;
        const ROW4 across = __builtin_elementwise_fma(ROW4_AT(row + xs), zero4 + dx, ROW4_AT(row) * ex);
        sum = __builtin_elementwise_fma(across, zero4 + ty[j], sum);
    }
    out[1] = FMA(sum[1], dz, sum[0] * ez);

    const REAL *row = p - 2;
    const ROW8 lower = __builtin_elementwise_fma(ROW8_AT(row + ys), zero + dy, ROW8_AT(row) * ey);
    const ROW8 upper = __builtin_elementwise_fma(ROW8_AT(row + xs + ys), zero + dy, ROW8_AT(row + xs) * ey);
    const ROW8 along = __builtin_elementwise_fma(upper, zero + dx, lower * ex) * tz;
    const ROW4 half =
        __builtin_shufflevector(along, along, 0, 1, 2, 3) + __builtin_shufflevector(along, along, 4, 5, 6, 7);
    out[2] = (half[0] + half[2]) + (half[1] + half[3]);
}

INLINE void NAME(forces)(int64_t n, const NAME(places) *restrict places, const palindrome_block *block,
                         const REAL *restrict potential, const REAL *scale, REAL *restrict copy,
                         REAL (*restrict force)[NAME(batch)]) {
    const int32_t mz = (int32_t)block->points_z;
    for (int64_t i = 0; i < n; i++) {
        const REAL *p = potential + places->element[i];
        int64_t xs = block->x_stride, ys = block->y_stride;
        const int32_t z = places->z[i];
        if (__builtin_expect(z < 2 || z + 6 > mz, 0)) {
            NAME(copy_wrapped)(p, z, block, copy);
            p = copy + NAME(copy_origin);
            xs = NAME(copy_plane);
            ys = NAME(copy_row);
        }
        REAL gradient[3];
        NAME(gradient)(p, xs, ys, places->offset[0][i], places->offset[1][i], places->offset[2][i], gradient);
        for (int axis = 0; axis < 3; axis++)
            force[axis][i] = gradient[axis] * scale[axis];
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
    REAL copy[6 * NAME(copy_plane) + 2] = {0};
    for (int64_t start = 0; start < count; start += NAME(batch)) {
        const int64_t n = count - start < NAME(batch) ? count - start : NAME(batch);
        if (NAME(place)(n, x + start, y + start, z + start, &block, &places)) {
            outcome.is_stray = 1;
            return outcome;
        }
        NAME(forces)(n, &places, &block, potential, scale, copy, force);
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
    REAL copy[6 * NAME(copy_plane) + 2] = {0};
    for (int64_t start = 0; start < count; start += NAME(batch)) {
        const int64_t n = count - start < NAME(batch) ? count - start : NAME(batch);
        if (NAME(place)(n, x + start, y + start, z + start, &block, &places))
            return -1;
        NAME(forces)(n, &places, &block, potential, scale, copy, force);
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

#undef ROW4_AT
#undef ROW8_AT
