#include "versions.h"

/// round(x) + zero within [low, high] (given less the zero point); NaN becomes the zero point.
EDGE_INLINE int32_t rounded(float x, float low, float high, int32_t zero) {
    x = x == x ? x : 0.0f;
    x = x < low ? low : x > high ? high : x;
    return (int32_t)rintf(x) + zero;
}

EDGE_INLINE void edge_quantize_q8_body(
    edge_q8 type, size_t count, float scale, int32_t zero, const float *in, void *out) {
    // The quotient, not a product with the reciprocal: ONNX and TFLite divide, and ties tell the difference.
    const float low = (float)(edge_lowest_q8(type) - zero), high = (float)(edge_highest_q8(type) - zero);
    uint8_t *target = out;
    for (size_t i = 0; i < count; i++) target[i] = (uint8_t)rounded(in[i] / scale, low, high, zero);
}

EDGE_VERSIONS(
    edge_quantize_q8, (edge_q8 type, size_t count, float scale, int32_t zero, const float *in, void *out),
    (type, count, scale, zero, in, out))

EDGE_INLINE void edge_dequantize_q8_body(
    edge_q8 type, size_t count, float scale, int32_t zero, const void *in, float *out) {
    if (type == EDGE_I8)
        for (size_t i = 0; i < count; i++) out[i] = (float)(((const int8_t *)in)[i] - zero) * scale;
    else
        for (size_t i = 0; i < count; i++) out[i] = (float)(((const uint8_t *)in)[i] - zero) * scale;
}

EDGE_VERSIONS(
    edge_dequantize_q8, (edge_q8 type, size_t count, float scale, int32_t zero, const void *in, float *out),
    (type, count, scale, zero, in, out))

EDGE_INLINE void edge_requantize_q8_body(
    edge_q8 in_type, int32_t in_zero, float multiplier, edge_q8 out_type, int32_t out_zero, size_t count, const void *in,
    void *out) {
    const float low = (float)(edge_lowest_q8(out_type) - out_zero), high = (float)(edge_highest_q8(out_type) - out_zero);
    uint8_t *target = out;
    if (in_type == EDGE_I8)
        for (size_t i = 0; i < count; i++)
            target[i] = (uint8_t)rounded((float)(((const int8_t *)in)[i] - in_zero) * multiplier, low, high, out_zero);
    else
        for (size_t i = 0; i < count; i++)
            target[i] = (uint8_t)rounded((float)(((const uint8_t *)in)[i] - in_zero) * multiplier, low, high, out_zero);
}

EDGE_VERSIONS(
    edge_requantize_q8,
    (edge_q8 in_type, int32_t in_zero, float multiplier, edge_q8 out_type, int32_t out_zero, size_t count, const void *in,
     void *out),
    (in_type, in_zero, multiplier, out_type, out_zero, count, in, out))
