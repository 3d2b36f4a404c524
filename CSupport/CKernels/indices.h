#pragma once
#include "include/particles.h"
#include "kernel.h"

INLINE uint64_t index_of(palindrome_indices index, int64_t particle) {
    return index.low[particle] | (index.high ? (uint64_t)index.high[particle] << 32 : 0);
}
