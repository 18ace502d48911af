#include "fast_math.h"
#include "versions.h"

EDGE_INLINE float apply(edge_binary op, float a, float b) {
    switch (op) {
    case EDGE_ADD: return a + b;
    case EDGE_SUB: return a - b;
    case EDGE_MUL: return a * b;
    case EDGE_DIV: return a / b;
    case EDGE_MIN: return b < a ? b : a;
    case EDGE_MAX: return b > a ? b : a;
    case EDGE_PRELU: return a < 0 ? a * b : a;
    }
    return 0;
}

/// One operator over rows. The strides along a row are constants in each of the branches, so that each vectorises.
EDGE_INLINE void rows_of(
    const edge_binary op, size_t rows, size_t columns, const float *a, size_t a_row_stride, size_t a_column_stride,
    const float *b, size_t b_row_stride, size_t b_column_stride, float min, float max, float *out) {
    for (size_t row = 0; row < rows; row++) {
        const float *x = a + row * a_row_stride, *y = b + row * b_row_stride;
        float *o = out + row * columns;
        if (a_column_stride && b_column_stride)
            EDGE_ELEMENTWISE for (size_t i = 0; i < columns; i++) o[i] = edge_clamp_f32(apply(op, x[i], y[i]), min, max);
        else if (a_column_stride) {
            const float value = *y;
            EDGE_ELEMENTWISE for (size_t i = 0; i < columns; i++) o[i] = edge_clamp_f32(apply(op, x[i], value), min, max);
        } else if (b_column_stride) {
            const float value = *x;
            EDGE_ELEMENTWISE for (size_t i = 0; i < columns; i++) o[i] = edge_clamp_f32(apply(op, value, y[i]), min, max);
        } else {
            const float value = edge_clamp_f32(apply(op, *x, *y), min, max);
            EDGE_ELEMENTWISE for (size_t i = 0; i < columns; i++) o[i] = value;
        }
    }
}

enum { PATTERN = 128 };

/// One operator over rows of which each meets the same few numbers, as images meet the slopes or scales of their channels: the numbers
/// are repeated, so that many short rows become a few longer ones.
EDGE_INLINE void patterned(
    const edge_binary op, size_t rows, size_t columns, const float *a, size_t a_row_stride, size_t a_column_stride,
    const float *b, size_t b_row_stride, size_t b_column_stride, float min, float max, float *out) {
    size_t joined = b_row_stride == 0 && b_column_stride == 1 && a_column_stride == 1 && a_row_stride == columns
        ? PATTERN / columns : 0;
    if (joined < 2 || rows < 2 * joined) {
        rows_of(op, rows, columns, a, a_row_stride, a_column_stride, b, b_row_stride, b_column_stride, min, max, out);
        return;
    }
    float pattern[PATTERN];
    for (size_t i = 0; i < joined * columns; i++) pattern[i] = b[i % columns];
    size_t whole = rows / joined, done = whole * joined;
    rows_of(op, whole, joined * columns, a, joined * columns, 1, pattern, 0, 1, min, max, out);
    rows_of(op, rows - done, columns, a + done * columns, columns, 1, b, 0, 1, min, max, out + done * columns);
}

#define ROWS(op) \
    patterned(op, rows, columns, a, a_row_stride, a_column_stride, b, b_row_stride, b_column_stride, min, max, out)

EDGE_INLINE void edge_binary_f32_body(
    edge_binary op, size_t rows, size_t columns, const float *a, size_t a_row_stride, size_t a_column_stride,
    const float *b, size_t b_row_stride, size_t b_column_stride, float min, float max, float *out) {
    switch (op) {
    case EDGE_ADD: ROWS(EDGE_ADD); break;
    case EDGE_SUB: ROWS(EDGE_SUB); break;
    case EDGE_MUL: ROWS(EDGE_MUL); break;
    case EDGE_DIV: ROWS(EDGE_DIV); break;
    case EDGE_MIN: ROWS(EDGE_MIN); break;
    case EDGE_MAX: ROWS(EDGE_MAX); break;
    case EDGE_PRELU: ROWS(EDGE_PRELU); break;
    }
}

EDGE_VERSIONS(
    edge_binary_f32,
    (edge_binary op, size_t rows, size_t columns, const float *a, size_t a_row_stride, size_t a_column_stride,
     const float *b, size_t b_row_stride, size_t b_column_stride, float min, float max, float *out),
    (op, rows, columns, a, a_row_stride, a_column_stride, b, b_row_stride, b_column_stride, min, max, out))

EDGE_INLINE void edge_unary_f32_body(edge_unary op, size_t count, float p, float q, const float *in, float *out) {
    switch (op) {
    case EDGE_CLAMP:
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) out[i] = edge_clamp_f32(in[i], p, q);
        break;
    case EDGE_SIGMOID:
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) out[i] = edge_sigmoid(in[i]);
        break;
    case EDGE_TANH:
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) out[i] = edge_tanh(in[i]);
        break;
    case EDGE_EXP:
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) out[i] = edge_exp(in[i]);
        break;
    case EDGE_HARD_SIGMOID:
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) out[i] = edge_clamp_f32(p * in[i] + q, 0, 1);
        break;
    case EDGE_HARD_SWISH:
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) out[i] = in[i] * edge_clamp_f32(in[i] * (1.0f / 6) + 0.5f, 0, 1);
        break;
    case EDGE_LEAKY_RELU:
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) out[i] = in[i] < 0 ? p * in[i] : in[i];
        break;
    case EDGE_ELU:
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) out[i] = in[i] < 0 ? p * (edge_exp(in[i]) - 1) : in[i];
        break;
    case EDGE_SILU:
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) out[i] = in[i] * edge_sigmoid(in[i]);
        break;
    case EDGE_ERF:
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) out[i] = edge_erf(in[i]);
        break;
    case EDGE_GELU:
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) out[i] = edge_gelu(in[i]);
        break;
    case EDGE_GELU_TANH:
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) out[i] = edge_gelu_tanh(in[i]);
        break;
    case EDGE_SQUARE:
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) out[i] = in[i] * in[i];
        break;
    case EDGE_SQRT:
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) out[i] = sqrtf(in[i]);
        break;
    case EDGE_RECIPROCAL:
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) out[i] = 1.0f / in[i];
        break;
    case EDGE_ABS:
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) out[i] = fabsf(in[i]);
        break;
    case EDGE_NEG:
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) out[i] = -in[i];
        break;
    }
}

EDGE_VERSIONS(
    edge_unary_f32, (edge_unary op, size_t count, float p, float q, const float *in, float *out), (op, count, p, q, in, out))

EDGE_INLINE void edge_range_f32_body(size_t count, const float *in, float *smallest, float *largest) {
    // Sixteen running pairs, so that the loop has no chain through one number. NaN fails both comparisons.
    float low[16], high[16];
    for (int lane = 0; lane < 16; lane++) {
        low[lane] = INFINITY;
        high[lane] = -INFINITY;
    }
    size_t i = 0;
    for (; i + 16 <= count; i += 16)
        for (int lane = 0; lane < 16; lane++) {
            float x = in[i + lane];
            low[lane] = x < low[lane] ? x : low[lane];
            high[lane] = x > high[lane] ? x : high[lane];
        }
    for (; i < count; i++) {
        low[0] = in[i] < low[0] ? in[i] : low[0];
        high[0] = in[i] > high[0] ? in[i] : high[0];
    }
    for (int lane = 1; lane < 16; lane++) {
        low[0] = low[lane] < low[0] ? low[lane] : low[0];
        high[0] = high[lane] > high[0] ? high[lane] : high[0];
    }
    bool found = low[0] <= high[0];
    *smallest = found ? low[0] : 0;
    *largest = found ? high[0] : 0;
}

EDGE_VERSIONS(
    edge_range_f32, (size_t count, const float *in, float *smallest, float *largest), (count, in, smallest, largest))
