#ifndef EDGE_CONV_F32_INTERNAL_H
#define EDGE_CONV_F32_INTERNAL_H

#include "depthwise.h"
#include "direct.h"

typedef enum edge_conv_kind { EDGE_CONV_SCALAR, EDGE_CONV_DIRECT, EDGE_CONV_DEPTHWISE } edge_conv_kind;

struct edge_conv_f32 {
    edge_isa isa;
    edge_conv_kind kind;
    edge_conv_shape shape;
    float min, max;
    /// Scalar: the weights as given.
    float *weights;
    /// Scalar and direct: in the order of channels or of lanes, zeros where none was given.
    float *bias;
    edge_direct direct;
    edge_depthwise_f32 depthwise;
};

void edge_conv_f32_scalar(const edge_conv_f32 *conv, const float *input, const float *residual, float *output);

#endif
