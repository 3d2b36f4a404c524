// Keys of particles in one precision.

CLONES void NAME(palindrome_columns)(int64_t count, const POSITION *restrict x, const POSITION *restrict y,
                                     palindrome_block block, uint32_t *restrict column) {
    const uint32_t mx = (uint32_t)block.points_x, my = (uint32_t)block.points_y;
    const uint32_t first_x = (uint32_t)block.first_x, first_y = (uint32_t)block.first_y;
    const uint32_t owned_y = (uint32_t)block.owned_y;
    for (int64_t i = 0; i < count; i++)
        column[i] = (NAME(cell)(x[i], mx) - first_x) * owned_y + (NAME(cell)(y[i], my) - first_y);
}

CLONES int64_t NAME(palindrome_count_jumps)(int64_t count, const POSITION *restrict x,
                                            const POSITION *restrict y, palindrome_block block) {
    const uint32_t mx = (uint32_t)block.points_x, my = (uint32_t)block.points_y;
    int64_t jumps = 0;
    for (int64_t i = 1; i < count; i++) {
        // -1, 0 and 1 are 0, 1 and 2 here.
        const uint32_t by_x = NAME(cell)(x[i], mx) - NAME(cell)(x[i - 1], mx) + 1;
        const uint32_t by_y = NAME(cell)(y[i], my) - NAME(cell)(y[i - 1], my) + 1;
        jumps += (by_x > 2) | (by_y > 2);
    }
    return jumps;
}

CLONES int64_t NAME(palindrome_count_leavers)(int64_t count, const POSITION *restrict x,
                                              const POSITION *restrict y, palindrome_block block) {
    const uint32_t mx = (uint32_t)block.points_x, my = (uint32_t)block.points_y;
    int64_t leavers = 0;
    for (int64_t i = 0; i < count; i++)
        leavers += is_stray(NAME(cell)(x[i], mx), NAME(cell)(y[i], my), &block);
    return leavers;
}

void NAME(palindrome_list_leavers)(int64_t count, const POSITION *restrict x, const POSITION *restrict y,
                                   palindrome_block block, uint32_t *restrict list) {
    const uint32_t mx = (uint32_t)block.points_x, my = (uint32_t)block.points_y;
    int64_t leavers = 0;
    for (int64_t i = 0; i < count; i++) {
        list[leavers] = (uint32_t)i;
        leavers += is_stray(NAME(cell)(x[i], mx), NAME(cell)(y[i], my), &block);
    }
}

void NAME(palindrome_owners)(int64_t count, const POSITION *restrict x, const POSITION *restrict y,
                             palindrome_block block, const uint32_t *restrict by_x,
                             const uint32_t *restrict by_y, uint32_t *restrict owner) {
    const uint32_t mx = (uint32_t)block.points_x, my = (uint32_t)block.points_y;
    for (int64_t i = 0; i < count; i++)
        owner[i] = by_x[NAME(cell)(x[i], mx)] + by_y[NAME(cell)(y[i], my)];
}

// Keys of so many particles at once, which vectorise.
enum { NAME(keys) = 256 };

INLINE int64_t NAME(plane_keys)(int64_t left, const POSITION *restrict x, const palindrome_block *block,
                                uint32_t *restrict key, uint32_t *restrict strays) {
    const int64_t n = left < NAME(keys) ? left : NAME(keys);
    for (int64_t i = 0; i < n; i++) {
        key[i] = NAME(cell)(x[i], (uint32_t)block->points_x) - (uint32_t)block->first_x;
        *strays |= key[i] >= (uint32_t)block->owned_x;
    }
    return n;
}

CLONES int32_t NAME(palindrome_group_planes)(int64_t count, const POSITION *restrict x,
                                             palindrome_block block, int64_t *restrict first,
                                             uint32_t *restrict order) {
    uint32_t key[NAME(keys)], strays = 0, last = 0, descents = 0;
    memset(first, 0, (size_t)(block.owned_x + 1) * sizeof *first);
    for (int64_t start = 0; start < count;) {
        const int64_t n = NAME(plane_keys)(count - start, x + start, &block, key, &strays);
        if (strays)
            return -1;
        for (int64_t i = 0; i < n; i++) {
            descents |= key[i] < last;
            last = key[i];
            first[key[i] + 1]++;
        }
        start += n;
    }
    for (int64_t plane = 1; plane <= block.owned_x; plane++)
        first[plane] += first[plane - 1];
    if (!descents)
        return 1;
    for (int64_t start = 0; start < count;) {
        const int64_t n = NAME(plane_keys)(count - start, x + start, &block, key, &strays);
        for (int64_t i = 0; i < n; i++)
            order[first[key[i]]++] = (uint32_t)(start + i);
        start += n;
    }
    // Every start has moved to its end, which is the next one's start.
    memmove(first + 1, first, (size_t)block.owned_x * sizeof *first);
    first[0] = 0;
    return 0;
}
