#pragma once
#include "kernel.h"

INLINE uint64_t total_of(const int64_t *restrict row, int64_t count) {
    uint64_t total = 0;
    for (int64_t i = 0; i < count; i++)
        total += (uint64_t)row[i];
    return total;
}
