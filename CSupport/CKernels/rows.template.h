// What networks read of a field in one precision, and what goes back to it.

CLONES void NAME(palindrome_neighbours)(palindrome_rows rows, const void *const *around, const double *means,
                                        const double *factors, double *restrict out) {
    const int64_t length = rows.length;
    for (int64_t row = 0; row < 9; row++)
        for (int64_t step = -1; step <= 1; step++) {
            const int64_t offset = 3 * row + step + 1;
            const REAL *const from = around[row];
            double *restrict to = out + offset * rows.stride;
            const double mean = means[offset], factor = factors[offset];
            const int64_t first = step < 0 ? length - 1 : step == 0 ? 0 : 1 % length;
            const int64_t last = step < 0 ? (length + length - 2) % length : step == 0 ? length - 1 : 0;
            to[0] = ((double)from[first] - mean) * factor;
            for (int64_t z = 1; z < length - 1; z++)
                to[z] = ((double)from[z + step] - mean) * factor;
            if (length > 1)
                to[length - 1] = ((double)from[last] - mean) * factor;
            for (int64_t z = length; z < rows.stride; z++)
                to[z] = 0;
        }
}

void NAME(palindrome_row_standardised)(palindrome_rows rows, const void *row, double mean, double factor,
                                       double *restrict out) {
    const REAL *const from = row;
    for (int64_t z = 0; z < rows.length; z++)
        out[z] = ((double)from[z] - mean) * factor;
    for (int64_t z = rows.length; z < rows.stride; z++)
        out[z] = 0;
}

CLONES void NAME(palindrome_neighbours_transpose)(palindrome_rows rows, const void *const *around,
                                                  palindrome_taps taps, double *restrict scratch,
                                                  double *restrict out) {
    for (int64_t row = 0; row < 9; row++) {
        const REAL *const from = around[row];
        double *restrict to = scratch + row * (rows.length + 2);
        for (int64_t z = 0; z < rows.length; z++)
            to[z + 1] = (double)from[z];
        to[0] = to[rows.length];
        to[rows.length + 1] = to[1];
    }
    int64_t f = 0;
    for (; f + 3 <= taps.features; f += 3)
        gather_row(rows, (palindrome_taps){3, taps.weights + 27 * f}, 3, scratch, out + f * rows.stride);
    for (; f < taps.features; f++)
        gather_row(rows, (palindrome_taps){1, taps.weights + 27 * f}, 1, scratch, out + f * rows.stride);
}

void NAME(palindrome_row_stored)(palindrome_rows rows, const double *values, void *row) {
    REAL *const to = row;
    for (int64_t z = 0; z < rows.length; z++)
        to[z] = (REAL)values[z];
}
