#include "edge_training.h"
#include "versions.h"

// Products of matrices that both change from call to call, any of them transposed, added to what is there: what training asks for.
//
// b is packed into panels of 32 columns (a block of 16 by 16 at a time where it comes transposed), then tiles of eight rows by 32 columns
// stay in registers over all of k. a is read one number at a time and broadcast, so that either order of it will do.

typedef float edge_lanes __attribute__((vector_size(64)));
typedef float edge_loose_lanes __attribute__((vector_size(64), aligned(4)));

enum { PANEL = 32, ROWS = 8, LANES = 16 };

size_t edge_product_scratch(size_t n, size_t k) {
    return edge_round_up(n, PANEL) * k * sizeof(float) + 63;
}

/// Sixteen rows of sixteen numbers, transposed: four rounds that swap blocks of 8, 4, 2 and 1.
EDGE_INLINE void transpose_block(edge_lanes *r) {
    for (int i = 0; i < 8; i++) {
        edge_lanes a = r[i], b = r[i + 8];
        r[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
        r[i + 8] = __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    }
    for (int j = 0; j < 16; j += 8)
        for (int i = j; i < j + 4; i++) {
            edge_lanes a = r[i], b = r[i + 4];
            r[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
            r[i + 4] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
        }
    for (int j = 0; j < 16; j += 4)
        for (int i = j; i < j + 2; i++) {
            edge_lanes a = r[i], b = r[i + 2];
            r[i] = __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
            r[i + 2] = __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
        }
    for (int i = 0; i < 16; i += 2) {
        edge_lanes a = r[i], b = r[i + 1];
        r[i] = __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
        r[i + 1] = __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
    }
}

/// Up to 32 columns of b as [k][32], zeros beyond.
EDGE_INLINE void pack(size_t width, size_t k, const float *b, size_t ldb, bool transposed, float *panel) {
    if (!transposed) {
        for (size_t p = 0; p < k; p++) {
            float *row = panel + p * PANEL;
            const float *source = b + p * ldb;
            if (width == PANEL) {
                *(edge_lanes *)row = *(const edge_loose_lanes *)source;
                *(edge_lanes *)(row + LANES) = *(const edge_loose_lanes *)(source + LANES);
            } else {
                for (size_t j = 0; j < PANEL; j++) row[j] = j < width ? source[j] : 0;
            }
        }
        return;
    }
    for (size_t half = 0; half < PANEL; half += LANES) {
        size_t p = 0;
        if (half + LANES <= width)
            for (; p + LANES <= k; p += LANES) {
                edge_lanes rows[LANES];
                for (size_t j = 0; j < LANES; j++) rows[j] = *(const edge_loose_lanes *)(b + (half + j) * ldb + p);
                transpose_block(rows);
                for (size_t j = 0; j < LANES; j++) *(edge_lanes *)(panel + (p + j) * PANEL + half) = rows[j];
            }
        for (; p < k; p++)
            for (size_t j = 0; j < LANES; j++)
                panel[p * PANEL + half + j] = half + j < width ? b[(half + j) * ldb + p] : 0;
    }
}

/// `rows` rows by 32 columns. The number of rows is a constant wherever this is inlined.
EDGE_INLINE void tile(
    const size_t rows, size_t width, size_t k, float alpha, const float *a, size_t a_row, size_t a_column, const float *panel,
    bool adds, float *c, size_t ldc) {
    edge_lanes low[ROWS], high[ROWS];
    const edge_lanes zero = {0};
    for (size_t i = 0; i < rows; i++) low[i] = high[i] = zero;
    for (size_t p = 0; p < k; p++) {
        const edge_lanes first = *(const edge_lanes *)(panel + p * PANEL);
        const edge_lanes second = *(const edge_lanes *)(panel + p * PANEL + LANES);
        const float *column = a + p * a_column;
        for (size_t i = 0; i < rows; i++) {
            // A number less zero is the number, so that this is a broadcast and no arithmetic.
            const edge_lanes factor = column[i * a_row] - zero;
            low[i] += factor * first;
            high[i] += factor * second;
        }
    }
    const edge_lanes scale = alpha - zero;
    for (size_t i = 0; i < rows; i++) {
        float *out = c + i * ldc;
        if (width == PANEL) {
            edge_loose_lanes *x = (edge_loose_lanes *)out, *y = (edge_loose_lanes *)(out + LANES);
            *x = adds ? *x + low[i] * scale : low[i] * scale;
            *y = adds ? *y + high[i] * scale : high[i] * scale;
            continue;
        }
        float sums[PANEL];
        *(edge_loose_lanes *)sums = low[i] * scale;
        *(edge_loose_lanes *)(sums + LANES) = high[i] * scale;
        for (size_t j = 0; j < width; j++) out[j] = adds ? out[j] + sums[j] : sums[j];
    }
}

EDGE_INLINE void product_body(
    size_t m, size_t n, size_t k, float alpha, const float *a, size_t lda, bool a_transposed, const float *b, size_t ldb,
    bool b_transposed, bool adds, float *c, size_t ldc, void *scratch) {
    const size_t a_row = a_transposed ? 1 : lda, a_column = a_transposed ? lda : 1;
    float *panel = edge_aligned(scratch);
    for (size_t first = 0; first < n; first += PANEL) {
        const size_t width = n - first < PANEL ? n - first : PANEL;
        pack(width, k, b + (b_transposed ? first * ldb : first), ldb, b_transposed, panel);
        size_t row = 0;
        for (; row + ROWS <= m; row += ROWS)
            tile(ROWS, width, k, alpha, a + row * a_row, a_row, a_column, panel, adds, c + row * ldc + first, ldc);
        for (; row + 4 <= m; row += 4)
            tile(4, width, k, alpha, a + row * a_row, a_row, a_column, panel, adds, c + row * ldc + first, ldc);
        for (; row < m; row++)
            tile(1, width, k, alpha, a + row * a_row, a_row, a_column, panel, adds, c + row * ldc + first, ldc);
    }
}

EDGE_VERSIONS_STATIC(
    product,
    (size_t m, size_t n, size_t k, float alpha, const float *a, size_t lda, bool a_transposed, const float *b, size_t ldb,
     bool b_transposed, bool adds, float *c, size_t ldc, void *scratch),
    (m, n, k, alpha, a, lda, a_transposed, b, ldb, b_transposed, adds, c, ldc, scratch))

void edge_product_f32(
    edge_isa isa, size_t m, size_t n, size_t k, float alpha, const float *a, size_t lda, bool a_transposed, const float *b,
    size_t ldb, bool b_transposed, bool adds, float *c, size_t ldc, void *scratch) {
    product(isa, m, n, k, alpha, a, lda, a_transposed, b, ldb, b_transposed, adds, c, ldc, scratch);
}

EDGE_INLINE void edge_add_row_f32_body(size_t rows, size_t columns, const float *row, float *out) {
    for (size_t r = 0; r < rows; r++, out += columns)
        for (size_t c = 0; c < columns; c++) out[c] += row[c];
}

EDGE_VERSIONS(edge_add_row_f32, (size_t rows, size_t columns, const float *row, float *out), (rows, columns, row, out))

EDGE_INLINE void edge_sum_rows_f32_body(
    size_t rows, size_t columns, float scale, const float *in, bool adds, float *sums) {
    // Blocks of columns in registers, and blocks of rows added up before they join the total, which keeps long sums exact.
    for (size_t first = 0; first < columns; first += 64) {
        const size_t width = columns - first < 64 ? columns - first : 64;
        float total[64] = {0};
        for (size_t r = 0; r < rows; r += 256) {
            const size_t end = rows - r < 256 ? rows : r + 256;
            float part[64] = {0};
            if (width == 64)
                for (size_t i = r; i < end; i++)
                    for (size_t c = 0; c < 64; c++) part[c] += in[i * columns + first + c];
            else
                for (size_t i = r; i < end; i++)
                    for (size_t c = 0; c < width; c++) part[c] += in[i * columns + first + c];
            for (size_t c = 0; c < 64; c++) total[c] += part[c];
        }
        for (size_t c = 0; c < width; c++) sums[first + c] = (adds ? sums[first + c] : 0) + scale * total[c];
    }
}

EDGE_VERSIONS(
    edge_sum_rows_f32, (size_t rows, size_t columns, float scale, const float *in, bool adds, float *sums),
    (rows, columns, scale, in, adds, sums))

EDGE_INLINE void edge_accumulate_f32_body(size_t count, const float *in, float *out) {
    for (size_t i = 0; i < count; i++) out[i] += in[i];
}

EDGE_VERSIONS(edge_accumulate_f32, (size_t count, const float *in, float *out), (count, in, out))

EDGE_INLINE void edge_scale_f32_body(size_t count, float scale, const float *in, bool adds, float *out) {
    if (adds)
        for (size_t i = 0; i < count; i++) out[i] += scale * in[i];
    else
        for (size_t i = 0; i < count; i++) out[i] = scale * in[i];
}

EDGE_VERSIONS(
    edge_scale_f32, (size_t count, float scale, const float *in, bool adds, float *out), (count, scale, in, adds, out))

EDGE_INLINE void edge_sum_f32_body(size_t count, const float *in, float *sum) {
    edge_lanes a = {0}, b = {0};
    size_t i = 0;
    for (; i + 2 * LANES <= count; i += 2 * LANES) {
        a += *(const edge_loose_lanes *)(in + i);
        b += *(const edge_loose_lanes *)(in + i + LANES);
    }
    float total = 0;
    for (int lane = 0; lane < LANES; lane++) total += a[lane] + b[lane];
    for (; i < count; i++) total += in[i];
    *sum = total;
}

EDGE_VERSIONS(edge_sum_f32, (size_t count, const float *in, float *sum), (count, in, sum))
