#pragma once
#include <stdint.h>

// Copies between rows of a mesh and lines of scratch. No allocation, no MPI, no global state.

#if defined(__x86_64__)
#define PALINDROME_CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define PALINDROME_CLONES
#endif

/// lines[line * line_stride + point] = rows[point * row_stride + line], for elements of 8 and 16 bytes.
void palindrome_lines_from_rows_8(void *restrict lines, int64_t line_stride, const void *restrict rows,
                                  int64_t row_stride, int64_t line_count, int64_t point_count);
void palindrome_lines_from_rows_16(void *restrict lines, int64_t line_stride, const void *restrict rows,
                                   int64_t row_stride, int64_t line_count, int64_t point_count);
/// rows[point * row_stride + line] = lines[line * line_stride + point].
void palindrome_rows_from_lines_8(void *restrict rows, int64_t row_stride, const void *restrict lines,
                                  int64_t line_stride, int64_t line_count, int64_t point_count);
void palindrome_rows_from_lines_16(void *restrict rows, int64_t row_stride, const void *restrict lines,
                                   int64_t line_stride, int64_t line_count, int64_t point_count);
