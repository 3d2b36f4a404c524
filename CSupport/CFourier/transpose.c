#include "transpose.h"

// Complex numbers as opaque words; they may alias the floating-point arrays they stand for.
typedef int64_t word8 __attribute__((may_alias, aligned(4)));
typedef int64_t word16 __attribute__((may_alias, aligned(8), vector_size(16)));
typedef int64_t four8 __attribute__((may_alias, aligned(4), vector_size(32)));

/// out[i * out_stride + j] = in[j * in_stride + i] for 4 × 4 words.
static inline __attribute__((always_inline)) void
transpose_four(word8 *restrict out, int64_t out_stride, const word8 *restrict in, int64_t in_stride) {
    const four8 a = *(const four8 *)in, b = *(const four8 *)(in + in_stride);
    const four8 c = *(const four8 *)(in + 2 * in_stride), d = *(const four8 *)(in + 3 * in_stride);
    const four8 ab0 = __builtin_shufflevector(a, b, 0, 4, 2, 6),
                ab1 = __builtin_shufflevector(a, b, 1, 5, 3, 7);
    const four8 cd0 = __builtin_shufflevector(c, d, 0, 4, 2, 6),
                cd1 = __builtin_shufflevector(c, d, 1, 5, 3, 7);
    *(four8 *)out = __builtin_shufflevector(ab0, cd0, 0, 1, 4, 5);
    *(four8 *)(out + out_stride) = __builtin_shufflevector(ab1, cd1, 0, 1, 4, 5);
    *(four8 *)(out + 2 * out_stride) = __builtin_shufflevector(ab0, cd0, 2, 3, 6, 7);
    *(four8 *)(out + 3 * out_stride) = __builtin_shufflevector(ab1, cd1, 2, 3, 6, 7);
}

// Rows are far apart in memory, so both directions finish with a group of rows before they touch the next.

PALINDROME_CLONES void palindrome_lines_from_rows_8(void *restrict lines, int64_t line_stride,
                                                    const void *restrict rows, int64_t row_stride,
                                                    int64_t line_count, int64_t point_count) {
    word8 *out = lines;
    const word8 *in = rows;
    const int64_t whole_lines = line_count & ~3, whole_points = point_count & ~3;
    for (int64_t point = 0; point < whole_points; point += 4) {
        for (int64_t line = 0; line < whole_lines; line += 4)
            transpose_four(out + line * line_stride + point, line_stride, in + point * row_stride + line,
                           row_stride);
        for (int64_t line = whole_lines; line < line_count; line++)
            for (int64_t i = point; i < point + 4; i++)
                out[line * line_stride + i] = in[i * row_stride + line];
    }
    for (int64_t point = whole_points; point < point_count; point++)
        for (int64_t line = 0; line < line_count; line++)
            out[line * line_stride + point] = in[point * row_stride + line];
}

PALINDROME_CLONES void palindrome_rows_from_lines_8(void *restrict rows, int64_t row_stride,
                                                    const void *restrict lines, int64_t line_stride,
                                                    int64_t line_count, int64_t point_count) {
    word8 *out = rows;
    const word8 *in = lines;
    const int64_t whole_lines = line_count & ~3, whole_points = point_count & ~3;
    for (int64_t point = 0; point < whole_points; point += 4) {
        for (int64_t line = 0; line < whole_lines; line += 4)
            transpose_four(out + point * row_stride + line, row_stride, in + line * line_stride + point,
                           line_stride);
        for (int64_t line = whole_lines; line < line_count; line++)
            for (int64_t i = point; i < point + 4; i++)
                out[i * row_stride + line] = in[line * line_stride + i];
    }
    for (int64_t point = whole_points; point < point_count; point++)
        for (int64_t line = 0; line < line_count; line++)
            out[point * row_stride + line] = in[line * line_stride + point];
}

void palindrome_lines_from_rows_16(void *restrict lines, int64_t line_stride, const void *restrict rows,
                                   int64_t row_stride, int64_t line_count, int64_t point_count) {
    word16 *out = lines;
    const word16 *in = rows;
    for (int64_t point = 0; point < point_count; point++)
        for (int64_t line = 0; line < line_count; line++)
            out[line * line_stride + point] = in[point * row_stride + line];
}

void palindrome_rows_from_lines_16(void *restrict rows, int64_t row_stride, const void *restrict lines,
                                   int64_t line_stride, int64_t line_count, int64_t point_count) {
    word16 *out = rows;
    const word16 *in = lines;
    for (int64_t point = 0; point < point_count; point++)
        for (int64_t line = 0; line < line_count; line++)
            out[point * row_stride + line] = in[line * line_stride + point];
}
