// Included once per precision with REAL, NAME(x), FFTW(x), LINES_FROM_ROWS and ROWS_FROM_LINES defined; see
// lines.c. No allocation outside create, no MPI, no global state.

typedef struct {
    FFTW(plan) forward, backward;
    /// Tiles of tile_lines lines each, `stride` complex numbers apart; the third for sums.
    REAL *front, *back, *term;
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

static int NAME(create)(NAME(work) * work, enum palindrome_line_kind kind, int length, int64_t stride) {
    const size_t bytes = (size_t)(tile_lines * stride) * 2 * sizeof(REAL);
    work->front = aligned_alloc(line_alignment, bytes);
    work->back = aligned_alloc(line_alignment, bytes);
    work->term = aligned_alloc(line_alignment, bytes);
    if (!work->front || !work->back || !work->term)
        return 0;
    memset(work->front, 0, bytes);
    memset(work->back, 0, bytes);
    memset(work->term, 0, bytes);
    // What anybody measured before must not change the plan, or the bits would depend on it.
    FFTW(forget_wisdom)();
    FFTW(complex) *front = (FFTW(complex) *)work->front, *back = (FFTW(complex) *)work->back;
    if (kind == palindrome_real_lines) {
        work->forward = FFTW(plan_dft_r2c_1d)(length, work->front, back, FFTW_ESTIMATE);
        work->backward = FFTW(plan_dft_c2r_1d)(length, front, work->back, FFTW_ESTIMATE);
    } else {
        work->forward = FFTW(plan_dft_1d)(length, front, back, FFTW_FORWARD, FFTW_ESTIMATE);
        work->backward = FFTW(plan_dft_1d)(length, front, back, FFTW_BACKWARD, FFTW_ESTIMATE);
    }
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

static void NAME(transform)(const palindrome_lines *lines, const NAME(work) * work,
                            enum palindrome_direction direction, const palindrome_placement *source,
                            const palindrome_placement *target, int64_t plane_count, int64_t line_count,
                            REAL scale) {
    const int64_t stride = 2 * lines->stride;
    const int is_real = lines->kind == palindrome_real_lines;
    const int64_t reals_in = is_real && direction == palindrome_forward ? 1 : 2;
    const int64_t reals_out = is_real && direction == palindrome_backward ? 1 : 2;
    for (int64_t plane = 0; plane < plane_count; plane++)
        for (int64_t first = 0; first < line_count; first += tile_lines) {
            const int64_t count = line_count - first < tile_lines ? line_count - first : tile_lines;
            NAME(gather)(lines, work->front, source, plane, first, count, reals_in);
            for (int64_t line = 0; line < count; line++) {
                REAL *result = work->back + line * stride;
                NAME(execute)(lines, work, direction, work->front + line * stride, result);
                if (reals_out == 1 && scale != 1)
                    for (int64_t i = 0; i < lines->length; i++)
                        result[i] *= scale;
            }
            NAME(scatter)(lines, work->back, target, plane, first, count, reals_out);
        }
}

/// Multiplies modes in a row by i^odd times real factors.
PALINDROME_CLONES static void NAME(multiply_run)(REAL *restrict modes, const double *restrict factors,
                                                 int64_t count, int odd) {
    if (odd)
        for (int64_t j = 0; j < count; j++) {
            const REAL m = (REAL)factors[j], re = modes[2 * j];
            modes[2 * j] = -(modes[2 * j + 1] * m);
            modes[2 * j + 1] = re * m;
        }
    else
        for (int64_t j = 0; j < count; j++) {
            const REAL m = (REAL)factors[j];
            modes[2 * j] *= m;
            modes[2 * j + 1] *= m;
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
                        NAME(multiply_run)(front, terms[t].before, modes, 0);
                    NAME(execute)(lines, work, direction, front, result);
                    if (terms[t].after)
                        NAME(multiply_run)(result, terms[t].after, modes, 0);
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
    double factors[run_length];
    const double sign = sign_of(m);
    for (int64_t x = 0; x < m->x_count; x++)
        for (int64_t y = 0; y < m->y_count; y++) {
            REAL *line = modes + 2 * (x * m->y_count + y) * m->z_count;
            for (int64_t z = 0; z < m->z_count; z += run_length) {
                const int64_t count = m->z_count - z < run_length ? m->z_count - z : run_length;
                factors_along_z(factors, m, sign, x, y, z, count);
                NAME(multiply_run)(line + 2 * z, factors, count, m->times_i & 1);
            }
        }
}

static void NAME(filter)(const palindrome_lines *lines, const NAME(work) * work,
                         const palindrome_placement *placement, const palindrome_multiplier *m) {
    double factors[run_length];
    const double sign = sign_of(m);
    const int64_t line_count = m->y_count * m->z_count;
    for (int64_t first = 0; first < line_count; first += tile_lines) {
        const int64_t count = line_count - first < tile_lines ? line_count - first : tile_lines;
        NAME(gather)(lines, work->front, placement, 0, first, count, 2);
        for (int64_t line = 0; line < count; line++) {
            REAL *front = work->front + line * 2 * lines->stride,
                 *back = work->back + line * 2 * lines->stride;
            const int64_t y = (first + line) / m->z_count, z = (first + line) % m->z_count;
            NAME(execute)(lines, work, palindrome_forward, front, back);
            for (int64_t x = 0; x < m->x_count; x += run_length) {
                const int64_t run = m->x_count - x < run_length ? m->x_count - x : run_length;
                factors_along_x(factors, m, sign, x, y, z, run);
                NAME(multiply_run)(back + 2 * x, factors, run, m->times_i & 1);
            }
            NAME(execute)(lines, work, palindrome_backward, back, front);
        }
        NAME(scatter)(lines, work->front, placement, 0, first, count, 2);
    }
}
