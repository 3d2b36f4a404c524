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

// The products of a batch; returns the bits of the largest magnitude so far.
INLINE int64_t NAME(put_products)(const NAME(group) *restrict group,
                                  const REAL (*restrict force)[NAME(batch)], const REAL *const bar[3],
                                  double *restrict product, int64_t largest) {
    double *restrict own = product + group->start;
    for (int64_t i = 0; i < group->count; i++) {
        const double by_y = (double)bar[1][i] * (double)force[1][i];
        const double by_xy = __builtin_fma((double)bar[0][i], (double)force[0][i], by_y);
        own[i] = __builtin_fma((double)bar[2][i], (double)force[2][i], by_xy);
        largest = magnitude_bits(own[i]) > largest ? magnitude_bits(own[i]) : largest;
    }
    return largest;
}

// Adds a batch's parts of the force cotangents at eight points each, weighted as cloud-in-cell and rounded to
// integers. What is added are the bits of part + rounding_shift: the integer, and those of the shift itself,
// of which the fourth component, whose integers are 0, keeps the count; `split_row` takes it off.
INLINE void NAME(scatter)(const NAME(group) *restrict group, const REAL (*restrict offset)[NAME(batch)],
                          const REAL *const bar[3], const double *weight, int64_t line, int64_t *lower,
                          int64_t *upper) {
    const quad shift = ALL4(rounding_shift);
    const int64_t n = group->count;
    // Weights of the four rows and of both points along z; they vectorise.
    double value[NAME(batch)][4], row_weight[4][NAME(batch)], weight_z[2][NAME(batch)];
    for (int64_t i = 0; i < n; i++) {
        const double dx = (double)offset[0][i], dy = (double)offset[1][i], dz = (double)offset[2][i];
        for (int axis = 0; axis < 3; axis++)
            value[i][axis] = weight[axis] * (double)bar[axis][i];
        value[i][3] = 0;
        row_weight[0][i] = (1 - dx) * (1 - dy);
        row_weight[1][i] = (1 - dx) * dy;
        row_weight[2][i] = dx * (1 - dy);
        row_weight[3][i] = dx * dy;
        weight_z[0][i] = 1 - dz;
        weight_z[1][i] = dz;
    }
    for (int64_t i = 0; i < n; i++) {
        int64_t *const l = lower + 4 * group->element[i], *const u = upper + 4 * group->element[i];
        int64_t *const rows[4] = {l, l + line, u, u + line};
        // Rows further along y come from the second cache.
        const int64_t soon = 4 * group->element[i + 8 < n ? i + 8 : n - 1];
        __builtin_prefetch(lower + soon + line, 1);
        __builtin_prefetch(upper + soon + line, 1);
        const quad own = *(const quad *)value[i];
        const quad first = ALL4(weight_z[0][i]), second = ALL4(weight_z[1][i]);
        for (int r = 0; r < 4; r++) {
            const quad part = own * (quad)ALL4(row_weight[r][i]);
            *(whole_quad *)rows[r] += (whole_quad)__builtin_elementwise_fma(part, first, shift);
            *(whole_quad *)(rows[r] + 4) += (whole_quad)__builtin_elementwise_fma(part, second, shift);
        }
    }
}

// The transpose of the four-point differences, from force cotangents V, in integers:
//
//     sum(c) = sum over axes of 8 (V(c - 1) - V(c + 1)) + V(c + 2) - V(c - 2)
//
// Planes of V come in ascending order and are not kept. Along x, where only the plane p is there,
//
//     sum(p - 2) = kept(p - 2) - 8 V_x(p - 1) + V_x(p)
//     kept(p)    = the parts along y and z + 8 V_x(p - 1) - V_x(p - 2)
//
// Rows are compact: rows of a field are often a power of two apart, and many of them at once would fight for
// the same places in the cache.
typedef struct {
    const palindrome_particle_block *block;
    // V_x at the last three planes, [y][z] with the owned rows and one more.
    int64_t *along_x;
    // What is kept of the last two planes, with two rows more at either end.
    int64_t *kept;
    // Rows: zeros, the sum, V_z, the last five of V_y and the last three of the part along z.
    int64_t *none, *sum, *vz, *vy, *along_z;
} NAME(slopes);

INLINE NAME(slopes) NAME(open_slopes)(int64_t *memory, const palindrome_particle_block *block) {
    const int64_t length = palindrome_cotangent_row(*block), mz = block->points_z;
    NAME(slopes) slopes = {.block = block, .along_x = memory};
    slopes.kept = slopes.along_x + 3 * (block->owned_y + 1) * mz;
    slopes.none = slopes.kept + 2 * (block->owned_y + 5) * mz;
    slopes.sum = slopes.none + length;
    slopes.vz = slopes.sum + length + 2;
    slopes.vy = slopes.sum + 2 * length;
    slopes.along_z = slopes.vy + 5 * length;
    memset(slopes.none, 0, (size_t)length * sizeof *slopes.none);
    memset(slopes.kept, 0, (size_t)(2 * (block->owned_y + 5) * mz) * sizeof *slopes.kept);
    return slopes;
}

// Rows of V_x, V_y and the part along z; zeros where there are none.
INLINE int64_t *NAME(row_of_vx)(const NAME(slopes) * slopes, int64_t x, int64_t y) {
    const palindrome_particle_block *block = slopes->block;
    if (x < 0 || x > block->owned_x || y < 0 || y > block->owned_y)
        return slopes->none;
    return slopes->along_x + (x % 3 * (block->owned_y + 1) + y) * block->points_z;
}

INLINE int64_t *NAME(row_of_vy)(const NAME(slopes) * slopes, int64_t x, int64_t y) {
    const palindrome_particle_block *block = slopes->block;
    if (x > block->owned_x || y < 0 || y > block->owned_y)
        return slopes->none;
    return slopes->vy + y % 5 * palindrome_cotangent_row(*block);
}

INLINE int64_t *NAME(row_along_z)(const NAME(slopes) * slopes, int64_t x, int64_t y) {
    const palindrome_particle_block *block = slopes->block;
    if (x > block->owned_x || y < 0 || y > block->owned_y)
        return slopes->none;
    return slopes->along_z + y % 3 * palindrome_cotangent_row(*block);
}

// A row of V, component by component, without the counts; that along z gets two points more at either end.
INLINE void NAME(split_row)(const int64_t *restrict v, int64_t mz, int64_t *restrict vx, int64_t *restrict vy,
                            int64_t *restrict vz) {
    int64_t z = 0;
    for (; z + 4 <= mz; z += 4) {
        const whole_quad a = *(const whole_quad *)(v + 4 * z), b = *(const whole_quad *)(v + 4 * z + 4);
        const whole_quad c = *(const whole_quad *)(v + 4 * z + 8), d = *(const whole_quad *)(v + 4 * z + 12);
        const whole_quad ab_xz = __builtin_shufflevector(a, b, 0, 4, 2, 6);
        const whole_quad cd_xz = __builtin_shufflevector(c, d, 0, 4, 2, 6);
        const whole_quad ab_yn = __builtin_shufflevector(a, b, 1, 5, 3, 7);
        const whole_quad cd_yn = __builtin_shufflevector(c, d, 1, 5, 3, 7);
        const whole_quad counts = __builtin_shufflevector(ab_yn, cd_yn, 2, 3, 6, 7);
        *(whole_quad *)(vx + z) = __builtin_shufflevector(ab_xz, cd_xz, 0, 1, 4, 5) - counts;
        *(whole_quad *)(vy + z) = __builtin_shufflevector(ab_yn, cd_yn, 0, 1, 4, 5) - counts;
        *(whole_quad *)(vz + z) = __builtin_shufflevector(ab_xz, cd_xz, 2, 3, 6, 7) - counts;
    }
    for (; z < mz; z++) {
        vx[z] = whole_component(v + 4 * z, 0);
        vy[z] = whole_component(v + 4 * z, 1);
        vz[z] = whole_component(v + 4 * z, 2);
    }
    // The point behind the last is the first.
    vx[0] += whole_component(v + 4 * mz, 0);
    vy[0] += whole_component(v + 4 * mz, 1);
    vz[0] += whole_component(v + 4 * mz, 2);
    vz[-1] = vz[mz - 1];
    vz[-2] = vz[mz - 2];
    vz[mz] = vz[0];
    vz[mz + 1] = vz[1];
}

INLINE void NAME(put_along_z)(const int64_t *restrict vz, int64_t mz, int64_t *restrict along_z) {
    for (int64_t z = 0; z < mz; z++)
        along_z[z] = 8 * (vz[z - 1] - vz[z + 1]) + (vz[z + 2] - vz[z - 2]);
}

// Takes a row of V apart and leaves zeros.
INLINE void NAME(take_apart)(const NAME(slopes) * slopes, int64_t x, int64_t y, int64_t *v) {
    const int64_t mz = slopes->block->points_z;
    NAME(split_row)(v, mz, NAME(row_of_vx)(slopes, x, y), NAME(row_of_vy)(slopes, x, y), slopes->vz);
    NAME(put_along_z)(slopes->vz, mz, NAME(row_along_z)(slopes, x, y));
    memset(v, 0, (size_t)(4 * (mz + 1)) * sizeof *v);
}

INLINE void NAME(add_row)(int64_t mz, const int64_t *const vx[3], const int64_t *const vy[5],
                          const int64_t *restrict along_z, int64_t *restrict kept, int64_t *restrict sum) {
    const int64_t *x0 = vx[0], *x1 = vx[1], *x2 = vx[2], *y0 = vy[0], *y1 = vy[1], *y3 = vy[3], *y4 = vy[4];
    for (int64_t z = 0; z < mz; z++) {
        const int64_t before = 8 * x1[z];
        sum[z] = kept[z] - before + x2[z];
        kept[z] = along_z[z] + 8 * (y1[z] - y3[z]) + (y4[z] - y0[z]) + before - x0[z];
    }
}

// V is known in the plane x, and with it the sum two planes before. Where there is no plane
// of V, it is one of zeros.
CLONES static void NAME(take_plane)(const NAME(slopes) * slopes, int64_t x, int64_t *v,
                                    const palindrome_sums *sums) {
    const palindrome_particle_block *block = slopes->block;
    const int64_t mz = block->points_z;
    for (int64_t y = -2; y < block->owned_y + 3; y++) {
        const int64_t *vx[3], *vy[5];
        if (v && y + 2 <= block->owned_y)
            NAME(take_apart)(slopes, x, y + 2, v + (y + 2) * 4 * (mz + 1));
        for (int p = 0; p < 3; p++)
            vx[p] = NAME(row_of_vx)(slopes, x - 2 + p, y);
        for (int r = 0; r < 5; r++)
            vy[r] = NAME(row_of_vy)(slopes, x, y - 2 + r);
        int64_t *const kept = slopes->kept + (x % 2 * (block->owned_y + 5) + y + 2) * mz;
        NAME(add_row)(mz, vx, vy, NAME(row_along_z)(slopes, x, y), kept, slopes->sum);
        NAME(put_row)(sums, x - 2, y, slopes->sum);
    }
}

// A plane of the window is complete: takes it out, and makes room for another.
INLINE void NAME(pass)(int64_t **lower, int64_t **upper, int64_t x, const NAME(slopes) * slopes,
                       const palindrome_sums *sums) {
    int64_t *const passed = *lower;
    NAME(take_plane)(slopes, x, passed, sums);
    *lower = *upper;
    *upper = passed;
}

CLONES palindrome_kick_outcome NAME(palindrome_kick_adjoint)(palindrome_particle_planes planes,
                                                             palindrome_potential potential,
                                                             palindrome_kicks undoing,
                                                             palindrome_kick_cotangents cotangents,
                                                             palindrome_kick_windows windows) {
    palindrome_kick_outcome outcome = {0};
    int64_t largest = 0;
    MOMENTUM *const momentum[3] = COMPONENTS(planes.particles.momentum);
    const REAL *const momentum_bar[3] = COMPONENTS(cotangents.particles.momentum);
    REAL *const position_bar[3] = COMPONENTS(cotangents.particles.position);
    const NAME(potential) own = NAME(open_potential)(&potential);
    const palindrome_particle_block *const block = &own.block;
    const palindrome_sums sums = cotangents.potential;
    REAL force[3][NAME(batch)], slope[3][NAME(batch)][4];
    // The window of cotangents goes along with that of forces; a plane that is passed is complete.
    const int64_t plane = 4 * (block->points_z + 1) * (block->owned_y + 1);
    int64_t *lower = windows.cotangents, *upper = lower + plane, passed = 0;
    memset(lower, 0, (size_t)(2 * plane) * sizeof *lower);
    const NAME(slopes) slopes = NAME(open_slopes)(upper + plane, block);
    NAME(window) window = NAME(open_window)(windows.forces, block);
    NAME(walk) walk;
    NAME(begin)(&walk, planes, block);
    while (NAME(next)(&walk)) {
        for (; passed < walk.x; passed++)
            NAME(pass)(&lower, &upper, passed, &slopes, &sums);
        NAME(move_window)(&window, own.values, block, walk.x);
        const NAME(group) *group = &walk.group;
        const REAL *bar[3];
        REAL offset[3][NAME(batch)];
        for (int axis = 0; axis < 3; axis++) {
            bar[axis] = momentum_bar[axis] + group->start;
            AHEAD(&walk, momentum_bar[axis]);
            AHEAD(&walk, position_bar[axis]);
        }
        AHEAD(&walk, cotangents.product);
        NAME(offsets)(group, block, offset);
        NAME(read_forces)(group, &window, offset, own.scale, force, slope);
        NAME(add_changes)(group, own.scale, slope, bar, cotangents.factor, position_bar);
        largest = NAME(put_products)(group, force, bar, cotangents.product, largest);
        NAME(scatter)(group, offset, bar, cotangents.weight, window.line, lower, upper);
        NAME(kick_group)(&walk, momentum, force, undoing.count, undoing.coefficients, &outcome);
    }
    for (; passed <= block->owned_x; passed++)
        NAME(pass)(&lower, &upper, passed, &slopes, &sums);
    for (int64_t last = block->owned_x + 1; last <= block->owned_x + 4; last++)
        NAME(take_plane)(&slopes, last, 0, &sums);
    outcome.largest_product = double_of((uint64_t)largest);
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

CLONES int32_t NAME(palindrome_gather_adjoint)(palindrome_particle_set particles, palindrome_mesh_field field,
                                               palindrome_gather_cotangents cotangents) {
    REAL *const position_bar[3] = COMPONENTS(cotangents.position_bar);
    const REAL *const weight = cotangents.weight;
    double *const product = cotangents.product;
    NAME(places) places;
    REAL corner[8][NAME(batch)], value[NAME(batch)], slope[3][NAME(batch)];
    for (int64_t start = 0; start < particles.count; start += NAME(batch)) {
        const int64_t left = particles.count - start, n = left < NAME(batch) ? left : NAME(batch);
        if (NAME(place_from)(start, n, &particles, &field.block, &places))
            return -1;
        NAME(pick_corners)(n, &places, &field.block, field.values, corner);
        NAME(read_slopes)(n, &places, corner, value, slope);
        for (int axis = 0; axis < 3; axis++) {
            REAL *restrict bar = position_bar[axis] + start;
            for (int64_t i = 0; weight && i < n; i++)
                slope[axis][i] *= weight[start + i];
            for (int64_t i = 0; i < n; i++)
                bar[i] = NAME(added)(bar[i], cotangents.factor[axis], slope[axis][i]);
        }
        for (int64_t i = 0; product && i < n; i++)
            product[start + i] = (weight ? (double)weight[start + i] : 1) * (double)value[i];
    }
    return 0;
}
