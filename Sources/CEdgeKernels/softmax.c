#include "fast_math.h"
#include "versions.h"

EDGE_INLINE void edge_softmax_f32_body(size_t rows, size_t columns, float beta, const float *in, float *out) {
    for (size_t row = 0; row < rows; row++, in += columns, out += columns) {
        float largest = -INFINITY, sum = 0;
        for (size_t i = 0; i < columns; i++) {
            float x = beta * in[i];
            largest = x > largest ? x : largest;
        }
        for (size_t i = 0; i < columns; i++) out[i] = edge_exp(beta * in[i] - largest);
        for (size_t i = 0; i < columns; i++) sum += out[i];
        const float factor = 1.0f / sum;
        for (size_t i = 0; i < columns; i++) out[i] *= factor;
    }
}

EDGE_VERSIONS(
    edge_softmax_f32, (size_t rows, size_t columns, float beta, const float *in, float *out), (rows, columns, beta, in, out))

EDGE_INLINE void edge_softmax_q8_body(
    edge_q8 type, size_t rows, size_t columns, float beta_scale, float out_scale, int32_t out_zero, const void *in,
    void *out) {
    // exp of every possible distance from the largest, once; short rows pay for what they use only.
    float table[256];
    bool tabled = rows * columns >= 256;
    for (int distance = 0; tabled && distance < 256; distance++) table[distance] = edge_exp(-beta_scale * (float)distance);
    const int32_t low = edge_lowest_q8(type), high = edge_highest_q8(type);
    for (size_t row = 0; row < rows; row++) {
        int32_t largest = low;
        for (size_t i = 0; i < columns; i++) largest = edge_max_i32(largest, edge_load_q8(type, in, row * columns + i));
        float sum = 0;
        for (size_t i = 0; i < columns; i++) {
            int32_t distance = largest - edge_load_q8(type, in, row * columns + i);
            sum += tabled ? table[distance] : edge_exp(-beta_scale * (float)distance);
        }
        const float factor = 1.0f / (sum * out_scale);
        for (size_t i = 0; i < columns; i++) {
            int32_t distance = largest - edge_load_q8(type, in, row * columns + i);
            float share = tabled ? table[distance] : edge_exp(-beta_scale * (float)distance);
            ((uint8_t *)out)[row * columns + i] = (uint8_t)edge_round_q8(share * factor, out_zero, low, high);
        }
    }
}

EDGE_VERSIONS(
    edge_softmax_q8,
    (edge_q8 type, size_t rows, size_t columns, float beta_scale, float out_scale, int32_t out_zero, const void *in,
     void *out),
    (type, rows, columns, beta_scale, out_scale, out_zero, in, out))
