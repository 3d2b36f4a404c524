#define _POSIX_C_SOURCE 200809L // sigaction under strict C17
#include "CParallel.h"
#include <signal.h>
#include <stddef.h>
#include <string.h>

// The one piece of global state in the program: a signal handler can reach nothing else.
static volatile sig_atomic_t last_signal = 0;

static void note(int signal_number) {
    last_signal = signal_number;
}

/// Whether somebody above us, as nohup does, wants this signal to mean nothing.
static int is_ignored(int signal_number) {
    struct sigaction now;
    return sigaction(signal_number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

void palindrome_watch_signals(void) {
    last_signal = 0;
    static const int warnings[] = {SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGXCPU, SIGHUP};
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = note;
    action.sa_flags = SA_RESTART;
    for (size_t i = 0; i < sizeof warnings / sizeof *warnings; i++)
        if (warnings[i] != SIGHUP || !is_ignored(SIGHUP))
            sigaction(warnings[i], &action, NULL);
}

int palindrome_signal(void) {
    return last_signal;
}

void palindrome_forget_signal(void) {
    last_signal = 0;
}
