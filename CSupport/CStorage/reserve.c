#define _GNU_SOURCE // fallocate
#include "CStorage.h"
#include <errno.h>
#include <fcntl.h>

int palindrome_reserve(int file, int64_t bytes) {
    int status;
    do
        status = fallocate(file, FALLOC_FL_KEEP_SIZE, 0, bytes);
    while (status != 0 && errno == EINTR);
    return status == 0 ? 0 : errno;
}
