#pragma once
#include "kernel.h"

// Functions that give the same bits in a vector and alone, which those of a mathematical library do not.

// e^x, to 2 units in the last place; x is held within -708 ... 709.
INLINE double exponential(double x) {
    x = x < -708 ? -708 : x;
    x = x > 709 ? 709 : x;
    const double shifted = __builtin_fma(x, 0x1.71547652b82fep0, rounding_shift);
    const double whole = shifted - rounding_shift;
    double r = __builtin_fma(whole, -0x1.62e42fefa39efp-1, x);
    r = __builtin_fma(whole, -0x1.abc9e3b39803fp-56, r);
    double p = 1.0 / 6227020800.0;
    p = __builtin_fma(p, r, 1.0 / 479001600.0);
    p = __builtin_fma(p, r, 1.0 / 39916800.0);
    p = __builtin_fma(p, r, 1.0 / 3628800.0);
    p = __builtin_fma(p, r, 1.0 / 362880.0);
    p = __builtin_fma(p, r, 1.0 / 40320.0);
    p = __builtin_fma(p, r, 1.0 / 5040.0);
    p = __builtin_fma(p, r, 1.0 / 720.0);
    p = __builtin_fma(p, r, 1.0 / 120.0);
    p = __builtin_fma(p, r, 1.0 / 24.0);
    p = __builtin_fma(p, r, 1.0 / 6.0);
    p = __builtin_fma(p, r, 0.5);
    p = __builtin_fma(p, r, 1.0);
    p = __builtin_fma(p, r, 1.0);
    const uint64_t exponent = bits_of(shifted) - bits_of(rounding_shift) + 1023;
    return p * double_of(exponent << 52);
}

// ln x of a normal number greater than 0, to 2 units in the last place or 2^-53 beside 1.
INLINE double logarithm(double x) {
    const uint64_t bits = bits_of(x);
    // So that the fraction is from sqrt(1/2) to sqrt(2).
    const int64_t exponent = (int64_t)(bits - 0x3fe6a09e667f3bcdu) >> 52;
    const double fraction = double_of(bits - ((uint64_t)exponent << 52));
    const double e = double_of(bits_of(rounding_shift) + (uint64_t)exponent) - rounding_shift;
    const double f = (fraction - 1) / (fraction + 1), s = f * f;
    double p = 1.0 / 21;
    p = __builtin_fma(p, s, 1.0 / 19);
    p = __builtin_fma(p, s, 1.0 / 17);
    p = __builtin_fma(p, s, 1.0 / 15);
    p = __builtin_fma(p, s, 1.0 / 13);
    p = __builtin_fma(p, s, 1.0 / 11);
    p = __builtin_fma(p, s, 1.0 / 9);
    p = __builtin_fma(p, s, 1.0 / 7);
    p = __builtin_fma(p, s, 1.0 / 5);
    p = __builtin_fma(p, s, 1.0 / 3);
    p = __builtin_fma(p * s, 2 * f, 2 * f);
    return __builtin_fma(e, 0x1.62e42fefa39efp-1, __builtin_fma(e, 0x1.abc9e3b39803fp-56, p));
}
