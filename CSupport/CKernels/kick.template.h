// Forces and kicks in one precision. Particles go in batches: cells and offsets, which vectorise; forces, one
// particle after the other with rows along z as vectors; kicks, which vectorise.

typedef struct {
    int64_t element[NAME(batch)];
    int32_t z[NAME(batch)];
    REAL offset[3][NAME(batch)];
} NAME(places);

// Cells and offsets of a batch. Returns whether a particle is outside the owned columns.
INLINE uint32_t NAME(place)(int64_t n, const POSITION *restrict x, const POSITION *restrict y,
                            const POSITION *restrict z, const palindrome_particle_block *block,
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

// A window of forces: those at the mesh points of the two planes between which particles read, `[y][z][4]`
// with the components of a point side by side, one more point than the mesh along z and one more row than
// owned along y. Each plane's forces are made once, when the window comes to it, and not kept.

// The four-point difference between the rows at a distance, without the factor -1 / 12h.
INLINE REAL NAME(difference)(const REAL *at, int64_t distance) {
    return FMA(8, at[distance] - at[-distance], at[-2 * distance] - at[2 * distance]);
}

INLINE void NAME(force_line)(const REAL *restrict potential, const palindrome_particle_block *block,
                             REAL *restrict force) {
    const int64_t mz = block->points_z;
    // At the ends of the line the differences along z read beyond it, in vain.
    for (int64_t z = 0; z < mz; z++) {
        force[4 * z] = NAME(difference)(potential + z, block->x_stride);
        force[4 * z + 1] = NAME(difference)(potential + z, block->y_stride);
        force[4 * z + 2] = NAME(difference)(potential + z, 1);
        force[4 * z + 3] = 0;
    }
    const int64_t ends[4] = {0, 1, mz - 2, mz - 1};
    for (int e = 0; e < 4; e++) {
        REAL around[5];
        for (int64_t d = 0; d < 5; d++)
            around[d] = potential[(ends[e] + d - 2 + mz) % mz];
        force[4 * ends[e] + 2] = NAME(difference)(around + 2, 1);
    }
    memcpy(force + 4 * mz, force, 4 * sizeof *force);
}

INLINE void NAME(force_plane)(const REAL *restrict potential, const palindrome_particle_block *block,
                              int64_t x, REAL *restrict force) {
    const REAL *plane = potential + (x + block->lower) * block->x_stride + block->lower * block->y_stride;
    for (int64_t y = 0; y <= block->owned_y; y++)
        NAME(force_line)(plane + y * block->y_stride, block, force + y * 4 * (block->points_z + 1));
}

// The window at the planes between which the particles of a plane read.
typedef struct {
    REAL *lower, *upper;
    // From one row to the next.
    int64_t line;
    // Planes made so far.
    int64_t made;
} NAME(window);

INLINE NAME(window) NAME(open_window)(REAL *memory, const palindrome_particle_block *block) {
    const int64_t line = 4 * (block->points_z + 1);
    return (NAME(window)){memory, memory + (block->owned_y + 1) * line, line, 0};
}

// Takes the window on to a plane and the next.
INLINE void NAME(move_window)(NAME(window) * window, const REAL *potential,
                              const palindrome_particle_block *block, int64_t x) {
    for (; window->made < x + 2; window->made++) {
        REAL *const passed = window->lower;
        window->lower = window->upper;
        window->upper = passed;
        NAME(force_plane)(potential, block, window->made, window->upper);
    }
}

INLINE void NAME(offsets)(const NAME(group) *restrict group, const palindrome_particle_block *block,
                          REAL (*restrict offset)[NAME(batch)]) {
    const uint32_t points[3] = {(uint32_t)block->points_x, (uint32_t)block->points_y,
                                (uint32_t)block->points_z};
    for (int axis = 0; axis < 3; axis++)
        for (int64_t i = 0; i < group->count; i++)
            offset[axis][i] = NAME(offset)(NAME(fraction)(group->at[axis][i], points[axis]));
}

// The forces on a batch; with slopes, their derivatives by each offset too, not yet times `scale`.
INLINE void NAME(read_forces)(const NAME(group) *restrict group, const NAME(window) *restrict window,
                              const REAL (*restrict offset)[NAME(batch)], const REAL *scale,
                              REAL (*restrict force)[NAME(batch)], REAL (*restrict slope)[NAME(batch)][4]) {
    const int64_t line = window->line;
    REAL sum[NAME(batch)][4];
    for (int64_t i = 0; i < group->count; i++) {
        const REAL *l = window->lower + 4 * group->element[i], *u = window->upper + 4 * group->element[i];
        const REAL dx = offset[0][i], dy = offset[1][i], dz = offset[2][i];
        const ROW8 f00 = *(const ROW8 *)l, f01 = *(const ROW8 *)(l + line);
        const ROW8 f10 = *(const ROW8 *)u, f11 = *(const ROW8 *)(u + line);
        const ROW8 f0 = BETWEEN(f00, f01, dy), f1 = BETWEEN(f10, f11, dy), f = BETWEEN(f0, f1, dx);
        *(ROW4 *)sum[i] = ALONG_Z(f, dz);
        if (slope) {
            const ROW8 by_x = f1 - f0, low_x = f01 - f00, high_x = f11 - f10,
                       by_y = BETWEEN(low_x, high_x, dx);
            *(ROW4 *)slope[0][i] = ALONG_Z(by_x, dz);
            *(ROW4 *)slope[1][i] = ALONG_Z(by_y, dz);
            *(ROW4 *)slope[2][i] = SECOND(f) - FIRST(f);
        }
    }
    for (int axis = 0; axis < 3; axis++)
        for (int64_t i = 0; i < group->count; i++)
            force[axis][i] = sum[i][axis] * scale[axis];
}

INLINE void NAME(kick_group)(const NAME(walk) * walk, MOMENTUM *const momentum[3],
                             REAL (*restrict force)[NAME(batch)], int64_t kicks, const double *coefficients,
                             palindrome_kick_outcome *outcome) {
    const NAME(group) *group = &walk->group;
    for (int axis = 0; axis < 3; axis++) {
        AHEAD(walk, momentum[axis]);
        NAME(add_kicks)
        (group->count, momentum[axis] + group->start, force[axis], kicks, coefficients, outcome);
    }
}

// What of a potential the loops need.
typedef struct {
    palindrome_particle_block block;
    const REAL *values;
    REAL scale[3];
} NAME(potential);

INLINE NAME(potential) NAME(open_potential)(const palindrome_potential *potential) {
    return (NAME(potential)){
        potential->field.block,
        potential->field.values,
        {(REAL)potential->scale[0], (REAL)potential->scale[1], (REAL)potential->scale[2]}};
}

CLONES palindrome_kick_outcome NAME(palindrome_kick)(palindrome_particle_planes planes,
                                                     palindrome_potential potential, palindrome_kicks kicks,
                                                     void *memory) {
    palindrome_kick_outcome outcome = {0};
    MOMENTUM *const momentum[3] = COMPONENTS(planes.particles.momentum);
    const NAME(potential) own = NAME(open_potential)(&potential);
    REAL offset[3][NAME(batch)], force[3][NAME(batch)];
    NAME(window) window = NAME(open_window)(memory, &own.block);
    NAME(walk) walk;
    NAME(begin)(&walk, planes, &own.block);
    while (NAME(next)(&walk)) {
        NAME(move_window)(&window, own.values, &own.block, walk.x);
        NAME(offsets)(&walk.group, &own.block, offset);
        NAME(read_forces)(&walk.group, &window, offset, own.scale, force, 0);
        NAME(kick_group)(&walk, momentum, force, kicks.count, kicks.coefficients, &outcome);
    }
    outcome.is_stray = (int32_t)walk.is_stray;
    return outcome;
}

CLONES int32_t NAME(palindrome_force)(palindrome_particle_planes planes, palindrome_potential potential,
                                      palindrome_vectors result, void *memory) {
    const NAME(potential) own = NAME(open_potential)(&potential);
    REAL offset[3][NAME(batch)], force[3][NAME(batch)];
    NAME(window) window = NAME(open_window)(memory, &own.block);
    NAME(walk) walk;
    NAME(begin)(&walk, planes, &own.block);
    while (NAME(next)(&walk)) {
        NAME(move_window)(&window, own.values, &own.block, walk.x);
        NAME(offsets)(&walk.group, &own.block, offset);
        NAME(read_forces)(&walk.group, &window, offset, own.scale, force, 0);
        for (int axis = 0; axis < 3; axis++)
            memcpy((REAL *)result.along[axis] + walk.group.start, force[axis],
                   (size_t)walk.group.count * sizeof(REAL));
    }
    return walk.is_stray ? -1 : 0;
}

// The values of a field at the eight points around each particle of a batch: point 4a + 2b + c is one further
// along x, y and z if a, b and c are 1. They are picked in pairs, so that what is made of them vectorises.
INLINE void NAME(pick_corners)(int64_t n, const NAME(places) *restrict places,
                               const palindrome_particle_block *block, const REAL *restrict field,
                               REAL (*restrict corner)[NAME(batch)]) {
    const int64_t rows[4] = {0, block->y_stride, block->x_stride, block->x_stride + block->y_stride};
    const int64_t last = block->points_z - 1;
    REAL pair[4][NAME(batch)][2];
    ONE_BY_ONE(i, n) {
        const REAL *at = field + places->element[i];
        if (places->z[i] != last) {
            for (int r = 0; r < 4; r++)
                memcpy(pair[r][i], at + rows[r], sizeof pair[r][i]);
            continue;
        }
        for (int r = 0; r < 4; r++) {
            pair[r][i][0] = at[rows[r]];
            pair[r][i][1] = at[rows[r] - last];
        }
    }
    for (int r = 0; r < 4; r++)
        for (int64_t i = 0; i < n; i++) {
            corner[2 * r][i] = pair[r][i][0];
            corner[2 * r + 1][i] = pair[r][i][1];
        }
}

INLINE void NAME(gather)(int64_t n, const NAME(places) *restrict places,
                         const palindrome_particle_block *block, const REAL *restrict field,
                         REAL *restrict value) {
    REAL corner[8][NAME(batch)];
    NAME(pick_corners)(n, places, block, field, corner);
    for (int64_t i = 0; i < n; i++) {
        const REAL dx = places->offset[0][i], dy = places->offset[1][i], dz = places->offset[2][i];
        const REAL ex = 1 - dx, ey = 1 - dy, ez = 1 - dz;
        const REAL lower0 = FMA(corner[2][i], dy, corner[0][i] * ey);
        const REAL upper0 = FMA(corner[3][i], dy, corner[1][i] * ey);
        const REAL lower1 = FMA(corner[6][i], dy, corner[4][i] * ey);
        const REAL upper1 = FMA(corner[7][i], dy, corner[5][i] * ey);
        value[i] = FMA(FMA(upper1, dx, upper0 * ex), dz, FMA(lower1, dx, lower0 * ex) * ez);
    }
}

// The batch of particles from `start` on. Returns whether one is outside the owned columns.
INLINE uint32_t NAME(place_from)(int64_t start, int64_t n, const palindrome_particle_set *particles,
                                 const palindrome_particle_block *block, NAME(places) *restrict places) {
    const POSITION *const position[3] = COMPONENTS(particles->position);
    return NAME(place)(n, position[0] + start, position[1] + start, position[2] + start, block, places);
}

CLONES palindrome_kick_outcome NAME(palindrome_kick_component)(palindrome_particle_set particles,
                                                               int32_t axis, palindrome_mesh_field field,
                                                               palindrome_kicks kicks) {
    palindrome_kick_outcome outcome = {0};
    MOMENTUM *const momentum = particles.momentum.along[axis];
    NAME(places) places;
    REAL force[NAME(batch)];
    for (int64_t start = 0; start < particles.count; start += NAME(batch)) {
        const int64_t left = particles.count - start, n = left < NAME(batch) ? left : NAME(batch);
        if (NAME(place_from)(start, n, &particles, &field.block, &places)) {
            outcome.is_stray = 1;
            return outcome;
        }
        NAME(gather)(n, &places, &field.block, field.values, force);
        NAME(add_kicks)(n, momentum + start, force, kicks.count, kicks.coefficients, &outcome);
    }
    return outcome;
}

CLONES int32_t NAME(palindrome_gather)(palindrome_particle_set particles, palindrome_mesh_field field,
                                       void *value) {
    NAME(places) places;
    for (int64_t start = 0; start < particles.count; start += NAME(batch)) {
        const int64_t left = particles.count - start, n = left < NAME(batch) ? left : NAME(batch);
        if (NAME(place_from)(start, n, &particles, &field.block, &places))
            return -1;
        NAME(gather)(n, &places, &field.block, field.values, (REAL *)value + start);
    }
    return 0;
}
