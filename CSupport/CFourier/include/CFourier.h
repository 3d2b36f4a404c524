#pragma once
#include <stdint.h>

// One-dimensional transforms of the lines of a distributed mesh, and the swap of blocks between them.
// Arrays are reached through void pointers; the precision named at creation says what they hold. Complex
// numbers are interleaved pairs. No call but the two `create` allocates.

enum palindrome_precision { palindrome_single = 4, palindrome_double = 8 };
enum palindrome_direction { palindrome_forward = -1, palindrome_backward = 1 };

// MARK: lines

/// Plans and scratch for all lines of one length. The arithmetic on a line depends on nothing but its values:
/// every line is transformed alone, by one plan, from and to memory aligned like its scratch, to which it is
/// copied if it does not lie so.
typedef struct palindrome_lines palindrome_lines;

/// Complex lines, or real ones: `length` reals in real space, length/2 + 1 complex numbers in Fourier space.
enum palindrome_line_kind { palindrome_complex_lines, palindrome_real_lines };

/// How plans are found: what FFTW has learnt before, as it writes it (wisdom; NULL: nothing), and whether it
/// measures what that does not tell, or estimates it. Nothing else has a part in them, whatever the process
/// has planned before.
typedef struct {
    const char *wisdom;
    int is_measured;
} palindrome_planning;

/// Returns NULL when FFTW has no plan or there is no memory. FFTW forgets what it knew, and knows the given
/// wisdom and what it has measured afterwards.
palindrome_lines *palindrome_lines_create(enum palindrome_precision precision, enum palindrome_line_kind kind,
                                          int64_t length, palindrome_planning planning);
void palindrome_lines_destroy(palindrome_lines *lines);

/// Consecutive points of every line, as they lie in an array. Numbers count points: complex numbers, or reals
/// on the real side of real lines. Either points or lines are neighbours: one of their strides is 1.
/// A block with a negative offset lies nowhere: zeros are read from it, and what would be written is dropped.
typedef struct {
    int64_t count;
    int64_t offset;
    int64_t plane_stride;
    int64_t line_stride;
    int64_t point_stride;
} palindrome_block;

/// An array in which lines lie in `block_count` blocks that follow each other along the line.
typedef struct {
    void *values;
    const palindrome_block *blocks;
    int64_t block_count;
    int64_t first_plane;
} palindrome_placement;

/// Transforms `line_count` lines of each of `plane_count` planes and multiplies real results by `scale`.
/// Source and target may be the same array if the placements are the same.
void palindrome_lines_transform(palindrome_lines *lines, enum palindrome_direction direction,
                                palindrome_placement source, palindrome_placement target, int64_t plane_count,
                                int64_t line_count, double scale);

/// A source of a sum of transforms, and real factors for every point of its lines, before and after they are
/// transformed, zeros and what is dropped included; NULL for none. Factors are of complex numbers only.
typedef struct {
    palindrome_placement source;
    const double *before, *after;
} palindrome_term;

/// target = Σ after · F(before · source), summed in the order of the terms, for lines as above.
void palindrome_lines_combine(palindrome_lines *lines, enum palindrome_direction direction,
                              const palindrome_term *terms, int64_t term_count, palindrome_placement target,
                              int64_t plane_count, int64_t line_count, double scale);

/// Whether both plans were in the wisdom that was given.
int palindrome_lines_are_known(const palindrome_lines *lines);

/// Whether FFTW takes a wisdom, that of its own version and of a processor with the same instructions.
int palindrome_wisdom_is_taken(enum palindrome_precision precision, const char *wisdom);
/// What FFTW knows; to be given to `free`. NULL when there is no memory.
char *palindrome_wisdom_create(enum palindrome_precision precision);

// MARK: multiplication

/// i^times_i fx fy fz / (dx + dy + dz) for x_count × y_count × z_count modes; 0 where the denominator is.
/// Tables are for the modes held. Denominators are all NULL or all not.
typedef struct {
    int64_t x_count, y_count, z_count;
    const double *factor_x, *factor_y, *factor_z;
    const double *denominator_x, *denominator_y, *denominator_z;
    int32_t times_i;
} palindrome_multiplier;

/// Multiplies modes in layout [x][y][z].
void palindrome_multiply(enum palindrome_precision precision, void *modes,
                         const palindrome_multiplier *multiplier);

/// Transforms lines along x forwards, multiplies, and transforms back, in place. Lines are numbered
/// y · z_count + z. The same bits as the three operations one after the other.
void palindrome_lines_filter(palindrome_lines *lines, palindrome_placement placement,
                             const palindrome_multiplier *multiplier);

/// Multiplies lines along x and transforms them back: target = F⁻¹(m · source), without 1/length. The source
/// stays as it is; lines and bits as above.
void palindrome_lines_multiplied(palindrome_lines *lines, palindrome_placement source,
                                 palindrome_placement target, const palindrome_multiplier *multiplier);

/// Transforms lines along x forwards, multiplies, and adds: target += m · F(source).
void palindrome_lines_add_multiplied(palindrome_lines *lines, palindrome_placement source,
                                     palindrome_placement target, const palindrome_multiplier *multiplier);

// MARK: swap

/// Sends block r of each rank of a communicator to rank r, where it becomes block number (sender).
typedef struct palindrome_swap palindrome_swap;

/// Collective. `communicator` is a Fortran handle; every block has `block_count` > 0 complex numbers. Returns
/// NULL when FFTW has no plan.
palindrome_swap *palindrome_swap_create(enum palindrome_precision precision, int32_t communicator,
                                        int64_t block_count);
void palindrome_swap_destroy(palindrome_swap *swap);
/// Collective. The arrays must be aligned to 64 bytes and not overlap; `sent` may be overwritten.
void palindrome_swap_execute(palindrome_swap *swap, void *sent, void *received);
