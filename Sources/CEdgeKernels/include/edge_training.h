#ifndef EDGE_TRAINING_H
#define EDGE_TRAINING_H

#include "edge_kernels.h"

// Kernels of training: products with weights that change from step to step, derivatives, normalisation, pooling with its way back.
//
// Conventions of edge_kernels.h hold. Beyond them:
// - A gradient argument with an `adds` beside it is added to where that is true, else written.
// - Gradients that are not wanted are NULL where the text says so.
// - Sums run in a fixed order for one instruction set: the same input gives the same bits.

#ifdef __cplusplus
extern "C" {
#endif

// MARK: Products

/// c[m][n] = (adds ? c : 0) + alpha * sum over k of a(i, p) * b(p, j).
///
/// a(i, p) lies at a[i * lda + p], or a[p * lda + i] where `a_transposed`; b(p, j) at b[p * ldb + j], or b[j * ldb + p] where
/// `b_transposed`. Needs `edge_product_scratch(n, k)` bytes. An empty k gives zeros (or leaves c).
void edge_product_f32(
    edge_isa isa, size_t m, size_t n, size_t k, float alpha, const float *a, size_t lda, bool a_transposed, const float *b,
    size_t ldb, bool b_transposed, bool adds, float *c, size_t ldc, void *scratch);

size_t edge_product_scratch(size_t n, size_t k);

/// out[r][c] += row[c].
void edge_add_row_f32(edge_isa isa, size_t rows, size_t columns, const float *row, float *out);

/// sums[c] (+)= scale * sum over r of in[r][c].
void edge_sum_rows_f32(edge_isa isa, size_t rows, size_t columns, float scale, const float *in, bool adds, float *sums);

/// out[i] += in[i].
void edge_accumulate_f32(edge_isa isa, size_t count, const float *in, float *out);

/// out[i] (+)= scale * in[i].
void edge_scale_f32(edge_isa isa, size_t count, float scale, const float *in, bool adds, float *out);

/// The sum of all elements.
void edge_sum_f32(edge_isa isa, size_t count, const float *in, float *sum);

// MARK: One operand

/// Functions of one number. p and q are their parameters, as named behind each.
typedef enum edge_function {
    EDGE_FUNCTION_RELU,
    EDGE_FUNCTION_LEAKY_RELU,       // p x for x < 0
    EDGE_FUNCTION_ELU,              // p (e^x - 1) for x < 0
    EDGE_FUNCTION_CELU,             // p (e^(x/p) - 1) for x < 0
    EDGE_FUNCTION_SELU,             // q x, and q p (e^x - 1) for x < 0
    EDGE_FUNCTION_GELU,             // x (1 + erf(x / sqrt 2)) / 2
    EDGE_FUNCTION_GELU_TANH,        // its approximation by tanh
    EDGE_FUNCTION_SWISH,            // x sigmoid(p x)
    EDGE_FUNCTION_MISH,             // x tanh(softplus(x))
    EDGE_FUNCTION_HARD_SIGMOID,     // min(max(p x + q, 0), 1)
    EDGE_FUNCTION_HARD_SWISH,       // x min(max(x / 6 + 1/2, 0), 1)
    EDGE_FUNCTION_SIGMOID,
    EDGE_FUNCTION_TANH,
    EDGE_FUNCTION_SOFTPLUS,
    EDGE_FUNCTION_SOFTSIGN,
    EDGE_FUNCTION_THRESHOLDED_RELU, // x for x > p, else 0
    EDGE_FUNCTION_SHRINK,           // x + q for x < -p, x - q for x > p, else 0
    EDGE_FUNCTION_CLIP,             // min(max(x, p), q)
    EDGE_FUNCTION_EXP,
    EDGE_FUNCTION_LOG,
    EDGE_FUNCTION_SQRT,
    EDGE_FUNCTION_ERF,
    EDGE_FUNCTION_RECIPROCAL,
    EDGE_FUNCTION_NEG,
    EDGE_FUNCTION_ABS,
    EDGE_FUNCTION_SIN,
    EDGE_FUNCTION_COS,
    EDGE_FUNCTION_TAN,
    EDGE_FUNCTION_ASIN,
    EDGE_FUNCTION_ACOS,
    EDGE_FUNCTION_ATAN,
    EDGE_FUNCTION_SINH,
    EDGE_FUNCTION_COSH,
    EDGE_FUNCTION_ASINH,
    EDGE_FUNCTION_ACOSH,
    EDGE_FUNCTION_ATANH
} edge_function;

/// Whether `edge_function_f32` knows the function: those that training asks for by the million and vectorise.
bool edge_function_is_fast(edge_function f);

/// y[i] = f(x[i]). y may be x.
void edge_function_f32(edge_isa isa, edge_function f, size_t count, float p, float q, const float *x, float *y);

/// Whether the derivative is computed from the result y alone; else from x alone.
bool edge_function_reads_result(edge_function f);

/// gx[i] (+)= gy[i] * f'(x[i]). Only the one of x and y that `edge_function_reads_result` names is read. gx may be gy where not `adds`.
void edge_function_gradient_f32(
    edge_isa isa, edge_function f, size_t count, float p, float q, const float *x, const float *y, const float *gy,
    bool adds, float *gx);

// MARK: Several operands, broadcast

enum { EDGE_LARGEST_RANK = 12 };

/// How the elements of operands are found while a result is walked in C order: the extents of the result, and for each operand the
/// distance of neighbours on each axis, 0 where it is repeated. On the last axis a distance is 1 or 0.
typedef struct edge_walk {
    int32_t rank;
    size_t extents[EDGE_LARGEST_RANK];
    size_t a_steps[EDGE_LARGEST_RANK];
    size_t b_steps[EDGE_LARGEST_RANK];
    size_t c_steps[EDGE_LARGEST_RANK];
} edge_walk;

typedef enum edge_arithmetic {
    EDGE_ARITHMETIC_ADD,
    EDGE_ARITHMETIC_SUB,
    EDGE_ARITHMETIC_MUL,
    EDGE_ARITHMETIC_DIV,
    EDGE_ARITHMETIC_POW,
    /// Where both are the same, each gets half of the gradient.
    EDGE_ARITHMETIC_MAX,
    EDGE_ARITHMETIC_MIN,
    /// a for a >= 0, else b a.
    EDGE_ARITHMETIC_PRELU
} edge_arithmetic;

/// The gradients of y = a op b. ga and gb have the extents of their operands and are added to; either may be NULL.
void edge_arithmetic_gradient_f32(
    edge_isa isa, edge_arithmetic op, const edge_walk *walk, const float *a, const float *b, const float *y,
    const float *gy, float *ga, float *gb);

/// The gradients of y = choice ? a : b, with choice at c_steps; added to; either may be NULL.
void edge_choice_gradient_f32(
    edge_isa isa, const edge_walk *walk, const uint8_t *choice, const float *gy, float *ga, float *gb);

typedef enum edge_reduction {
    EDGE_REDUCTION_SUM,
    EDGE_REDUCTION_SUM_SQUARE,
    EDGE_REDUCTION_L1,
    EDGE_REDUCTION_L2,
    EDGE_REDUCTION_LOG_SUM,
    EDGE_REDUCTION_LOG_SUM_EXP,
    /// Maxima and minima: the gradient is shared among the elements that are the result; `counts` says how many they are.
    EDGE_REDUCTION_EXTREME,
    /// `counts` says how many factors are zero.
    EDGE_REDUCTION_PRODUCT
} edge_reduction;

/// For each result, how many elements of x are equal to it (EXTREME) or are zero (PRODUCT); x is walked in C order, the result at a_steps.
void edge_reduction_counts_f32(
    edge_isa isa, edge_reduction op, const edge_walk *walk, const float *x, const float *y, float *counts);

/// gx (+)= gradient of y = reduction(x); y, gy and counts at a_steps. With PRODUCT y is the product of the factors that are not zero.
void edge_reduction_gradient_f32(
    edge_isa isa, edge_reduction op, const edge_walk *walk, float scale, const float *x, const float *y, const float *gy,
    const float *counts, bool adds, float *gx);

/// For each result, the product of the elements of x that are not zero; at a_steps.
void edge_nonzero_product_f32(edge_isa isa, const edge_walk *walk, const float *x, float *products);

// MARK: Softmax

/// gx (+)= y (gy - sum(gy y)), or for the logarithm gx (+)= gy - e^y sum(gy), along the middle axis of [outer][count][inner].
void edge_softmax_gradient_f32(
    edge_isa isa, bool logarithm, size_t outer, size_t count, size_t inner, const float *y, const float *gy, bool adds,
    float *gx);

// MARK: Normalisation

/// Means and variances of the channels of [outer][channels][inner]; the variance divides by the count.
void edge_channel_moments_f32(
    edge_isa isa, size_t outer, size_t channels, size_t inner, const float *x, float *mean, float *variance, void *scratch);

/// y = (x - mean) * factor * scale + bias for each channel; `relu`: and no less than zero.
void edge_channel_normalize_f32(
    edge_isa isa, size_t outer, size_t channels, size_t inner, const float *x, const float *mean, const float *factor,
    const float *scale, const float *bias, bool relu, float *y);

/// The way back through batch normalisation. With `batch_statistics` mean and factor were those of x, else given numbers.
///
/// @param y the results where `relu` was fused in, else not read.
/// @param gscale,gbias added to.
/// @param gx written or added to, or NULL; may be gy where not `adds`.
/// Needs `edge_channel_scratch(channels)` bytes, as the moments do.
void edge_channel_gradient_f32(
    edge_isa isa, size_t outer, size_t channels, size_t inner, bool batch_statistics, bool relu, const float *x,
    const float *y, const float *mean, const float *factor, const float *scale, const float *gy, float *gscale,
    float *gbias, bool adds, float *gx, void *scratch);

size_t edge_channel_scratch(size_t channels);

/// Rows of [channels][inner] that are normalised each by itself, with a scale and a bias for each channel; row r has the channels
/// from (r % groups) * channels of them (layer normalisation: inner 1, groups 1; group normalisation: one row a group).
///
/// @param centred whether the mean is taken off (else the row is divided by its root mean square).
/// @param scale,bias [groups * channels] or NULL. mean, factor: one each a row; mean is not written where not `centred`.
void edge_row_normalize_f32(
    edge_isa isa, size_t rows, size_t groups, size_t channels, size_t inner, bool centred, float epsilon, const float *x,
    const float *scale, const float *bias, float *y, float *mean, float *factor);

/// Its way back. gscale, gbias are added to, or NULL; gx is written or added to, or NULL, and may be gy where not `adds`.
void edge_row_gradient_f32(
    edge_isa isa, size_t rows, size_t groups, size_t channels, size_t inner, bool centred, const float *x,
    const float *scale, const float *mean, const float *factor, const float *gy, float *gscale, float *gbias, bool adds,
    float *gx);

// MARK: Pooling, NHWC

/// Maximum over each window, and which tap it came from: its offset in the image in elements, -1 for an empty window.
void edge_max_pool_training_f32(
    edge_isa isa, const edge_conv_shape *shape, const float *in, float *out, int32_t *taken);

/// gx += gy at the places where the maxima were taken.
void edge_max_pool_gradient_f32(edge_isa isa, const edge_conv_shape *shape, const int32_t *taken, const float *gy, float *gx);

/// gx += gy / count over each window. `pad_bottom`, `pad_right` matter where `count_padding`.
void edge_average_pool_gradient_f32(
    edge_isa isa, const edge_conv_shape *shape, bool count_padding, int32_t pad_bottom, int32_t pad_right,
    const float *gy, float *gx);

// MARK: Convolution without oneDNN, NHWC

/// The bytes of scratch memory of the three functions below; 0 where the shape is not one they know.
size_t edge_convolution_scratch(const edge_conv_shape *shape);

/// y = convolution(x, weights) + bias; weights [out_c][in_c / groups][kernel_h][kernel_w], bias may be NULL.
void edge_convolution_f32(
    edge_isa isa, const edge_conv_shape *shape, const float *x, const float *weights, const float *bias, float *y,
    void *scratch);

/// gx = the gradient by the image, written.
void edge_convolution_data_gradient_f32(
    edge_isa isa, const edge_conv_shape *shape, const float *weights, const float *gy, float *gx, void *scratch);

/// gw += the gradient by the weights.
void edge_convolution_weight_gradient_f32(
    edge_isa isa, const edge_conv_shape *shape, const float *x, const float *gy, float *gw, void *scratch);

// MARK: Movement

/// For runs of `run` neighbours: gx[index[i] - 1 ...] += gy[i * run ...] where index[i] > 0. The way back of every operator that only
/// moves elements.
void edge_scatter_f32(edge_isa isa, size_t count, size_t run, const int32_t *index, const float *gy, float *gx);

/// For runs of `run` neighbours: gx[i * run ...] (+)= gy[index[i] * run ...].
void edge_collect_f32(
    edge_isa isa, size_t count, size_t run, const int32_t *index, const float *gy, bool adds, float *gx);

// MARK: Recurrence

/// One step of an LSTM cell for a batch: gates [batch][4][hidden] in the order input, output, forget, cell (sums, replaced by what
/// their functions give), the cell state before, the new cell state and hidden state.
void edge_lstm_forward_f32(
    edge_isa isa, size_t batch, size_t hidden, float *gates, const float *cell_before, float *cell, float *state);

/// Its way back: gates as left by the step; gstate the gradient by the new hidden state; gcell by the new cell state, replaced by
/// that of the one before; ggates the gradient by the sums.
void edge_lstm_cell_gradient_f32(
    edge_isa isa, size_t batch, size_t hidden, const float *gates, const float *cell_before, const float *cell,
    const float *gstate, float *gcell, float *ggates);

/// One step of a GRU cell with `linear_before_reset`: gates [batch][3][hidden] in the order update, reset, candidate: sums over the
/// input, with biases of both kinds for the first two; recurrent [batch][hidden]: the candidate's sum over the state, with its bias.
void edge_gru_cell_f32(
    edge_isa isa, size_t batch, size_t hidden, float *gates, const float *recurrent, const float *before, float *state);

/// Its way back: ggates [batch][3][hidden] by the sums over the input, grecurrent [batch][hidden] by `recurrent`; gbefore gets the part
/// of the old state that passes through, written.
void edge_gru_cell_gradient_f32(
    edge_isa isa, size_t batch, size_t hidden, const float *gates, const float *recurrent, const float *before,
    const float *gstate, float *gbefore, float *ggates, float *grecurrent);

// MARK: Dropout

/// mask[i] = 0 with the probability given, else 1 / (1 - probability); y = x * mask. The mask follows from seed and position alone.
void edge_dropout_f32(
    edge_isa isa, size_t count, uint64_t seed, float probability, const float *x, float *y, float *mask);

/// gx[i] (+)= gy[i] * mask[i].
void edge_dropout_gradient_f32(edge_isa isa, size_t count, const float *mask, const float *gy, bool adds, float *gx);

#ifdef __cplusplus
}
#endif

#endif
