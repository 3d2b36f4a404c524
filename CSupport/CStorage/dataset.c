#include "internal.h"
#include <stdlib.h>
#include <string.h>

/// Whether there is an object of this path: 1, 0, or -1 for a failure.
static int exists_here(palindrome_file file, const char *path) {
    if (strcmp(path, "/") == 0)
        return 1;
    int found = H5Lexists(file, path, H5P_DEFAULT);
    return found > 0 ? H5Oexists_by_name(file, path, H5P_DEFAULT) : found;
}

static int is_group(palindrome_file file, const char *path) {
    H5O_info_t info;
    return H5Oget_info_by_name(file, path, &info, H5P_DEFAULT) >= 0 && info.type == H5O_TYPE_GROUP;
}

static int make_group(palindrome_file file, const char *path) {
    hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
    H5Pset_obj_track_times(creation, 0); // files of the same content are the same bytes
    hid_t group = H5Gcreate2(file, path, H5P_DEFAULT, creation, H5P_DEFAULT);
    H5Pclose(creation);
    return group < 0 || H5Gclose(group) < 0 ? -1 : 1;
}

enum { elsewhere = 2 }; // beside those of exists_here: on the way is a link into another file

enum missing { stop_at_missing, make_missing };

/// Walks the groups of a path from the root, since H5Lexists fails, instead of answering, when one is
/// missing. The last part of the path is the object itself.
static int walk(palindrome_file file, const char *path, size_t length, enum missing missing) {
    char *part = malloc(length + 1);
    if (!part)
        return -1;
    int found = 1;
    for (size_t end = 1; end <= length && found > 0; end++) {
        if (end < length && path[end] != '/')
            continue;
        memcpy(part, path, end);
        part[end] = 0;
        if (missing == stop_at_missing && palindrome_is_link_elsewhere(file, part)) {
            found = elsewhere;
            break;
        }
        found = exists_here(file, part);
        if (found > 0 && end < length && !is_group(file, part))
            found = 0; // nothing lies in a dataset
        if (found == 0 && missing == make_missing)
            found = make_group(file, part);
    }
    free(part);
    return found;
}

int palindrome_make_group(palindrome_file file, const char *path) {
    return walk(file, path, strlen(path), make_missing) > 0 ? 0 : palindrome_storage_failed();
}

int palindrome_describe(palindrome_file file, const char *path, struct palindrome_description *description) {
    memset(description, 0, sizeof *description);
    int found = walk(file, path, strlen(path), stop_at_missing);
    if (found < 0)
        return palindrome_storage_failed();
    if (found == elsewhere)
        description->kind = palindrome_kind_elsewhere;
    if (found == 0 || found == elsewhere)
        return 0;
    hid_t object = H5Oopen(file, path, H5P_DEFAULT);
    if (object < 0)
        return palindrome_storage_failed();
    int status = 0;
    switch (H5Iget_type(object)) {
    case H5I_GROUP:
        description->kind = palindrome_kind_group;
        break;
    case H5I_DATASET: {
        hid_t type = H5Dget_type(object);
        hid_t space = H5Dget_space(object);
        status = type < 0 || space < 0 ? palindrome_storage_failed()
                                       : palindrome_describe_values(type, space, description);
        if (status == 0 && H5Sget_simple_extent_npoints(space) > 0)
            palindrome_find_obstacle(object, description);
        H5Sclose(space);
        H5Tclose(type);
        break;
    }
    default:
        description->kind = palindrome_kind_other;
    }
    H5Oclose(object);
    return status;
}

int palindrome_dataset_create(palindrome_file file, const char *path, enum palindrome_element element,
                              int32_t axes, const int64_t *shape) {
    const char *name = strrchr(path, '/');
    if (name && name > path && walk(file, path, (size_t)(name - path), make_missing) <= 0)
        return palindrome_storage_failed();
    hsize_t extent[palindrome_most_axes];
    for (int32_t axis = 0; axis < axes; axis++)
        extent[axis] = (hsize_t)shape[axis];
    hid_t space = axes ? H5Screate_simple(axes, extent, NULL) : H5Screate(H5S_SCALAR);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_layout(creation, H5D_CONTIGUOUS);
    H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER);
    H5Pset_obj_track_times(creation, 0);
    hid_t type = palindrome_file_type(element);
    hid_t dataset = H5Dcreate2(file, path, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    int status = dataset < 0 || H5Dclose(dataset) < 0 ? palindrome_storage_failed() : 0;
    H5Tclose(type);
    H5Pclose(creation);
    H5Sclose(space);
    return status;
}

static int select_part(const struct palindrome_selection *part, hid_t dataset, hid_t *file_space,
                       hid_t *memory_space) {
    *file_space = H5Dget_space(dataset);
    if (*file_space < 0)
        return -1;
    if (part->scalar) {
        *memory_space = H5Screate(H5S_SCALAR);
        return 0;
    }
    if (part->axes == 0) {
        *memory_space = H5Scopy(*file_space);
        return H5Sselect_none(*file_space) < 0 || H5Sselect_none(*memory_space) < 0 ? -1 : 0;
    }
    hsize_t start[palindrome_most_axes], stride[palindrome_most_axes], count[palindrome_most_axes],
        block[palindrome_most_axes];
    for (int32_t axis = 0; axis < part->axes; axis++) {
        start[axis] = (hsize_t)part->file_start[axis];
        stride[axis] = (hsize_t)part->file_stride[axis];
        count[axis] = (hsize_t)part->file_count[axis];
        block[axis] = (hsize_t)part->file_block[axis];
    }
    if (H5Sselect_hyperslab(*file_space, H5S_SELECT_SET, start, stride, count, block) < 0)
        return -1;
    for (int32_t axis = 0; axis < part->memory_axes; axis++) {
        start[axis] = (hsize_t)part->memory_start[axis];
        count[axis] = (hsize_t)part->memory_count[axis];
        block[axis] = (hsize_t)part->memory_shape[axis];
    }
    *memory_space = H5Screate_simple(part->memory_axes, block, NULL);
    return H5Sselect_hyperslab(*memory_space, H5S_SELECT_SET, start, NULL, count, NULL) < 0 ? -1 : 0;
}

static herr_t give(const void **source, size_t *bytes, void *given) {
    *source = ((const struct palindrome_text *)given)->start;
    *bytes = ((const struct palindrome_text *)given)->length;
    return 0;
}

/// Reads bytes of bits as numbers 0 and 1.
static int read_bits(hid_t dataset, hid_t type, hid_t memory_space, hid_t file_space, hid_t collective,
                     void *target) {
    size_t count = (size_t)H5Sget_select_npoints(memory_space);
    struct palindrome_text numbers = {.length = count * H5Tget_size(type)};
    numbers.start = malloc(numbers.length + 1);
    hsize_t extent = count;
    hid_t dense = count > 0 ? H5Screate_simple(1, &extent, NULL) : H5Scopy(memory_space);
    int status =
        numbers.start ? H5Dread(dataset, H5T_NATIVE_B8, dense, file_space, collective, numbers.start) : -1;
    for (size_t index = 0; status >= 0 && index < count; index++)
        numbers.start[index] = numbers.start[index] != 0;
    if (status >= 0 && count > 0)
        status = H5Tconvert(H5T_NATIVE_UINT8, type, count, numbers.start, NULL, H5P_DEFAULT);
    if (status >= 0 && count > 0)
        status = H5Dscatter(give, &numbers, type, memory_space, target);
    H5Sclose(dense);
    free(numbers.start);
    return status < 0 ? -1 : 0;
}

static int read_numbers(hid_t dataset, hid_t type, hid_t memory_space, hid_t file_space, hid_t collective,
                        void *target) {
    hid_t stored = H5Dget_type(dataset);
    int is_bits = palindrome_is_bits(stored);
    H5Tclose(stored);
    return is_bits ? read_bits(dataset, type, memory_space, file_space, collective, target)
                   : H5Dread(dataset, type, memory_space, file_space, collective, target);
}

/// Reads into `target`, or writes from `source`; the other is NULL.
static int transfer(palindrome_file file, const char *path, enum palindrome_element element,
                    const struct palindrome_selection *part, const void *source, void *target) {
    hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT);
    if (dataset < 0)
        return palindrome_storage_failed();
    hid_t file_space = -1, memory_space = -1;
    hid_t type = palindrome_memory_type(element);
    hid_t collective = H5Pcreate(H5P_DATASET_XFER);
    H5Pset_dxpl_mpio(collective, H5FD_MPIO_COLLECTIVE);
    int status = select_part(part, dataset, &file_space, &memory_space);
    if (status == 0)
        status = target ? read_numbers(dataset, type, memory_space, file_space, collective, target)
                        : H5Dwrite(dataset, type, memory_space, file_space, collective, source);
    if (status < 0)
        palindrome_storage_failed();
    H5Pclose(collective);
    H5Tclose(type);
    if (memory_space >= 0)
        H5Sclose(memory_space);
    if (file_space >= 0)
        H5Sclose(file_space);
    H5Dclose(dataset);
    return status < 0 ? -1 : 0;
}

int palindrome_dataset_write(palindrome_file file, const char *path, enum palindrome_element element,
                             const struct palindrome_selection *selection, const void *values) {
    static const char nothing[16];
    return transfer(file, path, element, selection, values ? values : nothing, NULL);
}

int palindrome_dataset_read(palindrome_file file, const char *path, enum palindrome_element element,
                            const struct palindrome_selection *selection, void *values) {
    char nothing[16];
    return transfer(file, path, element, selection, NULL, values ? values : nothing);
}
