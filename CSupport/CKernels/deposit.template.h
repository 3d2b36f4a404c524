// Mass assignment in one precision. Particles go in batches: first cells and parts, which vectorise; then the
// additions, one particle after the other.

enum { NAME(deposit_batch) = 64 };

// Each particle has the mass `scale`, or round(value * scale) if there are values.
INLINE int32_t NAME(deposit)(int64_t count, const POSITION *restrict x, const POSITION *restrict y,
                             const POSITION *restrict z, palindrome_block block, const REAL *restrict value,
                             double scale, int64_t *restrict density) {
    enum { batch = NAME(deposit_batch) };
    const uint32_t mx = (uint32_t)block.points_x, my = (uint32_t)block.points_y,
                   mz = (uint32_t)block.points_z;
    const int64_t xs = block.x_stride, ys = block.y_stride;
    const uint64_t shift = bits_of(rounding_shift);
    int64_t element[batch];
    int64_t up[batch];
    int64_t part[8][batch];
    for (int64_t start = 0; start < count; start += batch) {
        const int64_t n = count - start < batch ? count - start : batch;
        uint32_t strays = 0;
        for (int64_t i = 0; i < n; i++) {
            const POSITION px = x[start + i], py = y[start + i], pz = z[start + i];
            const uint32_t cx = NAME(cell)(px, mx), cy = NAME(cell)(py, my), cz = NAME(cell)(pz, mz);
            strays |= is_stray(cx, cy, &block);
            element[i] = element_of(cx, cy, cz, &block);
            up[i] = cz + 1 == mz ? 1 - (int64_t)mz : 1;
            const double dx = NAME(share)(NAME(fraction)(px, mx));
            const double dy = NAME(share)(NAME(fraction)(py, my));
            const double dz = NAME(share)(NAME(fraction)(pz, mz));
            double mass = scale;
            if (value)
                mass = __builtin_fma((double)value[start + i], scale, rounding_shift) - rounding_shift;
            const double upper = __builtin_fma(mass, dx, rounding_shift) - rounding_shift;
            const double lower = mass - upper;
            const double half[2] = {lower, upper};
            for (int a = 0; a < 2; a++) {
                const double yupper = __builtin_fma(half[a], dy, rounding_shift) - rounding_shift;
                const double quarter[2] = {half[a] - yupper, yupper};
                for (int b = 0; b < 2; b++) {
                    const uint64_t zupper = bits_of(__builtin_fma(quarter[b], dz, rounding_shift)) - shift;
                    const uint64_t whole = bits_of(quarter[b] + rounding_shift) - shift;
                    part[4 * a + 2 * b][i] = (int64_t)(whole - zupper);
                    part[4 * a + 2 * b + 1][i] = (int64_t)zupper;
                }
            }
        }
        if (strays)
            return -1;
        for (int64_t i = 0; i < n; i++) {
            int64_t *lower = density + element[i], *upper = lower + up[i];
            lower[0] += part[0][i];
            upper[0] += part[1][i];
            lower[ys] += part[2][i];
            upper[ys] += part[3][i];
            lower[xs] += part[4][i];
            upper[xs] += part[5][i];
            lower[xs + ys] += part[6][i];
            upper[xs + ys] += part[7][i];
        }
    }
    return 0;
}

CLONES int32_t NAME(palindrome_deposit)(int64_t count, const POSITION *restrict x, const POSITION *restrict y,
                                        const POSITION *restrict z, palindrome_block block, double mass,
                                        int64_t *restrict density) {
    return NAME(deposit)(count, x, y, z, block, 0, mass, density);
}

CLONES int32_t NAME(palindrome_deposit_values)(int64_t count, const POSITION *restrict x,
                                               const POSITION *restrict y, const POSITION *restrict z,
                                               palindrome_block block, const REAL *restrict value,
                                               double scale, int64_t *restrict density) {
    return NAME(deposit)(count, x, y, z, block, value, scale, density);
}

CLONES void NAME(palindrome_magnitudes)(int64_t count, const REAL *x, const REAL *y, const REAL *z,
                                        double *total) {
    for (int64_t i = 0; i < count; i++)
        total[i] =
            (__builtin_fabs((double)x[i]) + __builtin_fabs((double)y[i])) + __builtin_fabs((double)z[i]);
}

CLONES void NAME(palindrome_contrast)(palindrome_block from, const int64_t *restrict density, double scale,
                                      double shift, palindrome_block to, REAL *restrict contrast) {
    const int64_t run = from.points_z;
    for (int64_t i = 0; i < from.owned_x; i++)
        for (int64_t j = 0; j < from.owned_y; j++) {
            const int64_t *source =
                density + (i + from.lower) * from.x_stride + (j + from.lower) * from.y_stride;
            REAL *target = contrast + (i + to.lower) * to.x_stride + (j + to.lower) * to.y_stride;
            for (int64_t k = 0; k < run; k++)
                target[k] = (REAL)__builtin_fma((double)source[k], scale, shift);
        }
}
