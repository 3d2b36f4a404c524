#include "internal.h"
#include <stdlib.h>
#include <string.h>

static png_image described(int64_t width, int64_t height, enum palindrome_pixels pixels) {
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = (png_uint_32)width;
    image.height = (png_uint_32)height;
    image.format = pixels == palindrome_grey ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    return image;
}

static void tell(char message[palindrome_png_message_length], const char *reason) {
    strncpy(message, reason, palindrome_png_message_length - 1);
    message[palindrome_png_message_length - 1] = 0;
}

int64_t palindrome_png_bound(int64_t width, int64_t height, enum palindrome_pixels pixels) {
    png_image image = described(width, height, pixels);
    return (int64_t)PNG_IMAGE_PNG_SIZE_MAX(image);
}

int64_t palindrome_png_encode(const uint8_t *restrict pixel_bytes, int64_t width, int64_t height,
                              enum palindrome_pixels pixels, uint8_t *restrict png, int64_t capacity,
                              char message[palindrome_png_message_length]) {
    png_image image = described(width, height, pixels);
    png_alloc_size_t length = (png_alloc_size_t)capacity;
    if (png_image_write_to_memory(&image, png, &length, 0, pixel_bytes, (png_int_32)(width * pixels), NULL))
        return (int64_t)length;
    tell(message, image.message);
    return 0;
}

int palindrome_png_size(const uint8_t *png, int64_t length, int64_t *width, int64_t *height,
                        char message[palindrome_png_message_length]) {
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    int is_read = png_image_begin_read_from_memory(&image, png, (size_t)length);
    *width = image.width;
    *height = image.height;
    if (!is_read)
        tell(message, image.message);
    png_image_free(&image);
    return is_read;
}

/// Reads the rest of a PNG of 16 bits per channel and makes one of 8 bits of it, so that both kinds of file
/// take the same way from there. Returns the new PNG, which the caller frees, or NULL with a reason.
static uint8_t *in_eight_bits(png_image *image, png_alloc_size_t *length,
                              char message[palindrome_png_message_length]) {
    image->format &= PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA;
    // Else libpng would take 16 bits without a word on their gamma for linear ones, which viewers do not.
    image->flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    uint8_t *pixels = malloc(PNG_IMAGE_SIZE(*image));
    uint8_t *png = NULL;
    if (!pixels || !png_image_finish_read(image, NULL, pixels, 0, NULL)) {
        tell(message, pixels ? image->message : "there is no memory for it");
        free(pixels);
        return NULL;
    }
    png_image small = described(image->width, image->height, palindrome_rgb);
    small.format = image->format;
    *length = PNG_IMAGE_PNG_SIZE_MAX(small);
    png = malloc(*length);
    if (!png || !png_image_write_to_memory(&small, png, length, 0, pixels, 0, NULL)) {
        tell(message, png ? small.message : "there is no memory for it");
        free(png);
        png = NULL;
    }
    free(pixels);
    return png;
}

/// Decodes a file that names a gamma of its own.
static int decode_with_gamma(const uint8_t *png, int64_t length, double gamma, enum palindrome_pixels pixels,
                             uint8_t background, uint8_t *restrict pixel_bytes,
                             char message[palindrome_png_message_length]) {
    int64_t remaining = 0;
    uint8_t *copy = palindrome_without_gamma(png, length, &remaining);
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    int is_read = copy && png_image_begin_read_from_memory(&image, copy, (size_t)remaining) &&
                  palindrome_decode_light(&image, gamma, pixels, background, pixel_bytes);
    if (!is_read)
        tell(message, image.message[0] ? image.message : "there is no memory for it");
    png_image_free(&image);
    free(copy);
    return is_read;
}

int palindrome_png_decode(const uint8_t *restrict png, int64_t length, int64_t width, int64_t height,
                          enum palindrome_pixels pixels, uint8_t background, uint8_t *restrict pixel_bytes,
                          char message[palindrome_png_message_length]) {
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    int is_read = png_image_begin_read_from_memory(&image, png, (size_t)length);
    if (is_read && (image.width != (png_uint_32)width || image.height != (png_uint_32)height)) {
        tell(message, "the size is not the one announced");
        png_image_free(&image);
        return 0;
    }
    double gamma = is_read ? palindrome_gamma(png, length) : 0;
    if (gamma != 0) {
        png_image_free(&image);
        return decode_with_gamma(png, length, gamma, pixels, background, pixel_bytes, message);
    }
    if (is_read && (image.format & PNG_FORMAT_FLAG_LINEAR)) { // which means 16 bits here
        png_alloc_size_t reduced_length = 0;
        uint8_t *reduced = in_eight_bits(&image, &reduced_length, message);
        png_image_free(&image);
        is_read = reduced && palindrome_png_decode(reduced, (int64_t)reduced_length, width, height, pixels,
                                                   background, pixel_bytes, message);
        free(reduced);
        return is_read;
    }
    if (is_read) {
        const png_color behind = {background, background, background};
        image.format = pixels == palindrome_grey ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
        is_read = png_image_finish_read(&image, &behind, pixel_bytes, (png_int_32)(width * pixels), NULL);
    }
    if (!is_read)
        tell(message, image.message);
    png_image_free(&image);
    return is_read;
}
