#include "CBuild.h"

#ifndef PALINDROME_COMMIT
#define PALINDROME_COMMIT ""
#endif

const char *palindrome_build_commit(void) {
    return PALINDROME_COMMIT;
}

const char *palindrome_build_compiler(void) {
    return __VERSION__;
}
