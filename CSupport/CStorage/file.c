#include "internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char reason[256] = "";

const char *palindrome_storage_reason(void) {
    return reason;
}

const char *palindrome_hdf5_library(void) {
    static char text[32];
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    snprintf(text, sizeof text, "HDF5 %u.%u.%u", major, minor, release);
    return text;
}

// The innermost entry of the error stack says what happened; the others say on whose behalf.
static herr_t innermost(unsigned n, const H5E_error2_t *entry, void *unused) {
    (void)unused;
    if (n == 0 && entry->desc)
        snprintf(reason, sizeof reason, "%s", entry->desc);
    return 0;
}

int palindrome_storage_failed(void) {
    snprintf(reason, sizeof reason, "no reason given");
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, NULL);
    reason[strcspn(reason, "\n")] = 0;
    return -1;
}

// At its end the library would close what it still holds of files that were too damaged to be closed, and not
// survive that. Whole files are closed by those who opened them.
__attribute__((constructor)) static void leave_no_last_words(void) {
    H5dont_atexit();
}

static void be_quiet(void) {
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static hid_t access_properties(int32_t communicator) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_mpio(access, MPI_Comm_f2c(communicator), MPI_INFO_NULL);
    H5Pset_coll_metadata_write(access, 1);
    H5Pset_all_coll_metadata_ops(access, 1);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    return access;
}

int palindrome_file_create(const char *path, int32_t communicator, palindrome_file *file) {
    be_quiet();
    hid_t access = access_properties(communicator);
    // This format has a checksum on every piece of metadata, and every HDF5 since 1.8 reads it.
    H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18);
    hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_obj_track_times(creation, 0); // files of the same content are the same bytes
    *file = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
    int status = *file < 0 ? palindrome_storage_failed() : 0;
    H5Pclose(creation);
    H5Pclose(access);
    return status;
}

int palindrome_file_open(const char *path, int32_t communicator, palindrome_file *file) {
    be_quiet();
    hid_t access = access_properties(communicator);
    *file = H5Fopen(path, H5F_ACC_RDONLY, access);
    int status = *file < 0 ? palindrome_storage_failed() : 0;
    H5Pclose(access);
    return status;
}

int palindrome_file_flush(palindrome_file file) {
    return H5Fflush(file, H5F_SCOPE_GLOBAL) < 0 ? palindrome_storage_failed() : 0;
}

int palindrome_file_close(palindrome_file file) {
    return H5Fclose(file) < 0 ? palindrome_storage_failed() : 0;
}

int palindrome_append(struct palindrome_text *text, const char *more) {
    size_t bytes = strlen(more);
    if (text->length + bytes + 1 > text->capacity) {
        size_t capacity = 2 * (text->length + bytes + 1);
        char *grown = realloc(text->start, capacity);
        if (!grown)
            return -1;
        text->start = grown;
        text->capacity = capacity;
    }
    memcpy(text->start + text->length, more, bytes + 1);
    text->length += bytes;
    return 0;
}

void palindrome_release(char *text) {
    free(text);
}

static herr_t append_object(hid_t root, const char *name, const H5O_info_t *info, void *text) {
    (void)root;
    if (info->type != H5O_TYPE_GROUP && info->type != H5O_TYPE_DATASET)
        return 0;
    int is_root = strcmp(name, ".") == 0;
    return palindrome_append(text, info->type == H5O_TYPE_GROUP ? "G/" : "D/") ||
           palindrome_append(text, is_root ? "" : name) || palindrome_append(text, "\n");
}

int palindrome_list_objects(palindrome_file file, char **result) {
    struct palindrome_text text = {0};
    *result = NULL;
    if (palindrome_append(&text, "") || H5Ovisit(file, H5_INDEX_NAME, H5_ITER_INC, append_object, &text)) {
        int status = palindrome_storage_failed();
        free(text.start);
        return status;
    }
    *result = text.start;
    return 0;
}
