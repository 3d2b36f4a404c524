// Exact sums of what is made of arrays of one precision.

CLONES double NAME(palindrome_largest_product)(int64_t count, const void *first, const void *second) {
    const REAL *const x = first, *const y = second;
    double result;
    LARGEST(i, count, (double)x[i] * (double)y[i], result);
    return result;
}

CLONES void NAME(palindrome_exact_products)(int64_t count, const void *first, const void *second,
                                            const double factors[2], uint64_t total[2]) {
    const REAL *const x = first, *const y = second;
    const double first_factor = factors[0], second_factor = factors[1];
    EXACT_SUM(i, count, (double)x[i] * (double)y[i], first_factor, second_factor, total);
}

INLINE double NAME(magnitude)(int64_t i, const REAL *const of[3]) {
    return magnitude_of((double)of[0][i], (double)of[1][i], (double)of[2][i]);
}

CLONES double NAME(palindrome_largest_magnitude)(int64_t count, palindrome_vectors vectors) {
    const REAL *const of[3] = COMPONENTS(vectors);
    double result;
    LARGEST(i, count, NAME(magnitude)(i, of), result);
    return result;
}

CLONES void NAME(palindrome_exact_magnitudes)(int64_t count, palindrome_vectors vectors,
                                              const double factors[2], uint64_t total[2]) {
    const REAL *const of[3] = COMPONENTS(vectors);
    const double first_factor = factors[0], second_factor = factors[1];
    EXACT_SUM(i, count, NAME(magnitude)(i, of), first_factor, second_factor, total);
}
