#include "CMachine.h"

void palindrome_triad(int64_t count, double *restrict a, const double *restrict b, const double *restrict c,
                      double factor) {
    for (int64_t i = 0; i < count; i++)
        a[i] = b[i] + factor * c[i];
}
