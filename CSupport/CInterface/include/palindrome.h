#ifndef PALINDROME_H
#define PALINDROME_H

/*
 * Palindrome as a library: a simulation and its exact gradient as functions of arrays, under MPI.
 *
 * Ranks. A model belongs to a communicator, of which it keeps a duplicate. A function marked "collective" is
 * called by all ranks of it, in the same order, with the same arguments but for the arrays, of which each
 * rank gives its block. MPI must have been started, with MPI_THREAD_FUNNELED at least, and is never ended
 * here. Results are the same bits on any number of ranks.
 *
 * Errors. A function that returns an int gives a code of enum palindrome_code. After one that is not
 * palindrome_done, palindrome_message() has one line: where, key, value, rule, remedy. A collective function
 * fails on all ranks or on none, and the model can be used afterwards. No signal handler is set, no process
 * ended, except where no rank can go on: when MPI itself fails, or the system refuses memory in the middle of
 * a run (which is checked for when a model is made), the job is aborted with one line, as by MPI's own
 * handler.
 *
 * Arrays. The caller owns them all. A field is this rank's block of a grid, [x][y][z], z fastest, without
 * gaps, in the model's precision: float or double, as palindrome_facts says. Fields on the particle grid
 * (white noise, its gradient) and on the force mesh (densities) have different shapes and are shared
 * differently: palindrome_share.
 *
 * Units. Lengths are Mpc/h comoving, k is h/Mpc, P(k) is (Mpc/h)^3, velocities are km/s peculiar, densities
 * are in units of their mean.
 *
 * Threads. One call at a time for a model; any thread may make it. A message belongs to the thread that made
 * the call.
 */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum palindrome_code {
    palindrome_done = 0,
    palindrome_environment_error = 1, /* the machine, the file system or a library */
    palindrome_usage_error = 2,       /* what was given: configuration, files, arguments */
    palindrome_callback_error = 3     /* a callback failed, or a rank said so in palindrome_agree */
};

enum palindrome_grid { palindrome_particles = 0, palindrome_mesh = 1 };

/* The eight cosmological parameters: A_s (or sigma8, if the configuration gives that), n_s, Omega_m, Omega_b,
 * h, Omega_k, w0, wa. Derivatives are taken at fixed white noise and fixed other parameters. */
enum { palindrome_parameters = 8 };

typedef struct palindrome_model palindrome_model;
typedef struct palindrome_evolution palindrome_evolution;
typedef struct palindrome_posterior palindrome_posterior;

/* ---- Messages ---- */

/* The one line of the last call of this thread that failed; until its next call. */
const char *palindrome_message(void);
/* The lowest rank of the model's communicator that met the failure; -1 where it is not known. */
int32_t palindrome_message_rank(void);
/* Says why a callback is about to return something other than 0. */
void palindrome_complain(const char *message);
/* Name and version of the MPI library that this one is linked with, cut to `capacity` characters with the
 * final 0. */
void palindrome_mpi(int64_t capacity, char *name);

/* ---- Models ---- */

/* Makes a model of a configuration in YAML (of which JSON is a part). Collective.
 *
 *   text          the configuration; paths in it are relative to the working directory
 *   overrides     lines `section.key=value` laid over it, or NULL
 *   communicator  a Fortran handle: MPI_Comm_c2f(comm)
 *
 * Fails where the configuration has a mistake, does not fit the number of ranks, or needs more memory than
 * there is. */
int palindrome_model_create(const char *text, const char *overrides, int32_t communicator,
                            palindrome_model **model);
/* The same of a file, which rank 0 reads; paths in it are relative to it. Collective. */
int palindrome_model_read(const char *path, const char *overrides, int32_t communicator,
                          palindrome_model **model);
/* Frees a model and its communicators, after all that was made of it. Collective, unless MPI has ended; not
 * within a callback. NULL is nothing. */
void palindrome_model_free(palindrome_model *model);
/* Lets ranks fail together. Collective: if `complaint` is not NULL on one rank, palindrome_callback_error on
 * all, with the complaint of the lowest such rank. */
int palindrome_agree(palindrome_model *model, const char *complaint);

typedef struct palindrome_facts {
    int32_t word_bytes;    /* of a number in a field: 4 (float) or 8 (double) */
    int32_t steps;         /* number of steps */
    double box[3];         /* sides */
    double spacing;        /* of the particle grid */
    double cell;           /* of the force mesh */
    double memory;         /* that a gradient takes on the fullest rank, estimated [bytes] */
    double cosmology[8];   /* the configuration's parameters */
    int32_t has_sigma8;    /* whether the first of them is sigma8 */
    int32_t has_objective; /* whether the configuration names data */
} palindrome_facts;
int palindrome_model_facts(const palindrome_model *model, palindrome_facts *facts);

typedef struct palindrome_share {
    int64_t shape[3]; /* points of the whole grid */
    int64_t first[3]; /* this rank's first point */
    int64_t count[3]; /* this rank's points; those of a field are their product */
} palindrome_share;
int palindrome_share_of(const palindrome_model *model, enum palindrome_grid grid, palindrome_share *block);

/* The steps + 1 scale factors at which a step begins or ends. */
int palindrome_scale_factors(const palindrome_model *model, double *scale_factors);

/* ---- From white noise to densities, and back ---- */

/* Unit white noise of a seed on the particle grid; the configuration's own (initial.seed or initial.noise)
 * where seed is NULL. The same numbers on any ranks. Collective. */
int palindrome_white_noise(palindrome_model *model, const uint64_t *seed, void *noise);

typedef struct palindrome_universe {
    const void *noise;       /* white noise on the particle grid */
    const double *cosmology; /* eight parameters, the same on all ranks; NULL: the configuration's */
} palindrome_universe;

/* rho / mean rho on the force mesh at the end of the run. Collective. */
int palindrome_density(palindrome_model *model, const palindrome_universe *point, void *density);

/* A loss of densities, and its derivatives by them. Called once, on each rank, when the run has reached its
 * end.
 *
 *   context     as it was given
 *   densities   rho / mean rho on the force mesh, a field for each time; valid during the call
 *   cotangents  fields of zeros, to be filled with dL / d(density) of each point
 *   value       this rank's part of L: L is the sum over ranks, rounded once
 *
 * Returns 0, or something else (after palindrome_complain) to end the call on all ranks with
 * palindrome_callback_error. It may communicate, as all ranks are in it. It may not call this model but for
 * palindrome_power, palindrome_total, palindrome_agree, palindrome_read and palindrome_write. */
typedef int (*palindrome_loss)(void *context, const void *const *densities, void *const *cotangents,
                               double *value);

typedef struct palindrome_times {
    int64_t count;
    const double *scale_factors; /* increasing, each the end of a step; the same on all ranks */
} palindrome_times;

typedef struct palindrome_gradient {
    double value;            /* L, the same on all ranks */
    double cosmology[8];     /* dL / d(parameter), the same on all ranks */
    void *noise;             /* dL / d(white noise), a field on the particle grid; set by the caller */
    int64_t differing_words; /* of the initial state that the way back did not restore: 0 */
} palindrome_gradient;

/* The loss of a universe and its exact derivatives, by one run forwards and one back. Collective.
 *
 *   times  when the loss looks; NULL: at the end */
int palindrome_value_and_gradient(palindrome_model *model, const palindrome_universe *point,
                                  const palindrome_times *times, palindrome_loss loss, void *context,
                                  palindrome_gradient *gradient);

/* Derivatives of a loss by the particles that started in this rank's block of the particle grid, in its
 * order, three for each; NULL stands for zeros. */
typedef struct palindrome_cotangents {
    const double *positions; /* dL/dx */
    const double *momenta;   /* dL/dp, p = a^2 dx/dt = a v / 100 in Mpc/h H0 */
} palindrome_cotangents;

/* From dL/dx and dL/dp of the particles to dL by white noise and parameters (the transpose of the derivative
 * of the particles), by one run forwards and one back. gradient->value is set to 0. Collective.
 *
 *   times       when the particles are seen; NULL: at the end
 *   cotangents  for each time */
int palindrome_pull_back_particles(palindrome_model *model, const palindrome_universe *point,
                                   const palindrome_times *times, const palindrome_cotangents *cotangents,
                                   palindrome_gradient *gradient);

/* ---- A run looked at on its way ---- */

/* Starts a run that stops at some times. Collective. */
int palindrome_evolution_begin(palindrome_model *model, const palindrome_universe *point,
                               const palindrome_times *times, palindrome_evolution **evolution);
/* Goes on to the next time, or says 0 when there is none. Collective. */
int palindrome_evolution_next(palindrome_evolution *evolution, double *scale_factor);
/* rho / mean rho on the force mesh. Collective. */
int palindrome_evolution_density(palindrome_evolution *evolution, void *density);
/* The particles that started in this rank's block of the particle grid, in its order. Collective.
 *
 *   positions   in [0, box), three for each; or NULL on all ranks
 *   velocities  three for each; or NULL on all ranks
 *   ids         the number of each on the particle grid, (i ny + j) nz + k; or NULL on all ranks */
int palindrome_evolution_particles(palindrome_evolution *evolution, double *positions, double *velocities,
                                   int64_t *ids);

typedef struct palindrome_haloes {
    int64_t total;      /* haloes on all ranks */
    int64_t count;      /* of this rank: the longest haloes are on rank 0 */
    double *masses;     /* [Msun/h] */
    double *positions;  /* three for each */
    double *velocities; /* three for each */
    int64_t *lengths;   /* particles */
} palindrome_haloes;
/* Friends of friends, as the configuration's section halo says. Arrays that are NULL are left out: call it
 * once to learn the count, and once more to have them; the haloes are sought once. Collective. */
int palindrome_evolution_haloes(palindrome_evolution *evolution, palindrome_haloes *haloes);
/* Ends a run, wherever it is. Not collective. NULL is nothing. */
void palindrome_evolution_free(palindrome_evolution *evolution);

/* ---- Posteriors ---- */

/* The posterior of white noise, and of parameters beside it, that sections objective and reconstruct of a
 * configuration describe: -ln p, as `palindrome reconstruct` minimises it. Collective.
 *
 *   text       a configuration with the model's box and precision; NULL: the model's own
 *   overrides  lines `section.key=value` laid over it, or NULL */
int palindrome_posterior_create(palindrome_model *model, const char *text, const char *overrides,
                                palindrome_posterior **posterior);
/* Frees it, before its model. Collective, unless MPI has ended. NULL is nothing. */
void palindrome_posterior_free(palindrome_posterior *posterior);

typedef struct palindrome_sought {
    const char *name; /* while the posterior is there */
    double start;     /* where the search starts */
    double scale;     /* the parameter is start + scale u */
    double lower, upper;
} palindrome_sought;
/* The parameters that are sought beside the modes, and the smoothing radii of the optimiser's stages. Arrays
 * that are NULL are left out; call it once to learn the counts. */
int palindrome_posterior_parameters(const palindrome_posterior *posterior, int64_t *count,
                                    palindrome_sought *parameters);
int palindrome_posterior_stages(const palindrome_posterior *posterior, int64_t *count, double *radii);
/* Where the search starts: `reconstruct.start` of the configuration. Collective. */
int palindrome_posterior_start(palindrome_posterior *posterior, void *noise);
/* From now on data are compared above a radius, and the parameters are free (not 0) or held where they are.
 */
int palindrome_posterior_enter(palindrome_posterior *posterior, double radius, int free_parameters);

typedef struct palindrome_slope {
    double value;       /* -ln p; infinite, and all derivatives 0, where there is no such universe */
    void *noise;        /* d value / d(white noise); set by the caller */
    double *parameters; /* d value / du; set by the caller, NULL if there are none */
} palindrome_slope;
/* -ln p and its exact derivatives. Collective.
 *
 *   noise       on the particle grid
 *   parameters  u of each sought parameter, the same on all ranks; NULL if there are none */
int palindrome_posterior_gradient(palindrome_posterior *posterior, const void *noise,
                                  const double *parameters, palindrome_slope *slope);

/* ---- Theory and measurements ---- */

/* The linear power spectrum today at k of the model's cosmology, or another. Not collective. */
int palindrome_linear_power(const palindrome_model *model, const double *cosmology, int64_t count,
                            const double *k, double *power);

typedef struct palindrome_growth {
    double expansion;   /* E = H / H0 */
    double first;       /* D1, a early */
    double first_rate;  /* f1 = dlnD1 / dlna */
    double second;      /* D2, -3/7 D1^2 early */
    double second_rate; /* f2 = dlnD2 / dlna */
} palindrome_growth;
/* Growth and expansion at a scale factor. Not collective. */
int palindrome_growth_at(const palindrome_model *model, const double *cosmology, double scale_factor,
                         palindrome_growth *growth);

typedef struct palindrome_spectrum {
    int64_t capacity;  /* of the arrays, set by the caller: at least half the longest side of the grid */
    int64_t count;     /* shells */
    double *k;         /* mean of each shell */
    double *power;     /* P, shot noise included */
    int64_t *modes;    /* of each shell */
    double shot_noise; /* of the model's particles */
} palindrome_spectrum;

/* The power spectrum of a field. Collective.
 *
 *   divides_window  not 0: cloud-in-cell is divided out, as is right for a density of particles */
int palindrome_power(palindrome_model *model, enum palindrome_grid grid, const void *field,
                     int divides_window, palindrome_spectrum *spectrum);

/* The sum over all ranks of terms of this rank, rounded once: the same bits however they are shared.
 * Collective. */
int palindrome_total(palindrome_model *model, int64_t count, const double *terms, double *total);

/* ---- Files ---- */

typedef struct palindrome_dataset {
    const char *path; /* of the HDF5 file */
    const char *name; /* of the dataset, /density */
    enum palindrome_grid grid;
} palindrome_dataset;
/* Reads a field of the whole grid [x][y][z], each rank its block, whatever ranks wrote it. Collective. */
int palindrome_read(palindrome_model *model, const palindrome_dataset *dataset, void *field);
/* Writes one, in a new file that holds it and the configuration. Collective. */
int palindrome_write(palindrome_model *model, const palindrome_dataset *dataset, const void *field);

enum palindrome_number {
    palindrome_uint8 = 0,
    palindrome_int32 = 1,
    palindrome_int64 = 2,
    palindrome_uint32 = 3,
    palindrome_uint64 = 4,
    palindrome_float32 = 5,
    palindrome_float64 = 6
};

enum { palindrome_axes = 8 };

/* An array of any shape, of which each rank has some of the rows (what has one index of the slowest axis),
 * the ranks one after the other. An array without axes, one number, every rank has. */
typedef struct palindrome_array {
    const char *path; /* of the HDF5 file */
    const char *name; /* of the dataset */
    enum palindrome_number number;
    int32_t axes;                   /* at most palindrome_axes */
    int64_t shape[palindrome_axes]; /* of the whole array, slowest axis first */
    int64_t first, count;           /* this rank's rows */
} palindrome_array;

/* Says of a dataset what path and name leave open: its shape, the kind of number that holds its own, and a
 * fair share of its rows. Needs no model. Collective on a communicator, given as for palindrome_model_create.
 */
int palindrome_array_describe(int32_t communicator, palindrome_array *array);
/* Reads this rank's rows, whatever ranks wrote them, converted to `number`. Collective, as above. */
int palindrome_array_read(int32_t communicator, const palindrome_array *array, void *rows);
/* Writes the rows of all ranks in a new file. `count` is each rank's own; `first` and `shape[0]` follow from
 * it and are set. Collective, as above. */
int palindrome_array_write(int32_t communicator, palindrome_array *array, const void *rows);

#ifdef __cplusplus
}
#endif
#endif
