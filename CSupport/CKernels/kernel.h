#pragma once
#include <stdint.h>
#include <string.h>

// What every kernel shares. A kernel gives the same bits whichever instruction set runs it, in the vector
// body and in the remainder: contraction is off, fused multiply-adds are written out, and sums have a fixed
// order.

#pragma STDC FP_CONTRACT OFF

// One body per instruction set, chosen when the program is loaded. The default body calls `fma` in software:
// slow, and the same bits.
#if defined(__x86_64__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

#define INLINE static inline __attribute__((always_inline))

// A loop of moves by a list, one by one: gather and scatter instructions are slower.
#define ONE_BY_ONE(i, count)                                                                                 \
    _Pragma("clang loop vectorize(disable) unroll_count(4)") for (int64_t i = 0; i < (count); i++)

// Asks for some elements of an array, as far as it reaches, before their turn.
INLINE void fetch_ahead(const void *array, int64_t first, int64_t count, int64_t end, size_t size) {
    const char *const bytes = array;
    for (int64_t i = first; i < first + count && i < end; i += (int64_t)(64 / size))
        __builtin_prefetch(bytes + (size_t)i * size, 1);
}

// The arrays of a vector's components, to set an array of typed pointers to.
#define COMPONENTS(vectors)                                                                                  \
    { (vectors).along[0], (vectors).along[1], (vectors).along[2] }

INLINE uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

INLINE double double_of(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// Adding 1.5 * 2^52 leaves no bits for a fraction: the sum is rounded to the nearest integer (ties to even),
// which stands in its low bits. Holds for magnitudes below 2^51, with plain SSE2.
static const double rounding_shift = 0x1.8p52;
