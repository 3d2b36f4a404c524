#include "CFourier.h"
#include "start.h"
#include "transpose.h"
#include <fftw3.h>
#include <stdlib.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

// Lines per tile, measured: wide enough that memory is read and written in runs of several cache lines,
// narrow enough that a tile of 512 points stays in the second level of the cache.
enum { tile_lines = 32, run_length = 256, line_alignment = 64 };

struct palindrome_lines {
    enum palindrome_precision precision;
    enum palindrome_line_kind kind;
    int64_t length;
    /// Complex numbers from one line of scratch to the next: whole cache lines, and no power of two.
    int64_t stride;
    void *work;
};

// With n quarter turns, i^n is i^(n & 1) times this.
static double sign_of(const palindrome_multiplier *m) {
    return m->times_i & 2 ? -1 : 1;
}

#define REAL float
#define NAME(x) x##_f32
#define FFTW(x) fftwf_##x
#define LINES_FROM_ROWS palindrome_lines_from_rows_8
#define ROWS_FROM_LINES palindrome_rows_from_lines_8
#include "lines_template.h"
#undef REAL
#undef NAME
#undef FFTW
#undef LINES_FROM_ROWS
#undef ROWS_FROM_LINES

#define REAL double
#define NAME(x) x##_f64
#define FFTW(x) fftw_##x
#define LINES_FROM_ROWS palindrome_lines_from_rows_16
#define ROWS_FROM_LINES palindrome_rows_from_lines_16
#include "lines_template.h"

palindrome_lines *palindrome_lines_create(enum palindrome_precision precision, enum palindrome_line_kind kind,
                                          int64_t length, palindrome_planning planning) {
    palindrome_start_transforms();
    palindrome_lines *lines = malloc(sizeof *lines);
    if (!lines)
        return NULL;
    const int is_single = precision == palindrome_single;
    const int64_t points = kind == palindrome_real_lines ? length / 2 + 1 : length;
    const int64_t line = line_alignment / sizeof(float) / 2;
    *lines = (palindrome_lines){precision, kind, length, (points + line - 1) / line * line + line,
                                calloc(1, is_single ? sizeof(work_f32) : sizeof(work_f64))};
    const int is_made = lines->work && length <= INT32_MAX &&
                        (is_single ? create_f32(lines->work, kind, (int)length, lines->stride, planning)
                                   : create_f64(lines->work, kind, (int)length, lines->stride, planning));
    if (is_made)
        return lines;
    palindrome_lines_destroy(lines);
    return NULL;
}

void palindrome_lines_destroy(palindrome_lines *lines) {
    if (lines->work && lines->precision == palindrome_single)
        destroy_f32(lines->work);
    else if (lines->work)
        destroy_f64(lines->work);
    free(lines->work);
    free(lines);
}

int palindrome_lines_are_known(const palindrome_lines *lines) {
    return lines->precision == palindrome_single ? ((const work_f32 *)lines->work)->is_known
                                                 : ((const work_f64 *)lines->work)->is_known;
}

int palindrome_wisdom_is_taken(enum palindrome_precision precision, const char *wisdom) {
    palindrome_start_transforms();
    const int is_single = precision == palindrome_single;
    const int is_taken =
        is_single ? fftwf_import_wisdom_from_string(wisdom) : fftw_import_wisdom_from_string(wisdom);
    is_single ? fftwf_forget_wisdom() : fftw_forget_wisdom();
    return is_taken;
}

char *palindrome_wisdom_create(enum palindrome_precision precision) {
    return precision == palindrome_single ? fftwf_export_wisdom_to_string() : fftw_export_wisdom_to_string();
}

void palindrome_lines_transform(palindrome_lines *lines, enum palindrome_direction direction,
                                palindrome_placement source, palindrome_placement target, int64_t plane_count,
                                int64_t line_count, double scale) {
    if (lines->precision == palindrome_single)
        transform_f32(lines, lines->work, direction, &source, &target, plane_count, line_count, (float)scale);
    else
        transform_f64(lines, lines->work, direction, &source, &target, plane_count, line_count, scale);
}

void palindrome_lines_combine(palindrome_lines *lines, enum palindrome_direction direction,
                              const palindrome_term *terms, int64_t term_count, palindrome_placement target,
                              int64_t plane_count, int64_t line_count, double scale) {
    if (lines->precision == palindrome_single)
        combine_f32(lines, lines->work, direction, terms, term_count, &target, plane_count, line_count,
                    (float)scale);
    else
        combine_f64(lines, lines->work, direction, terms, term_count, &target, plane_count, line_count,
                    scale);
}

void palindrome_multiply(enum palindrome_precision precision, void *modes,
                         const palindrome_multiplier *multiplier) {
    if (precision == palindrome_single)
        multiply_f32(modes, multiplier);
    else
        multiply_f64(modes, multiplier);
}

void palindrome_lines_filter(palindrome_lines *lines, palindrome_placement placement,
                             const palindrome_multiplier *multiplier) {
    if (lines->precision == palindrome_single)
        filter_f32(lines, lines->work, &placement, multiplier);
    else
        filter_f64(lines, lines->work, &placement, multiplier);
}

void palindrome_lines_multiplied(palindrome_lines *lines, palindrome_placement source,
                                 palindrome_placement target, const palindrome_multiplier *multiplier) {
    if (lines->precision == palindrome_single)
        multiplied_f32(lines, lines->work, &source, &target, multiplier);
    else
        multiplied_f64(lines, lines->work, &source, &target, multiplier);
}

void palindrome_lines_add_multiplied(palindrome_lines *lines, palindrome_placement source,
                                     palindrome_placement target, const palindrome_multiplier *multiplier) {
    if (lines->precision == palindrome_single)
        add_multiplied_f32(lines, lines->work, &source, &target, multiplier);
    else
        add_multiplied_f64(lines, lines->work, &source, &target, multiplier);
}
