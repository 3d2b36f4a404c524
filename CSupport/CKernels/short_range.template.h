// The kernels of short_range.h in one precision.

// All terms along z. The sums of two values serve every term.
INLINE void NAME(along_z)(const REAL *c, int64_t count, const int RADIUS, const int TERMS, const REAL *taps,
                          REAL *restrict out, int64_t term_stride) {
    REAL f[palindrome_most_terms * (palindrome_widest_radius + 1)];
    UNROLLED for (int i = 0; i < TERMS * (RADIUS + 1); i++) f[i] = taps[i];
    _Pragma("clang loop vectorize(assume_safety)") for (int64_t z = 0; z < count; z++) {
        REAL pair[palindrome_widest_radius + 1];
        UNROLLED for (int a = 1; a <= RADIUS; a++) pair[a] = c[z - a] + c[z + a];
        UNROLLED for (int m = 0; m < TERMS; m++) {
            REAL sum = f[m * (RADIUS + 1)] * c[z];
            UNROLLED for (int a = 1; a <= RADIUS; a++) sum = FMA(f[m * (RADIUS + 1) + a], pair[a], sum);
            out[m * term_stride + z] = sum;
        }
    }
}

// Some columns of a row with the radius around them: where they lie, or copied together across the period.
INLINE const REAL *NAME(columns)(const REAL *row, int64_t points, int64_t first, int64_t count,
                                 int64_t radius, REAL *scratch) {
    if (first >= radius && first + count + radius <= points)
        return row + first;
    const int64_t end = count + radius;
    for (int64_t i = -radius; i < end;) {
        const int64_t z = ((first + i) % points + points) % points;
        const int64_t run = least(points - z, end - i);
        memcpy(scratch + radius + i, row + z, (size_t)run * sizeof *row);
        i += run;
    }
    return scratch + radius;
}

typedef struct {
    palindrome_window window;
    palindrome_target target;
    const REAL *taps, *last;
    // Scratch: a row with its ends, rows filtered along z, and the ring.
    REAL *row, *slab, *ring;
    chunks cuts;
    // The chunk.
    int64_t first_row, first_column, rows, columns;
} NAME(filtering);

INLINE REAL *NAME(ring_plane)(const NAME(filtering) * f, int64_t x, int64_t term, const int RADIUS,
                              const int TERMS) {
    return f->ring + (x % (2 * RADIUS + together) * TERMS + term) * f->cuts.plane;
}

// Filters plane x of the window along z and y into the ring.
INLINE void NAME(take_plane)(const NAME(filtering) * f, int64_t x, const int RADIUS, const int TERMS) {
    const palindrome_window *window = &f->window;
    const int64_t before_x = f->target.first_x - window->first_x - RADIUS;
    const int64_t before_y = f->target.first_y - window->first_y - RADIUS;
    const void *const *rows = window->rows + (before_x + x) * window->count_y + before_y + f->first_row;
    for (int64_t y = 0; y < f->rows + 2 * RADIUS; y++) {
        const REAL *c = NAME(columns)(rows[y], window->points_z, f->first_column, f->columns, RADIUS, f->row);
        NAME(along_z)(c, f->columns, RADIUS, TERMS, f->taps, f->slab + y * f->columns, f->cuts.slab);
    }
    for (int m = 0; m < TERMS; m++) {
        const REAL *c[2 * palindrome_widest_radius + 1];
        for (int i = 0; i <= 2 * RADIUS; i++)
            c[i] = f->slab + m * f->cuts.slab + i * f->columns;
        REAL *out = NAME(ring_plane)(f, x, m, RADIUS, TERMS);
        NAME(combine)(c, f->rows * f->columns, RADIUS, 1, 0, f->taps + m * (RADIUS + 1), &out);
    }
}

// Filters planes of the ring along x, and adds the terms to the target's planes x, x + 1, ...
INLINE void NAME(make_planes)(const NAME(filtering) * f, int64_t x, int64_t count, const int RADIUS,
                              const int TERMS) {
    const palindrome_target *target = &f->target;
    // Rows that lie side by side are one.
    const int is_whole = f->columns == f->window.points_z;
    const int64_t runs = is_whole ? 1 : f->rows, run = is_whole ? f->rows * f->columns : f->columns;
    for (int64_t y = 0; y < runs; y++) {
        REAL *outs[together];
        for (int64_t j = 0; j < count; j++)
            outs[j] = (REAL *)target->values + (x + j) * target->x_stride +
                      (f->first_row + y) * f->window.points_z + f->first_column;
        for (int m = 0; m < TERMS; m++) {
            const REAL *c[2 * palindrome_widest_radius + together];
            const REAL *taps = f->last + m * (RADIUS + 1);
            for (int64_t i = 0; i < 2 * RADIUS + count; i++)
                c[i] = NAME(ring_plane)(f, x + i, m, RADIUS, TERMS) + y * f->columns;
            if (count == together)
                NAME(combine)(c, run, RADIUS, together, 1, taps, outs);
            else
                for (int64_t j = 0; j < count; j++)
                    NAME(combine)(c + j, run, RADIUS, 1, 1, taps, outs + j);
        }
    }
}

INLINE void NAME(filter)(NAME(filtering) f, const int RADIUS, const int TERMS) {
    const int64_t count_x = f.target.count_x, count_y = f.target.count_y, points_z = f.window.points_z;
    for (f.first_column = 0; f.first_column < points_z; f.first_column += f.cuts.columns) {
        f.columns = least(f.cuts.columns, points_z - f.first_column);
        for (f.first_row = 0; f.first_row < count_y; f.first_row += f.cuts.rows) {
            f.rows = least(f.cuts.rows, count_y - f.first_row);
            for (int64_t x = 0; x < count_x + 2 * RADIUS; x++) {
                NAME(take_plane)(&f, x, RADIUS, TERMS);
                const int64_t done = x - 2 * RADIUS + 1, rest = count_x % together;
                if (done > 0 && done % together == 0)
                    NAME(make_planes)(&f, done - together, together, RADIUS, TERMS);
                else if (done == count_x)
                    NAME(make_planes)(&f, done - rest, rest, RADIUS, TERMS);
            }
        }
    }
}

CLONES static void NAME(filter_5_3)(NAME(filtering) f) {
    NAME(filter)(f, 5, 3);
}
CLONES static void NAME(filter_6_5)(NAME(filtering) f) {
    NAME(filter)(f, 6, 5);
}
CLONES static void NAME(filter_8_5)(NAME(filtering) f) {
    NAME(filter)(f, 8, 5);
}
CLONES static void NAME(filter_8_6)(NAME(filtering) f) {
    NAME(filter)(f, 8, 6);
}

int32_t NAME(palindrome_short_range)(palindrome_window window, palindrome_short_range filter,
                                     palindrome_target target, void *scratch) {
    REAL taps[palindrome_most_terms * (palindrome_widest_radius + 1)];
    REAL last[palindrome_most_terms * (palindrome_widest_radius + 1)];
    if (filter.radius > palindrome_widest_radius || filter.terms > palindrome_most_terms)
        return -1;
    for (int64_t i = 0; i < filter.terms * (filter.radius + 1); i++) {
        taps[i] = (REAL)filter.taps[i];
        last[i] = (REAL)(filter.scale * filter.taps[i]);
    }
    const chunks cuts = cut(filter.radius, filter.terms, window.points_z, target.count_y);
    REAL *slab = (REAL *)scratch + lines_of(cuts.columns + 2 * filter.radius);
    const NAME(filtering) f = {.window = window,
                               .target = target,
                               .taps = taps,
                               .last = last,
                               .row = scratch,
                               .slab = slab,
                               .ring = slab + filter.terms * cuts.slab,
                               .cuts = cuts};
    if (filter.radius == 5 && filter.terms == 3)
        NAME(filter_5_3)(f);
    else if (filter.radius == 6 && filter.terms == 5)
        NAME(filter_6_5)(f);
    else if (filter.radius == 8 && filter.terms == 5)
        NAME(filter_8_5)(f);
    else if (filter.radius == 8 && filter.terms == 6)
        NAME(filter_8_6)(f);
    else
        return -1;
    return 0;
}
