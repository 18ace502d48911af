#include "direct.h"

#if EDGE_X86
#include <immintrin.h>

// Tiles of M pixels by N blocks of 16 channels, accumulated in registers: at most 24 accumulators, N weights and one
// broadcast activation of the 32 registers. M and N are constants wherever these bodies are expanded.

#define UNROLLED _Pragma("clang loop unroll(full)")

EDGE_INLINE EDGE_AVX512 __m512i load_unit(const char *address) {
    int32_t unit;
    memcpy(&unit, address, 4);
    return _mm512_set1_epi32(unit);
}

/// One pixel alone would wait for each sum before the next: it is summed in parts. A dense layer's last columns, fewer than the others, must be
/// summed like those: where all columns have the same weights, all results are the same to the bit.
#define PARTS(M, N) ((M) == 1 ? 4 : (M) * (N) >= 8 ? 1 : (M) * (N) >= 4 ? 2 : 4)

/// Addresses of the tile's pixels as base + {0, 1, 2} * stride from every third pixel, which x86 addressing does for free.
#define PIXEL(base, stride, m) ((base)[(m) / 3] + ((m) % 3) * (stride))

EDGE_INLINE EDGE_AVX512 void multiply_f32(
    __m512 *sums, const char *const *bases, ptrdiff_t stride, ptrdiff_t offset, const float *weights, const int M, const int N) {
    __m512 w[EDGE_TILE_BLOCKS];
    UNROLLED for (int n = 0; n < N; n++) w[n] = _mm512_loadu_ps(weights + n * 16);
    UNROLLED for (int m = 0; m < M; m++) {
        __m512 a = _mm512_castsi512_ps(load_unit(PIXEL(bases, stride, m) + offset));
        UNROLLED for (int n = 0; n < N; n++) sums[m * N + n] = _mm512_fmadd_ps(a, w[n], sums[m * N + n]);
    }
}

EDGE_INLINE EDGE_AVX512 void tile_f32(
    const edge_tile *t, const char *in, const char *residual, char *out, const int M, const int N) {
    enum { MOST = EDGE_TILE_PIXELS * 2 };
    const int P = PARTS(M, N);
    __m512 sums[8 * MOST];
    UNROLLED for (int m = 0; m < M; m++)
        UNROLLED for (int n = 0; n < N; n++)
            sums[m * N + n] = _mm512_loadu_ps((const float *)t->start + n * 16);
    UNROLLED for (int i = M * N; i < P * M * N; i++) sums[i] = _mm512_setzero_ps();

    const ptrdiff_t stride = t->in_stride;
    const float *weights = t->weights;
    const ptrdiff_t units = t->units;
    for (int32_t run = 0; run < t->runs; run++) {
        const char *bases[(EDGE_TILE_PIXELS + 2) / 3];
        UNROLLED for (int m = 0; m < M; m += 3) bases[m / 3] = in + t->run_offsets[run] + m * stride;
        ptrdiff_t u = 0;
        if (P > 1)
            for (; u + P <= units; u += P) {
                UNROLLED for (int p = 0; p < P; p++) {
                    multiply_f32(sums + p * M * N, bases, stride, (u + p) * 4, weights, M, N);
                    weights += N * 16;
                }
            }
#pragma clang loop unroll(disable)
        for (; u < units; u++) {
            multiply_f32(sums, bases, stride, u * 4, weights, M, N);
            weights += N * 16;
        }
    }
    UNROLLED for (int p = P / 2; p >= 1; p /= 2)
        UNROLLED for (int i = 0; i < p * M * N; i++) sums[i] = _mm512_add_ps(sums[i], sums[i + p * M * N]);

    const __m512 min = _mm512_set1_ps(t->min), max = _mm512_set1_ps(t->max);
    UNROLLED for (int m = 0; m < M; m++) {
        UNROLLED for (int n = 0; n < N; n++) {
            __mmask16 mask = n == N - 1 ? t->tail_mask : 0xFFFF;
            __m512 sum = sums[m * N + n];
            if (residual)
                sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(mask, (const float *)(residual + m * t->out_stride) + n * 16));
            sum = _mm512_min_ps(_mm512_max_ps(sum, min), max);
            _mm512_mask_storeu_ps((float *)(out + m * t->out_stride) + n * 16, mask, sum);
        }
    }
}

#define F32(M, N) \
    static EDGE_AVX512 void f32_##M##x##N(const edge_tile *t, const char *in, const char *residual, char *out) { \
        tile_f32(t, in, residual, out, M, N); \
    }
F32(1, 1) F32(2, 1) F32(4, 1) F32(8, 1) F32(12, 1)
F32(1, 2) F32(2, 2) F32(3, 2) F32(4, 2) F32(6, 2) F32(8, 2) F32(12, 2)
F32(1, 3) F32(2, 3) F32(3, 3) F32(4, 3) F32(6, 3) F32(8, 3)
F32(1, 4) F32(2, 4) F32(3, 4) F32(4, 4) F32(5, 4) F32(6, 4)

const edge_tile_table edge_tiles_f32_avx512 = {
    {[0] = f32_1x1, [1] = f32_2x1, [3] = f32_4x1, [7] = f32_8x1, [11] = f32_12x1},
    {[0] = f32_1x2, [1] = f32_2x2, [2] = f32_3x2, [3] = f32_4x2, [5] = f32_6x2, [7] = f32_8x2, [11] = f32_12x2},
    {[0] = f32_1x3, [1] = f32_2x3, [2] = f32_3x3, [3] = f32_4x3, [5] = f32_6x3, [7] = f32_8x3},
    {[0] = f32_1x4, [1] = f32_2x4, [2] = f32_3x4, [3] = f32_4x4, [4] = f32_5x4, [5] = f32_6x4},
};
#endif
