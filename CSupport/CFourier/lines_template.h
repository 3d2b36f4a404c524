// Included once per precision with REAL, NAME(x), FFTW(x), LINES_FROM_ROWS and ROWS_FROM_LINES defined; see
// lines.c. No allocation outside create, no MPI, no global state.

typedef struct {
    FFTW(plan) forward, backward;
    /// Tiles of tile_lines lines each, `stride` complex numbers apart; the third for sums.
    REAL *front, *back, *term;
    /// Whether both plans were in the wisdom.
    int is_known;
} NAME(work);

static void NAME(destroy)(NAME(work) * work) {
    if (work->forward)
        FFTW(destroy_plan)(work->forward);
    if (work->backward)
        FFTW(destroy_plan)(work->backward);
    free(work->front);
    free(work->back);
    free(work->term);
}

/// Makes FFTW know what is given and no more: what anybody measured before must not change a plan, or the
/// bits would depend on it.
static int NAME(recall)(palindrome_planning planning) {
    FFTW(forget_wisdom)();
    return planning.wisdom && *planning.wisdom && FFTW(import_wisdom_from_string)(planning.wisdom);
}

/// Both directions, or one or none where FFTW has no plan of these flags.
static void NAME(plan)(NAME(work) * work, enum palindrome_line_kind kind, int length, unsigned flags) {
    if (work->forward)
        FFTW(destroy_plan)(work->forward);
    if (work->backward)
        FFTW(destroy_plan)(work->backward);
    FFTW(complex) *front = (FFTW(complex) *)work->front, *back = (FFTW(complex) *)work->back;
    if (kind == palindrome_real_lines) {
        work->forward = FFTW(plan_dft_r2c_1d)(length, work->front, back, flags);
        work->backward = FFTW(plan_dft_c2r_1d)(length, front, work->back, flags);
    } else {
        work->forward = FFTW(plan_dft_1d)(length, front, back, FFTW_FORWARD, flags);
        work->backward = FFTW(plan_dft_1d)(length, front, back, FFTW_BACKWARD, flags);
    }
}

static int NAME(create)(NAME(work) * work, enum palindrome_line_kind kind, int length, int64_t stride,
                        palindrome_planning planning) {
    const size_t bytes = (size_t)(tile_lines * stride) * 2 * sizeof(REAL);
    work->front = aligned_alloc(line_alignment, bytes);
    work->back = aligned_alloc(line_alignment, bytes);
    work->term = aligned_alloc(line_alignment, bytes);
    if (!work->front || !work->back || !work->term)
        return 0;
    memset(work->term, 0, bytes);
    if (NAME(recall)(planning)) {
        NAME(plan)(work, kind, length, FFTW_ESTIMATE | FFTW_WISDOM_ONLY);
        work->is_known = work->forward && work->backward;
        NAME(recall)(planning);
    }
    if (!work->is_known)
        NAME(plan)(work, kind, length, planning.is_measured ? FFTW_MEASURE : FFTW_ESTIMATE);
    // A measurement writes to the scratch.
    memset(work->front, 0, bytes);
    memset(work->back, 0, bytes);
    return work->forward && work->backward;
}

/// Fills the front tile with lines `first` ..< `first + count` of a plane.
static void NAME(gather)(const palindrome_lines *lines, REAL *restrict tile, const palindrome_placement *from,
                         int64_t plane, int64_t first, int64_t count, int64_t reals_per_point) {
    const int64_t stride = 2 * lines->stride;
    int64_t done = 0;
    for (int64_t b = 0; b < from->block_count; b++) {
        const palindrome_block *block = &from->blocks[b];
        REAL *target = tile + done * reals_per_point;
        done += block->count;
        if (block->offset < 0) {
            for (int64_t line = 0; line < count; line++)
                memset(target + line * stride, 0, (size_t)(block->count * reals_per_point) * sizeof(REAL));
            continue;
        }
        const int64_t start = block->offset + (from->first_plane + plane) * block->plane_stride;
        const REAL *source =
            (const REAL *)from->values + (start + first * block->line_stride) * reals_per_point;
        if (block->point_stride == 1)
            for (int64_t line = 0; line < count; line++)
                memcpy(target + line * stride, source + line * block->line_stride * reals_per_point,
                       (size_t)(block->count * reals_per_point) * sizeof(REAL));
        else
            LINES_FROM_ROWS(target, lines->stride, source, block->point_stride, count, block->count);
    }
}

/// Writes a tile to lines `first` ..< `first + count` of a plane.
static void NAME(scatter)(const palindrome_lines *lines, const REAL *restrict tile,
                          const palindrome_placement *to, int64_t plane, int64_t first, int64_t count,
                          int64_t reals_per_point) {
    const int64_t stride = 2 * lines->stride;
    int64_t done = 0;
    for (int64_t b = 0; b < to->block_count; b++) {
        const palindrome_block *block = &to->blocks[b];
        const REAL *source = tile + done * reals_per_point;
        done += block->count;
        if (block->offset < 0)
            continue;
        const int64_t start = block->offset + (to->first_plane + plane) * block->plane_stride;
        REAL *target = (REAL *)to->values + (start + first * block->line_stride) * reals_per_point;
        if (block->point_stride == 1)
            for (int64_t line = 0; line < count; line++)
                memcpy(target + line * block->line_stride * reals_per_point, source + line * stride,
                       (size_t)(block->count * reals_per_point) * sizeof(REAL));
        else
            ROWS_FROM_LINES(target, block->point_stride, source, lines->stride, count, block->count);
    }
}

/// Asks for the memory that `scatter` will write, while the lines are transformed: nothing else foresees rows
/// that far apart.
static void NAME(expect)(const palindrome_placement *to, int64_t plane, int64_t first, int64_t count,
                         int64_t reals_per_point) {
    const int64_t cache_line = line_alignment / (int64_t)sizeof(REAL);
    for (int64_t b = 0; b < to->block_count; b++) {
        const palindrome_block *block = &to->blocks[b];
        if (block->offset < 0 || block->point_stride == 1)
            continue;
        const int64_t start = block->offset + (to->first_plane + plane) * block->plane_stride;
        const REAL *rows = (const REAL *)to->values + (start + first * block->line_stride) * reals_per_point;
        for (int64_t point = 0; point < block->count; point++)
            for (int64_t i = 0; i < count * reals_per_point; i += cache_line)
                __builtin_prefetch(rows + point * block->point_stride * reals_per_point + i, 1);
    }
}

static inline void NAME(execute)(const palindrome_lines *lines, const NAME(work) * work,
                                 enum palindrome_direction direction, REAL *source, REAL *target) {
    const FFTW(plan) plan = direction == palindrome_forward ? work->forward : work->backward;
    if (lines->kind == palindrome_complex_lines)
        FFTW(execute_dft)(plan, (FFTW(complex) *)source, (FFTW(complex) *)target);
    else if (direction == palindrome_forward)
        FFTW(execute_dft_r2c)(plan, source, (FFTW(complex) *)target);
    else
        FFTW(execute_dft_c2r)(plan, (FFTW(complex) *)source, target);
}

/// Where the first line of a plane lies, if all lines lie as they do in scratch: whole, apart from each other
/// by whole cache lines; NULL if they do not. Such a line need not be copied.
static REAL *NAME(whole_lines)(const palindrome_placement *place, int64_t plane, int64_t reals_per_point) {
    const palindrome_block *block = &place->blocks[0];
    if (place->block_count != 1 || block->point_stride != 1 || block->offset < 0)
        return NULL;
    REAL *lines = (REAL *)place->values +
                  (block->offset + (place->first_plane + plane) * block->plane_stride) * reals_per_point;
    const int64_t apart = block->line_stride * reals_per_point * (int64_t)sizeof(REAL);
    return (uintptr_t)lines % line_alignment == 0 && apart % line_alignment == 0 ? lines : NULL;
}

static void NAME(transform)(const palindrome_lines *lines, const NAME(work) * work,
                            enum palindrome_direction direction, const palindrome_placement *source,
                            const palindrome_placement *target, int64_t plane_count, int64_t line_count,
                            REAL scale) {
    const int64_t stride = 2 * lines->stride;
    const int is_real = lines->kind == palindrome_real_lines;
    const int64_t reals_in = is_real && direction == palindrome_forward ? 1 : 2;
    const int64_t reals_out = is_real && direction == palindrome_backward ? 1 : 2;
    const int are_apart = source->values != target->values;
    for (int64_t plane = 0; plane < plane_count; plane++) {
        // What makes reals of complex numbers spoils its source.
        const REAL *from = are_apart && reals_out == 2 ? NAME(whole_lines)(source, plane, reals_in) : NULL;
        REAL *to = are_apart ? NAME(whole_lines)(target, plane, reals_out) : NULL;
        const int64_t from_stride = from ? source->blocks[0].line_stride * reals_in : stride;
        const int64_t to_stride = to ? target->blocks[0].line_stride * reals_out : stride;
        for (int64_t first = 0; first < line_count; first += tile_lines) {
            const int64_t count = line_count - first < tile_lines ? line_count - first : tile_lines;
            const REAL *values = from ? from + first * from_stride : work->front;
            REAL *results = to ? to + first * to_stride : work->back;
            if (!from)
                NAME(gather)(lines, work->front, source, plane, first, count, reals_in);
            if (!to && are_apart)
                NAME(expect)(target, plane, first, count, reals_out);
            for (int64_t line = 0; line < count; line++) {
                REAL *result = results + line * to_stride;
                NAME(execute)(lines, work, direction, (REAL *)values + line * from_stride, result);
                if (reals_out == 1 && scale != 1)
                    for (int64_t i = 0; i < lines->length; i++)
                        result[i] *= scale;
            }
            if (!to)
                NAME(scatter)(lines, work->back, target, plane, first, count, reals_out);
        }
    }
}

// A factor is  (sign fx) (fy fz) / (dx + (dy + dz))  in this order, whichever way the modes are visited, in
// double, rounded once. It is rounded where it is made: a function that does nothing but convert doubles in
// memory would leave the upper halves of vector registers marked as used, and every change between old and
// new instructions after it would cost a hundred nanoseconds.

PALINDROME_CLONES static void NAME(factors_along_z)(REAL *restrict factors, const palindrome_multiplier *m,
                                                    double sign, int64_t x, int64_t y, int64_t z,
                                                    int64_t count) {
    const double fx = sign * m->factor_x[x], fy = m->factor_y[y], *fz = m->factor_z + z;
    if (!m->denominator_x) {
        for (int64_t j = 0; j < count; j++)
            factors[j] = (REAL)(fx * (fy * fz[j]));
        return;
    }
    const double dx = m->denominator_x[x], dy = m->denominator_y[y], *dz = m->denominator_z + z;
    for (int64_t j = 0; j < count; j++) {
        const double denominator = dx + (dy + dz[j]);
        factors[j] = (REAL)(denominator == 0 ? 0 : fx * (fy * fz[j]) / denominator);
    }
}

PALINDROME_CLONES static void NAME(factors_along_x)(REAL *restrict factors, const palindrome_multiplier *m,
                                                    double sign, int64_t x, int64_t y, int64_t z,
                                                    int64_t count) {
    const double *fx = m->factor_x + x, fyz = m->factor_y[y] * m->factor_z[z];
    if (!m->denominator_x) {
        for (int64_t j = 0; j < count; j++)
            factors[j] = (REAL)(sign * fx[j] * fyz);
        return;
    }
    const double *dx = m->denominator_x + x, dyz = m->denominator_y[y] + m->denominator_z[z];
    for (int64_t j = 0; j < count; j++) {
        const double denominator = dx[j] + dyz;
        factors[j] = (REAL)(denominator == 0 ? 0 : sign * fx[j] * fyz / denominator);
    }
}

/// Multiplies modes in a row by i^odd times real factors.
PALINDROME_CLONES static void NAME(multiply_run)(REAL *restrict modes, const REAL *restrict factors,
                                                 int64_t count, int odd) {
    if (odd)
        for (int64_t j = 0; j < count; j++) {
            const REAL m = factors[j], re = modes[2 * j];
            modes[2 * j] = -(modes[2 * j + 1] * m);
            modes[2 * j + 1] = re * m;
        }
    else
        for (int64_t j = 0; j < count; j++) {
            const REAL m = factors[j];
            modes[2 * j] *= m;
            modes[2 * j + 1] *= m;
        }
}

/// The same with factors in double.
static void NAME(multiply_by)(REAL *modes, const double *factors, int64_t count) {
    REAL rounded[run_length];
    for (int64_t first = 0; first < count; first += run_length) {
        const int64_t run = count - first < run_length ? count - first : run_length;
        for (int64_t j = 0; j < run; j++)
            rounded[j] = (REAL)factors[first + j];
        NAME(multiply_run)(modes + 2 * first, rounded, run, 0);
    }
}

PALINDROME_CLONES static void NAME(add_run)(REAL *restrict sum, const REAL *restrict values, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        sum[i] += values[i];
}

static void NAME(combine)(const palindrome_lines *lines, const NAME(work) * work,
                          enum palindrome_direction direction, const palindrome_term *terms,
                          int64_t term_count, const palindrome_placement *target, int64_t plane_count,
                          int64_t line_count, REAL scale) {
    const int64_t stride = 2 * lines->stride;
    const int is_real = lines->kind == palindrome_real_lines;
    const int64_t modes = is_real ? lines->length / 2 + 1 : lines->length;
    const int64_t reals_in = is_real && direction == palindrome_forward ? 1 : 2;
    const int64_t reals_out = is_real && direction == palindrome_backward ? 1 : 2;
    const int64_t results = reals_out == 1 ? lines->length : 2 * modes;
    for (int64_t plane = 0; plane < plane_count; plane++)
        for (int64_t first = 0; first < line_count; first += tile_lines) {
            const int64_t count = line_count - first < tile_lines ? line_count - first : tile_lines;
            for (int64_t t = 0; t < term_count; t++) {
                REAL *results_of = t == 0 ? work->back : work->term;
                NAME(gather)(lines, work->front, &terms[t].source, plane, first, count, reals_in);
                for (int64_t line = 0; line < count; line++) {
                    REAL *front = work->front + line * stride, *result = results_of + line * stride;
                    if (terms[t].before)
                        NAME(multiply_by)(front, terms[t].before, modes);
                    NAME(execute)(lines, work, direction, front, result);
                    if (terms[t].after)
                        NAME(multiply_by)(result, terms[t].after, modes);
                    if (reals_out == 1 && scale != 1)
                        for (int64_t i = 0; i < lines->length; i++)
                            result[i] *= scale;
                    if (t > 0)
                        NAME(add_run)(work->back + line * stride, result, results);
                }
            }
            NAME(scatter)(lines, work->back, target, plane, first, count, reals_out);
        }
}

static void NAME(multiply)(REAL *modes, const palindrome_multiplier *m) {
    REAL factors[run_length];
    const double sign = sign_of(m);
    for (int64_t x = 0; x < m->x_count; x++)
        for (int64_t y = 0; y < m->y_count; y++) {
            REAL *line = modes + 2 * (x * m->y_count + y) * m->z_count;
            for (int64_t z = 0; z < m->z_count; z += run_length) {
                const int64_t count = m->z_count - z < run_length ? m->z_count - z : run_length;
                NAME(factors_along_z)(factors, m, sign, x, y, z, count);
                NAME(multiply_run)(line + 2 * z, factors, count, m->times_i & 1);
            }
        }
}

/// Multiplies a whole line along x by its number.
static inline void NAME(multiply_line)(REAL *modes, const palindrome_multiplier *m, int64_t line) {
    REAL factors[run_length];
    const double sign = sign_of(m);
    const int64_t y = line / m->z_count, z = line % m->z_count;
    for (int64_t x = 0; x < m->x_count; x += run_length) {
        const int64_t run = m->x_count - x < run_length ? m->x_count - x : run_length;
        NAME(factors_along_x)(factors, m, sign, x, y, z, run);
        NAME(multiply_run)(modes + 2 * x, factors, run, m->times_i & 1);
    }
}

static void NAME(filter)(const palindrome_lines *lines, const NAME(work) * work,
                         const palindrome_placement *placement, const palindrome_multiplier *m) {
    const int64_t line_count = m->y_count * m->z_count, stride = 2 * lines->stride;
    for (int64_t first = 0; first < line_count; first += tile_lines) {
        const int64_t count = line_count - first < tile_lines ? line_count - first : tile_lines;
        NAME(gather)(lines, work->front, placement, 0, first, count, 2);
        for (int64_t line = 0; line < count; line++) {
            REAL *front = work->front + line * stride, *back = work->back + line * stride;
            NAME(execute)(lines, work, palindrome_forward, front, back);
            NAME(multiply_line)(back, m, first + line);
            NAME(execute)(lines, work, palindrome_backward, back, front);
        }
        NAME(scatter)(lines, work->front, placement, 0, first, count, 2);
    }
}

static void NAME(multiplied)(const palindrome_lines *lines, const NAME(work) * work,
                             const palindrome_placement *source, const palindrome_placement *target,
                             const palindrome_multiplier *m) {
    const int64_t line_count = m->y_count * m->z_count, stride = 2 * lines->stride;
    for (int64_t first = 0; first < line_count; first += tile_lines) {
        const int64_t count = line_count - first < tile_lines ? line_count - first : tile_lines;
        NAME(gather)(lines, work->front, source, 0, first, count, 2);
        NAME(expect)(target, 0, first, count, 2);
        for (int64_t line = 0; line < count; line++) {
            REAL *front = work->front + line * stride;
            NAME(multiply_line)(front, m, first + line);
            NAME(execute)(lines, work, palindrome_backward, front, work->back + line * stride);
        }
        NAME(scatter)(lines, work->back, target, 0, first, count, 2);
    }
}

static void NAME(add_multiplied)(const palindrome_lines *lines, const NAME(work) * work,
                                 const palindrome_placement *source, const palindrome_placement *target,
                                 const palindrome_multiplier *m) {
    const int64_t line_count = m->y_count * m->z_count, stride = 2 * lines->stride;
    for (int64_t first = 0; first < line_count; first += tile_lines) {
        const int64_t count = line_count - first < tile_lines ? line_count - first : tile_lines;
        NAME(gather)(lines, work->front, source, 0, first, count, 2);
        NAME(gather)(lines, work->term, target, 0, first, count, 2);
        for (int64_t line = 0; line < count; line++) {
            REAL *back = work->back + line * stride;
            NAME(execute)(lines, work, palindrome_forward, work->front + line * stride, back);
            NAME(multiply_line)(back, m, first + line);
            NAME(add_run)(work->term + line * stride, back, 2 * lines->length);
        }
        NAME(scatter)(lines, work->term, target, 0, first, count, 2);
    }
}
