// Mass assignment in one precision. Particles go in batches: first cells and parts, which vectorise; then the
// additions, one particle after the other.

// The eight parts of a mass, which sum to it exactly: split along x, the parts along y, those along z. Row
// 2a + b has those of one further along x and y if a and b are 1, those of two points along z side by side.
INLINE void NAME(split)(double mass, double dx, double dy, double dz, int64_t i,
                        int64_t (*restrict part)[2 * NAME(batch)]) {
    const uint64_t shift = bits_of(rounding_shift);
    const double upper = __builtin_fma(mass, dx, rounding_shift) - rounding_shift;
    const double half[2] = {mass - upper, upper};
    for (int a = 0; a < 2; a++) {
        const double yupper = __builtin_fma(half[a], dy, rounding_shift) - rounding_shift;
        const double quarter[2] = {half[a] - yupper, yupper};
        for (int b = 0; b < 2; b++) {
            const uint64_t zupper = bits_of(__builtin_fma(quarter[b], dz, rounding_shift)) - shift;
            const uint64_t whole = bits_of(quarter[b] + rounding_shift) - shift;
            part[2 * a + b][2 * i] = (int64_t)(whole - zupper);
            part[2 * a + b][2 * i + 1] = (int64_t)zupper;
        }
    }
}

// Adds the parts of a particle to the window.
INLINE void NAME(add_parts)(const NAME(group) *restrict group, int64_t i, int64_t line,
                            const int64_t (*restrict part)[2 * NAME(batch)], int64_t *lower, int64_t *upper) {
    int64_t *const l = lower + group->element[i], *const u = upper + group->element[i];
    int64_t *const rows[4] = {l, l + line, u, u + line};
    for (int r = 0; r < 4; r++)
        *(pair *)rows[r] += *(const pair *)&part[r][2 * i];
}

INLINE void NAME(shares)(const NAME(group) *restrict group, const palindrome_particle_block *block,
                         double (*restrict share)[NAME(batch)]) {
    const uint32_t points[3] = {(uint32_t)block->points_x, (uint32_t)block->points_y,
                                (uint32_t)block->points_z};
    for (int axis = 0; axis < 3; axis++)
        for (int64_t i = 0; i < group->count; i++)
            share[axis][i] = NAME(share)(NAME(fraction)(group->at[axis][i], points[axis]));
}

// A plane of the window is complete: hands it on, and makes room for another. Returns the sum of its inner
// points.
INLINE uint64_t NAME(put_plane)(int64_t **lower, int64_t **upper, const palindrome_particle_block *block,
                                int64_t x, const palindrome_sums *sums) {
    const int64_t mz = block->points_z, rows = block->owned_y + 1;
    int64_t *const passed = *lower;
    uint64_t total = 0;
    for (int64_t y = 0; y < rows; y++) {
        int64_t *row = passed + y * (mz + 1);
        // The point behind the last is the first.
        row[0] += row[mz];
        total += NAME(put_row)(sums, x, y, row);
    }
    memset(passed, 0, (size_t)(rows * (mz + 1)) * sizeof *passed);
    *lower = *upper;
    *upper = passed;
    return total;
}

// Each particle has the mass `scale`, or round(value * scale) if there are values.
INLINE palindrome_deposit_outcome NAME(deposit)(palindrome_particle_planes planes,
                                                const palindrome_particle_block *block, const REAL *value,
                                                double scale, const palindrome_sums *sums, int64_t *window) {
    palindrome_deposit_outcome outcome = {0};
    const int64_t line = block->points_z + 1, plane = line * (block->owned_y + 1);
    int64_t *lower = window, *upper = window + plane, passed = 0;
    memset(window, 0, (size_t)(2 * plane) * sizeof *window);
    NAME(walk) walk;
    NAME(begin)(&walk, planes, block);
    while (NAME(next)(&walk)) {
        for (; passed < walk.x; passed++)
            outcome.inner_total += NAME(put_plane)(&lower, &upper, block, passed, sums);
        const NAME(group) *group = &walk.group;
        double share[3][NAME(batch)], mass[NAME(batch)];
        int64_t part[4][2 * NAME(batch)];
        NAME(shares)(group, block, share);
        for (int64_t i = 0; i < group->count; i++)
            mass[i] = scale;
        if (value) {
            AHEAD(&walk, value);
            const REAL *own = value + group->start;
            for (int64_t i = 0; i < group->count; i++)
                mass[i] = __builtin_fma((double)own[i], scale, rounding_shift) - rounding_shift;
        }
        for (int64_t i = 0; i < group->count; i++)
            NAME(split)(mass[i], share[0][i], share[1][i], share[2][i], i, part);
        // Particles that follow each other are often neighbours along z, where sums would wait for each
        // other: parts of the batch take turns.
        const int64_t turns = group->count / turn_takers;
        for (int64_t i = 0; i < turns; i++)
            for (int64_t p = 0; p < turn_takers; p++)
                NAME(add_parts)(group, p * turns + i, line, part, lower, upper);
        for (int64_t i = turn_takers * turns; i < group->count; i++)
            NAME(add_parts)(group, i, line, part, lower, upper);
    }
    for (; passed <= block->owned_x; passed++)
        outcome.inner_total += NAME(put_plane)(&lower, &upper, block, passed, sums);
    outcome.is_stray = (int32_t)walk.is_stray;
    return outcome;
}

CLONES palindrome_deposit_outcome NAME(palindrome_deposit)(palindrome_particle_planes planes,
                                                           palindrome_particle_block block,
                                                           palindrome_masses masses, palindrome_sums sums,
                                                           int64_t *window) {
    // Two bodies, since one without values has no branches.
    if (masses.value)
        return NAME(deposit)(planes, &block, masses.value, masses.scale, &sums, window);
    return NAME(deposit)(planes, &block, 0, masses.scale, &sums, window);
}
