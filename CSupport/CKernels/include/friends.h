#pragma once
#include <stdint.h>

// Friends of friends among integer positions: particles in cells so small that all in one are friends, and
// cells joined where two particles of them are friends (Creasey 2018). No allocation, no MPI, no global
// state.

/// A particle by its place in the box.
typedef struct palindrome_point {
    /// Position along x, y and z [2^-32 box].
    uint32_t at[3];
    /// Whose place it is, below 2^32.
    uint32_t slot;
} palindrome_point;

/// Who are friends, and in which columns of cells they are looked for: all of z, a part of x and of y or all.
typedef struct palindrome_friends {
    /// Sides of the box [mean particle distances].
    int64_t size[3];
    /// Friends are no further apart than the root of this [2^-32 mean particle distances].
    uint64_t threshold;
    /// Cells of the whole box along x, y and z, at least four; no two particles of a cell are further apart.
    int64_t cells[3];
    /// The first column along x and y.
    int64_t first[2];
    /// Columns along x and y; if they are all cells of the axis, the last is the first one's neighbour.
    int64_t columns[2];
    /// How many cells apart friends may be along an axis.
    int64_t reach;
} palindrome_friends;

/// Scratch of ordering.
typedef struct palindrome_order_scratch {
    /// As many as there are points.
    palindrome_point *points;
    /// cells[2] + 1 numbers.
    uint32_t *by_z;
} palindrome_order_scratch;

/// Orders points by column, [x][y], and in a column by the cell along z.
///
/// - points: in their new order afterwards.
/// - column: columns[0] * columns[1] + 1, where each column's points start afterwards, and the end.
/// - Returns: the number of cells that are not empty; -1 if a point is outside the columns.
int64_t palindrome_order_points(int64_t count, palindrome_point *restrict points, palindrome_friends friends,
                                palindrome_order_scratch scratch, uint32_t *restrict column);

/// The cells of ordered points that are not empty, column by column.
typedef struct palindrome_point_cells {
    /// Where each column's cells start, and the end.
    uint32_t *column;
    /// Each cell's first point, and the number of points after the last.
    uint32_t *first;
    /// Each cell's number along z.
    uint32_t *z;
} palindrome_point_cells;

/// Finds the cells of ordered points.
///
/// - cells: what `column` holds before is where each column's points start.
void palindrome_find_cells(const palindrome_point *restrict points, palindrome_friends friends,
                           palindrome_point_cells cells);

/// Joins the cells between which there are friends.
///
/// - parent: for each cell one of the same group, itself or one before it.
void palindrome_join_cells(const palindrome_point *restrict points, palindrome_friends friends,
                           palindrome_point_cells cells, uint32_t *restrict parent);

/// Numbers groups of cells, and tells each point its group's number.
///
/// - parent: of `cells` cells; each its group's number afterwards.
/// - group: by slot.
/// - Returns: the number of groups.
int64_t palindrome_number_groups(int64_t cells, uint32_t *restrict parent, const uint32_t *restrict first,
                                 const palindrome_point *restrict points, uint32_t *restrict group);
