#ifndef EDGE_CONV_Q8_INTERNAL_H
#define EDGE_CONV_Q8_INTERNAL_H

#include "depthwise.h"
#include "direct.h"

typedef enum edge_conv_q8_kind { EDGE_Q8_SCALAR, EDGE_Q8_DIRECT, EDGE_Q8_DEPTHWISE } edge_conv_q8_kind;

struct edge_conv_q8 {
    /// As given, with its arrays replaced by copies (the weights only where the scalar kernel reads them).
    edge_conv_q8_options options;
    edge_isa isa;
    edge_conv_q8_kind kind;
    /// Channels and scale groups of one convolution group.
    int32_t in_g, out_g, scale_groups;
    void *weights;
    float *scales;
    int32_t *bias;
    float *bias_f32;

    edge_unit unit;
    edge_direct direct;
    edge_depthwise_q8 depthwise;
    /// Per lane: what the accumulators start from, the sum of the weights (floats, times their scales, where the zero
    /// point is corrected as a float), the bias as a float. Per lane and scale group: the multiplier.
    int32_t *starts;
    float *multipliers, *biases;
    /// The multipliers in 16 bits, and what one of each lane's is worth, instead of floats: see narrow_multipliers in conv_q8.c.
    int16_t *narrow_multipliers;
    float *units_of_narrow;
    int32_t *sums;
    float *scaled_sums;
};

/// The weight at `index`, less the zero point. The context is the options.
static inline int32_t edge_conv_q8_weight(const void *context, size_t index) {
    const edge_conv_q8_options *o = context;
    switch (o->weight_type) {
    case EDGE_WEIGHT_I8: return ((const int8_t *)o->weights)[index] - o->weight_zero;
    case EDGE_WEIGHT_U8: return ((const uint8_t *)o->weights)[index] - o->weight_zero;
    case EDGE_WEIGHT_I4: return ((((const uint8_t *)o->weights)[index / 2] >> index % 2 * 4 & 15) ^ 8) - 8 - o->weight_zero;
    case EDGE_WEIGHT_I2: return ((((const uint8_t *)o->weights)[index / 4] >> index % 4 * 2 & 3) ^ 2) - 2 - o->weight_zero;
    }
    return 0;
}

/// The reference. `input` has type `input_type` with the zero point and scale given instead of the options'.
void edge_conv_q8_scalar(
    const edge_conv_q8 *conv, const void *input, edge_q8 input_type, float input_scale, int32_t input_zero, void *output);

#endif
