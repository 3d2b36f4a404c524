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

/// Adds up round(x_scale z_scale z_o x_i) and round(unit_scale z_scale z_o) over cells, as whole numbers
/// below 2^52 in magnitude that a double holds exactly: [output][input] and [output].
void palindrome_dense_products(int64_t inputs, int64_t outputs, int64_t count, int64_t stride,
                               const double *restrict x, const double *restrict z, double x_scale,
                               double z_scale, double unit_scale, double *restrict products,
                               double *restrict sums);

/// The numbers of the 27 neighbours of each cell of a row, (v - mean) * factor: [x][y][z] from below to
/// above, a row of `stride` cells each, filled up with 0.
///
/// - bytes: of a number, 4 or 8.
/// - rows: the nine rows around, [x][y], periodic along themselves.
void palindrome_neighbours(int32_t bytes, const void *const *rows, int64_t length, int64_t stride,
                           const double *means, const double *factors, double *restrict out);

/// The same of the row itself, without neighbours.
void palindrome_row_standardised(int32_t bytes, const void *row, int64_t length, int64_t stride, double mean,
                                 double factor, double *restrict out);

/// out[f][z] += sum over the 27 offsets o of w[f][o] row(-o)[z - o_z], in the order of o.
///
/// - rows: rows[x][y] is the row at (-o_x, -o_y).
/// - scratch: length + 2.
void palindrome_neighbours_transpose(int32_t bytes, const void *const *rows, int64_t length, int64_t stride,
                                     int64_t features, const double *weights, double *restrict scratch,
                                     double *restrict out);

/// Rounds a row to the precision of a field.
void palindrome_row_stored(int32_t bytes, const double *values, int64_t length, void *row);

/// sigmoid(width y) (deviation u + mean)
void palindrome_halo_mass(int64_t count, double width, double mean, double deviation, const double *y,
                          const double *u, double *mass);

/// From the mass's cotangents to those of y and u, in place.
void palindrome_halo_mass_adjoint(int64_t count, double width, double mean, double deviation,
                                  const double *cotangent, double *y, double *u);

/// sigmoid(y), and ln(1 + e^y) - t y; what a network of two classes is trained by.
void palindrome_cross_entropy(int64_t count, const double *y, const double *target, double *probability,
                              double *loss);

/// e^x, held within e^-708 ... e^709, and ln x of a normal number above 0, to the last two bits.
double palindrome_exponential(double x);
double palindrome_logarithm(double x);
