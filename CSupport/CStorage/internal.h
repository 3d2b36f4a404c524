#pragma once
#define H5_USE_110_API // the names below mean the same with HDF5 1.10 and later
#include <hdf5.h>
#include <mpi.h>
#include "CStorage.h"

/// Keeps HDF5's words about the call that just failed; returns -1.
int palindrome_storage_failed(void);

/// The type in memory of an element. The caller closes it.
hid_t palindrome_memory_type(enum palindrome_element element);
/// Its little-endian form in files. The caller closes it.
hid_t palindrome_file_type(enum palindrome_element element);
/// What a type is.
int palindrome_describe_type(hid_t type, struct palindrome_description *description);
/// What a type and a space are.
int palindrome_describe_values(hid_t type, hid_t space, struct palindrome_description *description);

/// Notes what keeps a dataset from being read, if anything does.
void palindrome_find_obstacle(hid_t dataset, struct palindrome_description *description);
/// Whether the path is a link into another file.
int palindrome_is_link_elsewhere(palindrome_file file, const char *path);
/// Whether elements are single bytes of bits, which HDF5 converts to nothing.
int palindrome_is_bits(hid_t type);

/// Makes a group, and those on the way, where there is nothing.
int palindrome_make_group(palindrome_file file, const char *path);

/// Text that grows.
struct palindrome_text {
    char *start;
    size_t length, capacity;
};
int palindrome_append(struct palindrome_text *text, const char *more);
