#include "include/deposit.h"
#include "kernel.h"
#include "locate.h"

#define PRECISION 32
#include "precision.h"
#include "planes.template.h"
#include "deposit.template.h"
#undef PRECISION

#define PRECISION 64
#include "precision.h"
#include "planes.template.h"
#include "deposit.template.h"

CLONES uint64_t palindrome_owned_sum(palindrome_block block, const int64_t *density) {
    uint64_t sum = 0;
    for (int64_t i = 0; i < block.owned_x; i++) {
        const int64_t *plane = density + (i + block.lower) * block.x_stride + block.lower * block.y_stride;
        for (int64_t j = 0; j < block.owned_y * block.y_stride; j++)
            sum += (uint64_t)plane[j];
    }
    return sum;
}
