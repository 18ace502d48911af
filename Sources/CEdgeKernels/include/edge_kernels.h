#ifndef EDGE_KERNELS_H
#define EDGE_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Dense kernels for small networks, each in plain C, AVX2 and AVX-512 with VNNI, NEON and NEON with dot products,
// chosen at run time. Those of training stand in edge_training.h.
//
// Conventions of every function here:
// - Activations lie in NHWC order without gaps; weights come as [out_c][in_c / groups][kernel_h][kernel_w] (a dense layer's
//   [out][in] is the case of a 1x1 kernel) and are repacked once by `…_create`.
// - Pointers need the alignment of their element type only; 64 bytes is a little faster.
// - Nothing outside the arrays as the shapes describe them is read or written.
// - Outputs may not overlap inputs, save for the elementwise functions, where `out` may be one of the inputs.
// - `isa` is the best instruction set that may be used: EDGE_ISA_SCALAR forces the reference code. A set that the
//   processor lacks is lowered to `edge_isa_detected()`.
// - Quantized numbers follow TFLite: real = scale * (q - zero), results are rounded to nearest, ties to even.

#ifdef __cplusplus
extern "C" {
#endif

/// The instruction sets that kernels are written for, each including the ones before it.
typedef enum edge_isa {
    EDGE_ISA_SCALAR = 0,
    // x86
    EDGE_ISA_AVX2 = 1,
    EDGE_ISA_AVX512_VNNI = 2,
    // 64-bit ARM
    EDGE_ISA_NEON = 1,
    EDGE_ISA_NEON_DOT = 2
} edge_isa;

/// The best instruction set of this processor.
edge_isa edge_isa_detected(void);

/// The type of 8-bit quantized elements.
typedef enum edge_q8 { EDGE_I8 = 0, EDGE_U8 = 1 } edge_q8;

// MARK: Convolution, pointwise and dense layers

/// The geometry of a convolution or pooling window over NHWC images.
///
/// Input [batch][in_h][in_w][in_c], output [batch][out_h][out_w][out_c]. Output (y, x) reads input rows
/// y * stride_h - pad_top + ky * dilation_h for 0 <= ky < kernel_h, columns likewise; what lies outside is the padding
/// (zero, the zero point, or left out of a pool). Padding at the bottom and right follows from out_h and out_w, which may
/// be any positive size. `groups` divides in_c and out_c; groups == in_c is a depthwise convolution with multiplier
/// out_c / in_c. A window over one axis has in_h = out_h = kernel_h = stride_h = dilation_h = 1, pad_top = 0.
typedef struct edge_conv_shape {
    int32_t batch, in_h, in_w, in_c;
    int32_t out_h, out_w, out_c;
    int32_t kernel_h, kernel_w;
    int32_t stride_h, stride_w;
    int32_t dilation_h, dilation_w;
    int32_t pad_top, pad_left;
    int32_t groups;
} edge_conv_shape;

/// The shape of a dense layer, [rows][in] to [rows][out], as a pointwise convolution.
edge_conv_shape edge_dense_shape(int32_t rows, int32_t in, int32_t out);

/// A float convolution with its weights packed for one instruction set. Immutable: several threads may run one, each with
/// scratch memory of its own.
typedef struct edge_conv_f32 edge_conv_f32;

/// Packs a convolution: clamp(sum of input * weight + bias + residual, min, max).
///
/// @param bias [out_c] or NULL.
/// @param min,max the fused activation: -INFINITY and INFINITY for none, 0 and INFINITY for relu, 0 and 6 for relu6.
/// @return NULL where the shape is not valid (a size below 1, negative padding, groups that do not divide, a window
///   that does not fit 32 bits) or memory is short. Weights and bias are copied.
edge_conv_f32 *edge_conv_f32_create(
    edge_isa isa, const edge_conv_shape *shape, const float *weights, const float *bias, float min, float max);

void edge_conv_f32_destroy(edge_conv_f32 *conv);

/// The bytes of scratch memory that a run needs; may be 0. Any alignment.
size_t edge_conv_f32_scratch(const edge_conv_f32 *conv);

/// Runs it.
///
/// @param residual NULL, or an array of the output's shape that is added before the activation. May be `output`.
void edge_conv_f32_run(
    const edge_conv_f32 *conv, const float *input, const float *residual, float *output, void *scratch);

/// The storage of quantized weights.
typedef enum edge_weight_type {
    EDGE_WEIGHT_I8 = 0,
    EDGE_WEIGHT_U8 = 1,
    /// Signed, -8...7, two a byte, the element with the lower index in the lower bits, without gaps between rows.
    EDGE_WEIGHT_I4 = 2,
    /// Signed, -2...1, four a byte, likewise.
    EDGE_WEIGHT_I2 = 3
} edge_weight_type;

/// What a quantized convolution gives out.
typedef enum edge_output_type { EDGE_OUTPUT_I8 = 0, EDGE_OUTPUT_U8 = 1, EDGE_OUTPUT_F32 = 2 } edge_output_type;

/// Everything about a quantized convolution except its activations. Set the unused to zero.
typedef struct edge_conv_q8_options {
    edge_isa isa;
    edge_conv_shape shape;

    edge_weight_type weight_type;
    /// [out_c][in_c / groups][kernel_h][kernel_w].
    const void *weights;
    /// The zero point of all weights (u8 weights; 0 for symmetric ones).
    int32_t weight_zero;
    /// [out_c] or, with scale_group > 0, [out_c][ceil(in_c / groups / scale_group)].
    const float *weight_scales;
    /// The input channels that share a scale; 0: one scale for each output channel.
    int32_t scale_group;

    /// The input. For `edge_conv_q8_run_dynamic` scale and zero are found as the input arrives and these are ignored.
    edge_q8 input_type;
    float input_scale;
    int32_t input_zero;

    /// [out_c] in units of input_scale * weight_scale (needs scale_group == 0 and a fixed input), or NULL.
    const int32_t *bias;
    /// [out_c] as real numbers, or NULL. At most one of the two is given.
    const float *bias_f32;

    edge_output_type output_type;
    /// Quantized outputs: clamp(round(real / output_scale) + output_zero, output_min, output_max).
    float output_scale;
    int32_t output_zero;
    int32_t output_min, output_max;
    /// Float outputs: clamp(real, min, max).
    float min, max;

    /// Where true, `run` takes a second operand and adds it: the convolution is rounded to its output parameters first,
    /// as if stored, then sum = clamp(round(((conv - output_zero) * output_scale
    /// + (residual - residual_zero) * residual_scale) / sum_scale) + sum_zero, sum_min, sum_max).
    /// Quantized outputs only; the residual has the output's type.
    bool add_residual;
    float residual_scale;
    int32_t residual_zero;
    float sum_scale;
    int32_t sum_zero;
    int32_t sum_min, sum_max;
} edge_conv_q8_options;

/// A quantized convolution with its weights packed for one instruction set. Immutable, as `edge_conv_f32`.
typedef struct edge_conv_q8 edge_conv_q8;

/// Packs a quantized convolution. 4-bit and 2-bit weights stay as narrow and are unpacked in registers.
///
/// @return NULL where shape or parameters are not valid or memory is short. All arrays are copied.
edge_conv_q8 *edge_conv_q8_create(const edge_conv_q8_options *options);

void edge_conv_q8_destroy(edge_conv_q8 *conv);

/// The bytes of scratch memory that a run (of either kind) needs; may be 0. Any alignment.
size_t edge_conv_q8_scratch(const edge_conv_q8 *conv);

/// Runs it on quantized input.
///
/// @param input `input_type` elements.
/// @param residual the second operand where `add_residual` is set, else NULL. Must not overlap `output`, which is written first.
/// @param output `output_type` elements.
void edge_conv_q8_run(const edge_conv_q8 *conv, const void *input, const void *residual, void *output, void *scratch);

/// Runs it on float input, which is quantized to 8 bits first, asymmetric over its whole range (zero included), with one
/// scale for all of it. Output must be EDGE_OUTPUT_F32, and `bias` NULL (`bias_f32` may be given).
void edge_conv_q8_run_dynamic(const edge_conv_q8 *conv, const float *input, float *output, void *scratch);

/// As above for a dense layer (`edge_dense_shape`), each row with a scale of its own; weights are read once for several rows.
void edge_conv_q8_run_dynamic_rows(const edge_conv_q8 *conv, const float *input, float *output, void *scratch);

// MARK: Dense layers of float activations and integer weights

/// Everything about such a layer except its activations: clamp(sum of input * scale * (weight - zero) + bias, min, max), with
/// the activations as they are and sums in floats.
typedef struct edge_dense_lowbit_options {
    edge_isa isa;
    int32_t in, out;
    edge_weight_type weight_type;
    /// [out][in].
    const void *weights;
    /// [out] or, with scale_group > 0, [out][ceil(in / scale_group)].
    const float *weight_scales;
    /// As many zero points, or NULL where all are 0.
    const float *weight_zeros;
    /// The inputs that share a scale; 0: all of them.
    int32_t scale_group;
    /// [out] or NULL.
    const float *bias;
    float min, max;
} edge_dense_lowbit_options;

/// A dense layer with its weights packed for one instruction set. Immutable, as `edge_conv_f32`.
typedef struct edge_dense_lowbit edge_dense_lowbit;

/// Packs a dense layer. Weights keep their bits and become floats in registers.
///
/// @return NULL where sizes are not valid or memory is short. All arrays are copied.
edge_dense_lowbit *edge_dense_lowbit_create(const edge_dense_lowbit_options *options);

void edge_dense_lowbit_destroy(edge_dense_lowbit *dense);

/// The bytes of scratch memory that a run over so many rows needs; may be 0. Any alignment.
size_t edge_dense_lowbit_scratch(const edge_dense_lowbit *dense, int32_t rows);

/// Runs it on [rows][in] to [rows][out].
void edge_dense_lowbit_run(
    const edge_dense_lowbit *dense, int32_t rows, const float *input, float *output, void *scratch);

// MARK: Matrix products of two activations

/// c[m][n] = sum over k of a[m][k] * b[k][n], or b[n][k] where `b_transposed`; rows at a distance of lda, ldb, ldc elements.
/// Needs `edge_gemm_f32_scratch` bytes. For constant b pack a dense layer instead.
void edge_gemm_f32(
    edge_isa isa, int32_t m, int32_t n, int32_t k, const float *a, ptrdiff_t lda, const float *b, ptrdiff_t ldb,
    bool b_transposed, float *c, ptrdiff_t ldc, void *scratch);

size_t edge_gemm_f32_scratch(int32_t m, int32_t n, int32_t k);

// MARK: Pooling

/// Maximum over each window; padding counts as absent. shape: out_c == in_c, groups ignored. Every window must meet the image.
void edge_max_pool_f32(edge_isa isa, const edge_conv_shape *shape, float min, float max, const float *in, float *out);
void edge_max_pool_q8(
    edge_isa isa, edge_q8 type, const edge_conv_shape *shape, int32_t min, int32_t max, const void *in, void *out);

/// Mean over each window. `count_padding`: divide by the window's size instead of its part inside the image (ONNX
/// count_include_pad, with the padding on all sides as given by the window). A mean over H and W is a window over the map.
void edge_average_pool_f32(
    edge_isa isa, const edge_conv_shape *shape, bool count_padding, float min, float max, const float *in, float *out);

/// As above on quantized numbers: out = clamp(round(mean(in - in_zero) * in_scale / out_scale) + out_zero, min, max).
void edge_average_pool_q8(
    edge_isa isa, edge_q8 type, const edge_conv_shape *shape, bool count_padding, float in_scale, int32_t in_zero,
    float out_scale, int32_t out_zero, int32_t min, int32_t max, const void *in, void *out);

// MARK: Elementwise

typedef enum edge_binary { EDGE_ADD, EDGE_SUB, EDGE_MUL, EDGE_DIV, EDGE_MIN, EDGE_MAX, EDGE_PRELU } edge_binary;

/// out[r][c] = clamp(a op b, min, max) over rows x columns; out without gaps. An operand lies at row * row_stride +
/// column * column_stride, where the column stride is 1 or 0 and any stride of 0 repeats (a vector along the last axis:
/// row stride 0; a scalar: both 0).
void edge_binary_f32(
    edge_isa isa, edge_binary op, size_t rows, size_t columns, const float *a, size_t a_row_stride,
    size_t a_column_stride, const float *b, size_t b_row_stride, size_t b_column_stride, float min, float max, float *out);

typedef enum edge_unary {
    EDGE_CLAMP, EDGE_SIGMOID, EDGE_TANH, EDGE_EXP, EDGE_HARD_SIGMOID, EDGE_HARD_SWISH, EDGE_LEAKY_RELU,
    EDGE_ELU, EDGE_SILU, EDGE_ERF, EDGE_GELU, EDGE_GELU_TANH, EDGE_SQUARE, EDGE_SQRT, EDGE_RECIPROCAL, EDGE_ABS, EDGE_NEG
} edge_unary;

/// out[i] = op(in[i]). EDGE_CLAMP: min(max(x, p), q). EDGE_HARD_SIGMOID: min(max(p * x + q, 0), 1).
/// EDGE_HARD_SWISH: x * min(max(x / 6 + 1/2, 0), 1). EDGE_LEAKY_RELU: x < 0 ? p * x : x. EDGE_ELU: x < 0 ? p * (e^x - 1) : x. EDGE_SILU:
/// x * sigmoid(x). EDGE_GELU: x / 2 * (1 + erf(x / sqrt 2)), EDGE_GELU_TANH its approximation by tanh. p and q are else ignored.
/// Sigmoid, tanh, erf and exp are within 4 units in the last place of the exact result.
void edge_unary_f32(edge_isa isa, edge_unary op, size_t count, float p, float q, const float *in, float *out);

/// Quantized sum: out = clamp(round((a - a_zero) * a_multiplier + (b - b_zero) * b_multiplier) + out_zero, min, max),
/// where the multipliers are scale / out_scale (negate b's for a difference).
typedef struct edge_add_q8_parameters {
    int32_t a_zero, b_zero, out_zero;
    float a_multiplier, b_multiplier;
    int32_t min, max;
} edge_add_q8_parameters;

/// Strides as in `edge_binary_f32`.
void edge_add_q8(
    edge_isa isa, edge_q8 type, const edge_add_q8_parameters *parameters, size_t rows, size_t columns, const void *a,
    size_t a_row_stride, size_t a_column_stride, const void *b, size_t b_row_stride, size_t b_column_stride, void *out);

/// Quantized product: out = clamp(round((a - a_zero) * (b - b_zero) * multiplier) + out_zero, min, max), where multiplier
/// is a_scale * b_scale / out_scale. Strides as in `edge_binary_f32`.
void edge_mul_q8(
    edge_isa isa, edge_q8 type, int32_t a_zero, int32_t b_zero, float multiplier, int32_t out_zero, int32_t min,
    int32_t max, size_t rows, size_t columns, const void *a, size_t a_row_stride, size_t a_column_stride, const void *b,
    size_t b_row_stride, size_t b_column_stride, void *out);

/// out[i] = table[in[i]] with the bit pattern of in[i] as the index: any function of one quantized number.
void edge_table_q8(size_t count, const void *in, const uint8_t table[256], void *out);

// MARK: Softmax

/// out[r][c] = exp(beta * (in[r][c] - max of the row)) / sum over the row.
void edge_softmax_f32(edge_isa isa, size_t rows, size_t columns, float beta, const float *in, float *out);

/// out[r][c] = in[r][c] - log(sum over the row of exp(in)).
void edge_log_softmax_f32(edge_isa isa, size_t rows, size_t columns, const float *in, float *out);

/// Softmax of beta_scale * in (beta times the input's scale; its zero point does not matter), rounded to
/// out_scale and out_zero (1/256 and -128 in TFLite's int8).
void edge_softmax_q8(
    edge_isa isa, edge_q8 type, size_t rows, size_t columns, float beta_scale, float out_scale, int32_t out_zero,
    const void *in, void *out);

// MARK: Normalization

/// out[r][c] = (in[r][c] - mean of the row) / sqrt(variance of the row + epsilon) * scale[c] + bias[c].
///
/// @param scale,bias [columns] or NULL; a bias needs a scale.
void edge_layer_norm_f32(
    edge_isa isa, size_t rows, size_t columns, float epsilon, const float *scale, const float *bias, const float *in,
    float *out);

// MARK: Recurrent cells

/// One step of an LSTM: cell = sigmoid(f) * cell + sigmoid(i) * tanh(c), hidden = sigmoid(o) * tanh(cell).
///
/// @param gates [4][count], the sums of both matrix products and biases, in the order i, o, f, c.
void edge_lstm_cell_f32(edge_isa isa, size_t count, const float *gates, float *cell, float *hidden);

/// The reset gate of a GRU: out = sigmoid(r) * in.
///
/// @param gates [2][count], sums as above, in the order z, r.
void edge_gru_reset_f32(edge_isa isa, size_t count, const float *gates, const float *in, float *out);

/// The new state of a GRU: hidden = (1 - sigmoid(z)) * tanh(candidate) + sigmoid(z) * hidden.
void edge_gru_update_f32(edge_isa isa, size_t count, const float *gates, const float *candidate, float *hidden);

// MARK: Moving

/// out[r][c] = in[c * in_stride + r] for elements of 1, 2, 4 or 8 bytes; out without gaps.
void edge_transpose(
    edge_isa isa, size_t width, size_t rows, size_t columns, const void *in, size_t in_stride, void *out);

// MARK: Between float and quantized

/// out = saturate(round(in / scale) + zero). NaN becomes the zero point.
void edge_quantize_q8(edge_isa isa, edge_q8 type, size_t count, float scale, int32_t zero, const float *in, void *out);

/// out = (in - zero) * scale.
void edge_dequantize_q8(edge_isa isa, edge_q8 type, size_t count, float scale, int32_t zero, const void *in, float *out);

/// out = saturate(round((in - in_zero) * multiplier) + out_zero), with multiplier in_scale / out_scale, between any 8-bit types.
void edge_requantize_q8(
    edge_isa isa, edge_q8 in_type, int32_t in_zero, float multiplier, edge_q8 out_type, int32_t out_zero, size_t count,
    const void *in, void *out);

/// The smallest and largest element; both 0 for an empty array. NaN is passed over.
void edge_range_f32(edge_isa isa, size_t count, const float *in, float *smallest, float *largest);

#ifdef __cplusplus
}
#endif

#endif
