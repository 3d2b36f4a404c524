#pragma once
#include <png.h>
#include "CPicture.h"

/// Whether a file names a gamma of its own, not near that of sRGB.
int palindrome_has_gamma(const uint8_t *png, int64_t length);
/// Reads the rest of such a file and encodes its light as sRGB. Returns 1, or 0 with a reason in the image or
/// without one where there is no memory.
int palindrome_decode_light(png_image *image, enum palindrome_pixels pixels, uint8_t background,
                            uint8_t *restrict pixel_bytes);
