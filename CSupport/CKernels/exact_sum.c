#include "include/exact_sum.h"
#include "kernel.h"

CLONES double palindrome_largest(int64_t count, const double *terms) {
    // Without their sign, the bits of doubles order as the doubles do, and those of NaN come last.
    int64_t largest = 0;
    for (int64_t i = 0; i < count; i++) {
        const int64_t magnitude = (int64_t)(bits_of(terms[i]) & 0x7fffffffffffffffu);
        largest = magnitude > largest ? magnitude : largest;
    }
    return double_of((uint64_t)largest);
}

CLONES void palindrome_exact_sum(int64_t count, const double *terms, double first_factor,
                                 double second_factor, uint64_t total[2]) {
    __extension__ typedef __int128 wide;
    wide sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += (int64_t)__builtin_rint(terms[i] * first_factor * second_factor);
    __extension__ const unsigned __int128 all =
        (((unsigned __int128)total[1] << 64) | total[0]) + (unsigned __int128)sum;
    total[0] = (uint64_t)all;
    total[1] = (uint64_t)(all >> 64);
}
