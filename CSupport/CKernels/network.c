#include "include/network.h"
#include "elementary.h"

INLINE double activated(palindrome_activation activation, double z) {
    if (activation == palindrome_relu)
        return z > 0 ? z : 0;
    if (activation == palindrome_elu) {
        const double below = exponential(z > 0 ? 0 : z) - 1;
        return z > 0 ? z : below;
    }
    return z;
}

// Some outputs of a tile of cells, beside each other: what is read of x serves all of them.
INLINE void dense_outputs(palindrome_dense layer, palindrome_activation activation, int64_t first,
                          int64_t outputs, int64_t stride, const double *restrict x, double *restrict y) {
    const double *w = layer.weights + first * layer.inputs;
    double sum[4][palindrome_network_tile];
    for (int64_t o = 0; o < outputs; o++)
        for (int64_t c = 0; c < palindrome_network_tile; c++)
            sum[o][c] = layer.biases ? layer.biases[first + o] : 0;
    for (int64_t i = 0; i < layer.inputs; i++)
        for (int64_t o = 0; o < outputs; o++)
            for (int64_t c = 0; c < palindrome_network_tile; c++)
                sum[o][c] = __builtin_fma(w[o * layer.inputs + i], x[i * stride + c], sum[o][c]);
    for (int64_t o = 0; o < outputs; o++)
        for (int64_t c = 0; c < palindrome_network_tile; c++)
            y[(first + o) * stride + c] = activated(activation, sum[o][c]);
}

// A compile-time activation, so that loops stay free of branches.
INLINE void dense_apply(palindrome_dense layer, palindrome_activation activation, int64_t count,
                        int64_t stride, const double *restrict x, double *restrict y) {
    for (int64_t start = 0; start < count; start += palindrome_network_tile) {
        int64_t o = 0;
        for (; o + 4 <= layer.outputs; o += 4)
            dense_outputs(layer, activation, o, 4, stride, x + start, y + start);
        for (; o < layer.outputs; o++)
            dense_outputs(layer, activation, o, 1, stride, x + start, y + start);
    }
}

CLONES void palindrome_dense_apply(palindrome_dense layer, int64_t count, int64_t stride,
                                   const double *restrict x, double *restrict y) {
    switch (layer.activation) {
    case palindrome_relu:
        dense_apply(layer, palindrome_relu, count, stride, x, y);
        break;
    case palindrome_elu:
        dense_apply(layer, palindrome_elu, count, stride, x, y);
        break;
    default:
        dense_apply(layer, palindrome_linear, count, stride, x, y);
    }
}

CLONES void palindrome_activation_transpose(palindrome_activation activation, int64_t count,
                                            const double *restrict values, double *restrict cotangents) {
    if (activation == palindrome_relu)
        for (int64_t c = 0; c < count; c++)
            cotangents[c] = values[c] > 0 ? cotangents[c] : 0;
    else if (activation == palindrome_elu)
        for (int64_t c = 0; c < count; c++)
            cotangents[c] = values[c] > 0 ? cotangents[c] : cotangents[c] * (values[c] + 1);
}

CLONES void palindrome_dense_products(palindrome_layer_cells cells, palindrome_layer_sums sums) {
    for (int64_t o = 0; o < sums.outputs; o++) {
        const double *restrict of = cells.z + o * cells.stride;
        for (int64_t i = -1; i < sums.inputs; i++) {
            const double *restrict with = cells.x + (i < 0 ? 0 : i) * cells.stride;
            double sum[palindrome_network_tile] = {0};
            // Whole numbers: the order of their sum does not show.
            for (int64_t start = 0; start < cells.count; start += palindrome_network_tile)
                for (int64_t c = 0; c < palindrome_network_tile; c++) {
                    const double term = of[start + c] * sums.z_scale *
                                        (i < 0 ? sums.unit_scale : with[start + c] * sums.x_scale);
                    sum[c] += (term + rounding_shift) - rounding_shift;
                }
            double total = 0;
            for (int64_t c = 0; c < palindrome_network_tile; c++)
                total += sum[c];
            *(i < 0 ? sums.sums + o : sums.products + o * sums.inputs + i) = total;
        }
    }
}

// Some features of some cells, beside each other: what is read of the rows serves all features.
INLINE void gather_features(palindrome_rows rows, palindrome_taps taps, int64_t features, int64_t cells,
                            const double *restrict around, double *restrict out) {
    double sum[3][palindrome_network_tile];
    for (int64_t f = 0; f < features; f++)
        for (int64_t c = 0; c < cells; c++)
            sum[f][c] = out[f * rows.stride + c];
    for (int64_t row = 0; row < 9; row++)
        for (int64_t step = 0; step < 3; step++)
            for (int64_t f = 0; f < features; f++)
                for (int64_t c = 0; c < cells; c++)
                    sum[f][c] = __builtin_fma(taps.weights[27 * f + 3 * row + step],
                                              around[row * (rows.length + 2) + c + 2 - step], sum[f][c]);
    for (int64_t f = 0; f < features; f++)
        for (int64_t c = 0; c < cells; c++)
            out[f * rows.stride + c] = sum[f][c];
}

// Whole tiles, and cell by cell what is left.
INLINE void gather_row(palindrome_rows rows, palindrome_taps taps, int64_t features,
                       const double *restrict around, double *restrict out) {
    int64_t z = 0;
    for (; z + palindrome_network_tile <= rows.length; z += palindrome_network_tile)
        gather_features(rows, taps, features, palindrome_network_tile, around + z, out + z);
    for (; z < rows.length; z++)
        gather_features(rows, taps, features, 1, around + z, out + z);
}

#define PRECISION 32
#include "precision.h"
#include "rows.template.h"
#undef PRECISION

#define PRECISION 64
#include "precision.h"
#include "rows.template.h"

INLINE double sigmoid(double y) {
    return 1 / (1 + exponential(-y));
}

CLONES void palindrome_halo_mass(int64_t count, palindrome_mass_rule rule, const double *y, const double *u,
                                 double *mass) {
    for (int64_t c = 0; c < count; c++)
        mass[c] = sigmoid(rule.width * y[c]) * __builtin_fma(rule.deviation, u[c], rule.mean);
}

CLONES void palindrome_halo_mass_adjoint(int64_t count, palindrome_mass_rule rule, const double *cotangent,
                                         double *y, double *u) {
    for (int64_t c = 0; c < count; c++) {
        const double p = sigmoid(rule.width * y[c]), m = __builtin_fma(rule.deviation, u[c], rule.mean);
        y[c] = cotangent[c] * m * (rule.width * p * (1 - p));
        u[c] = cotangent[c] * p * rule.deviation;
    }
}

CLONES void palindrome_cross_entropy(int64_t count, const double *y, const double *target,
                                     double *probability, double *loss) {
    for (int64_t c = 0; c < count; c++) {
        const double magnitude = y[c] < 0 ? -y[c] : y[c], above = y[c] > 0 ? y[c] : 0;
        probability[c] = sigmoid(y[c]);
        loss[c] = above + logarithm(1 + exponential(-magnitude)) - target[c] * y[c];
    }
}

double palindrome_exponential(double x) {
    return exponential(x);
}

double palindrome_logarithm(double x) {
    return logarithm(x);
}
