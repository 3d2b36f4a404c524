#include "CFourier.h"
#include "start.h"
#include <fftw3-mpi.h>
#include <stdlib.h>

struct palindrome_swap {
    enum palindrome_precision precision;
    union {
        fftwf_plan single;
        fftw_plan full;
    } plan;
};

void palindrome_start_transforms(void) {
    static int is_started = 0;
    if (is_started)
        return;
    is_started = 1;
    fftwf_mpi_init();
    fftw_mpi_init();
}

// Swapping blocks is transposing a matrix of ranks × ranks blocks, of which each rank holds a row. A single
// row and column are contiguous in either order, so FFTW is told not to rearrange them.

palindrome_swap *palindrome_swap_create(enum palindrome_precision precision, int32_t communicator,
                                        int64_t block_count) {
    palindrome_start_transforms();
    const MPI_Comm ranks = MPI_Comm_f2c(communicator);
    int count = 0;
    palindrome_swap *swap = malloc(sizeof *swap);
    if (!swap || MPI_Comm_size(ranks, &count) != MPI_SUCCESS) {
        free(swap);
        return NULL;
    }
    swap->precision = precision;
    // FFTW_ESTIMATE looks at the alignment of arrays and whether they are one, and never into them.
    static _Alignas(64) char arrays[2][64];
    const unsigned flags = FFTW_ESTIMATE | FFTW_MPI_TRANSPOSED_IN | FFTW_MPI_TRANSPOSED_OUT;
    const int64_t reals = 2 * block_count;
    if (precision == palindrome_single)
        swap->plan.single = fftwf_mpi_plan_many_transpose(count, count, reals, 1, 1, (float *)arrays[0],
                                                          (float *)arrays[1], ranks, flags);
    else
        swap->plan.full = fftw_mpi_plan_many_transpose(count, count, reals, 1, 1, (double *)arrays[0],
                                                       (double *)arrays[1], ranks, flags);
    if (precision == palindrome_single ? swap->plan.single != NULL : swap->plan.full != NULL)
        return swap;
    free(swap);
    return NULL;
}

void palindrome_swap_destroy(palindrome_swap *swap) {
    // The plan holds a communicator of its own, which cannot be freed once MPI has ended.
    int ended = 0;
    if (MPI_Finalized(&ended) == MPI_SUCCESS && !ended) {
        if (swap->precision == palindrome_single)
            fftwf_destroy_plan(swap->plan.single);
        else
            fftw_destroy_plan(swap->plan.full);
    }
    free(swap);
}

void palindrome_swap_execute(palindrome_swap *swap, void *sent, void *received) {
    if (swap->precision == palindrome_single)
        fftwf_mpi_execute_r2r(swap->plan.single, sent, received);
    else
        fftw_mpi_execute_r2r(swap->plan.full, sent, received);
}
