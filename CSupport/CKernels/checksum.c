#include "include/checksum.h"
#include "indices.h"
#include "kernel.h"

// The finaliser of SplitMix64 (Steele, Lea & Flood 2014): a bijection in which every bit reaches every other.
INLINE uint64_t mixed(uint64_t value) {
    value += 0x9e3779b97f4a7c15u;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

#define PRECISION 32
#include "precision.h"
#include "checksum.template.h"
#undef PRECISION

#define PRECISION 64
#include "precision.h"
#include "checksum.template.h"
