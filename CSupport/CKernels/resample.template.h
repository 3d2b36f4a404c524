// The kernels of resample.h in one precision.

// From the centre outwards: C(8, 4 + a) / 2^8.
static const REAL NAME(smoothing)[] = {(REAL)70 / 256, (REAL)56 / 256, (REAL)28 / 256, (REAL)8 / 256,
                                       (REAL)1 / 256};
// Twice the even ones, and twice the odd ones.
static const REAL NAME(at_even)[] = {(REAL)70 / 128, (REAL)28 / 128, (REAL)1 / 128};
static const REAL NAME(at_odd)[] = {(REAL)56 / 128, (REAL)8 / 128};

// MARK: reduce

// A row along z. Even and odd points are taken apart first, so that all that follows is side by side.
INLINE void NAME(reduce_row)(const REAL *restrict row, int64_t count, REAL *restrict even, REAL *restrict odd,
                             REAL *restrict out) {
    for (int64_t i = 0; i < count; i++) {
        even[i] = row[2 * i];
        odd[i] = row[2 * i + 1];
    }
    for (int64_t i = 1; i <= 2; i++) {
        even[-i] = even[count - i];
        odd[-i] = odd[count - i];
        even[count + i - 1] = even[i - 1];
        odd[count + i - 1] = odd[i - 1];
    }
    const REAL *w = NAME(smoothing);
    for (int64_t i = 0; i < count; i++) {
        REAL sum = w[0] * even[i];
        sum = FMA(w[1], odd[i - 1] + odd[i], sum);
        sum = FMA(w[2], even[i - 1] + even[i + 1], sum);
        sum = FMA(w[3], odd[i - 2] + odd[i + 1], sum);
        out[i] = FMA(w[4], even[i - 2] + even[i + 2], sum);
    }
}

CLONES void NAME(palindrome_reduce_mesh)(palindrome_window window, palindrome_target target, void *scratch) {
    const int64_t count_z = window.points_z / 2, count_y = target.count_y, plane = count_y * count_z;
    REAL *const even = (REAL *)scratch + margin, *const odd = even + count_z + 2 * margin;
    REAL *const slab = odd + count_z + margin;
    REAL *const ring = slab + (2 * count_y + 2 * palindrome_resample_radius) * count_z;
    const int64_t first_x = 2 * target.first_x - palindrome_resample_radius - window.first_x;
    const int64_t first_y = 2 * target.first_y - palindrome_resample_radius - window.first_y;
    for (int64_t x = 0; x < 2 * target.count_x - 1 + 2 * palindrome_resample_radius; x++) {
        const void *const *rows = window.rows + (first_x + x) * window.count_y + first_y;
        for (int64_t y = 0; y < 2 * count_y - 1 + 2 * palindrome_resample_radius; y++)
            NAME(reduce_row)(rows[y], count_z, even, odd, slab + y * count_z);
        for (int64_t y = 0; y < count_y; y++) {
            const REAL *c[reduced_planes];
            for (int i = 0; i < reduced_planes; i++)
                c[i] = slab + (2 * y + i) * count_z;
            REAL *out = ring + x % reduced_planes * plane + y * count_z;
            NAME(combine)(c, count_z, palindrome_resample_radius, 1, 0, NAME(smoothing), &out);
        }
        const int64_t first = x - 2 * palindrome_resample_radius;
        if (first < 0 || first % 2)
            continue;
        const REAL *c[reduced_planes];
        for (int i = 0; i < reduced_planes; i++)
            c[i] = ring + (first + i) % reduced_planes * plane;
        REAL *out = (REAL *)target.values + first / 2 * target.x_stride;
        NAME(combine)(c, plane, palindrome_resample_radius, 1, 0, NAME(smoothing), &out);
    }
}

// MARK: expand

// Between rows, for an odd point.
INLINE void NAME(between)(const REAL *const *rows, int64_t count, REAL *out) {
    const REAL *c[4] = {rows[0], rows[1], rows[2], rows[3]};
    const REAL *w = NAME(at_odd);
    _Pragma("clang loop vectorize(assume_safety)") for (int64_t i = 0; i < count; i++) out[i] =
        FMA(w[1], c[0][i] + c[3][i], w[0] * (c[1][i] + c[2][i]));
}

// A point of the fine mesh from the coarse rows around it; the first one is two below half the point.
INLINE void NAME(expand_across)(const REAL *const *rows, int64_t count, int64_t point, REAL *out) {
    if (point % 2)
        NAME(between)(rows + 1, count, out);
    else
        NAME(combine)(rows, count, 2, 1, 0, NAME(at_even), &out);
}

// A row along z, which has room for two numbers beyond its ends.
INLINE void NAME(expand_row)(REAL *restrict row, int64_t count, REAL *restrict out) {
    for (int64_t i = 1; i <= 2; i++) {
        row[-i] = row[count - i];
        row[count + i - 1] = row[i - 1];
    }
    const REAL *even = NAME(at_even), *odd = NAME(at_odd);
    for (int64_t i = 0; i < count; i++) {
        REAL sum = even[0] * row[i];
        sum = FMA(even[1], row[i - 1] + row[i + 1], sum);
        out[2 * i] = FMA(even[2], row[i - 2] + row[i + 2], sum);
        out[2 * i + 1] = FMA(odd[1], row[i - 1] + row[i + 2], odd[0] * (row[i] + row[i + 1]));
    }
}

CLONES void NAME(palindrome_expand_mesh)(palindrome_window window, palindrome_target target, void *scratch) {
    const int64_t count_z = window.points_z;
    REAL *const row = (REAL *)scratch + margin, *const plane = row + count_z + margin;
    for (int64_t i = 0; i < target.count_x; i++) {
        const int64_t x = target.first_x + i;
        const void *const *rows = window.rows + (x / 2 - 2 - window.first_x) * window.count_y;
        for (int64_t y = 0; y < window.count_y; y++) {
            const REAL *c[5];
            for (int j = 0; j < 5; j++)
                c[j] = rows[j * window.count_y + y];
            NAME(expand_across)(c, count_z, x, plane + y * count_z);
        }
        for (int64_t j = 0; j < target.count_y; j++) {
            const int64_t y = target.first_y + j;
            const REAL *c[5];
            for (int k = 0; k < 5; k++)
                c[k] = plane + (y / 2 - 2 - window.first_y + k) * count_z;
            NAME(expand_across)(c, count_z, y, row);
            NAME(expand_row)(row, count_z, (REAL *)target.values + i * target.x_stride + j * 2 * count_z);
        }
    }
}
