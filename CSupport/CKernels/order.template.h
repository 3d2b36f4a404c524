// Keys of particles in one precision.

CLONES int32_t NAME(palindrome_columns)(palindrome_particle_set particles, palindrome_particle_block block,
                                        uint32_t *restrict column) {
    const int64_t count = particles.count;
    const POSITION *restrict x = particles.position.along[0], *restrict y = particles.position.along[1];
    const uint32_t mx = (uint32_t)block.points_x, my = (uint32_t)block.points_y;
    const uint32_t first_x = (uint32_t)block.first_x, first_y = (uint32_t)block.first_y;
    const uint32_t owned_y = (uint32_t)block.owned_y;
    for (int64_t i = 0; i < count; i++)
        column[i] = (NAME(cell)(x[i], mx) - first_x) * owned_y + (NAME(cell)(y[i], my) - first_y);
    for (int64_t i = 1; i < count; i++)
        if (column[i] < column[i - 1])
            return 0;
    return 1;
}

// Keys of so many particles at once, which vectorise.
enum { NAME(keys) = 256 };

CLONES int64_t NAME(palindrome_count_leavers)(palindrome_particle_set particles,
                                              palindrome_particle_block block) {
    const POSITION *restrict x = particles.position.along[0], *restrict y = particles.position.along[1];
    const uint32_t mx = (uint32_t)block.points_x, my = (uint32_t)block.points_y;
    int64_t leavers = 0;
    for (int64_t i = 0; i < particles.count; i++)
        leavers += is_stray(NAME(cell)(x[i], mx), NAME(cell)(y[i], my), &block);
    return leavers;
}

CLONES void NAME(palindrome_list_leavers)(palindrome_particle_set particles, palindrome_particle_block block,
                                          uint32_t *restrict list) {
    const int64_t count = particles.count;
    const POSITION *restrict x = particles.position.along[0], *restrict y = particles.position.along[1];
    const uint32_t mx = (uint32_t)block.points_x, my = (uint32_t)block.points_y;
    int64_t leavers = 0;
    for (int64_t start = 0; start < count; start += NAME(keys)) {
        const int64_t n = count - start < NAME(keys) ? count - start : NAME(keys);
        uint32_t leaves[NAME(keys)], anyone = 0;
        for (int64_t i = 0; i < n; i++) {
            leaves[i] = is_stray(NAME(cell)(x[start + i], mx), NAME(cell)(y[start + i], my), &block);
            anyone |= leaves[i];
        }
        for (int64_t i = 0; anyone && i < n; i++) {
            list[leavers] = (uint32_t)(start + i);
            leavers += leaves[i];
        }
    }
}

void NAME(palindrome_owners)(int64_t count, const void *x, const void *y, palindrome_column_owners owners,
                             uint32_t *restrict owner) {
    const POSITION *restrict at_x = x, *restrict at_y = y;
    const uint32_t mx = (uint32_t)owners.points_x, my = (uint32_t)owners.points_y;
    for (int64_t i = 0; i < count; i++)
        owner[i] = owners.by_x[NAME(cell)(at_x[i], mx)] + owners.by_y[NAME(cell)(at_y[i], my)];
}

int32_t NAME(palindrome_find_planes)(palindrome_particle_set particles, palindrome_particle_block block,
                                     int64_t *restrict starts) {
    const int64_t count = particles.count;
    const POSITION *restrict x = particles.position.along[0];
    const uint32_t mx = (uint32_t)block.points_x, first_x = (uint32_t)block.first_x;
    const uint32_t owned_x = (uint32_t)block.owned_x;
    if (count > 0 &&
        (NAME(cell)(x[0], mx) - first_x >= owned_x || NAME(cell)(x[count - 1], mx) - first_x >= owned_x))
        return -1;
    starts[0] = 0;
    for (uint32_t plane = 1; plane < owned_x; plane++) {
        // The first particle that is not before the plane.
        int64_t low = starts[plane - 1], high = count;
        while (low < high) {
            const int64_t middle = low + (high - low) / 2;
            if (NAME(cell)(x[middle], mx) - first_x < plane)
                low = middle + 1;
            else
                high = middle;
        }
        starts[plane] = low;
    }
    starts[owned_x] = count;
    return 0;
}
