#pragma once
#include "palindrome.h"

// What the calls of palindrome.h leave behind for palindrome_message(): a line per thread. Nothing else is
// kept between two calls.

/// Keeps the line and the rank of a failure.
void palindrome_keep_message(const char *message, int32_t rank);
/// What palindrome_complain() said in this thread since this was last asked, or NULL. The caller frees it.
char *palindrome_take_complaint(void);
