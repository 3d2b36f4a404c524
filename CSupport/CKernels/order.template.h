// Keys of particles in one precision.

CLONES int64_t NAME(palindrome_columns)(int64_t count, const POSITION *restrict x, const POSITION *restrict y,
                                        palindrome_block block, uint32_t *restrict column) {
    const uint32_t mx = (uint32_t)block.points_x, my = (uint32_t)block.points_y;
    const uint32_t first_x = (uint32_t)block.first_x, first_y = (uint32_t)block.first_y;
    const uint32_t owned_y = (uint32_t)block.owned_y;
    uint32_t strays = 0;
    for (int64_t i = 0; i < count; i++) {
        const uint32_t cx = NAME(cell)(x[i], mx), cy = NAME(cell)(y[i], my);
        strays |= is_stray(cx, cy, &block);
        column[i] = (cx - first_x) * owned_y + (cy - first_y);
    }
    int64_t descents = 0;
    for (int64_t i = 1; i < count; i++)
        descents += column[i] < column[i - 1];
    return strays ? -1 : descents;
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
