// The body of fourier_f32.c and fourier_f64.c, which define REAL, NAME and FFTW.
#include "CFourier.h"
#include <fftw3-mpi.h>
#include <mpi.h>
#include <stdlib.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

/// Lines transformed together: 128 bytes of single-precision complex numbers, two cache lines.
enum { tile = 16 };

/// A plan for a full tile. If its arithmetic should depend on the lane, lines go one by one.
typedef struct {
    FFTW(plan) whole;
    FFTW(plan) single;
} tile_plan;

struct NAME(palindrome_sweeps) {
    int64_t nx, ny, nz;
    tile_plan forward_x, inverse_x, forward_y, inverse_y, forward_z, inverse_z;
    /// Tiles of interleaved lines [n][tile], and of real and halved lines [tile][n].
    REAL *a, *b;
    int64_t real_stride, half_stride;
};

static int64_t padded(int64_t reals) {
    const int64_t line = 64 / (int64_t)sizeof(REAL);
    return (reals + line - 1) / line * line;
}

static int64_t longest(int64_t a, int64_t b) {
    return a > b ? a : b;
}

static void fill_lanes(REAL *data, int64_t n, int64_t element, int64_t lane, int64_t parts) {
    uint64_t state = 0x9e3779b97f4a7c15u;
    for (int64_t i = 0; i < n; i++)
        for (int64_t part = 0; part < parts; part++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            const REAL value = (REAL)((double)(int64_t)(state >> 11) * 0x1p-52 - 1.0);
            for (int64_t j = 0; j < tile; j++)
                data[i * element + j * lane + part] = value;
        }
}

static int lanes_agree(const REAL *data, int64_t n, int64_t element, int64_t lane, int64_t parts) {
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 1; j < tile; j++)
            if (memcmp(data + i * element, data + i * element + j * lane, (size_t)parts * sizeof(REAL)))
                return 0;
    return 1;
}

/// Complex lines, interleaved: from a to b.
static int make_complex(struct NAME(palindrome_sweeps) * s, int64_t length, int sign, tile_plan *made) {
    int n = (int)length;
    FFTW(complex) *from = (FFTW(complex) *)s->a, *to = (FFTW(complex) *)s->b;
    made->whole =
        FFTW(plan_many_dft)(1, &n, tile, from, NULL, tile, 1, to, NULL, tile, 1, sign, FFTW_ESTIMATE);
    made->single = NULL;
    if (!made->whole)
        return 0;
    fill_lanes(s->a, length, 2 * tile, 2, 2);
    FFTW(execute)(made->whole);
    if (!lanes_agree(s->b, length, 2 * tile, 2, 2))
        made->single = FFTW(plan_many_dft)(1, &n, 1, from, NULL, tile, 1, to, NULL, tile, 1, sign,
                                           FFTW_ESTIMATE | FFTW_UNALIGNED);
    return 1;
}

/// Real lines, one after the other: from a (reals) to b (halved complex lines), and back.
static int make_real(struct NAME(palindrome_sweeps) * s) {
    int n = (int)s->nz;
    const int64_t half = s->nz / 2 + 1;
    const int rs = (int)s->real_stride, hs = (int)s->half_stride / 2;
    FFTW(complex) *b = (FFTW(complex) *)s->b;
    s->forward_z.whole =
        FFTW(plan_many_dft_r2c)(1, &n, tile, s->a, NULL, 1, rs, b, NULL, 1, hs, FFTW_ESTIMATE);
    s->inverse_z.whole =
        FFTW(plan_many_dft_c2r)(1, &n, tile, b, NULL, 1, hs, s->a, NULL, 1, rs, FFTW_ESTIMATE);
    if (!s->forward_z.whole || !s->inverse_z.whole)
        return 0;
    fill_lanes(s->a, s->nz, 1, s->real_stride, 1);
    FFTW(execute)(s->forward_z.whole);
    if (!lanes_agree(s->b, half, 2, s->half_stride, 2))
        s->forward_z.single = FFTW(plan_dft_r2c_1d)(n, s->a, b, FFTW_ESTIMATE | FFTW_UNALIGNED);
    fill_lanes(s->b, half, 2, s->half_stride, 2);
    FFTW(execute)(s->inverse_z.whole);
    if (!lanes_agree(s->a, s->nz, 1, s->real_stride, 1))
        s->inverse_z.single = FFTW(plan_dft_c2r_1d)(n, b, s->a, FFTW_ESTIMATE | FFTW_UNALIGNED);
    return 1;
}

static void run_complex(struct NAME(palindrome_sweeps) * s, const tile_plan *plan) {
    if (!plan->single) {
        FFTW(execute)(plan->whole);
        return;
    }
    for (int64_t j = 0; j < tile; j++)
        FFTW(execute_dft)(plan->single, (FFTW(complex) *)s->a + j, (FFTW(complex) *)s->b + j);
}

static void run_forward_z(struct NAME(palindrome_sweeps) * s) {
    if (!s->forward_z.single) {
        FFTW(execute)(s->forward_z.whole);
        return;
    }
    for (int64_t j = 0; j < tile; j++)
        FFTW(execute_dft_r2c)
        (s->forward_z.single, s->a + j * s->real_stride, (FFTW(complex) *)(s->b + j * s->half_stride));
}

static void run_inverse_z(struct NAME(palindrome_sweeps) * s) {
    if (!s->inverse_z.single) {
        FFTW(execute)(s->inverse_z.whole);
        return;
    }
    for (int64_t j = 0; j < tile; j++)
        FFTW(execute_dft_c2r)
        (s->inverse_z.single, (FFTW(complex) *)(s->b + j * s->half_stride), s->a + j * s->real_stride);
}

struct NAME(palindrome_sweeps) * NAME(palindrome_sweeps_create)(int64_t nx, int64_t ny, int64_t nz) {
    struct NAME(palindrome_sweeps) *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->nx = nx;
    s->ny = ny;
    s->nz = nz;
    s->real_stride = padded(nz);
    s->half_stride = padded(2 * (nz / 2 + 1));
    const int64_t reals = tile * longest(2 * longest(nx, ny), longest(s->real_stride, s->half_stride));
    s->a = FFTW(alloc_real)((size_t)reals);
    s->b = FFTW(alloc_real)((size_t)reals);
    if (s->a && s->b) {
        memset(s->a, 0, (size_t)reals * sizeof(REAL));
        memset(s->b, 0, (size_t)reals * sizeof(REAL));
        if (make_complex(s, nx, FFTW_FORWARD, &s->forward_x) &&
            make_complex(s, nx, FFTW_BACKWARD, &s->inverse_x) &&
            make_complex(s, ny, FFTW_FORWARD, &s->forward_y) &&
            make_complex(s, ny, FFTW_BACKWARD, &s->inverse_y) && make_real(s)) {
            memset(s->a, 0, (size_t)reals * sizeof(REAL));
            memset(s->b, 0, (size_t)reals * sizeof(REAL));
            return s;
        }
    }
    NAME(palindrome_sweeps_destroy)(s);
    return NULL;
}

static void destroy_plan(tile_plan *plan) {
    if (plan->whole)
        FFTW(destroy_plan)(plan->whole);
    if (plan->single)
        FFTW(destroy_plan)(plan->single);
}

void NAME(palindrome_sweeps_destroy)(struct NAME(palindrome_sweeps) * s) {
    if (!s)
        return;
    destroy_plan(&s->forward_x);
    destroy_plan(&s->inverse_x);
    destroy_plan(&s->forward_y);
    destroy_plan(&s->inverse_y);
    destroy_plan(&s->forward_z);
    destroy_plan(&s->inverse_z);
    FFTW(free)(s->a);
    FFTW(free)(s->b);
    free(s);
}

static int64_t width(palindrome_partition partition, int32_t part) {
    return partition.starts[part + 1] - partition.starts[part];
}

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

void NAME(palindrome_forward_z)(struct NAME(palindrome_sweeps) * s, palindrome_sweep_layout layout,
                                const REAL *field, int64_t x_stride, int64_t y_stride, REAL *blocks) {
    const int64_t lx = width(layout.x, layout.column_rank), ly = width(layout.y, layout.row_rank);
    for (int64_t x = 0; x < lx; x++)
        for (int64_t y0 = 0; y0 < ly; y0 += tile) {
            const int64_t lines = least(tile, ly - y0);
            for (int64_t j = 0; j < lines; j++)
                memcpy(s->a + j * s->real_stride, field + x * x_stride + (y0 + j) * y_stride,
                       (size_t)s->nz * sizeof(REAL));
            run_forward_z(s);
            for (int32_t part = 0; part < layout.kz.parts; part++) {
                const int64_t z0 = layout.kz.starts[part], depth = width(layout.kz, part);
                REAL *to = blocks + 2 * (part * layout.row_block + (x * ly + y0) * depth);
                for (int64_t j = 0; j < lines; j++)
                    memcpy(to + 2 * j * depth, s->b + j * s->half_stride + 2 * z0,
                           (size_t)depth * 2 * sizeof(REAL));
            }
        }
}

void NAME(palindrome_inverse_z)(struct NAME(palindrome_sweeps) * s, palindrome_sweep_layout layout,
                                const REAL *blocks, double scale, REAL *field, int64_t x_stride,
                                int64_t y_stride) {
    const int64_t lx = width(layout.x, layout.column_rank), ly = width(layout.y, layout.row_rank);
    const REAL factor = (REAL)scale;
    for (int64_t x = 0; x < lx; x++)
        for (int64_t y0 = 0; y0 < ly; y0 += tile) {
            const int64_t lines = least(tile, ly - y0);
            for (int32_t part = 0; part < layout.kz.parts; part++) {
                const int64_t z0 = layout.kz.starts[part], depth = width(layout.kz, part);
                const REAL *from = blocks + 2 * (part * layout.row_block + (x * ly + y0) * depth);
                for (int64_t j = 0; j < lines; j++)
                    memcpy(s->b + j * s->half_stride + 2 * z0, from + 2 * j * depth,
                           (size_t)depth * 2 * sizeof(REAL));
            }
            run_inverse_z(s);
            for (int64_t j = 0; j < lines; j++) {
                REAL *restrict to = field + x * x_stride + (y0 + j) * y_stride;
                const REAL *restrict line = s->a + j * s->real_stride;
                for (int64_t z = 0; z < s->nz; z++)
                    to[z] = factor * line[z];
            }
        }
}

/// Copies `lanes` complex numbers into or out of a row of a tile.
static inline void copy_lanes(REAL *restrict to, const REAL *restrict from, int64_t lanes) {
    if (lanes == tile)
        memcpy(to, from, 2 * tile * sizeof(REAL));
    else
        memcpy(to, from, (size_t)lanes * 2 * sizeof(REAL));
}

// Between the sweeps, mode (x, y, kz) stands
//   in the row's blocks at     row_block * part(y)     + (x * ly(part) + y - y0(part)) * depth + kz
//   in the column's blocks at  column_block * part(ky) + (x * ly(part) + y - y0(part)) * depth + kz
// for x and kz of this rank, y or ky of any part.
static inline void copy_y(REAL *scratch, palindrome_partition y, int64_t block, int64_t x, int64_t depth,
                          int64_t z0, int64_t lanes, const REAL *from, REAL *to) {
    for (int32_t part = 0; part < y.parts; part++) {
        const int64_t rows = width(y, part);
        const int64_t start = 2 * (part * block + x * rows * depth + z0);
        REAL *row = scratch + 2 * tile * y.starts[part];
        for (int64_t i = 0; i < rows; i++) {
            if (from)
                copy_lanes(row + 2 * tile * i, from + start + 2 * i * depth, lanes);
            else
                copy_lanes(to + start + 2 * i * depth, row + 2 * tile * i, lanes);
        }
    }
}

static void sweep_y(struct NAME(palindrome_sweeps) * s, palindrome_sweep_layout layout, const tile_plan *plan,
                    palindrome_partition from_y, int64_t from_block, palindrome_partition to_y,
                    int64_t to_block, const REAL *from, REAL *to) {
    const int64_t lx = width(layout.x, layout.column_rank), depth = width(layout.kz, layout.row_rank);
    for (int64_t x = 0; x < lx; x++)
        for (int64_t z0 = 0; z0 < depth; z0 += tile) {
            const int64_t lanes = least(tile, depth - z0);
            copy_y(s->a, from_y, from_block, x, depth, z0, lanes, from, NULL);
            run_complex(s, plan);
            copy_y(s->b, to_y, to_block, x, depth, z0, lanes, NULL, to);
        }
}

void NAME(palindrome_forward_y)(struct NAME(palindrome_sweeps) * s, palindrome_sweep_layout layout,
                                const REAL *from, REAL *to) {
    sweep_y(s, layout, &s->forward_y, layout.y, layout.row_block, layout.ky, layout.column_block, from, to);
}

void NAME(palindrome_inverse_y)(struct NAME(palindrome_sweeps) * s, palindrome_sweep_layout layout,
                                const REAL *from, REAL *to) {
    sweep_y(s, layout, &s->inverse_y, layout.ky, layout.column_block, layout.y, layout.row_block, from, to);
}

/// Rows of x: in the column's blocks x of part p starts at p * column_block, in the spectrum it is dense.
static inline void copy_x(REAL *scratch, palindrome_partition x, int64_t block, int64_t plane, int64_t mode,
                          int64_t lanes, const REAL *from, REAL *to) {
    for (int32_t part = 0; part < x.parts; part++) {
        const int64_t rows = width(x, part);
        const int64_t start = 2 * (part * block + mode);
        REAL *row = scratch + 2 * tile * x.starts[part];
        for (int64_t i = 0; i < rows; i++) {
            if (from)
                copy_lanes(row + 2 * tile * i, from + start + 2 * i * plane, lanes);
            else
                copy_lanes(to + start + 2 * i * plane, row + 2 * tile * i, lanes);
        }
    }
}

static palindrome_partition undivided(palindrome_partition partition, int64_t bounds[2]) {
    bounds[0] = 0;
    bounds[1] = partition.starts[partition.parts];
    return (palindrome_partition){1, bounds};
}

void NAME(palindrome_forward_x)(struct NAME(palindrome_sweeps) * s, palindrome_sweep_layout layout,
                                const REAL *from, REAL *to) {
    const int64_t plane = width(layout.ky, layout.column_rank) * width(layout.kz, layout.row_rank);
    int64_t bounds[2];
    const palindrome_partition dense = undivided(layout.x, bounds);
    for (int64_t mode = 0; mode < plane; mode += tile) {
        const int64_t lanes = least(tile, plane - mode);
        copy_x(s->a, layout.x, layout.column_block, plane, mode, lanes, from, NULL);
        run_complex(s, &s->forward_x);
        copy_x(s->b, dense, 0, plane, mode, lanes, NULL, to);
    }
}

void NAME(palindrome_inverse_x)(struct NAME(palindrome_sweeps) * s, palindrome_sweep_layout layout,
                                const REAL *from, REAL *to) {
    const int64_t plane = width(layout.ky, layout.column_rank) * width(layout.kz, layout.row_rank);
    int64_t bounds[2];
    const palindrome_partition dense = undivided(layout.x, bounds);
    for (int64_t mode = 0; mode < plane; mode += tile) {
        const int64_t lanes = least(tile, plane - mode);
        copy_x(s->a, dense, 0, plane, mode, lanes, from, NULL);
        run_complex(s, &s->inverse_x);
        copy_x(s->b, layout.x, layout.column_block, plane, mode, lanes, NULL, to);
    }
}

/// The factor of one mode along x, for all lanes of a tile: numerator and denominator of y and z are given.
static inline void factors_of(palindrome_multiplier m, int64_t x, const double *restrict numerator,
                              const double *restrict denominator, REAL *restrict factor) {
    const double fx = m.fx[x];
    if (!m.dx) {
        for (int64_t j = 0; j < tile; j++)
            factor[j] = (REAL)(fx * numerator[j]);
        return;
    }
    const double dx = m.dx[x];
    for (int64_t j = 0; j < tile; j++) {
        const double sum = dx + denominator[j];
        factor[j] = (REAL)(sum == 0 ? 0.0 : fx * numerator[j] / sum);
    }
}

static inline void prepare(palindrome_multiplier m, palindrome_sweep_layout layout, int64_t mode,
                           int64_t lanes, double *restrict numerator, double *restrict denominator) {
    const int64_t depth = width(layout.kz, layout.row_rank);
    const int64_t y0 = layout.ky.starts[layout.column_rank], z0 = layout.kz.starts[layout.row_rank];
    for (int64_t j = 0; j < tile; j++) {
        const int64_t here = j < lanes ? mode + j : mode;
        const int64_t y = y0 + here / depth, z = z0 + here % depth;
        numerator[j] = m.fy[y] * m.fz[z];
        denominator[j] = m.dx ? m.dy[y] + m.dz[z] : 1;
    }
}

static inline void multiply_row(REAL *restrict row, const REAL *restrict factor, int32_t power,
                                int64_t lanes) {
    switch (power & 3) {
    case 0:
        for (int64_t j = 0; j < lanes; j++) {
            row[2 * j] = factor[j] * row[2 * j];
            row[2 * j + 1] = factor[j] * row[2 * j + 1];
        }
        return;
    case 2:
        for (int64_t j = 0; j < lanes; j++) {
            row[2 * j] = -(factor[j] * row[2 * j]);
            row[2 * j + 1] = -(factor[j] * row[2 * j + 1]);
        }
        return;
    default: {
        const REAL sign = (power & 3) == 1 ? 1 : -1;
        for (int64_t j = 0; j < lanes; j++) {
            const REAL real = row[2 * j], imaginary = row[2 * j + 1];
            row[2 * j] = -(sign * factor[j] * imaginary);
            row[2 * j + 1] = sign * factor[j] * real;
        }
    }
    }
}

void NAME(palindrome_multiply)(palindrome_sweep_layout layout, palindrome_multiplier m, REAL *spectrum) {
    const int64_t plane = width(layout.ky, layout.column_rank) * width(layout.kz, layout.row_rank);
    double numerator[tile], denominator[tile];
    REAL factor[tile];
    for (int64_t mode = 0; mode < plane; mode += tile) {
        const int64_t lanes = least(tile, plane - mode);
        prepare(m, layout, mode, lanes, numerator, denominator);
        for (int64_t x = 0; x < layout.nx; x++) {
            factors_of(m, x, numerator, denominator, factor);
            multiply_row(spectrum + 2 * (x * plane + mode), factor, m.power, lanes);
        }
    }
}

void NAME(palindrome_filter_x)(struct NAME(palindrome_sweeps) * s, palindrome_sweep_layout layout,
                               palindrome_multiplier m, REAL *blocks) {
    const int64_t plane = width(layout.ky, layout.column_rank) * width(layout.kz, layout.row_rank);
    double numerator[tile], denominator[tile];
    REAL factor[tile];
    for (int64_t mode = 0; mode < plane; mode += tile) {
        const int64_t lanes = least(tile, plane - mode);
        copy_x(s->a, layout.x, layout.column_block, plane, mode, lanes, blocks, NULL);
        run_complex(s, &s->forward_x);
        prepare(m, layout, mode, lanes, numerator, denominator);
        for (int64_t x = 0; x < layout.nx; x++) {
            factors_of(m, x, numerator, denominator, factor);
            REAL *row = s->b + 2 * tile * x;
            multiply_row(row, factor, m.power, tile);
            memcpy(s->a + 2 * tile * x, row, 2 * tile * sizeof(REAL));
        }
        run_complex(s, &s->inverse_x);
        copy_x(s->b, layout.x, layout.column_block, plane, mode, lanes, NULL, blocks);
    }
}

struct NAME(palindrome_exchange) {
    FFTW(plan) plan;
};

struct NAME(palindrome_exchange) * NAME(palindrome_exchange_create)(int32_t communicator, int32_t parts,
                                                                    int64_t reals, REAL *from, REAL *to) {
    struct NAME(palindrome_exchange) *exchange = malloc(sizeof *exchange);
    if (!exchange)
        return NULL;
    FFTW(mpi_init)();
    // The transpose of a parts x parts matrix of blocks, one row a rank, is the all-to-all.
    exchange->plan = FFTW(mpi_plan_many_transpose)(parts, parts, reals, 1, 1, from, to,
                                                   MPI_Comm_f2c(communicator), FFTW_ESTIMATE);
    if (exchange->plan)
        return exchange;
    free(exchange);
    return NULL;
}

void NAME(palindrome_exchange_execute)(struct NAME(palindrome_exchange) * exchange, REAL *from, REAL *to) {
    FFTW(mpi_execute_r2r)(exchange->plan, from, to);
}

void NAME(palindrome_exchange_destroy)(struct NAME(palindrome_exchange) * exchange) {
    if (!exchange)
        return;
    FFTW(destroy_plan)(exchange->plan);
    free(exchange);
}

int NAME(palindrome_oracle)(int64_t nx, int64_t ny, int64_t nz, REAL *field, REAL *spectrum) {
    FFTW(plan)
    plan = FFTW(plan_dft_r2c_3d)((int)nx, (int)ny, (int)nz, field, (FFTW(complex) *)spectrum, FFTW_ESTIMATE);
    if (!plan)
        return 0;
    FFTW(execute)(plan);
    FFTW(destroy_plan)(plan);
    return 1;
}
