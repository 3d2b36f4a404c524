// Rows of sums in one precision.

INLINE void NAME(make_real)(const palindrome_sums *sums, int64_t x, int64_t y, const int64_t *restrict row) {
    const int64_t mz = sums->rim.points_z;
    REAL *restrict real = (REAL *)sums->real + (x * sums->rim.owned_y + y) * mz;
    for (int64_t z = 0; z < mz; z++)
        real[z] = (REAL)__builtin_fma((double)row[z], sums->scale, sums->shift);
}

// A row is complete, as far as this rank's particles go. Returns the sum of its inner points, modulo 2^64.
INLINE uint64_t NAME(put_row)(const palindrome_sums *sums, int64_t x, int64_t y,
                              const int64_t *restrict row) {
    const int64_t mz = sums->rim.points_z;
    if (palindrome_rim_contains(&sums->rim, x, y)) {
        memcpy(palindrome_rim_row(&sums->rim, x, y), row, (size_t)mz * sizeof *row);
        return 0;
    }
    NAME(make_real)(sums, x, y, row);
    return total_of(row, mz);
}
