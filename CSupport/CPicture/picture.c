#include "CPicture.h"
#include <png.h>
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
