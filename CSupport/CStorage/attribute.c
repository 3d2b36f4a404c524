#include "internal.h"
#include <stdlib.h>
#include <string.h>

/// Takes over type and space.
static int write_attribute(palindrome_file file, const char *path, const char *name, hid_t file_type,
                           hid_t type, hid_t space, const void *values) {
    int status = -1;
    struct palindrome_description there;
    hid_t object = -1;
    if (palindrome_describe(file, path, &there) == 0 &&
        (there.kind != palindrome_kind_none || palindrome_make_group(file, path) == 0))
        object = H5Oopen(file, path, H5P_DEFAULT);
    if (object >= 0) {
        hid_t attribute = H5Acreate2(object, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT);
        status = attribute < 0 ? -1 : H5Awrite(attribute, type, values);
        if (status < 0)
            palindrome_storage_failed();
        if (attribute >= 0)
            H5Aclose(attribute);
        H5Oclose(object);
    } else {
        palindrome_storage_failed();
    }
    H5Sclose(space);
    H5Tclose(type);
    H5Tclose(file_type);
    return status < 0 ? -1 : 0;
}

int palindrome_attribute_write(palindrome_file file, const char *object, const char *name,
                               enum palindrome_element element, int64_t count, const void *values) {
    hsize_t extent = (hsize_t)count;
    hid_t space = count < 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &extent, NULL);
    return write_attribute(file, object, name, palindrome_file_type(element), palindrome_memory_type(element),
                           space, values);
}

/// Of variable length, as h5py writes texts and every reader takes them.
static hid_t text_type(void) {
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

int palindrome_attribute_write_text(palindrome_file file, const char *object, const char *name,
                                    const char *text) {
    return write_attribute(file, object, name, text_type(), text_type(), H5Screate(H5S_SCALAR), &text);
}

int palindrome_attribute_describe(palindrome_file file, const char *object, const char *name,
                                  struct palindrome_description *description) {
    memset(description, 0, sizeof *description);
    int found = H5Aexists_by_name(file, object, name, H5P_DEFAULT);
    if (found < 0)
        return palindrome_storage_failed();
    if (found == 0)
        return 0;
    hid_t attribute = H5Aopen_by_name(file, object, name, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0)
        return palindrome_storage_failed();
    hid_t type = H5Aget_type(attribute);
    hid_t space = H5Aget_space(attribute);
    int status = palindrome_describe_values(type, space, description);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return status;
}

int palindrome_attribute_read(palindrome_file file, const char *object, const char *name,
                              enum palindrome_element element, void *values) {
    hid_t attribute = H5Aopen_by_name(file, object, name, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0)
        return palindrome_storage_failed();
    hid_t type = palindrome_memory_type(element);
    int status = H5Aread(attribute, type, values) < 0 ? palindrome_storage_failed() : 0;
    H5Tclose(type);
    H5Aclose(attribute);
    return status;
}

static char *text_of(hid_t attribute, hid_t type, hid_t space) {
    if (H5Sget_simple_extent_npoints(space) != 1)
        return NULL;
    if (H5Tis_variable_str(type) > 0) {
        char *read = NULL;
        struct palindrome_text text = {0};
        if (H5Aread(attribute, type, &read) >= 0) {
            palindrome_append(&text, read ? read : "");
            H5Dvlen_reclaim(type, space, H5P_DEFAULT, &read);
        }
        return text.start;
    }
    char *text = calloc(1, H5Tget_size(type) + 1);
    if (text && H5Aread(attribute, type, text) < 0) {
        free(text);
        return NULL;
    }
    return text;
}

int palindrome_attribute_read_text(palindrome_file file, const char *object, const char *name, char **text) {
    *text = NULL;
    hid_t attribute = H5Aopen_by_name(file, object, name, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0)
        return palindrome_storage_failed();
    hid_t type = H5Aget_type(attribute);
    hid_t space = H5Aget_space(attribute);
    *text = text_of(attribute, type, space);
    int status = *text ? 0 : palindrome_storage_failed();
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return status;
}

static herr_t append_attribute(hid_t object, const char *name, const H5A_info_t *info, void *text) {
    (void)object;
    (void)info;
    return palindrome_append(text, name) || palindrome_append(text, "\n");
}

int palindrome_list_attributes(palindrome_file file, const char *object, char **result) {
    struct palindrome_text text = {0};
    hsize_t position = 0;
    *result = NULL;
    if (palindrome_append(&text, "") || H5Aiterate_by_name(file, object, H5_INDEX_NAME, H5_ITER_INC,
                                                           &position, append_attribute, &text, H5P_DEFAULT)) {
        int status = palindrome_storage_failed();
        free(text.start);
        return status;
    }
    *result = text.start;
    return 0;
}
