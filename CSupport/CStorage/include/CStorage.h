#pragma once
#include <stdint.h>

// Parallel HDF5 behind plain integers: a file is an HDF5 identifier, a communicator an MPI Fortran handle.
// Every call on a file is collective, with the same arguments but for the selected part and its memory.
// Calls return 0 on success; after a failure palindrome_storage_reason() has the library's words.

typedef int64_t palindrome_file;

enum palindrome_element {
    palindrome_u8 = 0,
    palindrome_i32 = 1,
    palindrome_i64 = 2,
    palindrome_u32 = 3,
    palindrome_u64 = 4,
    palindrome_f32 = 5,
    palindrome_f64 = 6,
    palindrome_c128 = 7, // two f64, real part first
};

enum palindrome_kind {
    palindrome_kind_none = 0, // there is no such thing
    palindrome_kind_signed = 1,
    palindrome_kind_unsigned = 2,
    palindrome_kind_real = 3,
    palindrome_kind_complex = 4,
    palindrome_kind_text = 5,
    palindrome_kind_other = 6,
    palindrome_kind_group = 7,
    palindrome_kind_boolean = 8,   // FALSE and TRUE, as h5py writes numpy's bool, or bits, as PyTables does
    palindrome_kind_elsewhere = 9, // a link into another file
};

/// What keeps the numbers of a dataset from being read, though there it is.
enum palindrome_obstacle {
    palindrome_obstacle_none = 0,
    palindrome_obstacle_never_written = 1,
    palindrome_obstacle_virtual = 2,  // a view of other datasets
    palindrome_obstacle_external = 3, // its numbers are in a file of their own
    palindrome_obstacle_filter = 4,   // compressed in a way that is not known here
};

enum { palindrome_most_axes = 8 };

/// What a dataset or an attribute is: kind and bytes of an element, and the shape (no axes: a scalar).
struct palindrome_description {
    int32_t kind;
    int32_t axes;
    int64_t element_bytes;
    int64_t shape[palindrome_most_axes];
    int32_t obstacle;
    int32_t filter; // the number and the name of a filter that is missing
    char filter_name[40];
};

const char *palindrome_storage_reason(void);
const char *palindrome_hdf5_library(void);

/// Creates a file, or empties it.
int palindrome_file_create(const char *path, int32_t communicator, palindrome_file *file);
/// Opens a file to read.
int palindrome_file_open(const char *path, int32_t communicator, palindrome_file *file);
int palindrome_file_flush(palindrome_file file);
int palindrome_file_close(palindrome_file file);

/// Reads a file in a process of its own, without MPI: 0, or -1 if that process did not survive it or did not
/// end. The library trusts files of its older formats, whose metadata have no checksums, and some bytes bring
/// it down.
int palindrome_rehearse(const char *path);

/// Whether the path names a group (kind group), a dataset (any other kind) or nothing (kind none).
int palindrome_describe(palindrome_file file, const char *path, struct palindrome_description *description);
/// The paths of all groups and datasets, by name, each behind 'G' or 'D' and before a newline. The caller
/// releases.
int palindrome_list_objects(palindrome_file file, char **text);
void palindrome_release(char *text);

/// Creates a contiguous dataset with its space allocated and nothing written; makes groups on the way.
int palindrome_dataset_create(palindrome_file file, const char *path, enum palindrome_element element,
                              int32_t axes, const int64_t *shape);

/// A part of a dataset and its place in memory. `file_*` have `axes` numbers each: `count` blocks of `block`
/// points, `stride` apart. `memory_*`: a box of `memory_count` points at `memory_start` in an array of
/// `memory_shape`. A selection with no axes selects nothing; a dataset with no axes is selected whole by
/// `scalar`.
struct palindrome_selection {
    int32_t axes;
    int32_t memory_axes;
    int32_t scalar;
    int64_t file_start[palindrome_most_axes], file_stride[palindrome_most_axes];
    int64_t file_count[palindrome_most_axes], file_block[palindrome_most_axes];
    int64_t memory_shape[palindrome_most_axes], memory_start[palindrome_most_axes];
    int64_t memory_count[palindrome_most_axes];
};

int palindrome_dataset_write(palindrome_file file, const char *path, enum palindrome_element element,
                             const struct palindrome_selection *selection, const void *values);
/// Converts numbers to `element` where the file has another type.
int palindrome_dataset_read(palindrome_file file, const char *path, enum palindrome_element element,
                            const struct palindrome_selection *selection, void *values);

/// Sets an attribute of a dataset or a group; a group that is not there is made. `count` < 0: a scalar.
int palindrome_attribute_write(palindrome_file file, const char *object, const char *name,
                               enum palindrome_element element, int64_t count, const void *values);
/// Sets a text of variable length (UTF-8).
int palindrome_attribute_write_text(palindrome_file file, const char *object, const char *name,
                                    const char *text);
int palindrome_attribute_describe(palindrome_file file, const char *object, const char *name,
                                  struct palindrome_description *description);
int palindrome_attribute_read(palindrome_file file, const char *object, const char *name,
                              enum palindrome_element element, void *values);
/// Reads one text of fixed or variable length, ended by 0. The caller releases.
int palindrome_attribute_read_text(palindrome_file file, const char *object, const char *name, char **text);
/// The names of the attributes of an object, each before a newline. The caller releases.
int palindrome_list_attributes(palindrome_file file, const char *object, char **text);

/// Takes disk space for a file to grow into, without growing it. Returns 0 or errno.
int palindrome_reserve(int file, int64_t bytes);

/// Sum over i of mix(first + i, value i), modulo 2^64: any order and any division into parts adds up to the
/// same. One changed element always changes it. Elements of 1, 4 or 8 bytes. No allocation, no library.
uint64_t palindrome_content_checksum(const void *values, int64_t count, int32_t element_bytes,
                                     uint64_t first);
/// How many values are NaN or infinite.
int64_t palindrome_count_not_finite_f32(const float *values, int64_t count);
int64_t palindrome_count_not_finite_f64(const double *values, int64_t count);

/// Takes the lock of an open file, which the system gives up with its last descriptor, however the process
/// ends. Returns 0; EAGAIN or EACCES when another holds it; another errno where the file system knows no
/// locks.
int palindrome_lock(int file);

/// A thread that writes a count of twenty digits and a newline at an offset of a file, now and every so many
/// seconds. Calls nothing but the system. NULL if there is no thread to be had.
struct palindrome_beat *palindrome_beat_start(int file, int64_t offset, double interval);
/// Ends it; NULL is none.
void palindrome_beat_stop(struct palindrome_beat *beat);
