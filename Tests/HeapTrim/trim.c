#include "HeapTrim.h"
#include <malloc.h>

void palindrome_trim_heap(void) {
    malloc_trim(0);
}
