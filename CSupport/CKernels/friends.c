#include "include/friends.h"
#include "kernel.h"

INLINE uint32_t cell_along(uint32_t position, int64_t cells) {
    return (uint32_t)(((uint64_t)position * (uint64_t)cells) >> 32);
}

// The column of a point along an axis, counted from the first one; beyond the columns if it is in none of
// them.
INLINE int64_t column_along(const palindrome_point *point, const palindrome_friends *friends, int axis) {
    const int64_t column = (int64_t)cell_along(point->at[axis], friends->cells[axis]) - friends->first[axis];
    return column < 0 ? column + friends->cells[axis] : column;
}

INLINE int64_t column_of(const palindrome_point *point, const palindrome_friends *friends) {
    return column_along(point, friends, 0) * friends->columns[1] + column_along(point, friends, 1);
}

INLINE uint32_t z_of(const palindrome_point *point, const palindrome_friends *friends) {
    return cell_along(point->at[2], friends->cells[2]);
}

// Turns how many have key k, at start[k + 1], into where they start, at start[k + 1] too: filling moves that
// on to the end, which is the next one's start.
static void make_starts(int64_t keys, uint32_t *start) {
    uint32_t sum = 0;
    start[0] = 0;
    for (int64_t k = 1; k <= keys; k++) {
        const uint32_t count = start[k];
        start[k] = sum;
        sum += count;
    }
}

int64_t palindrome_order_points(int64_t count, palindrome_point *restrict points,
                                palindrome_friends criterion, palindrome_order_scratch room,
                                uint32_t *restrict column) {
    const palindrome_friends *const friends = &criterion;
    palindrome_point *restrict scratch = room.points;
    uint32_t *restrict by_z = room.by_z;
    const int64_t depth = friends->cells[2], columns = friends->columns[0] * friends->columns[1];
    memset(by_z, 0, (size_t)(depth + 1) * sizeof *by_z);
    memset(column, 0, (size_t)(columns + 1) * sizeof *column);
    for (int64_t i = 0; i < count; i++) {
        const palindrome_point *const point = points + i;
        if (column_along(point, friends, 0) >= friends->columns[0] ||
            column_along(point, friends, 1) >= friends->columns[1])
            return -1;
        by_z[z_of(point, friends) + 1]++;
        column[column_of(point, friends) + 1]++;
    }
    // The last key first: what is in order along z stays so within a column.
    make_starts(depth, by_z);
    for (int64_t i = 0; i < count; i++)
        scratch[by_z[z_of(points + i, friends) + 1]++] = points[i];
    make_starts(columns, column);
    for (int64_t i = 0; i < count; i++)
        points[column[column_of(scratch + i, friends) + 1]++] = scratch[i];
    int64_t cells = 0;
    for (int64_t c = 0; c < columns; c++)
        for (uint32_t i = column[c]; i < column[c + 1]; i++)
            cells += i == column[c] || z_of(points + i, friends) != z_of(points + i - 1, friends);
    return cells;
}

void palindrome_find_cells(const palindrome_point *restrict points, palindrome_friends criterion,
                           palindrome_point_cells found) {
    const palindrome_friends *const friends = &criterion;
    uint32_t *restrict column = found.column, *restrict first = found.first, *restrict z = found.z;
    const int64_t columns = friends->columns[0] * friends->columns[1];
    uint32_t cells = 0, start = 0;
    for (int64_t c = 0; c < columns; c++) {
        const uint32_t end = column[c + 1];
        column[c] = cells;
        for (uint32_t i = start; i < end; i++) {
            const uint32_t here = z_of(points + i, friends);
            if (i > start && here == z[cells - 1])
                continue;
            first[cells] = i;
            z[cells++] = here;
        }
        start = end;
    }
    column[columns] = cells;
    first[cells] = start;
}

// The first cell of a group; the way there is halved.
INLINE uint32_t root_of(uint32_t *restrict parent, uint32_t cell) {
    while (parent[cell] != cell) {
        parent[cell] = parent[parent[cell]];
        cell = parent[cell];
    }
    return cell;
}

INLINE int are_friends(const palindrome_point *a, const palindrome_point *b,
                       const palindrome_friends *friends) {
    uint64_t square = 0;
    for (int axis = 0; axis < 3; axis++) {
        const int64_t apart = (int64_t)(int32_t)(a->at[axis] - b->at[axis]) * friends->size[axis];
        const uint64_t distance = (uint64_t)(apart < 0 ? -apart : apart);
        if (distance > 0x80000000u)
            return 0;
        square += distance * distance; // three times 2^62 at most
    }
    return square <= friends->threshold;
}

typedef struct {
    const palindrome_point *restrict points;
    const palindrome_friends *friends;
    const uint32_t *restrict first, *restrict z;
    uint32_t *restrict parent;
} cells;

INLINE void unite(const cells *set, uint32_t root_a, uint32_t root_b) {
    if (root_a < root_b)
        set->parent[root_b] = root_a;
    else
        set->parent[root_a] = root_b;
}

// Joins two cells if a particle of one has a friend in the other.
INLINE void join(const cells *set, uint32_t a, uint32_t b) {
    const uint32_t begin_a = set->first[a], end_a = set->first[a + 1];
    const uint32_t begin_b = set->first[b], end_b = set->first[b + 1];
    // Most cells hold one particle or two: looking at these costs less than looking for roots.
    const int are_few = end_a - begin_a == 1 && end_b - begin_b == 1;
    if (are_few && !are_friends(set->points + begin_a, set->points + begin_b, set->friends))
        return;
    const uint32_t root_a = root_of(set->parent, a), root_b = root_of(set->parent, b);
    if (root_a == root_b)
        return;
    if (are_few) {
        unite(set, root_a, root_b);
        return;
    }
    for (uint32_t i = begin_a; i < end_a; i++)
        for (uint32_t j = begin_b; j < end_b; j++)
            if (are_friends(set->points + i, set->points + j, set->friends)) {
                unite(set, root_a, root_b);
                return;
            }
}

// Joins the cells of a column with those of a column near it, or with those above them in itself.
static void join_columns(const cells *set, uint32_t begin, uint32_t end, uint32_t other, uint32_t other_end) {
    const int64_t depth = set->friends->cells[2], reach = set->friends->reach;
    const uint32_t *const z = set->z;
    const int is_itself = begin == other;
    uint32_t lowest = other; // within reach of the cell at hand; it only moves up
    for (uint32_t a = begin; a < end; a++) {
        while (lowest < other_end && (int64_t)z[lowest] < (int64_t)z[a] - reach)
            lowest++;
        for (uint32_t b = is_itself ? a + 1 : lowest; b < other_end && (int64_t)z[b] <= z[a] + reach; b++)
            join(set, a, b);
    }
    // Across the faces of the box.
    for (uint32_t a = begin; a < end && z[a] < reach; a++)
        for (uint32_t b = other_end; b > other && (int64_t)z[b - 1] >= z[a] - reach + depth; b--)
            join(set, a, b - 1);
    for (uint32_t a = end; a > begin && z[a - 1] >= depth - reach; a--)
        for (uint32_t b = other; b < other_end && (int64_t)z[b] <= z[a - 1] + reach - depth; b++)
            join(set, a - 1, b);
}

// The column so many places on, or -1 if it is not here.
INLINE int64_t neighbour(int64_t column, int64_t offset, const palindrome_friends *friends, int axis) {
    const int64_t columns = friends->columns[axis], place = column + offset;
    if (place >= 0 && place < columns)
        return place;
    return columns == friends->cells[axis] ? (place + columns) % columns : -1;
}

void palindrome_join_cells(const palindrome_point *restrict points, palindrome_friends criterion,
                           palindrome_point_cells found, uint32_t *restrict parent) {
    const palindrome_friends *const friends = &criterion;
    const uint32_t *restrict column = found.column;
    const int64_t columns = friends->columns[0] * friends->columns[1], reach = friends->reach;
    const cells set = {points, friends, found.first, found.z, parent};
    for (uint32_t cell = 0; cell < column[columns]; cell++)
        parent[cell] = cell;
    for (int64_t x = 0; x < friends->columns[0]; x++)
        for (int64_t y = 0; y < friends->columns[1]; y++) {
            const int64_t here = x * friends->columns[1] + y;
            if (column[here] == column[here + 1])
                continue;
            // Half of the columns around: each pair is met once.
            for (int64_t right = 0; right <= reach; right++) {
                const int64_t other_x = neighbour(x, right, friends, 0);
                if (other_x < 0)
                    continue;
                for (int64_t up = right == 0 ? 0 : -reach; up <= reach; up++) {
                    const int64_t other_y = neighbour(y, up, friends, 1);
                    if (other_y < 0)
                        continue;
                    const int64_t other = other_x * friends->columns[1] + other_y;
                    if (column[other] < column[other + 1])
                        join_columns(&set, column[here], column[here + 1], column[other], column[other + 1]);
                }
            }
        }
}

int64_t palindrome_number_groups(int64_t cells, uint32_t *restrict parent, const uint32_t *restrict first,
                                 const palindrome_point *restrict points, uint32_t *restrict group) {
    uint32_t groups = 0;
    // A cell's parent stands before it and has its number already.
    for (int64_t cell = 0; cell < cells; cell++) {
        parent[cell] = parent[cell] == cell ? groups++ : parent[parent[cell]];
        for (uint32_t i = first[cell]; i < first[cell + 1]; i++)
            group[points[i].slot] = parent[cell];
    }
    return groups;
}
