// The adjoints of forces and kicks in one precision; see kick_adjoint.h.

// cotangent + factor * change, the product and the sum in double.
INLINE REAL NAME(added)(REAL cotangent, double factor, REAL change) {
    return (REAL)__builtin_fma(factor, (double)change, (double)cotangent);
}

// Moving a particle changes the force that it reads: adds factor[b] * sum over a of bar_a dF_a / d(offset b).
INLINE void NAME(add_changes)(const NAME(group) *restrict group, const REAL *scale,
                              const REAL (*restrict slope)[NAME(batch)][4], const REAL *const bar[3],
                              const double *factor, REAL *const position_bar[3]) {
    const int64_t n = group->count;
    for (int axis = 0; axis < 3; axis++) {
        REAL *restrict own = position_bar[axis] + group->start;
        for (int64_t i = 0; i < n; i++) {
            const REAL *by = slope[axis][i];
            const REAL by_z = bar[2][i] * (by[2] * scale[2]);
            const REAL change = FMA(bar[0][i], by[0] * scale[0], FMA(bar[1][i], by[1] * scale[1], by_z));
            own[i] = NAME(added)(own[i], factor[axis], change);
        }
    }
}

INLINE void NAME(put_products)(const NAME(group) *restrict group, const REAL (*restrict force)[NAME(batch)],
                               const REAL *const bar[3], double *restrict product) {
    double *restrict own = product + group->start;
    for (int64_t i = 0; i < group->count; i++) {
        const double by_y = (double)bar[1][i] * (double)force[1][i];
        const double by_xy = __builtin_fma((double)bar[0][i], (double)force[0][i], by_y);
        own[i] = __builtin_fma((double)bar[2][i], (double)force[2][i], by_xy);
    }
}

// Adds a batch's parts of the force cotangents at eight points each, weighted as cloud-in-cell and rounded to
// integers. What is added are the bits of part + rounding_shift: the integer, and those of the shift itself,
// of which the fourth component, whose integers are 0, keeps the count; `whole` takes it off.
INLINE void NAME(scatter)(const NAME(group) *restrict group, const REAL (*restrict offset)[NAME(batch)],
                          const REAL *const bar[3], const double *weight, int64_t line, int64_t *lower,
                          int64_t *upper) {
    const quad shift = ALL4(rounding_shift);
    for (int64_t i = 0; i < group->count; i++) {
        const double dx = (double)offset[0][i], dy = (double)offset[1][i];
        const double dz = (double)offset[2][i];
        const quad value = {weight[0] * (double)bar[0][i], weight[1] * (double)bar[1][i],
                            weight[2] * (double)bar[2][i], 0};
        int64_t *const l = lower + 4 * group->element[i], *const u = upper + 4 * group->element[i];
        int64_t *const rows[4] = {l, l + line, u, u + line};
        const double weights[4] = {(1 - dx) * (1 - dy), (1 - dx) * dy, dx * (1 - dy), dx * dy};
        for (int r = 0; r < 4; r++) {
            const quad part = value * (quad)ALL4(weights[r]);
            *(whole_quad *)rows[r] += (whole_quad)__builtin_elementwise_fma(part, (quad)ALL4(1 - dz), shift);
            *(whole_quad *)(rows[r] + 4) +=
                (whole_quad)__builtin_elementwise_fma(part, (quad)ALL4(dz), shift);
        }
    }
}

// A component of a point's force cotangent.
INLINE int64_t NAME(whole)(const int64_t *point, int axis) {
    return (int64_t)((uint64_t)point[axis] - (uint64_t)point[3]);
}

// The transpose of the four-point differences, from force cotangents V, in integers:
//
//     sum(c) = sum over axes of 8 (V(c - 1) - V(c + 1)) + V(c + 2) - V(c - 2)
//
// Planes of V come in ascending order and are not kept. What is kept of the last few is their component along
// x, which planes up to two away need, and the parts of the sum along y and z, which wait for those along x.
// Rows are compact: rows of a field are often a power of two apart, and many of them at once would fight for
// the same places in the cache.
typedef struct {
    const palindrome_block *block;
    // Five planes, [y][z] with the owned rows and one more; three planes, with two rows more at either end.
    int64_t *along_x, *along_yz;
    // A row of zeros, one of the sum, and seven of a plane that is taken apart.
    int64_t *none, *sum, *rows;
} NAME(slopes);

INLINE NAME(slopes) NAME(open_slopes)(int64_t *memory, const palindrome_block *block) {
    const int64_t length = palindrome_cotangent_row(*block), mz = block->points_z;
    NAME(slopes) slopes = {block, memory, 0, 0, 0, 0};
    slopes.along_yz = slopes.along_x + 5 * (block->owned_y + 1) * mz;
    slopes.none = slopes.along_yz + 3 * (block->owned_y + 5) * mz;
    slopes.sum = slopes.none + length;
    slopes.rows = slopes.sum + length;
    memset(slopes.none, 0, (size_t)length * sizeof *slopes.none);
    return slopes;
}

// Rows of the planes kept; zeros where there is no such plane or row.
INLINE int64_t *NAME(row_along_x)(const NAME(slopes) * slopes, int64_t x, int64_t y) {
    const palindrome_block *block = slopes->block;
    if (x < 0 || x > block->owned_x || y < 0 || y > block->owned_y)
        return slopes->none;
    return slopes->along_x + (x % 5 * (block->owned_y + 1) + y) * block->points_z;
}

INLINE int64_t *NAME(row_along_yz)(const NAME(slopes) * slopes, int64_t x, int64_t y) {
    const palindrome_block *block = slopes->block;
    if (x < 0 || x > block->owned_x)
        return slopes->none;
    return slopes->along_yz + (x % 3 * (block->owned_y + 5) + y + 2) * block->points_z;
}

// Takes a plane of V apart and leaves zeros.
INLINE void NAME(take_apart)(const NAME(slopes) * slopes, int64_t x, int64_t *restrict cotangent) {
    const palindrome_block *block = slopes->block;
    const int64_t mz = block->points_z, line = 4 * (mz + 1), length = palindrome_cotangent_row(*block);
    int64_t *const vz = slopes->rows + 2;
    int64_t *vy[5];
    for (int r = 0; r < 5; r++)
        vy[r] = slopes->none;
    for (int64_t y = 0; y < block->owned_y + 5; y++) {
        for (int r = 0; r < 4; r++)
            vy[r] = vy[r + 1];
        vy[4] = slopes->none;
        int64_t *const at = NAME(row_along_yz)(slopes, x, y);
        if (y <= block->owned_y) {
            const int64_t *v = cotangent + y * line;
            int64_t *const vx = NAME(row_along_x)(slopes, x, y);
            int64_t *const own = vy[4] = slopes->rows + (1 + y % 5) * length;
            for (int64_t z = 0; z < mz; z++) {
                vx[z] = NAME(whole)(v + 4 * z, 0);
                own[z] = NAME(whole)(v + 4 * z, 1);
                vz[z] = NAME(whole)(v + 4 * z, 2);
            }
            // The point behind the last is the first.
            vx[0] += NAME(whole)(v + 4 * mz, 0);
            own[0] += NAME(whole)(v + 4 * mz, 1);
            vz[0] += NAME(whole)(v + 4 * mz, 2);
            vz[-2] = vz[mz - 2];
            vz[-1] = vz[mz - 1];
            vz[mz] = vz[0];
            vz[mz + 1] = vz[1];
            for (int64_t z = 0; z < mz; z++)
                at[z] = 8 * (vz[z - 1] - vz[z + 1]) + (vz[z + 2] - vz[z - 2]);
        } else if (y <= block->owned_y + 2)
            memset(at, 0, (size_t)mz * sizeof *at);
        int64_t *restrict to = NAME(row_along_yz)(slopes, x, y - 2);
        if (y < 2)
            memset(to, 0, (size_t)mz * sizeof *to);
        const int64_t *v0 = vy[0], *v1 = vy[1], *v3 = vy[3], *v4 = vy[4];
        for (int64_t z = 0; z < mz; z++)
            to[z] += 8 * (v1[z] - v3[z]) + (v4[z] - v0[z]);
    }
    memset(cotangent, 0, (size_t)(line * (block->owned_y + 1)) * sizeof *cotangent);
}

// The sum at a plane, once V is known up to two planes further on.
INLINE void NAME(put_sum)(const NAME(slopes) * slopes, int64_t x, palindrome_sums *sums) {
    const palindrome_block *block = slopes->block;
    int64_t *restrict sum = slopes->sum;
    for (int64_t y = -2; y < block->owned_y + 3; y++) {
        const int64_t *own = NAME(row_along_yz)(slopes, x, y);
        const int64_t *v0 = NAME(row_along_x)(slopes, x - 2, y), *v1 = NAME(row_along_x)(slopes, x - 1, y);
        const int64_t *v3 = NAME(row_along_x)(slopes, x + 1, y), *v4 = NAME(row_along_x)(slopes, x + 2, y);
        for (int64_t z = 0; z < block->points_z; z++)
            sum[z] = own[z] + 8 * (v1[z] - v3[z]) + (v4[z] - v0[z]);
        NAME(put_row)(sums, x, y, sum);
    }
}

// A plane of the window is complete: takes it out, and makes room for another. With it the sum two planes
// back is known.
CLONES static void NAME(pass)(int64_t **lower, int64_t **upper, int64_t x, const NAME(slopes) * slopes,
                              palindrome_sums *sums) {
    int64_t *const passed = *lower;
    NAME(take_apart)(slopes, x, passed);
    NAME(put_sum)(slopes, x - 2, sums);
    *lower = *upper;
    *upper = passed;
}

// The sums at the last planes, to which nothing is added any more.
CLONES static void NAME(put_last_sums)(const NAME(slopes) * slopes, palindrome_sums *sums) {
    const int64_t owned_x = slopes->block->owned_x;
    for (int64_t x = owned_x - 1; x <= owned_x + 2; x++)
        NAME(put_sum)(slopes, x, sums);
}

CLONES palindrome_kick_outcome NAME(palindrome_kick_adjoint)(
    const int64_t *planes, const POSITION *x, const POSITION *y, const POSITION *z, MOMENTUM *px,
    MOMENTUM *py, MOMENTUM *pz, palindrome_block block, const REAL *potential, const REAL scale[3],
    int64_t kicks, const double *undoing, const double factor[3], const REAL *px_bar, const REAL *py_bar,
    const REAL *pz_bar, REAL *x_bar, REAL *y_bar, REAL *z_bar, double *product, const double weight[3],
    palindrome_sums *sums, REAL *memory, int64_t *cotangent_window) {
    palindrome_kick_outcome outcome = {0};
    MOMENTUM *const momentum[3] = {px, py, pz};
    const REAL *const momentum_bar[3] = {px_bar, py_bar, pz_bar};
    REAL *const position_bar[3] = {x_bar, y_bar, z_bar};
    REAL force[3][NAME(batch)], slope[3][NAME(batch)][4];
    // The window of cotangents goes along with that of forces; a plane that is passed is complete.
    const int64_t plane = 4 * (block.points_z + 1) * (block.owned_y + 1);
    int64_t *lower = cotangent_window, *upper = lower + plane, passed = 0;
    memset(cotangent_window, 0, (size_t)(2 * plane) * sizeof *cotangent_window);
    const NAME(slopes) slopes = NAME(open_slopes)(upper + plane, &block);
    NAME(window) window = NAME(open_window)(memory, &block);
    NAME(walk) walk;
    NAME(begin)(&walk, planes, x, y, z, &block);
    while (NAME(next)(&walk)) {
        for (; passed < walk.x; passed++)
            NAME(pass)(&lower, &upper, passed, &slopes, sums);
        NAME(move_window)(&window, potential, &block, walk.x);
        const NAME(group) *group = &walk.group;
        const REAL *bar[3];
        REAL offset[3][NAME(batch)];
        for (int axis = 0; axis < 3; axis++) {
            bar[axis] = momentum_bar[axis] + group->start;
            AHEAD(&walk, momentum_bar[axis]);
            AHEAD(&walk, position_bar[axis]);
        }
        AHEAD(&walk, product);
        NAME(offsets)(group, &block, offset);
        NAME(read_forces)(group, &window, offset, scale, force, slope);
        NAME(add_changes)(group, scale, slope, bar, factor, position_bar);
        NAME(put_products)(group, force, bar, product);
        NAME(scatter)(group, offset, bar, weight, window.line, lower, upper);
        NAME(kick_group)(&walk, momentum, force, kicks, undoing, &outcome);
    }
    for (; passed <= block.owned_x; passed++)
        NAME(pass)(&lower, &upper, passed, &slopes, sums);
    NAME(put_last_sums)(&slopes, sums);
    outcome.is_stray = (int32_t)walk.is_stray;
    return outcome;
}

// The value between eight points and its derivatives by each offset.
INLINE void NAME(read_slopes)(int64_t n, const NAME(places) *restrict places,
                              const REAL (*restrict corner)[NAME(batch)], REAL *restrict value,
                              REAL (*restrict slope)[NAME(batch)]) {
    for (int64_t i = 0; i < n; i++) {
        const REAL dx = places->offset[0][i], dy = places->offset[1][i], dz = places->offset[2][i];
        const REAL ex = 1 - dx, ey = 1 - dy, ez = 1 - dz;
        // Between z and z + 1, then between y and y + 1.
        const REAL f00 = FMA(corner[1][i], dz, corner[0][i] * ez);
        const REAL f01 = FMA(corner[3][i], dz, corner[2][i] * ez);
        const REAL f10 = FMA(corner[5][i], dz, corner[4][i] * ez);
        const REAL f11 = FMA(corner[7][i], dz, corner[6][i] * ez);
        const REAL f0 = FMA(f01, dy, f00 * ey), f1 = FMA(f11, dy, f10 * ey);
        const REAL z0 = FMA(corner[3][i] - corner[2][i], dy, (corner[1][i] - corner[0][i]) * ey);
        const REAL z1 = FMA(corner[7][i] - corner[6][i], dy, (corner[5][i] - corner[4][i]) * ey);
        value[i] = FMA(f1, dx, f0 * ex);
        slope[0][i] = f1 - f0;
        slope[1][i] = FMA(f11 - f10, dx, (f01 - f00) * ex);
        slope[2][i] = FMA(z1, dx, z0 * ex);
    }
}

CLONES int32_t NAME(palindrome_gather_adjoint)(int64_t count, const POSITION *x, const POSITION *y,
                                               const POSITION *z, palindrome_block block, const REAL *field,
                                               const double factor[3], const REAL *weight, REAL *x_bar,
                                               REAL *y_bar, REAL *z_bar, double *product) {
    REAL *const position_bar[3] = {x_bar, y_bar, z_bar};
    NAME(places) places;
    REAL corner[8][NAME(batch)], value[NAME(batch)], slope[3][NAME(batch)];
    for (int64_t start = 0; start < count; start += NAME(batch)) {
        const int64_t n = count - start < NAME(batch) ? count - start : NAME(batch);
        if (NAME(place)(n, x + start, y + start, z + start, &block, &places))
            return -1;
        NAME(pick_corners)(n, &places, &block, field, corner);
        NAME(read_slopes)(n, &places, corner, value, slope);
        for (int axis = 0; axis < 3; axis++) {
            REAL *restrict bar = position_bar[axis] + start;
            for (int64_t i = 0; weight && i < n; i++)
                slope[axis][i] *= weight[start + i];
            for (int64_t i = 0; i < n; i++)
                bar[i] = NAME(added)(bar[i], factor[axis], slope[axis][i]);
        }
        for (int64_t i = 0; product && i < n; i++)
            product[start + i] = (weight ? (double)weight[start + i] : 1) * (double)value[i];
    }
    return 0;
}
