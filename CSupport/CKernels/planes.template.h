// Particles plane by plane, in one precision: batches of those of one plane, with the moves of their elements
// into arrays that vectorise, and back.

enum { NAME(batch) = 64 };

// Particles of one plane: which they are, `who` or `start` and those behind it; their positions; and the
// points below them in a plane of a window, `[y][z]` with one more point than the mesh along z.
typedef struct {
    const uint32_t *who;
    int64_t start, count;
    POSITION at[3][NAME(batch)];
    int64_t element[NAME(batch)];
} NAME(group);

#define MOVES(ELEMENT, pick, put)                                                                            \
    INLINE void NAME(pick)(const NAME(group) * group, const ELEMENT *from, ELEMENT *restrict to) {           \
        const uint32_t *who = group->who;                                                                    \
        if (who)                                                                                             \
            ONE_BY_ONE(i, group->count) to[i] = from[who[i]];                                                \
        else                                                                                                 \
            memcpy(to, from + group->start, (size_t)group->count * sizeof *to);                              \
    }                                                                                                        \
    INLINE void NAME(put)(const NAME(group) * group, const ELEMENT *restrict from, ELEMENT *to) {            \
        const uint32_t *who = group->who;                                                                    \
        if (who)                                                                                             \
            ONE_BY_ONE(i, group->count) to[who[i]] = from[i];                                                \
        else                                                                                                 \
            memcpy(to + group->start, from, (size_t)group->count * sizeof *to);                              \
    }

MOVES(POSITION, pick_positions, put_positions)
MOVES(MOMENTUM, pick_momenta, put_momenta)
MOVES(REAL, pick, put)
MOVES(double, pick_doubles, put_doubles)
#undef MOVES

// Visits all particles, batch by batch and plane by plane.
typedef struct {
    palindrome_planes planes;
    const POSITION *position[3];
    const palindrome_block *block;
    // The plane of the group, and where the next one starts.
    int64_t x, start;
    NAME(group) group;
    uint32_t is_stray;
} NAME(walk);

INLINE void NAME(begin)(NAME(walk) * walk, const palindrome_planes *planes, const POSITION *x,
                        const POSITION *y, const POSITION *z, const palindrome_block *block) {
    walk->planes = *planes;
    walk->position[0] = x;
    walk->position[1] = y;
    walk->position[2] = z;
    walk->block = block;
    walk->x = 0;
    walk->start = planes->first[0];
    walk->is_stray = 0;
}

// The next batch; 0 after the last, and where a particle is not in its plane or not in the owned rows.
INLINE int NAME(next)(NAME(walk) * walk) {
    const palindrome_block *block = walk->block;
    while (walk->x < block->owned_x && walk->start == walk->planes.first[walk->x + 1])
        walk->x++;
    if (walk->x == block->owned_x)
        return 0;
    const int64_t left = walk->planes.first[walk->x + 1] - walk->start;
    NAME(group) *group = &walk->group;
    group->who = walk->planes.order ? walk->planes.order + walk->start : 0;
    group->start = walk->start;
    group->count = left < NAME(batch) ? left : NAME(batch);
    for (int axis = 0; axis < 3; axis++)
        NAME(pick_positions)(group, walk->position[axis], group->at[axis]);
    const uint32_t mx = (uint32_t)block->points_x, my = (uint32_t)block->points_y;
    const uint32_t mz = (uint32_t)block->points_z;
    const uint32_t plane = (uint32_t)(block->first_x + walk->x), first_y = (uint32_t)block->first_y;
    uint32_t strays = 0;
    for (int64_t i = 0; i < group->count; i++) {
        const uint32_t cx = NAME(cell)(group->at[0][i], mx), cy = NAME(cell)(group->at[1][i], my) - first_y;
        strays |= (uint32_t)(cx != plane) | (uint32_t)(cy >= (uint32_t)block->owned_y);
        group->element[i] = (int64_t)((uint64_t)cy * (mz + 1) + NAME(cell)(group->at[2][i], mz));
    }
    walk->start += group->count;
    walk->is_stray = strays;
    return !strays;
}
