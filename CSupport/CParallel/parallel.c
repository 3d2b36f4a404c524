#include "CParallel.h"
#include <limits.h>
#include <mpi.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static MPI_Comm communicator_of(palindrome_communicator handle) {
    return MPI_Comm_f2c(handle);
}

int palindrome_mpi_initialize(void) {
    int active = 0;
    MPI_Initialized(&active);
    if (active)
        return MPI_SUCCESS;
    int status = MPI_Init(NULL, NULL);
    if (status == MPI_SUCCESS)
        status = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    return status;
}

int palindrome_mpi_is_active(void) {
    int started = 0, ended = 0;
    MPI_Initialized(&started);
    MPI_Finalized(&ended);
    return started && !ended;
}

int palindrome_mpi_finalize(void) {
    return palindrome_mpi_is_active() ? MPI_Finalize() : MPI_SUCCESS;
}

void palindrome_mpi_abort(int code) {
    MPI_Abort(MPI_COMM_WORLD, code);
    abort();
}

double palindrome_mpi_time(void) {
    return MPI_Wtime();
}

const char *palindrome_mpi_error(int status) {
    static char text[MPI_MAX_ERROR_STRING];
    int length = 0;
    if (MPI_Error_string(status, text, &length) != MPI_SUCCESS)
        return "unknown MPI error";
    return text;
}

const char *palindrome_mpi_library(void) {
    static char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    if (MPI_Get_library_version(text, &length) != MPI_SUCCESS)
        return "unknown";
    text[strcspn(text, ",\n")] = 0;
    return text;
}

palindrome_communicator palindrome_world(void) {
    return MPI_Comm_c2f(MPI_COMM_WORLD);
}

int palindrome_rank(palindrome_communicator communicator, int32_t *rank, int32_t *size) {
    int status = MPI_Comm_rank(communicator_of(communicator), rank);
    return status == MPI_SUCCESS ? MPI_Comm_size(communicator_of(communicator), size) : status;
}

int palindrome_split(palindrome_communicator communicator, int32_t colour, int32_t key,
                     palindrome_communicator *part) {
    MPI_Comm made;
    int status = MPI_Comm_split(communicator_of(communicator), colour, key, &made);
    *part = MPI_Comm_c2f(made);
    return status;
}

int palindrome_adopt(palindrome_communicator theirs, palindrome_communicator *own) {
    MPI_Comm comm = communicator_of(theirs), made;
    int is_between = 0;
    // A communicator that is none would meet the handler of MPI_COMM_WORLD, which may end the process.
    if (comm == MPI_COMM_NULL || MPI_Comm_test_inter(comm, &is_between) != MPI_SUCCESS || is_between)
        return MPI_ERR_COMM;
    int status = MPI_Comm_dup(comm, &made);
    if (status == MPI_SUCCESS) {
        *own = MPI_Comm_c2f(made);
        status = MPI_Comm_set_errhandler(made, MPI_ERRORS_RETURN);
    }
    return status;
}

int palindrome_free(palindrome_communicator communicator) {
    if (!palindrome_mpi_is_active())
        return MPI_SUCCESS;
    MPI_Comm freed = communicator_of(communicator);
    return MPI_Comm_free(&freed);
}

int palindrome_barrier(palindrome_communicator communicator) {
    return MPI_Barrier(communicator_of(communicator));
}

// MPI counts are int; larger transfers go in pieces.
static const int64_t piece = 1 << 30;

static int clipped(int64_t bytes) {
    return (int)(bytes < piece ? bytes : piece);
}

int palindrome_broadcast(palindrome_communicator communicator, void *bytes, int64_t count, int32_t root) {
    for (int64_t done = 0; done < count; done += piece) {
        int status = MPI_Bcast((char *)bytes + done, clipped(count - done), MPI_BYTE, root,
                               communicator_of(communicator));
        if (status != MPI_SUCCESS)
            return status;
    }
    return MPI_SUCCESS;
}

static MPI_Op operation_of(enum palindrome_reduction operation) {
    switch (operation) {
    case palindrome_sum:
        return MPI_SUM;
    case palindrome_minimum:
        return MPI_MIN;
    default:
        return MPI_MAX;
    }
}

static int reduce(palindrome_communicator communicator, void *values, int64_t count, MPI_Datatype type,
                  MPI_Op op) {
    return count > INT_MAX
               ? MPI_ERR_COUNT
               : MPI_Allreduce(MPI_IN_PLACE, values, (int)count, type, op, communicator_of(communicator));
}

int palindrome_reduce_i64(palindrome_communicator communicator, int64_t *values, int64_t count,
                          enum palindrome_reduction operation) {
    return reduce(communicator, values, count, MPI_INT64_T, operation_of(operation));
}

int palindrome_reduce_f64(palindrome_communicator communicator, double *values, int64_t count,
                          enum palindrome_reduction operation) {
    if (operation != palindrome_minimum && operation != palindrome_maximum)
        return MPI_ERR_OP;
    return reduce(communicator, values, count, MPI_DOUBLE, operation_of(operation));
}

int palindrome_all_gather(palindrome_communicator communicator, const void *mine, void *all,
                          int64_t bytes_each) {
    if (bytes_each > INT_MAX)
        return MPI_ERR_COUNT;
    return MPI_Allgather(mine, (int)bytes_each, MPI_BYTE, all, (int)bytes_each, MPI_BYTE,
                         communicator_of(communicator));
}

enum { exchange_tag = 12, shift_tag = 13 };

int palindrome_all_to_all(palindrome_communicator communicator, const int64_t *sent, int64_t *received,
                          int64_t per_rank) {
    return MPI_Alltoall(sent, (int)per_rank, MPI_INT64_T, received, (int)per_rank, MPI_INT64_T,
                        communicator_of(communicator));
}

static int64_t pieces_of(int64_t count) {
    return (count + piece - 1) / piece;
}

int palindrome_exchange(palindrome_communicator communicator, int64_t partners, const int32_t *ranks,
                        const void *sent, const int64_t *sent_offsets, const int64_t *sent_counts,
                        void *received, const int64_t *received_offsets, const int64_t *received_counts) {
    MPI_Comm comm = communicator_of(communicator);
    int me, status = MPI_Comm_rank(comm, &me);
    int64_t most = 0;
    for (int64_t i = 0; i < partners; i++)
        most += pieces_of(sent_counts[i]) + pieces_of(received_counts[i]);
    MPI_Request *requests = malloc((size_t)(most + 1) * sizeof *requests);
    if (!requests)
        return MPI_ERR_NO_MEM;
    int under_way = 0;
    for (int64_t i = 0; i < partners && status == MPI_SUCCESS; i++) {
        char *target = (char *)received + received_offsets[i];
        if (ranks[i] == me) {
            if (received_counts[i])
                memcpy(target, (const char *)sent + sent_offsets[i], (size_t)received_counts[i]);
            continue;
        }
        for (int64_t done = 0; done < received_counts[i] && status == MPI_SUCCESS; done += piece)
            status = MPI_Irecv(target + done, clipped(received_counts[i] - done), MPI_BYTE, ranks[i],
                               exchange_tag, comm, &requests[under_way++]);
    }
    for (int64_t i = 0; i < partners && status == MPI_SUCCESS; i++) {
        const char *source = (const char *)sent + sent_offsets[i];
        if (ranks[i] == me)
            continue;
        for (int64_t done = 0; done < sent_counts[i] && status == MPI_SUCCESS; done += piece)
            status = MPI_Isend(source + done, clipped(sent_counts[i] - done), MPI_BYTE, ranks[i],
                               exchange_tag, comm, &requests[under_way++]);
    }
    if (status == MPI_SUCCESS)
        status = MPI_Waitall(under_way, requests, MPI_STATUSES_IGNORE);
    free(requests);
    return status;
}

int palindrome_shift(palindrome_communicator communicator, const void *sent, int32_t to, void *received,
                     int32_t from, int64_t count, int64_t run_bytes, int64_t stride) {
    MPI_Comm comm = communicator_of(communicator);
    int me, status = MPI_Comm_rank(comm, &me);
    if (status != MPI_SUCCESS || count == 0 || run_bytes == 0)
        return status;
    if (to == me && from == me) {
        for (int64_t i = 0; i < count; i++)
            memmove((char *)received + i * stride, (const char *)sent + i * stride, (size_t)run_bytes);
        return MPI_SUCCESS;
    }
    if (count > INT_MAX || run_bytes > INT_MAX)
        return MPI_ERR_COUNT;
    MPI_Datatype run, runs;
    MPI_Type_contiguous((int)run_bytes, MPI_BYTE, &run);
    MPI_Type_create_hvector((int)count, 1, (MPI_Aint)stride, run, &runs);
    MPI_Type_commit(&runs);
    status = MPI_Sendrecv(sent, 1, runs, to, shift_tag, received, 1, runs, from, shift_tag, comm,
                          MPI_STATUS_IGNORE);
    MPI_Type_free(&runs);
    MPI_Type_free(&run);
    return status;
}
