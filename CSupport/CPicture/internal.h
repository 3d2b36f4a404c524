#pragma once
#include <png.h>
#include "CPicture.h"

/// The gamma that a file names, if it is another than that of sRGB; else 0.
double palindrome_gamma(const uint8_t *png, int64_t length);
/// A copy of a file that says nothing of its gamma, so that libpng leaves its samples as they are: brought to
/// another gamma in 8 bits, the dark ones fall together. The caller frees it; NULL where there is no memory.
uint8_t *palindrome_without_gamma(const uint8_t *png, int64_t length, int64_t *remaining);
/// Reads the rest of such a copy and encodes the light of its samples as sRGB. Returns 1, or 0 with a reason
/// in the image or without one where there is no memory.
int palindrome_decode_light(png_image *image, double gamma, enum palindrome_pixels pixels, uint8_t background,
                            uint8_t *restrict pixel_bytes);
