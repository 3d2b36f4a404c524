#include "internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint32_t big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/// CRC-32 of a chunk's name and content, as libpng holds it against the one in the file.
static uint32_t checksum(const uint8_t *bytes, int64_t count) {
    uint32_t sum = 0xFFFFFFFF;
    for (int64_t index = 0; index < count; index++) {
        sum ^= bytes[index];
        for (int bit = 0; bit < 8; bit++)
            sum = sum & 1 ? sum >> 1 ^ 0xEDB88320 : sum >> 1;
    }
    return ~sum;
}

/// A chunk gAMA with the checksum that is due; another one libpng passes over.
static int is_gamma(const uint8_t *chunk) {
    return memcmp(chunk + 4, "gAMA", 4) == 0 && big_endian(chunk) == 4 &&
           checksum(chunk + 4, 8) == big_endian(chunk + 12);
}

/// Where the chunk after this one begins. Length, name, content, checksum: libpng will judge them.
static int64_t next(const uint8_t *png, int64_t at) {
    return at + 12 + (int64_t)big_endian(png + at);
}

static int is_before_pixels(const uint8_t *png, int64_t length, int64_t at) {
    return at + 16 <= length && memcmp(png + at + 4, "IDAT", 4) != 0;
}

double palindrome_gamma(const uint8_t *png, int64_t length) {
    double gamma = 0;
    for (int64_t at = 8; is_before_pixels(png, length, at); at = next(png, at)) {
        // Says the last word, wherever it stands. A profile (iCCP) is not followed; its gAMA stands for it.
        if (memcmp(png + at + 4, "sRGB", 4) == 0)
            return 0;
        if (gamma == 0 && is_gamma(png + at))
            gamma = big_endian(png + at + 8) / 1e5;
    }
    // Within some percent of 1/2.2 everybody takes it for sRGB; the bounds are those of libpng.
    return gamma < 16e-5 || gamma > 6250 || fabs(gamma / 0.45455 - 1) <= 0.05 ? 0 : gamma;
}

uint8_t *palindrome_without_gamma(const uint8_t *png, int64_t length, int64_t *remaining) {
    uint8_t *copy = malloc((size_t)length);
    if (!copy)
        return NULL;
    int64_t at = 8, count = 8;
    memcpy(copy, png, 8);
    while (is_before_pixels(png, length, at)) {
        int64_t end = next(png, at) < length ? next(png, at) : length;
        if (!is_gamma(png + at)) {
            memcpy(copy + count, png + at, (size_t)(end - at));
            count += end - at;
        }
        at = end;
    }
    memcpy(copy + count, png + at, (size_t)(length - at));
    *remaining = count + length - at;
    return copy;
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

/// A sample of a picture of either depth, 0 to 1.
static double sample(const void *samples, int is_deep, size_t index) {
    return is_deep ? ((const uint16_t *)samples)[index] / 65535.0 : ((const uint8_t *)samples)[index] / 255.0;
}

int palindrome_decode_light(png_image *image, double gamma, enum palindrome_pixels pixels, uint8_t background,
                            uint8_t *restrict pixel_bytes) {
    int is_deep = (image->format & PNG_FORMAT_FLAG_LINEAR) != 0;
    size_t channels = image->format & PNG_FORMAT_FLAG_COLOR ? 3 : 1;
    image->format =
        (is_deep ? PNG_FORMAT_FLAG_LINEAR : 0) | (channels == 3 ? PNG_FORMAT_RGBA : PNG_FORMAT_GA);
    void *samples = malloc(PNG_IMAGE_SIZE(*image));
    if (!samples)
        return 0;
    int is_read = png_image_finish_read(image, NULL, samples, 0, NULL);
    double behind = light(background);
    size_t count = is_read ? (size_t)image->width * image->height : 0;
    for (size_t pixel = 0; pixel < count; pixel++) {
        size_t first = pixel * (channels + 1);
        double opacity = sample(samples, is_deep, first + channels);
        // Of 16 bits libpng gives what is transparent dimmed by it.
        double dimming = is_deep && opacity > 0 ? opacity : 1;
        double shown[3];
        for (size_t channel = 0; channel < channels; channel++) {
            double value = fmin(sample(samples, is_deep, first + channel) / dimming, 1);
            shown[channel] = opacity * pow(value, 1 / gamma) + (1 - opacity) * behind;
        }
        // The luminance of sRGB's primaries, in libpng's numbers.
        double grey =
            channels == 1 ? shown[0] : (6968 * shown[0] + 23434 * shown[1] + 2366 * shown[2]) / 32768;
        for (size_t channel = 0; channel < (size_t)pixels; channel++)
            pixel_bytes[pixel * pixels + channel] =
                encoded(pixels == palindrome_grey || channels == 1 ? grey : shown[channel]);
    }
    free(samples);
    return is_read;
}
