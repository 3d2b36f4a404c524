#pragma once
#include "window.h"

// A sum of separable filters of compact support. No allocation, no MPI, no global state.

/// The widest radius and the most terms of a filter.
enum { palindrome_widest_radius = 8, palindrome_most_terms = 6 };

/// S = sum over the terms of f (x) f (x) f, each f symmetric.
typedef struct palindrome_short_range {
    /// Points that f reaches to either side: 5 with 3 terms, 6 with 5, 8 with 5 or 6.
    int64_t radius, terms;
    /// f of each term, radius + 1 taps from its centre outwards.
    const double *taps;
    /// What the sum is multiplied by.
    double scale;
} palindrome_short_range;

/// Numbers of scratch, of the kernel's precision, that a filter needs.
int64_t palindrome_short_range_scratch(palindrome_short_range filter, int64_t points_z, int64_t count_y);

/// Adds S applied to a window to a block, target += scale * S window.
///
/// Along z, then y, then x; each time `s = fma(f_a, c[-a] + c[+a], s)` for a = 1 ... radius in this order,
/// terms one after the other. So a value depends on the values around it alone, not on the block or on where
/// it lies in it.
///
/// - window: holds all x and y that are within the radius of the block.
/// - scratch: of `palindrome_short_range_scratch` numbers, aligned to 64 bytes.
/// - Returns: 0, or -1 if there is no kernel for the filter's radius and terms.
int32_t palindrome_short_range_f32(palindrome_window window, palindrome_short_range filter,
                                   palindrome_target target, void *scratch);
int32_t palindrome_short_range_f64(palindrome_window window, palindrome_short_range filter,
                                   palindrome_target target, void *scratch);
