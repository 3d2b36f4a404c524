#include "include/exact_sum.h"
#include "exact.h"

CLONES double palindrome_largest(int64_t count, const double *terms) {
    double result;
    LARGEST(i, count, terms[i], result);
    return result;
}

CLONES void palindrome_exact_sum(int64_t count, const double *terms, const double factors[2],
                                 uint64_t total[2]) {
    const double first_factor = factors[0], second_factor = factors[1];
    EXACT_SUM(i, count, terms[i], first_factor, second_factor, total);
}

INLINE double magnitude_of(double x, double y, double z) {
    return (__builtin_fabs(x) + __builtin_fabs(y)) + __builtin_fabs(z);
}

#define PRECISION 32
#include "precision.h"
#include "exact_sum.template.h"
#undef PRECISION

#define PRECISION 64
#include "precision.h"
#include "exact_sum.template.h"
