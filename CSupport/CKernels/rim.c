#include "include/rim.h"
#include "kernel.h"
#include "total.h"

#define PRECISION 32
#include "precision.h"
#include "rim.template.h"
#include "finish_rim.template.h"
#undef PRECISION

#define PRECISION 64
#include "precision.h"
#include "rim.template.h"
#include "finish_rim.template.h"

CLONES uint64_t palindrome_rim_total(palindrome_rim rim) {
    uint64_t total = 0;
    for (int64_t x = 0; x < rim.owned_x; x++)
        for (int64_t y = 0; y < rim.owned_y; y++)
            if (palindrome_rim_contains(&rim, x, y))
                total += total_of(palindrome_rim_row(&rim, x, y), rim.points_z);
    return total;
}
