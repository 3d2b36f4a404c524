#include "internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint32_t big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

int palindrome_has_gamma(const uint8_t *png, int64_t length) {
    // A chunk: length, name, content, checksum. libpng will judge the file; this only looks.
    for (int64_t at = 8; at + 12 <= length && memcmp(png + at + 4, "IDAT", 4) != 0;) {
        const uint8_t *name = png + at + 4;
        if (memcmp(name, "sRGB", 4) == 0 || memcmp(name, "iCCP", 4) == 0)
            return 0;
        if (memcmp(name, "gAMA", 4) == 0 && at + 16 <= length) {
            // Within some percent of 1/2.2 everybody takes it for sRGB.
            double ratio = big_endian(png + at + 8) / 45455.0;
            return ratio > 0 && fabs(ratio - 1) > 0.05;
        }
        at += 12 + (int64_t)big_endian(png + at);
    }
    return 0;
}

/// The light of an encoded value, 0 to 1 (IEC 61966-2-1).
static double light(uint8_t encoded) {
    double value = encoded / 255.0;
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static uint8_t encoded(double light) {
    double value = light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055;
    return (uint8_t)lround(255 * fmin(fmax(value, 0), 1));
}

int palindrome_decode_light(png_image *image, enum palindrome_pixels pixels, uint8_t background,
                            uint8_t *restrict pixel_bytes) {
    // 16 bits of light, what is transparent already dimmed by it.
    image->format = PNG_FORMAT_FLAG_LINEAR | PNG_FORMAT_FLAG_ALPHA |
                    (pixels == palindrome_rgb ? PNG_FORMAT_FLAG_COLOR : 0);
    uint16_t *linear = malloc(PNG_IMAGE_SIZE(*image));
    if (!linear)
        return 0;
    int is_read = png_image_finish_read(image, NULL, linear, 0, NULL);
    double behind = light(background);
    size_t count = is_read ? (size_t)image->width * image->height : 0;
    for (size_t pixel = 0; pixel < count; pixel++) {
        const uint16_t *channels = linear + pixel * ((size_t)pixels + 1);
        double through = 1 - channels[pixels] / 65535.0;
        for (int channel = 0; channel < (int)pixels; channel++)
            pixel_bytes[pixel * pixels + (size_t)channel] =
                encoded(channels[channel] / 65535.0 + through * behind);
    }
    free(linear);
    return is_read;
}
