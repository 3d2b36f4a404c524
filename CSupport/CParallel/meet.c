#define _POSIX_C_SOURCE 200809L // nanosleep under strict C17
#include "CParallel.h"
#include <mpi.h>
#include <time.h>

int palindrome_meet(palindrome_communicator communicator, double seconds, int32_t *met) {
    const struct timespec pause = {0, 1000000};
    MPI_Request arrival;
    int status = MPI_Ibarrier(MPI_Comm_f2c(communicator), &arrival);
    int all = 0;
    for (double end = MPI_Wtime() + seconds; status == MPI_SUCCESS;) {
        status = MPI_Test(&arrival, &all, MPI_STATUS_IGNORE);
        if (all || MPI_Wtime() > end)
            break;
        nanosleep(&pause, NULL);
    }
    *met = all;
    return status;
}
