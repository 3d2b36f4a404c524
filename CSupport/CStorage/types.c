#include "internal.h"
#include <string.h>

static hid_t complex_of(hid_t part) {
    hid_t type = H5Tcreate(H5T_COMPOUND, 16);
    H5Tinsert(type, "r", 0, part); // h5py's names
    H5Tinsert(type, "i", 8, part);
    return type;
}

hid_t palindrome_memory_type(enum palindrome_element element) {
    switch (element) {
    case palindrome_u8:
        return H5Tcopy(H5T_NATIVE_UINT8);
    case palindrome_i32:
        return H5Tcopy(H5T_NATIVE_INT32);
    case palindrome_i64:
        return H5Tcopy(H5T_NATIVE_INT64);
    case palindrome_u32:
        return H5Tcopy(H5T_NATIVE_UINT32);
    case palindrome_u64:
        return H5Tcopy(H5T_NATIVE_UINT64);
    case palindrome_f32:
        return H5Tcopy(H5T_NATIVE_FLOAT);
    case palindrome_f64:
        return H5Tcopy(H5T_NATIVE_DOUBLE);
    case palindrome_c128:
        return complex_of(H5T_NATIVE_DOUBLE);
    }
    return -1;
}

hid_t palindrome_file_type(enum palindrome_element element) {
    switch (element) {
    case palindrome_u8:
        return H5Tcopy(H5T_STD_U8LE);
    case palindrome_i32:
        return H5Tcopy(H5T_STD_I32LE);
    case palindrome_i64:
        return H5Tcopy(H5T_STD_I64LE);
    case palindrome_u32:
        return H5Tcopy(H5T_STD_U32LE);
    case palindrome_u64:
        return H5Tcopy(H5T_STD_U64LE);
    case palindrome_f32:
        return H5Tcopy(H5T_IEEE_F32LE);
    case palindrome_f64:
        return H5Tcopy(H5T_IEEE_F64LE);
    case palindrome_c128:
        return complex_of(H5T_IEEE_F64LE);
    }
    return -1;
}

/// Whether the members are 0 and 1, whatever they are called.
static int is_boolean(hid_t type) {
    hid_t base = H5Tget_super(type);
    int members = 0;
    if (H5Tget_nmembers(type) == 2) {
        for (unsigned member = 0; member < 2; member++) {
            unsigned char value[64] = {0};
            if (H5Tget_size(type) <= 8 && H5Tget_member_value(type, member, value) >= 0 &&
                H5Tconvert(base, H5T_NATIVE_INT64, 1, value, NULL, H5P_DEFAULT) >= 0) {
                int64_t number;
                memcpy(&number, value, sizeof number);
                members |= number == 0 ? 1 : number == 1 ? 2 : 4;
            }
        }
    }
    H5Tclose(base);
    return members == 3;
}

int palindrome_is_bits(hid_t type) {
    return H5Tget_class(type) == H5T_BITFIELD && H5Tget_size(type) == 1;
}

int palindrome_describe_type(hid_t type, struct palindrome_description *description) {
    description->element_bytes = (int64_t)H5Tget_size(type);
    switch (H5Tget_class(type)) {
    case H5T_INTEGER:
        description->kind =
            H5Tget_sign(type) == H5T_SGN_NONE ? palindrome_kind_unsigned : palindrome_kind_signed;
        return 0;
    case H5T_FLOAT:
        description->kind = palindrome_kind_real;
        return 0;
    case H5T_ENUM:
        description->kind = is_boolean(type) ? palindrome_kind_boolean : palindrome_kind_other;
        return 0;
    case H5T_BITFIELD:
        description->kind = palindrome_is_bits(type) ? palindrome_kind_boolean : palindrome_kind_other;
        return 0;
    case H5T_STRING:
        description->kind = palindrome_kind_text;
        return 0;
    case H5T_COMPOUND:
        description->kind = H5Tget_nmembers(type) == 2 && H5Tget_member_index(type, "r") == 0 &&
                                    H5Tget_member_class(type, 0) == H5T_FLOAT
                                ? palindrome_kind_complex
                                : palindrome_kind_other;
        return 0;
    case H5T_NO_CLASS:
        return palindrome_storage_failed();
    default:
        description->kind = palindrome_kind_other;
        return 0;
    }
}

int palindrome_describe_values(hid_t type, hid_t space, struct palindrome_description *description) {
    hsize_t shape[H5S_MAX_RANK];
    int axes = H5Sget_simple_extent_dims(space, shape, NULL);
    if (axes < 0)
        return palindrome_storage_failed();
    if (palindrome_describe_type(type, description) != 0)
        return -1;
    if (axes > palindrome_most_axes) {
        description->kind = palindrome_kind_other;
        axes = 0;
    }
    description->axes = axes;
    for (int axis = 0; axis < axes; axis++)
        description->shape[axis] = (int64_t)shape[axis];
    return 0;
}
