#pragma once
#include <stdint.h>

// PNG pictures in memory through libpng's simplified interface, 8 bits per channel, sRGB, rows from the top,
// no padding. No global state; the caller owns every buffer. Files are the caller's business.

enum palindrome_pixels { palindrome_grey = 1, palindrome_rgb = 3 }; // bytes per pixel

enum { palindrome_png_message_length = 64 };

/// Bytes that always hold the PNG of a picture of this size.
int64_t palindrome_png_bound(int64_t width, int64_t height, enum palindrome_pixels pixels);

/// Encodes `pixels * width * height` bytes into `png`.
///
/// Returns the length of the PNG, or 0 with libpng's reason in `message`.
int64_t palindrome_png_encode(const uint8_t *restrict image, int64_t width, int64_t height,
                              enum palindrome_pixels pixels, uint8_t *restrict png, int64_t capacity,
                              char message[palindrome_png_message_length]);

/// The size of the picture in a PNG of `length` bytes. Returns 1, or 0 with a reason.
int palindrome_png_size(const uint8_t *png, int64_t length, int64_t *width, int64_t *height,
                        char message[palindrome_png_message_length]);

/// Decodes any PNG to `pixels * width * height` bytes: colour becomes grey by its luminance and grey becomes
/// colour; transparent parts show a background of the given grey. What a file says of its gamma is brought to sRGB,
/// as viewers show it; a file that says nothing is sRGB, of 8 bits or of 16.
///
/// The size must be the one that `palindrome_png_size` gave. Returns 1, or 0 with a reason.
int palindrome_png_decode(const uint8_t *restrict png, int64_t length, int64_t width, int64_t height,
                          enum palindrome_pixels pixels, uint8_t background, uint8_t *restrict image,
                          char message[palindrome_png_message_length]);
