#include "include/sight.h"
#include "rounding.h"

// The highest 53 bits of a position, as a fraction of the box: rounding might reach 1.
INLINE double fraction_f32(uint32_t position) {
    return (double)position * 0x1p-32;
}

INLINE double fraction_f64(uint64_t position) {
    return (double)(position >> 11) * 0x1p-53;
}

#define PRECISION 32
#include "precision.h"
#include "sight.template.h"
#undef PRECISION

#define PRECISION 64
#include "precision.h"
#include "sight.template.h"
