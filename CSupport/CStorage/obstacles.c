#include "internal.h"
#include <stdlib.h>
#include <string.h>

/// The first filter of a dataset that this library cannot undo.
static int missing_filter(hid_t creation, struct palindrome_description *description) {
    int count = H5Pget_nfilters(creation);
    for (int index = 0; index < count; index++) {
        unsigned flags, abilities;
        size_t parameters = 0;
        H5Z_filter_t filter = H5Pget_filter2(creation, (unsigned)index, &flags, &parameters, NULL,
                                             sizeof description->filter_name, description->filter_name, NULL);
        if (filter < 0)
            continue;
        int decodes = H5Zfilter_avail(filter) > 0 && H5Zget_filter_info(filter, &abilities) >= 0 &&
                      (abilities & H5Z_FILTER_CONFIG_DECODE_ENABLED);
        if (decodes)
            continue;
        description->filter = filter;
        description->filter_name[sizeof description->filter_name - 1] = 0;
        return 1;
    }
    return 0;
}

void palindrome_find_obstacle(hid_t dataset, struct palindrome_description *description) {
    hid_t creation = H5Dget_create_plist(dataset);
    if (creation < 0)
        return;
    H5D_space_status_t space = H5D_SPACE_STATUS_ALLOCATED;
    if (H5Pget_layout(creation) == H5D_VIRTUAL)
        description->obstacle = palindrome_obstacle_virtual;
    else if (H5Pget_external_count(creation) > 0)
        description->obstacle = palindrome_obstacle_external;
    else if (missing_filter(creation, description))
        description->obstacle = palindrome_obstacle_filter;
    else if (H5Dget_space_status(dataset, &space) >= 0 && space == H5D_SPACE_STATUS_NOT_ALLOCATED)
        description->obstacle = palindrome_obstacle_never_written;
    H5Pclose(creation);
}

int palindrome_is_link_elsewhere(palindrome_file file, const char *path) {
    H5L_info_t link;
    return strcmp(path, "/") != 0 && H5Lget_info(file, path, &link, H5P_DEFAULT) >= 0 &&
           link.type >= H5L_TYPE_UD_MIN;
}
