#include "include/resample.h"
#include "include/short_range.h"
#include "kernel.h"

// Planes that the filter along x of the reduction needs at once.
enum { reduced_planes = 2 * palindrome_resample_radius + 1 };
// Numbers beyond either end of a row.
enum { margin = 16 };

int64_t palindrome_reduce_mesh_scratch(int64_t coarse_y, int64_t coarse_z) {
    const int64_t rows = 2 * coarse_y + 2 * palindrome_resample_radius;
    return 2 * (coarse_z + 2 * margin) + (rows + reduced_planes * coarse_y) * coarse_z;
}

int64_t palindrome_expand_mesh_scratch(int64_t coarse_y, int64_t coarse_z) {
    return (coarse_y + 1) * coarse_z + 2 * margin;
}

#define PRECISION 32
#include "precision.h"
#include "combine.template.h"
#include "resample.template.h"
#undef PRECISION

#define PRECISION 64
#include "precision.h"
#include "combine.template.h"
#include "resample.template.h"
