#ifndef EDGE_DEPTHWISE_H
#define EDGE_DEPTHWISE_H

#include "internal.h"

// Depthwise convolutions with one filter for each channel.

/// A float depthwise convolution, laid out and packed.
typedef struct edge_depthwise_f32 {
    edge_conv_shape shape;
    float min, max;
    /// Lanes of a row of weights: channels rounded up to 16.
    int32_t lanes;
    /// Whether neighbouring pixels share a vector: stride 1 and a power of two channels below 16, whose weights are
    /// repeated over 16 lanes.
    bool flat;
    /// Whether the image is padded into scratch memory first; elements in a row of what is read.
    bool copies;
    int32_t row_elements;
    /// [taps][lanes], [lanes].
    float *weights, *bias;
    /// [taps]: elements from the start of a window.
    int32_t *offsets;
} edge_depthwise_f32;

bool edge_depthwise_f32_create(
    edge_depthwise_f32 *d, const edge_conv_shape *shape, const float *weights, const float *bias, float min, float max);
void edge_depthwise_f32_destroy(edge_depthwise_f32 *d);
size_t edge_depthwise_f32_scratch(const edge_depthwise_f32 *d);

/// One image; `image` is what `edge_depthwise_f32` says is read: the padded copy or the image itself.
typedef void edge_depthwise_f32_image(const edge_depthwise_f32 *d, const float *image, const float *residual, float *output);
edge_depthwise_f32_image edge_depthwise_f32_avx2, edge_depthwise_f32_avx512;

void edge_depthwise_f32_run(
    const edge_depthwise_f32 *d, edge_isa isa, const float *input, const float *residual, float *output, float *scratch);

/// A quantized depthwise convolution, packed.
typedef struct edge_depthwise_q8 {
    edge_conv_shape shape;
} edge_depthwise_q8;

#endif
