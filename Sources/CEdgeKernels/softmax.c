#include "fast_math.h"
#include "versions.h"

/// Rows too short for a vector: the exponentials of many of them are taken together.
EDGE_INLINE void short_rows(size_t rows, const size_t columns, float beta, const float *in, float *out) {
    enum { TOGETHER = 64 };
    for (size_t first = 0; first < rows; first += TOGETHER) {
        const size_t count = rows - first < TOGETHER ? rows - first : TOGETHER;
        const float *source = in + first * columns;
        float *target = out + first * columns;
        for (size_t row = 0; row < count; row++) {
            float largest = beta * source[row * columns];
            for (size_t i = 1; i < columns; i++) {
                float x = beta * source[row * columns + i];
                largest = x > largest ? x : largest;
            }
            for (size_t i = 0; i < columns; i++) target[row * columns + i] = beta * source[row * columns + i] - largest;
        }
        for (size_t i = 0; i < count * columns; i++) target[i] = edge_exp(target[i]);
        for (size_t row = 0; row < count; row++) {
            float sum = 0;
            for (size_t i = 0; i < columns; i++) sum += target[row * columns + i];
            const float factor = 1.0f / sum;
            for (size_t i = 0; i < columns; i++) target[row * columns + i] *= factor;
        }
    }
}

EDGE_INLINE void edge_softmax_f32_body(size_t rows, size_t columns, float beta, const float *in, float *out) {
    if (columns < 16) {
        if (columns == 2) short_rows(rows, 2, beta, in, out);
        else short_rows(rows, columns, beta, in, out);
        return;
    }
    for (size_t row = 0; row < rows; row++, in += columns, out += columns) {
        float largest = -INFINITY, sum = 0, most[16];
        size_t next = 0;
        for (int lane = 0; lane < 16; lane++) most[lane] = -INFINITY;
        for (; next + 16 <= columns; next += 16)
            for (int lane = 0; lane < 16; lane++) {
                float x = beta * in[next + lane];
                most[lane] = x > most[lane] ? x : most[lane];
            }
        for (; next < columns; next++) {
            float x = beta * in[next];
            largest = x > largest ? x : largest;
        }
        for (int lane = 0; lane < 16; lane++) largest = most[lane] > largest ? most[lane] : largest;
        for (size_t i = 0; i < columns; i++) out[i] = edge_exp(beta * in[i] - largest);
        // In sixteen sums: one would wait for each addition.
        float lanes[16] = {0};
        size_t column = 0;
        for (; column + 16 <= columns; column += 16)
            for (int lane = 0; lane < 16; lane++) lanes[lane] += out[column + lane];
        for (; column < columns; column++) sum += out[column];
        for (int lane = 0; lane < 16; lane++) sum += lanes[lane];
        const float factor = 1.0f / sum;
        for (size_t i = 0; i < columns; i++) out[i] *= factor;
    }
}

EDGE_VERSIONS(
    edge_softmax_f32, (size_t rows, size_t columns, float beta, const float *in, float *out), (rows, columns, beta, in, out))

EDGE_INLINE void edge_log_softmax_f32_body(size_t rows, size_t columns, const float *in, float *out) {
    for (size_t row = 0; row < rows; row++, in += columns, out += columns) {
        float largest = -INFINITY, sum = 0, most[16], lanes[16] = {0};
        size_t next = 0;
        for (int lane = 0; lane < 16; lane++) most[lane] = -INFINITY;
        for (; next + 16 <= columns; next += 16)
            for (int lane = 0; lane < 16; lane++) most[lane] = in[next + lane] > most[lane] ? in[next + lane] : most[lane];
        for (; next < columns; next++) largest = in[next] > largest ? in[next] : largest;
        for (int lane = 0; lane < 16; lane++) largest = most[lane] > largest ? most[lane] : largest;
        for (next = 0; next + 16 <= columns; next += 16)
            for (int lane = 0; lane < 16; lane++) lanes[lane] += edge_exp(in[next + lane] - largest);
        for (; next < columns; next++) sum += edge_exp(in[next] - largest);
        for (int lane = 0; lane < 16; lane++) sum += lanes[lane];
        const float total = largest + logf(sum);
        EDGE_ELEMENTWISE for (size_t i = 0; i < columns; i++) out[i] = in[i] - total;
    }
}

EDGE_VERSIONS(
    edge_log_softmax_f32, (size_t rows, size_t columns, const float *in, float *out), (rows, columns, in, out))

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
