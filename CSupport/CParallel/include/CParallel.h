#pragma once
#include <stdint.h>

// MPI behind plain integers: communicators are Fortran handles, counts are 64-bit, every call returns an
// MPI status (0 is success). No floating-point sum is offered: order would matter.

typedef int32_t palindrome_communicator;

int palindrome_mpi_initialize(void);
int palindrome_mpi_finalize(void);
int palindrome_mpi_is_active(void);
void palindrome_mpi_abort(int code);
double palindrome_mpi_time(void);
const char *palindrome_mpi_error(int status);
const char *palindrome_mpi_library(void);

palindrome_communicator palindrome_world(void);
int palindrome_rank(palindrome_communicator communicator, int32_t *rank, int32_t *size);
int palindrome_split(palindrome_communicator communicator, int32_t colour, int32_t key,
                     palindrome_communicator *part);
int palindrome_free(palindrome_communicator communicator);
/// A duplicate of a communicator of somebody else, whose messages are apart from theirs and whose errors are
/// returned. MPI_ERR_COMM if it is none, or one between two groups.
int palindrome_adopt(palindrome_communicator theirs, palindrome_communicator *own);

int palindrome_barrier(palindrome_communicator communicator);
int palindrome_broadcast(palindrome_communicator communicator, void *bytes, int64_t count, int32_t root);

enum palindrome_reduction { palindrome_sum = 0, palindrome_minimum = 1, palindrome_maximum = 2 };
int palindrome_reduce_i64(palindrome_communicator communicator, int64_t *values, int64_t count,
                          enum palindrome_reduction operation);
/// Minimum and maximum only.
int palindrome_reduce_f64(palindrome_communicator communicator, double *values, int64_t count,
                          enum palindrome_reduction operation);

int palindrome_all_gather(palindrome_communicator communicator, const void *mine, void *all,
                          int64_t bytes_each);
int palindrome_all_to_all(palindrome_communicator communicator, const int64_t *sent, int64_t *received,
                          int64_t per_rank);
/// Sends bytes to some ranks and receives from some, point to point: cost grows with the partners, not with
/// the size of the communicator. Offsets and counts are in bytes; a self-message is a copy.
int palindrome_exchange(palindrome_communicator communicator, int64_t partners, const int32_t *ranks,
                        const void *sent, const int64_t *sent_offsets, const int64_t *sent_counts,
                        void *received, const int64_t *received_offsets, const int64_t *received_counts);
/// Exchanges `count` runs of `run_bytes` bytes, `stride` bytes apart, with two neighbours.
int palindrome_shift(palindrome_communicator communicator, const void *sent, int32_t to, void *received,
                     int32_t from, int64_t count, int64_t run_bytes, int64_t stride);

/// Notes SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGXCPU, and SIGHUP unless it is ignored, from now on instead of
/// dying of them.
void palindrome_watch_signals(void);
/// The last signal noted, or 0.
int palindrome_signal(void);

/// Waits until all ranks have called this, but no longer than some seconds; `met` says whether they came.
int palindrome_meet(palindrome_communicator communicator, double seconds, int32_t *met);
