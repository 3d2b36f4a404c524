#include "include/order.h"
#include "include/planes.h"
#include "indices.h"
#include "kernel.h"
#include "locate.h"

#define PRECISION 32
#include "precision.h"
#include "order.template.h"
#undef PRECISION

#define PRECISION 64
#include "precision.h"
#include "order.template.h"

typedef struct {
    int64_t x, y, z;
} point;

INLINE point point_of(int64_t index, int64_t points_y, int64_t points_z) {
    const int64_t line = index / points_z;
    return (point){line / points_y, line % points_y, index - line * points_z};
}

void palindrome_index_owners(int64_t count, palindrome_indices index, palindrome_column_owners owners,
                             uint32_t *restrict owner) {
    for (int64_t i = 0; i < count; i++) {
        const point at = point_of((int64_t)index_of(index, i), owners.points_y, owners.points_z);
        owner[i] = owners.by_x[at.x] + owners.by_y[at.y];
    }
}

int64_t palindrome_index_slots(int64_t count, palindrome_indices index, palindrome_particle_block block,
                               uint32_t *restrict slot) {
    int64_t outside = 0;
    for (int64_t i = 0; i < count; i++) {
        const point at = point_of((int64_t)index_of(index, i), block.points_y, block.points_z);
        const int64_t x = at.x - block.first_x, y = at.y - block.first_y;
        const int is_inside = x >= 0 && x < block.owned_x && y >= 0 && y < block.owned_y;
        outside += !is_inside;
        slot[i] = is_inside ? (uint32_t)((x * block.owned_y + y) * block.points_z + at.z) : 0;
    }
    return outside;
}

void palindrome_own_indices(palindrome_particle_block block, uint32_t *restrict low,
                            uint32_t *restrict high) {
    int64_t particle = 0;
    for (int64_t i = 0; i < block.owned_x; i++)
        for (int64_t j = 0; j < block.owned_y; j++) {
            const int64_t line = (block.first_x + i) * block.points_y + block.first_y + j;
            for (int64_t k = 0; k < block.points_z; k++, particle++) {
                const int64_t index = line * block.points_z + k;
                low[particle] = (uint32_t)index;
                if (high)
                    high[particle] = (uint32_t)(index >> 32);
            }
        }
}

void palindrome_group(int64_t count, const uint32_t *restrict key, int64_t keys, int64_t *restrict first,
                      uint32_t *restrict order) {
    memset(first, 0, (size_t)(keys + 1) * sizeof *first);
    for (int64_t i = 0; i < count; i++)
        first[key[i] + 1]++;
    for (int64_t k = 1; k <= keys; k++)
        first[k] += first[k - 1];
    for (int64_t i = 0; i < count; i++)
        order[first[key[i]]++] = (uint32_t)i;
    // Every start has moved to its end, which is the next one's start.
    memmove(first + 1, first, (size_t)keys * sizeof *first);
    first[0] = 0;
}

// Elements that follow each other often have the same key, and a counter that was just written is slow to
// read again: so many parts of the array take turns.
enum { parts = 4 };

void palindrome_places(int64_t count, uint32_t *key, int64_t keys, int64_t *restrict first) {
    const int64_t part = count / parts;
    memset(first, 0, (size_t)(keys + 1) * sizeof *first);
    for (int64_t i = 0; i < part; i++)
        for (int64_t p = 0; p < parts; p++)
            first[key[p * part + i] + 1]++;
    for (int64_t i = parts * part; i < count; i++)
        first[key[i] + 1]++;
    for (int64_t k = 1; k <= keys; k++)
        first[k] += first[k - 1];
    for (int64_t i = 0; i < part; i++)
        for (int64_t p = 0; p < parts; p++)
            key[p * part + i] = (uint32_t)first[key[p * part + i]]++;
    for (int64_t i = parts * part; i < count; i++)
        key[i] = (uint32_t)first[key[i]]++;
}

void palindrome_take_32(int64_t count, const uint32_t *restrict order, const uint32_t *restrict from,
                        uint32_t *restrict to) {
    ONE_BY_ONE(i, count) to[i] = from[order[i]];
}

void palindrome_take_64(int64_t count, const uint32_t *restrict order, const uint64_t *restrict from,
                        uint64_t *restrict to) {
    ONE_BY_ONE(i, count) to[i] = from[order[i]];
}

// Places are near each other but not in sequence: their memory is asked for long before it is written.
enum { ahead = 256 };

#define PUT(name, WORD)                                                                                      \
    void name(int64_t count, const uint32_t *restrict order, const WORD *restrict from, WORD *restrict to) { \
        int64_t i = 0;                                                                                       \
        for (; i + ahead < count; i++) {                                                                     \
            __builtin_prefetch(to + order[i + ahead], 1);                                                    \
            to[order[i]] = from[i];                                                                          \
        }                                                                                                    \
        for (; i < count; i++)                                                                               \
            to[order[i]] = from[i];                                                                          \
    }

PUT(palindrome_put_32, uint32_t)
PUT(palindrome_put_64, uint64_t)
#undef PUT

// Three at once, since reading the places is a quarter of the traffic of one.
#define PUT_THREE(name, WORD)                                                                                \
    void name(int64_t count, const uint32_t *restrict order, palindrome_vectors from,                        \
              palindrome_vectors to) {                                                                       \
        const WORD *restrict from_x = from.along[0], *restrict from_y = from.along[1];                       \
        const WORD *restrict from_z = from.along[2];                                                         \
        WORD *restrict to_x = to.along[0], *restrict to_y = to.along[1], *restrict to_z = to.along[2];       \
        for (int64_t i = 0; i < count; i++) {                                                                \
            const uint32_t next = order[i + ahead < count ? i + ahead : count - 1], place = order[i];        \
            __builtin_prefetch(to_x + next, 1);                                                              \
            __builtin_prefetch(to_y + next, 1);                                                              \
            __builtin_prefetch(to_z + next, 1);                                                              \
            to_x[place] = from_x[i];                                                                         \
            to_y[place] = from_y[i];                                                                         \
            to_z[place] = from_z[i];                                                                         \
        }                                                                                                    \
    }

PUT_THREE(palindrome_put_three_32, uint32_t)
PUT_THREE(palindrome_put_three_64, uint64_t)
#undef PUT_THREE

void palindrome_move_32(int64_t count, const uint32_t *restrict from, const uint32_t *restrict to,
                        uint32_t *array) {
    for (int64_t i = 0; i < count; i++)
        array[to[i]] = array[from[i]];
}

void palindrome_move_64(int64_t count, const uint32_t *restrict from, const uint32_t *restrict to,
                        uint64_t *array) {
    for (int64_t i = 0; i < count; i++)
        array[to[i]] = array[from[i]];
}

int64_t palindrome_hole_moves(int64_t count, int64_t kept, palindrome_holes holes, uint32_t *restrict from,
                              uint32_t *restrict to) {
    int64_t last = holes.count, source = count, moves = 0;
    for (int64_t hole = 0; hole < holes.count && holes.slots[hole] < kept; hole++) {
        // The next whole element from the end; holes among the last ones are passed over.
        source--;
        while (last > 0 && holes.slots[last - 1] == source) {
            last--;
            source--;
        }
        from[moves] = (uint32_t)source;
        to[moves] = holes.slots[hole];
        moves++;
    }
    return moves;
}
