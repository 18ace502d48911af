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
    /// Whether the image is padded into scratch memory first (where pixels share a vector and may not be told apart at the
    /// borders); elements in a row of what is read.
    bool copies;
    int32_t row_elements;
    /// [taps][lanes], [lanes].
    float *weights, *bias;
} edge_depthwise_f32;

bool edge_depthwise_f32_create(
    edge_depthwise_f32 *d, const edge_conv_shape *shape, const float *weights, const float *bias, float min, float max);
void edge_depthwise_f32_destroy(edge_depthwise_f32 *d);
size_t edge_depthwise_f32_scratch(const edge_depthwise_f32 *d);

/// One image; `image` is what `edge_depthwise_f32` says is read: the padded copy or the image itself.
typedef void edge_depthwise_f32_image(const edge_depthwise_f32 *d, const float *image, const float *residual, float *output);
edge_depthwise_f32_image edge_depthwise_f32_avx2, edge_depthwise_f32_avx512, edge_depthwise_f32_neon;

void edge_depthwise_f32_run(
    const edge_depthwise_f32 *d, edge_isa isa, const float *input, const float *residual, float *output, float *scratch);

// The quantized depthwise loop sees a row of the output as a flat sequence of out_w * channels numbers and computes as
// many neighbours as a register holds, whatever pixels they belong to. For that the padded copy keeps the pixels of each
// phase of the stride together, so that every tap is one contiguous load. The weights of one register repeat with a period
// of the channels: there is one pattern of lanes for each start within the period.

/// A quantized depthwise convolution, laid out and packed.
typedef struct edge_depthwise_q8 {
    edge_conv_shape shape;
    /// Numbers of the output in a register (a pattern); taps that are multiplied at once.
    int32_t lanes, joined;
    /// Patterns; groups of `joined` taps (even for 4-bit weights).
    int32_t patterns, tap_groups;
    /// Whether weights are 4-bit: [pattern][tap group / 2], the even group in the low nibbles.
    bool nibbles;
    /// Bytes of an element of the padded image, of one of its rows, and of all.
    int32_t element;
    size_t row_bytes, image_bytes;
    /// [tap_groups][joined]: bytes from the start of a row's window.
    int32_t *offsets;
    /// [pattern][tap group][lanes / 16 or / 8][16 or 8][joined].
    void *weights;
} edge_depthwise_q8;

/// Reads one original weight, less its zero point.
typedef int32_t (*edge_depthwise_reader)(const void *context, size_t index);

bool edge_depthwise_q8_create(
    edge_depthwise_q8 *d, const edge_conv_shape *shape, edge_isa isa, bool nibbles, const void *weights,
    edge_depthwise_reader read);
void edge_depthwise_q8_destroy(edge_depthwise_q8 *d);

/// The channel that accumulator `lane` of all patterns belongs to.
int32_t edge_depthwise_q8_channel(const edge_depthwise_q8 *d, size_t lane);

/// What the loop needs besides: per lane arrays as in `edge_tile`, clamps less the zero point.
typedef struct edge_depthwise_q8_run {
    const int32_t *starts;
    const float *multipliers, *biases;
    bool is_float;
    float scale, min, max;
    int32_t zero;
    uint8_t flip;
} edge_depthwise_q8_run;

/// Runs all images. `type` and `zero` are the input's.
void edge_depthwise_q8_all(
    const edge_depthwise_q8 *d, const edge_depthwise_q8_run *run, edge_q8 type, int32_t zero, const uint8_t *input,
    void *output, void *padded);

/// One image, padded.
typedef void edge_depthwise_q8_image(
    const edge_depthwise_q8 *d, const edge_depthwise_q8_run *run, const char *padded, char *output);
edge_depthwise_q8_image edge_depthwise_q8_avx2, edge_depthwise_q8_avx512, edge_depthwise_q8_neon;

#endif
