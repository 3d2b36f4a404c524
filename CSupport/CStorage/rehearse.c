#define _GNU_SOURCE // fork, strtok_r, NSIG
#include "internal.h"
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

// Larger datasets are not read by the rehearsal; how their numbers are found still is.
enum { most_bytes = 64 << 20, patience = 60 };

static void read_attributes(palindrome_file file, const char *object) {
    char *names = NULL, *text, *rest = NULL;
    if (palindrome_list_attributes(file, object, &names) != 0)
        return;
    for (char *name = strtok_r(names, "\n", &rest); name; name = strtok_r(NULL, "\n", &rest)) {
        struct palindrome_description found;
        if (palindrome_attribute_describe(file, object, name, &found) == 0 &&
            found.kind == palindrome_kind_text &&
            palindrome_attribute_read_text(file, object, name, &text) == 0)
            palindrome_release(text);
    }
    palindrome_release(names);
}

static void read_dataset(palindrome_file file, const char *path) {
    struct palindrome_description found;
    if (palindrome_describe(file, path, &found) != 0 || found.obstacle != palindrome_obstacle_none)
        return;
    hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT);
    if (dataset < 0)
        return;
    hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    hssize_t points = H5Sget_simple_extent_npoints(space);
    size_t bytes = H5Tget_size(type);
    if (points > 0 && bytes > 0 && points <= most_bytes / (hssize_t)bytes &&
        H5Tdetect_class(type, H5T_VLEN) == 0 && H5Tis_variable_str(type) == 0) {
        void *numbers = malloc((size_t)points * bytes);
        if (numbers)
            H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers);
        free(numbers);
    }
    H5Tclose(type);
    H5Sclose(space);
    H5Dclose(dataset);
}

/// Whether the library holds no file afterwards that it did not hold before: what is left of one that was too
/// damaged to be closed would bring it down when the process ends.
static int read_everything(const char *path) {
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    ssize_t before = H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_FILE);
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, access);
    H5Pclose(access);
    char *objects = NULL, *rest = NULL;
    if (file >= 0)
        read_attributes(file, "/");
    if (file >= 0 && palindrome_list_objects(file, &objects) == 0)
        for (char *object = strtok_r(objects, "\n", &rest); object; object = strtok_r(NULL, "\n", &rest)) {
            read_attributes(file, object + 1);
            if (*object == 'D')
                read_dataset(file, object + 1);
        }
    palindrome_release(objects);
    if (file >= 0)
        H5Fclose(file);
    return H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_FILE) == before;
}

int palindrome_rehearse(const char *path) {
    pid_t child = fork();
    if (child < 0)
        return 0; // then the file is read without
    if (child == 0) {
        // Whoever dies here dies without a word; nobody's handlers apply.
        for (int number = 1; number < NSIG; number++)
            signal(number, SIG_DFL);
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
        alarm(patience);
        // What the library frees without having set it is nothing by chance in a young process, and something
        // in an old one.
        mallopt(M_PERTURB, 0xA5);
        // A damaged length reads beyond its block: the heap ends as early as it can, so that what would fall
        // off its end in the process that lives on does so here.
        mallopt(M_TOP_PAD, 0);
        mallopt(M_TRIM_THRESHOLD, 0);
        malloc_trim(0);
        _exit(read_everything(path) ? 0 : 1);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return 0;
    return WIFSIGNALED(status) || WEXITSTATUS(status) != 0 ? -1 : 0;
}
