#include "versions.h"

// Loops over one element type: `LOAD(i)` is written out for signed and unsigned bytes, so that the compiler sees which.

EDGE_INLINE float number(const edge_q8 type, const void *in, size_t index) { return (float)edge_load_q8(type, in, index); }

EDGE_INLINE float sum_of(const edge_add_q8_parameters *p, float a, float b, float offset) {
    return a * p->a_multiplier + b * p->b_multiplier + offset;
}

EDGE_INLINE uint8_t stored(float real, float low, float high, int32_t zero) {
    real = real < low ? low : real > high ? high : real;
    return (uint8_t)((int32_t)rintf(real) + zero);
}

EDGE_INLINE void add_rows(
    const edge_q8 type, const edge_add_q8_parameters *p, size_t rows, size_t columns, const void *a, size_t a_row_stride,
    size_t a_column_stride, const void *b, size_t b_row_stride, size_t b_column_stride, uint8_t *out) {
    const float low = (float)(p->min - p->out_zero), high = (float)(p->max - p->out_zero);
    const int32_t zero = p->out_zero;
    const edge_add_q8_parameters q = *p;
    for (size_t row = 0; row < rows; row++) {
        const uint8_t *x = (const uint8_t *)a + row * a_row_stride, *y = (const uint8_t *)b + row * b_row_stride;
        uint8_t *o = out + row * columns;
        if (a_column_stride && b_column_stride) {
            EDGE_ELEMENTWISE for (size_t i = 0; i < columns; i++) {
                float left = number(type, x, i) - (float)q.a_zero, right = number(type, y, i) - (float)q.b_zero;
                o[i] = stored(sum_of(&q, left, right, 0), low, high, zero);
            }
        } else {
            EDGE_ELEMENTWISE for (size_t i = 0; i < columns; i++) {
                float left = number(type, x, i * a_column_stride) - (float)q.a_zero;
                float right = number(type, y, i * b_column_stride) - (float)q.b_zero;
                o[i] = stored(sum_of(&q, left, right, 0), low, high, zero);
            }
        }
    }
}

EDGE_INLINE void edge_add_q8_body(
    edge_q8 type, const edge_add_q8_parameters *p, size_t rows, size_t columns, const void *a, size_t a_row_stride,
    size_t a_column_stride, const void *b, size_t b_row_stride, size_t b_column_stride, void *out) {
    if (type == EDGE_I8)
        add_rows(EDGE_I8, p, rows, columns, a, a_row_stride, a_column_stride, b, b_row_stride, b_column_stride, out);
    else
        add_rows(EDGE_U8, p, rows, columns, a, a_row_stride, a_column_stride, b, b_row_stride, b_column_stride, out);
}

EDGE_VERSIONS(
    edge_add_q8,
    (edge_q8 type, const edge_add_q8_parameters *p, size_t rows, size_t columns, const void *a, size_t a_row_stride,
     size_t a_column_stride, const void *b, size_t b_row_stride, size_t b_column_stride, void *out),
    (type, p, rows, columns, a, a_row_stride, a_column_stride, b, b_row_stride, b_column_stride, out))

EDGE_INLINE void mul_rows(
    const edge_q8 type, int32_t a_zero, int32_t b_zero, float multiplier, int32_t out_zero, int32_t min, int32_t max,
    size_t rows, size_t columns, const void *a, size_t a_row_stride, size_t a_column_stride, const void *b,
    size_t b_row_stride, size_t b_column_stride, uint8_t *out) {
    const float low = (float)(min - out_zero), high = (float)(max - out_zero);
    for (size_t row = 0; row < rows; row++) {
        const uint8_t *x = (const uint8_t *)a + row * a_row_stride, *y = (const uint8_t *)b + row * b_row_stride;
        uint8_t *o = out + row * columns;
        if (a_column_stride && b_column_stride) {
            EDGE_ELEMENTWISE for (size_t i = 0; i < columns; i++) {
                float product = (number(type, x, i) - (float)a_zero) * (number(type, y, i) - (float)b_zero);
                o[i] = stored(product * multiplier, low, high, out_zero);
            }
        } else {
            EDGE_ELEMENTWISE for (size_t i = 0; i < columns; i++) {
                float left = number(type, x, i * a_column_stride) - (float)a_zero;
                float right = number(type, y, i * b_column_stride) - (float)b_zero;
                o[i] = stored(left * right * multiplier, low, high, out_zero);
            }
        }
    }
}

EDGE_INLINE void edge_mul_q8_body(
    edge_q8 type, int32_t a_zero, int32_t b_zero, float multiplier, int32_t out_zero, int32_t min, int32_t max, size_t rows,
    size_t columns, const void *a, size_t a_row_stride, size_t a_column_stride, const void *b, size_t b_row_stride,
    size_t b_column_stride, void *out) {
    if (type == EDGE_I8)
        mul_rows(
            EDGE_I8, a_zero, b_zero, multiplier, out_zero, min, max, rows, columns, a, a_row_stride, a_column_stride, b,
            b_row_stride, b_column_stride, out);
    else
        mul_rows(
            EDGE_U8, a_zero, b_zero, multiplier, out_zero, min, max, rows, columns, a, a_row_stride, a_column_stride, b,
            b_row_stride, b_column_stride, out);
}

EDGE_VERSIONS(
    edge_mul_q8,
    (edge_q8 type, int32_t a_zero, int32_t b_zero, float multiplier, int32_t out_zero, int32_t min, int32_t max,
     size_t rows, size_t columns, const void *a, size_t a_row_stride, size_t a_column_stride, const void *b,
     size_t b_row_stride, size_t b_column_stride, void *out),
    (type, a_zero, b_zero, multiplier, out_zero, min, max, rows, columns, a, a_row_stride, a_column_stride, b,
     b_row_stride, b_column_stride, out))

void edge_table_q8(size_t count, const void *in, const uint8_t table[256], void *out) {
    const uint8_t *source = in;
    uint8_t *target = out;
    EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) target[i] = table[source[i]];
}
