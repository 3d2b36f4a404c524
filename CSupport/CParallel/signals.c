#define _POSIX_C_SOURCE 200809L // sigaction under strict C17
#include "CParallel.h"
#include <signal.h>
#include <string.h>

// The one piece of global state in the program: a signal handler can reach nothing else.
static volatile sig_atomic_t last_signal = 0;

static void note(int signal_number) {
    last_signal = signal_number;
}

void palindrome_watch_signals(void) {
    last_signal = 0;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = note;
    action.sa_flags = SA_RESTART;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGINT, &action, NULL);
}

int palindrome_signal(void) {
    return last_signal;
}
