#include "versions.h"

// out[r][c] = in[c][r]: what turns images with their channels first into images with their channels last, and back.
//
// Images have few channels and many pixels, so that either side may be a handful of elements: with that side as a constant
// the compiler weaves vectors together. Everything else goes in squares that stay in the first cache.

enum { SQUARE = 16 };

#define ELEMENT(type) \
    EDGE_INLINE void few_columns_##type( \
        const size_t columns, size_t rows, const type *in, size_t in_stride, type *out) { \
        for (size_t r = 0; r < rows; r++) \
            for (size_t c = 0; c < columns; c++) out[r * columns + c] = in[c * in_stride + r]; \
    } \
    EDGE_INLINE void few_rows_##type(const size_t rows, size_t columns, const type *in, type *out) { \
        for (size_t c = 0; c < columns; c++) \
            for (size_t r = 0; r < rows; r++) out[r * columns + c] = in[c * rows + r]; \
    } \
    EDGE_INLINE void transpose_##type##_body(size_t rows, size_t columns, const type *in, size_t in_stride, type *out) { \
        if (columns == 2) { few_columns_##type(2, rows, in, in_stride, out); return; } \
        if (columns == 3) { few_columns_##type(3, rows, in, in_stride, out); return; } \
        if (columns == 4) { few_columns_##type(4, rows, in, in_stride, out); return; } \
        if (rows == 2 && in_stride == 2) { few_rows_##type(2, columns, in, out); return; } \
        if (rows == 3 && in_stride == 3) { few_rows_##type(3, columns, in, out); return; } \
        if (rows == 4 && in_stride == 4) { few_rows_##type(4, columns, in, out); return; } \
        for (size_t first_r = 0; first_r < rows; first_r += SQUARE) { \
            const size_t end_r = first_r + SQUARE < rows ? first_r + SQUARE : rows; \
            for (size_t first_c = 0; first_c < columns; first_c += SQUARE) { \
                const size_t end_c = first_c + SQUARE < columns ? first_c + SQUARE : columns; \
                for (size_t r = first_r; r < end_r; r++) \
                    for (size_t c = first_c; c < end_c; c++) out[r * columns + c] = in[c * in_stride + r]; \
            } \
        } \
    } \
    EDGE_VERSIONS_STATIC( \
        transpose_##type, (size_t rows, size_t columns, const type *in, size_t in_stride, type *out), \
        (rows, columns, in, in_stride, out))

ELEMENT(uint8_t)
ELEMENT(uint16_t)
ELEMENT(uint32_t)
ELEMENT(uint64_t)

void edge_transpose(
    edge_isa isa, size_t width, size_t rows, size_t columns, const void *in, size_t in_stride, void *out) {
    switch (width) {
    case 1: transpose_uint8_t(isa, rows, columns, in, in_stride, out); break;
    case 2: transpose_uint16_t(isa, rows, columns, in, in_stride, out); break;
    case 4: transpose_uint32_t(isa, rows, columns, in, in_stride, out); break;
    default: transpose_uint64_t(isa, rows, columns, in, in_stride, out); break;
    }
}
