#define _POSIX_C_SOURCE 200809L // strdup under strict C17
#include "CInterface.h"
#include <stdlib.h>
#include <string.h>

// A thread has one call at a time, and its message is read by the thread that made the call.
static _Thread_local char *message = NULL;
static _Thread_local int32_t message_rank = -1;
static _Thread_local char *complaint = NULL;

void palindrome_keep_message(const char *text, int32_t rank) {
    free(message);
    message = strdup(text);
    message_rank = rank;
}

const char *palindrome_message(void) {
    return message ? message : "";
}

int32_t palindrome_message_rank(void) {
    return message_rank;
}

void palindrome_complain(const char *text) {
    free(complaint);
    complaint = text ? strdup(text) : NULL;
}

char *palindrome_take_complaint(void) {
    char *taken = complaint;
    complaint = NULL;
    return taken;
}
