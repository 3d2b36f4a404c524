// The gradient of a loss of one's own from C: mpicc gradient.c -lpalindrome; mpirun -n 4 ./a.out
#include <mpi.h>
#include <palindrome.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const configuration = "box: {particles: 16, spacing: 4.0}\n"
                                         "evolution: {steps: 3}\n"
                                         "run: {precision: double}\n";

static palindrome_share mesh, grid;

static size_t points(palindrome_share share) {
    return (size_t)(share.count[0] * share.count[1] * share.count[2]);
}

// L = sum of (rho - 1)^2 / 2
static int loss(void *context, const void *const *densities, void *const *cotangents, double *value) {
    (void)context;
    const double *density = densities[0];
    double *cotangent = cotangents[0];
    for (size_t i = 0; i < points(mesh); i++) {
        cotangent[i] = density[i] - 1;
        *value += cotangent[i] * cotangent[i] / 2;
    }
    return 0;
}

static void stop_at(int code) {
    if (code == palindrome_done)
        return;
    fprintf(stderr, "%s\n", palindrome_message());
    MPI_Finalize();
    exit(code);
}

int main(int count, char **arguments) {
    MPI_Init(&count, &arguments);
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    palindrome_model *model;
    const char *overrides = count > 1 ? arguments[1] : NULL;
    stop_at(palindrome_model_create(configuration, overrides, (int32_t)MPI_Comm_c2f(MPI_COMM_WORLD), &model));
    stop_at(palindrome_share_of(model, palindrome_mesh, &mesh));
    stop_at(palindrome_share_of(model, palindrome_particles, &grid));
    double *noise = malloc(2 * points(grid) * sizeof *noise);
    const uint64_t seed = 1;
    stop_at(palindrome_white_noise(model, &seed, noise));
    const palindrome_universe universe = {.noise = noise};
    palindrome_gradient gradient = {.noise = noise + points(grid)};
    stop_at(palindrome_value_and_gradient(model, &universe, NULL, loss, NULL, &gradient));
    if (rank == 0)
        printf("%.12e %.12e\n", gradient.value, gradient.cosmology[2]);
    free(noise);
    palindrome_model_free(model);
    MPI_Finalize();
}
