#include "include/checksum.h"
#include "kernel.h"

// The finaliser of SplitMix64 (Steele, Lea & Flood 2014): a bijection in which every bit reaches every other.
INLINE uint64_t mixed(uint64_t value) {
    value += 0x9e3779b97f4a7c15u;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

#define CHECKSUM(name, POSITION, MOMENTUM)                                                                   \
    CLONES uint64_t name(int64_t count, const POSITION *x, const POSITION *y, const POSITION *z,             \
                         const MOMENTUM *px, const MOMENTUM *py, const MOMENTUM *pz, const int64_t *index) { \
        uint64_t sum = 0;                                                                                    \
        for (int64_t i = 0; i < count; i++) {                                                                \
            uint64_t state = mixed((uint64_t)index[i]);                                                      \
            state = mixed(state ^ x[i]);                                                                     \
            state = mixed(state ^ y[i]);                                                                     \
            state = mixed(state ^ z[i]);                                                                     \
            state = mixed(state ^ (uint64_t)px[i]);                                                          \
            state = mixed(state ^ (uint64_t)py[i]);                                                          \
            state = mixed(state ^ (uint64_t)pz[i]);                                                          \
            sum += state;                                                                                    \
        }                                                                                                    \
        return sum;                                                                                          \
    }

CHECKSUM(palindrome_checksum_f32, uint32_t, int32_t)
CHECKSUM(palindrome_checksum_f64, uint64_t, int64_t)
