#include "CStorage.h"
#include <string.h>

// The finaliser of splitmix64 (Steele et al. 2014): a bijection of the bits for each index.
static inline uint64_t mix(uint64_t index, uint64_t bits) {
    uint64_t h = bits ^ ((index + 1) * 0x9E3779B97F4A7C15u);
    h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9u;
    h = (h ^ (h >> 27)) * 0x94D049BB133111EBu;
    return h ^ (h >> 31);
}

uint64_t palindrome_content_checksum(const void *values, int64_t count, int32_t element_bytes,
                                     uint64_t first) {
    uint64_t sum = 0;
    if (element_bytes == 8) {
        const uint64_t *words = values;
        for (int64_t i = 0; i < count; i++)
            sum += mix(first + (uint64_t)i, words[i]);
    } else if (element_bytes == 4) {
        const uint32_t *words = values;
        for (int64_t i = 0; i < count; i++)
            sum += mix(first + (uint64_t)i, words[i]);
    } else {
        const uint8_t *bytes = values;
        for (int64_t i = 0; i < count; i++)
            sum += mix(first + (uint64_t)i, bytes[i]);
    }
    return sum;
}

// On the bits, since -ffinite-math of some build must not remove the test.
int64_t palindrome_count_not_finite_f32(const float *values, int64_t count) {
    int64_t found = 0;
    for (int64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, values + i, sizeof bits);
        found += (bits & 0x7F800000u) == 0x7F800000u;
    }
    return found;
}

int64_t palindrome_count_not_finite_f64(const double *values, int64_t count) {
    int64_t found = 0;
    for (int64_t i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, values + i, sizeof bits);
        found += (bits & 0x7FF0000000000000u) == 0x7FF0000000000000u;
    }
    return found;
}
