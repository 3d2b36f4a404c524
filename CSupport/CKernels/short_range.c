#include "include/short_range.h"
#include "kernel.h"

// A block is worked on in chunks of some rows and columns. Through the planes of a chunk, a ring of them
// keeps what is filtered along z and y, in cache, until the filter along x has all that it reaches: no mesh
// is written but the result.

// Output planes that are made at once, and share what they read.
enum { together = 4 };

// Most columns of a chunk, so that rows beside the block, which are filtered along z too, are few.
enum { most_columns = 512 };

// Numbers that the ring may hold: of 4 bytes they fill an eighth or so of a large second-level cache more
// than once.
enum { ring_numbers = 5 << 16 };

// How a block is cut.
typedef struct {
    int64_t rows, columns;
    // Numbers of a plane of one term in the ring, and of its rows that are filtered along z alone.
    int64_t plane, slab;
} chunks;

INLINE int64_t least(int64_t first, int64_t second) {
    return first < second ? first : second;
}

// Numbers rounded up to whole cache lines.
INLINE int64_t lines_of(int64_t numbers) {
    return (numbers + 15) / 16 * 16;
}

INLINE chunks cut(int64_t radius, int64_t terms, int64_t points_z, int64_t count_y) {
    const int64_t parts = (points_z + most_columns - 1) / most_columns;
    const int64_t columns = (points_z + parts - 1) / parts;
    const int64_t cells = ring_numbers / (terms * (2 * radius + together));
    const int64_t rows = least(count_y, cells > columns ? cells / columns : 1);
    return (chunks){rows, columns, lines_of(rows * columns), lines_of((rows + 2 * radius) * columns)};
}

int64_t palindrome_short_range_scratch(palindrome_short_range filter, int64_t points_z, int64_t count_y) {
    const chunks cuts = cut(filter.radius, filter.terms, points_z, count_y);
    return lines_of(cuts.columns + 2 * filter.radius) +
           filter.terms * (cuts.slab + (2 * filter.radius + together) * cuts.plane);
}

#define PRECISION 32
#include "precision.h"
#include "combine.template.h"
#include "short_range.template.h"
#undef PRECISION

#define PRECISION 64
#include "precision.h"
#include "combine.template.h"
#include "short_range.template.h"
