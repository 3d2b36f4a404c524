#pragma once
#include "particle_block.h"
#include "particles.h"

// Who goes where: keys of particles, grouping by key, and moving array elements accordingly.
// Lists of particles are 32-bit: a rank holds fewer than 2^32. No allocation, no MPI, no global state.

/// The mesh column of each particle, x * owned_y + y counted from the first owned ones; all are in owned
/// columns.
///
/// - Returns: 1 if particles lie in the order of their columns, 0 if not.
int32_t palindrome_columns_f32(palindrome_particle_set particles, palindrome_particle_block block,
                               uint32_t *restrict column);
int32_t palindrome_columns_f64(palindrome_particle_set particles, palindrome_particle_block block,
                               uint32_t *restrict column);

/// The number of particles outside the owned columns.
int64_t palindrome_count_leavers_f32(palindrome_particle_set particles, palindrome_particle_block block);
int64_t palindrome_count_leavers_f64(palindrome_particle_set particles, palindrome_particle_block block);

/// Lists the particles outside the owned columns, ascending; `list` has room for one more than there are.
void palindrome_list_leavers_f32(palindrome_particle_set particles, palindrome_particle_block block,
                                 uint32_t *restrict list);
void palindrome_list_leavers_f64(palindrome_particle_set particles, palindrome_particle_block block,
                                 uint32_t *restrict list);

/// Who owns the columns of a mesh: the rank by_x[x] + by_y[y].
typedef struct palindrome_column_owners {
    /// Points of the mesh.
    int64_t points_x, points_y, points_z;
    /// Of points_x and points_y numbers.
    const uint32_t *by_x, *by_y;
} palindrome_column_owners;

/// The rank that owns the mesh cell of each position.
///
/// - x, y: as those of particles.
void palindrome_owners_f32(int64_t count, const void *x, const void *y, palindrome_column_owners owners,
                           uint32_t *restrict owner);
void palindrome_owners_f64(int64_t count, const void *x, const void *y, palindrome_column_owners owners,
                           uint32_t *restrict owner);

/// The rank that owns each grid point.
void palindrome_index_owners(int64_t count, palindrome_indices index, palindrome_column_owners owners,
                             uint32_t *restrict owner);

/// Where in the block (owned points only, [x][y][z]) each grid point is; the number of points outside it.
int64_t palindrome_index_slots(int64_t count, palindrome_indices index, palindrome_particle_block block,
                               uint32_t *restrict slot);

/// The indices of the block's own points, [x][y][z], as palindrome_indices have them.
void palindrome_own_indices(palindrome_particle_block block, uint32_t *restrict low, uint32_t *restrict high);

/// Groups by key: order[first[k]] ..< order[first[k + 1]] are those with key k, in their old order.
///
/// - key: below `keys`.
/// - first: room for keys + 1.
void palindrome_group(int64_t count, const uint32_t *restrict key, int64_t keys, int64_t *restrict first,
                      uint32_t *restrict order);

/// Replaces each key by the element's place when all are grouped by key, those of a key mostly in their old
/// order.
///
/// - key: below `keys`.
/// - first: scratch of keys + 1 numbers.
void palindrome_places(int64_t count, uint32_t *key, int64_t keys, int64_t *restrict first);

/// to[i] = from[order[i]].
void palindrome_take_32(int64_t count, const uint32_t *restrict order, const uint32_t *restrict from,
                        uint32_t *restrict to);
void palindrome_take_64(int64_t count, const uint32_t *restrict order, const uint64_t *restrict from,
                        uint64_t *restrict to);

/// to[order[i]] = from[i], for the components of vectors of numbers of so many bits.
void palindrome_put_three_32(int64_t count, const uint32_t *restrict order, palindrome_vectors from,
                             palindrome_vectors to);
void palindrome_put_three_64(int64_t count, const uint32_t *restrict order, palindrome_vectors from,
                             palindrome_vectors to);

/// to[order[i]] = from[i].
void palindrome_put_32(int64_t count, const uint32_t *restrict order, const uint32_t *restrict from,
                       uint32_t *restrict to);
void palindrome_put_64(int64_t count, const uint32_t *restrict order, const uint64_t *restrict from,
                       uint64_t *restrict to);

/// array[to[i]] = array[from[i]]; no element is both.
void palindrome_move_32(int64_t count, const uint32_t *restrict from, const uint32_t *restrict to,
                        uint32_t *array);
void palindrome_move_64(int64_t count, const uint32_t *restrict from, const uint32_t *restrict to,
                        uint64_t *array);

/// Elements of an array that are missing, ascending.
typedef struct palindrome_holes {
    int64_t count;
    const uint32_t *slots;
} palindrome_holes;

/// Which of the last elements to move into holes so that the first `kept` of `count` are whole.
///
/// - holes: those at or above `kept` are dropped.
/// - from, to: room for as many; move from[i] to to[i].
/// - Returns: the number of moves.
int64_t palindrome_hole_moves(int64_t count, int64_t kept, palindrome_holes holes, uint32_t *restrict from,
                              uint32_t *restrict to);
