// Particles plane by plane, in one precision: batches of those of one plane, and the points below them.

enum { NAME(batch) = 64 };

// Particles of one plane, `start` and those behind it, and the points below them in a plane of a window,
// `[y][z]` with one more point than the mesh along z.
typedef struct {
    int64_t start, count;
    const POSITION *at[3];
    int64_t element[NAME(batch)];
} NAME(group);

// Visits all particles, batch by batch and plane by plane.
typedef struct {
    // Where each owned plane starts, and the end.
    const int64_t *planes;
    const POSITION *position[3];
    const palindrome_particle_block *block;
    // The plane of the group, and where the next one starts.
    int64_t x, start;
    NAME(group) group;
    uint32_t is_stray;
} NAME(walk);

INLINE void NAME(begin)(NAME(walk) * walk, palindrome_particle_planes planes,
                        const palindrome_particle_block *block) {
    walk->planes = planes.starts;
    for (int axis = 0; axis < 3; axis++)
        walk->position[axis] = planes.particles.position.along[axis];
    walk->block = block;
    walk->x = 0;
    walk->start = planes.starts[0];
    walk->is_stray = 0;
}

// Asks for the elements of an array that the batch after the next one will take: a kernel reads more arrays
// side by side than the processor recognises as streams.
#define AHEAD(walk, array)                                                                                   \
    fetch_ahead(array, (walk)->group.start + 2 * NAME(batch), NAME(batch),                                   \
                (walk)->planes[(walk)->block->owned_x], sizeof *(array))

// The next batch; 0 after the last, and where a particle is not in its plane or not in the owned rows.
INLINE int NAME(next)(NAME(walk) * walk) {
    const palindrome_particle_block *block = walk->block;
    while (walk->x < block->owned_x && walk->start == walk->planes[walk->x + 1])
        walk->x++;
    if (walk->x == block->owned_x)
        return 0;
    const int64_t left = walk->planes[walk->x + 1] - walk->start;
    NAME(group) *group = &walk->group;
    group->start = walk->start;
    group->count = left < NAME(batch) ? left : NAME(batch);
    for (int axis = 0; axis < 3; axis++) {
        group->at[axis] = walk->position[axis] + group->start;
        AHEAD(walk, walk->position[axis]);
    }
    const uint32_t mx = (uint32_t)block->points_x, my = (uint32_t)block->points_y;
    const uint32_t mz = (uint32_t)block->points_z;
    const uint32_t plane = (uint32_t)(block->first_x + walk->x), first_y = (uint32_t)block->first_y;
    const POSITION *restrict x = group->at[0], *restrict y = group->at[1], *restrict z = group->at[2];
    uint32_t strays = 0;
    for (int64_t i = 0; i < group->count; i++) {
        const uint32_t cx = NAME(cell)(x[i], mx), cy = NAME(cell)(y[i], my) - first_y;
        strays |= (uint32_t)(cx != plane) | (uint32_t)(cy >= (uint32_t)block->owned_y);
        group->element[i] = (int64_t)((uint64_t)cy * (mz + 1) + NAME(cell)(z[i], mz));
    }
    walk->start += group->count;
    walk->is_stray = strays;
    return !strays;
}
