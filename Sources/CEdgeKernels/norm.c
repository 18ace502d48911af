#include "versions.h"

/// The sum of a row in sixteen running sums: floats may not be added in another order than written, so that one sum would
/// make the loop wait for each addition.
EDGE_INLINE float sum_of(size_t count, const float *in, float mean, const bool squared) {
    float lanes[16] = {0}, sum = 0;
    size_t i = 0;
    for (; i + 16 <= count; i += 16)
        for (int lane = 0; lane < 16; lane++) {
            float x = in[i + lane] - mean;
            lanes[lane] += squared ? x * x : x;
        }
    for (; i < count; i++) {
        float x = in[i] - mean;
        sum += squared ? x * x : x;
    }
    for (int lane = 0; lane < 16; lane++) sum += lanes[lane];
    return sum;
}

EDGE_INLINE void edge_layer_norm_f32_body(
    size_t rows, size_t columns, float epsilon, const float *scale, const float *bias, const float *in, float *out) {
    for (size_t row = 0; row < rows; row++, in += columns, out += columns) {
        // Two passes: the variance of differences from the mean does not cancel.
        const float mean = sum_of(columns, in, 0, false) / (float)columns;
        const float variance = sum_of(columns, in, mean, true) / (float)columns;
        const float factor = 1.0f / sqrtf(variance + epsilon);
        if (scale && bias)
            for (size_t i = 0; i < columns; i++) out[i] = (in[i] - mean) * factor * scale[i] + bias[i];
        else if (scale)
            for (size_t i = 0; i < columns; i++) out[i] = (in[i] - mean) * factor * scale[i];
        else
            for (size_t i = 0; i < columns; i++) out[i] = (in[i] - mean) * factor;
    }
}

EDGE_VERSIONS(
    edge_layer_norm_f32,
    (size_t rows, size_t columns, float epsilon, const float *scale, const float *bias, const float *in, float *out),
    (rows, columns, epsilon, scale, bias, in, out))
