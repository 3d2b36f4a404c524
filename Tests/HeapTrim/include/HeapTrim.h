#pragma once

/// Gives the heap's free memory back to the system, so that what is resident is what is in use.
void palindrome_trim_heap(void);
