#include "direct.h"

// The product of two activations: b is packed into panels of 16 columns at run time, then the tiles of the direct
// convolution run over it.

size_t edge_gemm_f32_scratch(int32_t m, int32_t n, int32_t k) {
    (void)m;
    return edge_round_up(n, EDGE_BLOCK) * (size_t)k * sizeof(float) + 63;
}

static void gemm_scalar(
    int32_t m, int32_t n, int32_t k, const float *a, ptrdiff_t lda, const float *b, ptrdiff_t b_row, ptrdiff_t b_column,
    float *c, ptrdiff_t ldc) {
    for (int32_t i = 0; i < m; i++)
        for (int32_t j = 0; j < n; j++) {
            float sum = 0;
            for (int32_t p = 0; p < k; p++) sum += a[i * lda + p] * b[p * b_row + j * b_column];
            c[i * ldc + j] = sum;
        }
}

#if EDGE_PACKED
/// `width` columns from b to [k][blocks * 16], zeros beyond.
static void pack(
    int32_t k, int32_t width, int32_t lanes, const float *b, ptrdiff_t b_row, ptrdiff_t b_column, float *panel) {
    for (int32_t p = 0; p < k; p++, panel += lanes) {
        const float *row = b + p * b_row;
        if (b_column == 1)
            memcpy(panel, row, (size_t)width * sizeof(float));
        else
            for (int32_t j = 0; j < width; j++) panel[j] = row[j * b_column];
        for (int32_t j = width; j < lanes; j++) panel[j] = 0;
    }
}
#endif

void edge_gemm_f32(
    edge_isa isa, int32_t m, int32_t n, int32_t k, const float *a, ptrdiff_t lda, const float *b, ptrdiff_t ldb,
    bool b_transposed, float *c, ptrdiff_t ldc, void *scratch) {
    const ptrdiff_t b_row = b_transposed ? 1 : ldb, b_column = b_transposed ? ldb : 1;
    isa = edge_isa_lowered(isa);
    if (isa == EDGE_ISA_SCALAR || k < 1) {
        gemm_scalar(m, n, k, a, lda, b, b_row, b_column, c, ldc);
        return;
    }
#if EDGE_PACKED
    static const float zeros[EDGE_TILE_BLOCKS * EDGE_BLOCK];
    static const int32_t no_offset;
    const edge_tile_table *table = edge_tiles_for(isa, EDGE_UNIT_F32, false);
    const int32_t widest = edge_widest_panel(isa) * EDGE_BLOCK;
    float *panel = edge_aligned(scratch);
    edge_tile tile = {
        .in_stride = lda * 4, .out_stride = ldc * 4, .run_offsets = &no_offset, .runs = 1, .units = k, .scale_groups = 1,
        .weights = panel, .start = zeros, .min = -INFINITY, .max = INFINITY};
    for (int32_t first = 0; first < n; first += widest) {
        const int32_t width = edge_min_i32(widest, n - first), blocks = (width + EDGE_BLOCK - 1) / EDGE_BLOCK;
        pack(k, width, blocks * EDGE_BLOCK, b + first * b_column, b_row, b_column, panel);
        tile.tail_mask = (uint16_t)((1u << (width - (blocks - 1) * EDGE_BLOCK)) - 1);
        const edge_tile_function *functions = (*table)[blocks - 1];
        for (int32_t row = 0; row < m;) {
            int32_t rows = edge_min_i32(EDGE_TILE_PIXELS, m - row);
            while (!functions[rows - 1]) rows--;
            functions[rows - 1](&tile, (const char *)(a + row * lda), NULL, (char *)(c + row * ldc + first));
            row += rows;
        }
    }
#endif
}
