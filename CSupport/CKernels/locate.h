#pragma once
#include "kernel.h"
#include "particle_block.h"

// Where a particle is on the mesh: the product of its position, a fraction of the box, and the number of mesh
// points has the cell in its high half and the offset within the cell in its low half, for any mesh.

INLINE uint32_t cell_f32(uint32_t position, uint32_t points) {
    return (uint32_t)(((uint64_t)position * points) >> 32);
}

INLINE uint32_t fraction_f32(uint32_t position, uint32_t points) {
    return position * points;
}

// The 96-bit product in two steps of 64 bits, which vectorise.
INLINE uint32_t cell_f64(uint64_t position, uint32_t points) {
    uint64_t low = (position & 0xffffffffu) * points;
    uint64_t high = (position >> 32) * points + (low >> 32);
    return (uint32_t)(high >> 32);
}

INLINE uint64_t fraction_f64(uint64_t position, uint32_t points) {
    return position * points;
}

// The offset as a real, rounded to the 24 (53) bits for which both d and 1 - d are exact; 0 <= d <= 1.
INLINE float offset_f32(uint32_t fraction) {
    return (float)(int32_t)(((fraction >> 7) + 1) >> 1) * 0x1p-24f;
}

INLINE double offset_f64(uint64_t fraction) {
    return (double)(int64_t)(((fraction >> 10) + 1) >> 1) * 0x1p-53;
}

// The offset for the deposit, in double in either precision: exact from 32 bits, the highest 52 of 64.
INLINE double share_f32(uint32_t fraction) {
    return (double_of(0x4330000000000000u | fraction) - 0x1p52) * 0x1p-32;
}

INLINE double share_f64(uint64_t fraction) {
    return (double_of(0x4330000000000000u | (fraction >> 12)) - 0x1p52) * 0x1p-52;
}

// The element of a field at the particle's cell, for a cell in the block's owned columns.
INLINE int64_t element_of(uint32_t x, uint32_t y, uint32_t z, const palindrome_particle_block *block) {
    uint32_t local_x = x - (uint32_t)block->first_x + (uint32_t)block->lower;
    uint32_t local_y = y - (uint32_t)block->first_y + (uint32_t)block->lower;
    return (int64_t)((uint64_t)local_x * (uint32_t)block->x_stride +
                     (uint64_t)local_y * (uint32_t)block->y_stride + z);
}

INLINE uint32_t is_stray(uint32_t x, uint32_t y, const palindrome_particle_block *block) {
    return (uint32_t)(x - (uint32_t)block->first_x >= (uint32_t)block->owned_x) |
           (uint32_t)(y - (uint32_t)block->first_y >= (uint32_t)block->owned_y);
}
