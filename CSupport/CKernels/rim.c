#include "rim.h"

#define PRECISION 32
#include "precision.h"
#include "rim.template.h"
#undef PRECISION

#define PRECISION 64
#include "precision.h"
#include "rim.template.h"

CLONES uint64_t palindrome_rim_total(palindrome_rim rim) {
    uint64_t total = 0;
    for (int64_t x = 0; x < rim.owned_x; x++)
        for (int64_t y = 0; y < rim.owned_y; y++)
            if (palindrome_rim_contains(&rim, x, y))
                total += total_of(palindrome_rim_row(&rim, x, y), rim.points_z);
    return total;
}

// The two precisions of finishing, which other kernels do not need.
#define FINISH_RIM(precision)                                                                                \
    CLONES void palindrome_finish_rim_##precision(palindrome_sums sums) {                                    \
        const palindrome_rim *rim = &sums.rim;                                                               \
        for (int64_t x = 0; x < rim->owned_x; x++)                                                           \
            for (int64_t y = 0; y < rim->owned_y; y++)                                                       \
                if (palindrome_rim_contains(rim, x, y))                                                      \
                    make_real_##precision(&sums, x, y, palindrome_rim_row(rim, x, y));                       \
    }

FINISH_RIM(f32)
FINISH_RIM(f64)
