#include "internal.h"

edge_conv_shape edge_dense_shape(int32_t rows, int32_t in, int32_t out) {
    return (edge_conv_shape){
        .batch = 1, .in_h = 1, .in_w = rows, .in_c = in, .out_h = 1, .out_w = rows, .out_c = out, .kernel_h = 1,
        .kernel_w = 1, .stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1, .groups = 1};
}

/// Multiplies into `product`, false once it passes 31 bits.
static bool grow(int64_t *product, int64_t factor) {
    if (factor < 0 || factor > INT32_MAX) return false;
    *product *= factor;
    return *product <= INT32_MAX;
}

bool edge_shape_is_valid(const edge_conv_shape *s) {
    if (s->batch < 1 || s->in_h < 1 || s->in_w < 1 || s->in_c < 1 || s->out_h < 1 || s->out_w < 1 || s->out_c < 1
        || s->kernel_h < 1 || s->kernel_w < 1 || s->stride_h < 1 || s->stride_w < 1 || s->dilation_h < 1
        || s->dilation_w < 1 || s->pad_top < 0 || s->pad_left < 0 || s->groups < 1)
        return false;
    if (s->in_c % s->groups || s->out_c % s->groups) return false;
    int64_t input = 1, output = 1, weights = 1, padded = 4;
    if (!grow(&input, s->batch) || !grow(&input, s->in_h) || !grow(&input, s->in_w) || !grow(&input, s->in_c)) return false;
    if (!grow(&output, s->batch) || !grow(&output, s->out_h) || !grow(&output, s->out_w) || !grow(&output, s->out_c))
        return false;
    // Packing rounds channels up to a block of 16 and runs up to a unit of four.
    if (!grow(&weights, s->kernel_h) || !grow(&weights, s->kernel_w) || !grow(&weights, s->in_c / s->groups)
        || !grow(&weights, ((int64_t)s->out_c + s->groups * 16) * 4))
        return false;
    int64_t span_h = (int64_t)(s->out_h - 1) * s->stride_h + (int64_t)(s->kernel_h - 1) * s->dilation_h + 1;
    int64_t span_w = (int64_t)(s->out_w - 1) * s->stride_w + (int64_t)(s->kernel_w - 1) * s->dilation_w + 1;
    return grow(&padded, span_h + s->stride_h) && grow(&padded, span_w + s->stride_w) && grow(&padded, (int64_t)s->in_c + 64);
}

int32_t edge_padded_h(const edge_conv_shape *s) {
    return (s->out_h - 1) * s->stride_h + (s->kernel_h - 1) * s->dilation_h + 1;
}

int32_t edge_padded_w(const edge_conv_shape *s) {
    return (s->out_w - 1) * s->stride_w + (s->kernel_w - 1) * s->dilation_w + 1;
}

bool edge_is_unpadded(const edge_conv_shape *s) {
    return s->pad_top == 0 && s->pad_left == 0 && edge_padded_h(s) <= s->in_h && edge_padded_w(s) <= s->in_w;
}
