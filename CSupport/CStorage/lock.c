#define _GNU_SOURCE // locks of open files, which belong to no process and end with the last descriptor
#include "CStorage.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int palindrome_lock(int file) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int status;
    do
        status = fcntl(file, F_OFD_SETLK, &whole);
    while (status != 0 && errno == EINTR);
    return status == 0 ? 0 : errno;
}

struct palindrome_beat {
    int file;
    int64_t offset;
    double interval; // seconds
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    int is_over;
};

enum { digits = 20 };

/// A beat that cannot be written is left out: the next one may be, and nobody waits for it here.
static void beat_once(const struct palindrome_beat *beat, int64_t count) {
    char text[digits + 2];
    int bytes = snprintf(text, sizeof text, "%0*" PRId64 "\n", digits, count);
    if (pwrite(beat->file, text, (size_t)bytes, beat->offset) == bytes)
        fdatasync(beat->file);
}

static struct timespec after(double seconds) {
    struct timespec moment;
    clock_gettime(CLOCK_MONOTONIC, &moment);
    int64_t nanoseconds = moment.tv_nsec + (int64_t)(seconds * 1e9);
    moment.tv_sec += nanoseconds / 1000000000;
    moment.tv_nsec = nanoseconds % 1000000000;
    return moment;
}

static void *keep_beating(void *given) {
    struct palindrome_beat *beat = given;
    pthread_mutex_lock(&beat->mutex);
    for (int64_t count = 1; !beat->is_over; count++) {
        pthread_mutex_unlock(&beat->mutex);
        beat_once(beat, count);
        struct timespec next = after(beat->interval);
        pthread_mutex_lock(&beat->mutex);
        while (!beat->is_over && pthread_cond_timedwait(&beat->wake, &beat->mutex, &next) == 0)
            ;
    }
    pthread_mutex_unlock(&beat->mutex);
    return NULL;
}

struct palindrome_beat *palindrome_beat_start(int file, int64_t offset, double interval) {
    struct palindrome_beat *beat = malloc(sizeof *beat);
    if (beat == NULL)
        return NULL;
    *beat = (struct palindrome_beat){.file = file, .offset = offset, .interval = interval};
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&beat->mutex, NULL);
    pthread_cond_init(&beat->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    // Signals are for the thread that computes: what it waits for is to be interrupted, not this.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int status = pthread_create(&beat->thread, NULL, keep_beating, beat);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (status != 0) {
        free(beat);
        return NULL;
    }
    return beat;
}

void palindrome_beat_stop(struct palindrome_beat *beat) {
    if (beat == NULL)
        return;
    pthread_mutex_lock(&beat->mutex);
    beat->is_over = 1;
    pthread_cond_signal(&beat->wake);
    pthread_mutex_unlock(&beat->mutex);
    pthread_join(beat->thread, NULL);
    pthread_cond_destroy(&beat->wake);
    pthread_mutex_destroy(&beat->mutex);
    free(beat);
}
