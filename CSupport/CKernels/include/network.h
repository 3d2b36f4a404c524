#pragma once
#include <stdint.h>

// Small dense networks on many cells at once. Arrays are [unit][cell], a row of `stride` cells to a unit;
// counts and strides of cells are multiples of palindrome_network_tile, what fills them up being finite. A
// cell's numbers do not depend on the others: the same bits however cells are grouped. No allocation, no MPI,
// no global state.

enum { palindrome_network_tile = 16 };

typedef enum { palindrome_linear, palindrome_relu, palindrome_elu } palindrome_activation;

/// y_o = a(b_o + sum over i of w_oi x_i), the sum in the order of i.
typedef struct {
    int64_t inputs, outputs;
    palindrome_activation activation;
    /// [output][input]
    const double *weights;
    /// [output]; null for 0.
    const double *biases;
} palindrome_dense;

void palindrome_dense_apply(palindrome_dense layer, int64_t count, int64_t stride, const double *restrict x,
                            double *restrict y);

/// Multiplies cotangents of a(z) by its derivative, which follows from the values a(z).
void palindrome_activation_transpose(palindrome_activation activation, int64_t count,
                                     const double *restrict values, double *restrict cotangents);

/// What enters a layer and the cotangents of what it makes, of the same cells.
typedef struct {
    int64_t count, stride;
    const double *x, *z;
} palindrome_layer_cells;

/// Sums over cells, as whole numbers below 2^52 in magnitude that a double holds exactly.
typedef struct {
    int64_t inputs, outputs;
    double x_scale, z_scale, unit_scale;
    /// round(x_scale z_scale z_o x_i), [output][input], and round(unit_scale z_scale z_o), [output].
    double *products, *sums;
} palindrome_layer_sums;

void palindrome_dense_products(palindrome_layer_cells cells, palindrome_layer_sums sums);

/// Rows of cells in a field, periodic along themselves; of floats or doubles as the kernel is named.
typedef struct {
    int64_t length;
    /// Cells from one unit to the next where networks read them.
    int64_t stride;
} palindrome_rows;

/// The numbers of the 27 neighbours of each cell of a row, (v - mean) * factor: [x][y][z] from below to
/// above, a row of `stride` cells each, filled up with 0.
///
/// - around: the nine rows around, [x][y].
void palindrome_neighbours_f32(palindrome_rows rows, const void *const *around, const double *means,
                               const double *factors, double *restrict out);
void palindrome_neighbours_f64(palindrome_rows rows, const void *const *around, const double *means,
                               const double *factors, double *restrict out);

/// The same of the row itself, without neighbours.
void palindrome_row_standardised_f32(palindrome_rows rows, const void *row, double mean, double factor,
                                     double *restrict out);
void palindrome_row_standardised_f64(palindrome_rows rows, const void *row, double mean, double factor,
                                     double *restrict out);

/// Weights of the 27 offsets, `[feature][offset]`.
typedef struct {
    int64_t features;
    const double *weights;
} palindrome_taps;

/// out[f][z] += sum over the 27 offsets o of w[f][o] row(-o)[z - o_z], in the order of o.
///
/// - around: around[x][y] is the row at (-o_x, -o_y).
/// - scratch: 9 (length + 2).
void palindrome_neighbours_transpose_f32(palindrome_rows rows, const void *const *around,
                                         palindrome_taps taps, double *restrict scratch,
                                         double *restrict out);
void palindrome_neighbours_transpose_f64(palindrome_rows rows, const void *const *around,
                                         palindrome_taps taps, double *restrict scratch,
                                         double *restrict out);

/// Rounds the cells of a row to the precision of a field.
void palindrome_row_stored_f32(palindrome_rows rows, const double *values, void *row);
void palindrome_row_stored_f64(palindrome_rows rows, const double *values, void *row);

/// How outputs of the two networks make a mass, sigmoid(width y) (deviation u + mean).
typedef struct {
    double width, mean, deviation;
} palindrome_mass_rule;

void palindrome_halo_mass(int64_t count, palindrome_mass_rule rule, const double *y, const double *u,
                          double *mass);

/// From the mass's cotangents to those of y and u, in place.
void palindrome_halo_mass_adjoint(int64_t count, palindrome_mass_rule rule, const double *cotangent,
                                  double *y, double *u);

/// sigmoid(y), and ln(1 + e^y) - t y; what a network of two classes is trained by.
void palindrome_cross_entropy(int64_t count, const double *y, const double *target, double *probability,
                              double *loss);

/// e^x, held within e^-708 ... e^709, and ln x of a normal number above 0, to the last two bits.
double palindrome_exponential(double x);
double palindrome_logarithm(double x);
