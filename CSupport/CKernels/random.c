#include "include/random.h"
#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

static inline uint32_t rotated(uint32_t word, int bits) {
    return (word << bits) | (word >> (32 - bits));
}

/// Encrypts the 64-bit counter with the 64-bit seed and folds the two words of the result.
static inline uint32_t threefry_folded(uint64_t seed, uint64_t counter) {
    static const int rotation[8] = {13, 15, 26, 6, 17, 29, 16, 24};
    const uint32_t key0 = (uint32_t)(seed >> 32), key1 = (uint32_t)seed;
    const uint32_t key[3] = {key0, key1, 0x1BD11BDAu ^ key0 ^ key1};
    uint32_t x0 = (uint32_t)(counter >> 32) + key[0];
    uint32_t x1 = (uint32_t)counter + key[1];
    for (uint32_t group = 0; group < 5; group++) {
        for (int round = 0; round < 4; round++) {
            x0 += x1;
            x1 = rotated(x1, rotation[4 * (group % 2) + (uint32_t)round]) ^ x0;
        }
        x0 += key[(group + 1) % 3];
        x1 += key[(group + 2) % 3] + group + 1;
    }
    return x0 ^ x1;
}

/// 23 bits as a number in (-1, 1).
static inline float uniform_from(uint32_t bits) {
    const uint32_t pattern = (bits >> 9) | 0x3F800000u;
    const float lowest = -0x1.fffffep-1f; // the float after -1
    float unit;
    memcpy(&unit, &pattern, sizeof unit);
    const float value = (unit - 1.0f) * (1.0f - lowest) + lowest;
    return value > lowest ? value : lowest;
}

/// erf^-1 in single precision: Giles 2012, "Approximating the erfinv function".
static inline float inverse_error_function(float x) {
    static const float central[9] = {2.81022636e-08f,  3.43273939e-07f, -3.5233877e-06f,
                                     -4.39150654e-06f, 0.00021858087f,  -0.00125372503f,
                                     -0.00417768164f,  0.246640727f,    1.50140941f};
    static const float tail[9] = {-0.000200214257f, 0.000100950558f, 0.00134934322f,
                                  -0.00367342844f,  0.00573950773f,  -0.0076224613f,
                                  0.00943887047f,   1.00167406f,     2.83297682f};
    const float square = x * x;
    float w = (float)-log1p(-(double)square);
    const float *coefficient = w < 5.0f ? central : tail;
    w = w < 5.0f ? w - 2.5f : sqrtf(w) - 3.0f;
    float p = coefficient[0];
    for (int i = 1; i < 9; i++)
        p = coefficient[i] + p * w;
    return p * x;
}

void palindrome_random_bits(uint64_t seed, uint64_t first, int64_t count, uint32_t *restrict bits) {
    for (int64_t i = 0; i < count; i++)
        bits[i] = threefry_folded(seed, first + (uint64_t)i);
}

void palindrome_random_normal(uint64_t seed, uint64_t first, int64_t count, float *restrict normals) {
    const float root_two = 0x1.6a09e6p+0f;
    for (int64_t i = 0; i < count; i++)
        normals[i] =
            root_two * inverse_error_function(uniform_from(threefry_folded(seed, first + (uint64_t)i)));
}
