#include "direct.h"

#if EDGE_X86
#include <immintrin.h>

// Quantized tiles; see tiles_avx512.c for how registers are shared out.

#define UNROLLED _Pragma("clang loop unroll(full)")
#define PARTS(M, N) ((M) * (N) >= 8 ? 1 : (M) * (N) >= 4 ? 2 : 4)
#define PIXEL(base, stride, m) ((base)[(m) / 3] + ((m) % 3) * (stride))
#define MOST (EDGE_TILE_PIXELS * 2)

/// A vector meets each weight once: memory is the limit. The processor prefetches along a few lines at once, each up to the end of its
/// page, and waits less for a memory of several banks: while 16 KiB are computed with, the next 16 KiB come in along four lines. In each
/// 256 bytes a line takes one part of 64.
EDGE_INLINE EDGE_AVX512 void prefetch_ahead(const char *weights, const int N) {
    enum { CHUNK = 1 << 14, LINE = CHUNK / 4 };
    UNROLLED for (int n = 0; n < N; n++) {
        const uintptr_t address = (uintptr_t)weights + (N < 4 ? n * 64 : 0), part = N < 4 ? address >> 6 & 3 : (uintptr_t)n;
        const uintptr_t chunk = (address & ~(uintptr_t)(CHUNK - 1)) + CHUNK;
        _mm_prefetch((const char *)(chunk + part * LINE + ((address & (CHUNK - 1)) >> 8 << 6)), _MM_HINT_T0);
    }
}

EDGE_INLINE EDGE_AVX512 __m512i load_unit(const char *address) {
    int32_t unit;
    memcpy(&unit, address, 4);
    return _mm512_set1_epi32(unit);
}

EDGE_INLINE EDGE_AVX512 void multiply(
    __m512i *sums, const char *const *bases, ptrdiff_t stride, ptrdiff_t offset, const __m512i *weights,
    const edge_unit UNIT, const int M, const int N) {
    UNROLLED for (int m = 0; m < M; m++) {
        __m512i a = load_unit(PIXEL(bases, stride, m) + offset);
        UNROLLED for (int n = 0; n < N; n++) {
            __m512i *sum = &sums[m * N + n];
            *sum = UNIT == EDGE_UNIT_S16 ? _mm512_dpwssd_epi32(*sum, a, weights[n])
                                         : _mm512_dpbusd_epi32(*sum, a, weights[n]);
        }
    }
}

/// Weights of four units that share their bytes, each left in the upper two bits: 64 times too large.
EDGE_INLINE EDGE_AVX512 const char *add_run_2bit(
    const char *const *bases, ptrdiff_t stride, ptrdiff_t units, __m512i *sums, const char *weights, const int M, const int N,
    const int P) {
    const __m512i upper = _mm512_set1_epi8((char)0xC0);
#pragma clang loop unroll(disable)
    for (ptrdiff_t u = 0; u < units; u += 4) {
        __m512i quads[EDGE_TILE_BLOCKS], w[EDGE_TILE_BLOCKS];
        if (M == 1) prefetch_ahead(weights, N);
        UNROLLED for (int n = 0; n < N; n++) quads[n] = _mm512_loadu_si512(weights + n * 64);
        UNROLLED for (int part = 0; part < 4; part++) {
            UNROLLED for (int n = 0; n < N; n++) w[n] = _mm512_and_si512(_mm512_slli_epi32(quads[n], 6 - 2 * part), upper);
            multiply(sums + part % P * M * N, bases, stride, (u + part) * 4, w, EDGE_UNIT_U8S2, M, N);
        }
        weights += N * 64;
    }
    return weights;
}

/// Adds the products of one run. Four-bit weights are left in the upper half of a byte: 16 times too large.
EDGE_INLINE EDGE_AVX512 const char *add_run(
    const edge_tile *t, __m512i *sums, const char *in, const char *weights, const edge_unit UNIT, const int M, const int N) {
    const int P = PARTS(M, N);
    const ptrdiff_t stride = t->in_stride, units = t->units;
    const char *bases[(EDGE_TILE_PIXELS + 2) / 3];
    UNROLLED for (int m = 0; m < M; m += 3) bases[m / 3] = in + m * stride;
    __m512i w[EDGE_TILE_BLOCKS];
    if (UNIT == EDGE_UNIT_U8S2) return add_run_2bit(bases, stride, units, sums, weights, M, N, P);
    if (UNIT == EDGE_UNIT_U8S4) {
        const __m512i upper = _mm512_set1_epi8((char)0xF0);
#pragma clang loop unroll(disable)
        for (ptrdiff_t u = 0; u < units; u += 2) {
            __m512i pairs[EDGE_TILE_BLOCKS];
            if (M == 1) prefetch_ahead(weights, N);
            UNROLLED for (int n = 0; n < N; n++) {
                pairs[n] = _mm512_loadu_si512(weights + n * 64);
                w[n] = _mm512_and_si512(_mm512_slli_epi32(pairs[n], 4), upper);
            }
            multiply(sums, bases, stride, u * 4, w, UNIT, M, N);
            UNROLLED for (int n = 0; n < N; n++) w[n] = _mm512_and_si512(pairs[n], upper);
            multiply(P > 1 ? sums + M * N : sums, bases, stride, u * 4 + 4, w, UNIT, M, N);
            weights += N * 64;
        }
        return weights;
    }
    ptrdiff_t u = 0;
    if (P > 1)
        for (; u + P <= units; u += P) {
            UNROLLED for (int p = 0; p < P; p++) {
                if (M == 1) prefetch_ahead(weights + p * N * 64, N);
                UNROLLED for (int n = 0; n < N; n++) w[n] = _mm512_loadu_si512(weights + (p * N + n) * 64);
                multiply(sums + p * M * N, bases, stride, (u + p) * 4, w, UNIT, M, N);
            }
            weights += P * N * 64;
        }
#pragma clang loop unroll(disable)
    for (; u < units; u++) {
        UNROLLED for (int n = 0; n < N; n++) w[n] = _mm512_loadu_si512(weights + n * 64);
        multiply(sums, bases, stride, u * 4, w, UNIT, M, N);
        weights += N * 64;
    }
    return weights;
}

/// Stores up to four vectors of quantized numbers (as 32-bit integers without the zero point) as bytes.
EDGE_INLINE EDGE_AVX512 __m512i packed_bytes(const __m512i *q, int count, __m512i zero, __m512i flip) {
    // Saturating packs work in 128-bit lanes; one permutation at the end restores the order.
    __m512i low = _mm512_packs_epi32(q[0], count > 1 ? q[1] : q[0]);
    __m512i high = count > 2 ? _mm512_packs_epi32(q[2], count > 3 ? q[3] : q[2]) : low;
    low = _mm512_adds_epi16(low, zero);
    high = count > 2 ? _mm512_adds_epi16(high, zero) : low;
    __m512i bytes = _mm512_packs_epi16(low, high);
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    return _mm512_xor_si512(_mm512_permutexvar_epi32(order, bytes), flip);
}

EDGE_INLINE EDGE_AVX512 void store_bytes(const edge_tile *t, const __m512i *q, char *out, const int M, const int N) {
    const __m512i zero = _mm512_set1_epi16((int16_t)t->zero), flip = _mm512_set1_epi8((char)t->flip);
    if (N == 4) {
        const __mmask64 mask = (__mmask64)t->tail_mask << 48 | 0xFFFFFFFFFFFFull;
        UNROLLED for (int m = 0; m < M; m++)
            _mm512_mask_storeu_epi8(out + m * t->out_stride, mask, packed_bytes(q + m * 4, 4, zero, flip));
        return;
    }
    UNROLLED for (int first = 0; first < M * N; first += 4) {
        const int count = M * N - first < 4 ? M * N - first : 4;
        __m512i bytes = packed_bytes(q + first, count, zero, flip);
        UNROLLED for (int i = 0; i < count; i++) {
            const int m = (first + i) / N, n = (first + i) % N;
            __m128i part = i == 0 ? _mm512_castsi512_si128(bytes)
                : i == 1 ? _mm512_extracti32x4_epi32(bytes, 1)
                : i == 2 ? _mm512_extracti32x4_epi32(bytes, 2) : _mm512_extracti32x4_epi32(bytes, 3);
            __mmask16 mask = n == N - 1 ? t->tail_mask : 0xFFFF;
            _mm_mask_storeu_epi8(out + m * t->out_stride + n * 16, mask, part);
        }
    }
}

EDGE_INLINE EDGE_AVX512 void tile_q8(
    const edge_tile *t, const char *in, char *out, const edge_unit UNIT, const bool GROUPS, const int M, const int N) {
    const int P = UNIT == EDGE_UNIT_U8S4 ? (PARTS(M, N) > 1 ? 2 : 1) : PARTS(M, N);
    __m512i sums[4 * MOST];
    __m512 reals[MOST];
    const char *weights = t->weights;
    const float *multipliers = t->multipliers;
    const int16_t *narrow = t->narrow_multipliers;
    if (GROUPS) {
        UNROLLED for (int i = 0; i < M * N; i++) reals[i] = _mm512_setzero_ps();
    } else {
        UNROLLED for (int m = 0; m < M; m++)
            UNROLLED for (int n = 0; n < N; n++)
                sums[m * N + n] = _mm512_loadu_si512((const int32_t *)t->start + n * 16);
        UNROLLED for (int i = M * N; i < P * M * N; i++) sums[i] = _mm512_setzero_si512();
    }
    const int32_t groups = GROUPS ? t->scale_groups : 1;
    const int32_t *offsets = t->run_offsets;
    for (int32_t group = 0; group < groups; group++) {
        if (GROUPS) {
            UNROLLED for (int i = 0; i < P * M * N; i++) sums[i] = _mm512_setzero_si512();
        }
        for (int32_t run = 0; run < t->runs; run++)
            weights = add_run(t, sums, in + *offsets++, weights, UNIT, M, N);
        UNROLLED for (int p = P / 2; p >= 1; p /= 2)
            UNROLLED for (int i = 0; i < p * M * N; i++) sums[i] = _mm512_add_epi32(sums[i], sums[i + p * M * N]);
        UNROLLED for (int n = 0; n < N; n++) {
            const __m512 multiplier = GROUPS && narrow
                ? _mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(_mm256_loadu_si256((const __m256i *)(narrow + n * 16))))
                : _mm512_loadu_ps(multipliers + n * 16);
            UNROLLED for (int m = 0; m < M; m++) {
                __m512 sum = _mm512_cvtepi32_ps(sums[m * N + n]);
                reals[m * N + n] = GROUPS ? _mm512_fmadd_ps(sum, multiplier, reals[m * N + n]) : _mm512_mul_ps(sum, multiplier);
            }
        }
        if (GROUPS && narrow) narrow += N * 16;
        else multipliers += N * 16;
    }

    const __m512 min = _mm512_set1_ps(t->min), max = _mm512_set1_ps(t->max), scale = _mm512_set1_ps(t->scale);
    const bool is_float = t->output == EDGE_OUTPUT_F32;
    UNROLLED for (int n = 0; n < N; n++) {
        __m512 bias = _mm512_loadu_ps(t->bias + n * 16);
        if (GROUPS || is_float) {
            const __m512 lanes = GROUPS && narrow ? _mm512_mul_ps(scale, _mm512_loadu_ps(t->units_of_narrow + n * 16)) : scale;
            UNROLLED for (int m = 0; m < M; m++) reals[m * N + n] = _mm512_fmadd_ps(reals[m * N + n], lanes, bias);
        } else {
            UNROLLED for (int m = 0; m < M; m++) reals[m * N + n] = _mm512_add_ps(reals[m * N + n], bias);
        }
    }
    UNROLLED for (int i = 0; i < M * N; i++) reals[i] = _mm512_min_ps(_mm512_max_ps(reals[i], min), max);
    if (is_float) {
        UNROLLED for (int m = 0; m < M; m++)
            UNROLLED for (int n = 0; n < N; n++)
                _mm512_mask_storeu_ps(
                    (float *)(out + m * t->out_stride) + n * 16, n == N - 1 ? t->tail_mask : 0xFFFF, reals[m * N + n]);
        return;
    }
    UNROLLED for (int i = 0; i < M * N; i++) sums[i] = _mm512_cvtps_epi32(reals[i]);
    store_bytes(t, sums, out, M, N);
}

#define TILE(name, UNIT, GROUPS, M, N) \
    static EDGE_AVX512 void name##_##M##x##N(const edge_tile *t, const char *in, const char *residual, char *out) { \
        (void)residual; \
        tile_q8(t, in, out, UNIT, GROUPS, M, N); \
    }

#define TILES(name, UNIT) \
    TILE(name, UNIT, false, 1, 1) TILE(name, UNIT, false, 2, 1) TILE(name, UNIT, false, 4, 1) \
    TILE(name, UNIT, false, 8, 1) TILE(name, UNIT, false, 12, 1) \
    TILE(name, UNIT, false, 1, 2) TILE(name, UNIT, false, 2, 2) TILE(name, UNIT, false, 4, 2) \
    TILE(name, UNIT, false, 6, 2) TILE(name, UNIT, false, 8, 2) TILE(name, UNIT, false, 12, 2) \
    TILE(name, UNIT, false, 1, 3) TILE(name, UNIT, false, 2, 3) TILE(name, UNIT, false, 4, 3) \
    TILE(name, UNIT, false, 6, 3) TILE(name, UNIT, false, 8, 3) \
    TILE(name, UNIT, false, 1, 4) TILE(name, UNIT, false, 2, 4) TILE(name, UNIT, false, 3, 4) \
    TILE(name, UNIT, false, 4, 4) TILE(name, UNIT, false, 5, 4) TILE(name, UNIT, false, 6, 4) \
    const edge_tile_table edge_tiles_##name##_avx512 = { \
        {[0] = name##_1x1, [1] = name##_2x1, [3] = name##_4x1, [7] = name##_8x1, [11] = name##_12x1}, \
        {[0] = name##_1x2, [1] = name##_2x2, [3] = name##_4x2, [5] = name##_6x2, [7] = name##_8x2, [11] = name##_12x2}, \
        {[0] = name##_1x3, [1] = name##_2x3, [3] = name##_4x3, [5] = name##_6x3, [7] = name##_8x3}, \
        {[0] = name##_1x4, [1] = name##_2x4, [2] = name##_3x4, [3] = name##_4x4, [4] = name##_5x4, [5] = name##_6x4}, \
    };

// Scale groups need each accumulator twice, and few layers have 2-bit weights: fewer sizes.
#define FEW_TILES(name, UNIT, GROUPS) \
    TILE(name, UNIT, GROUPS, 1, 1) TILE(name, UNIT, GROUPS, 2, 1) TILE(name, UNIT, GROUPS, 4, 1) \
    TILE(name, UNIT, GROUPS, 1, 2) TILE(name, UNIT, GROUPS, 2, 2) TILE(name, UNIT, GROUPS, 4, 2) TILE(name, UNIT, GROUPS, 6, 2) \
    TILE(name, UNIT, GROUPS, 1, 3) TILE(name, UNIT, GROUPS, 2, 3) \
    TILE(name, UNIT, GROUPS, 1, 4) TILE(name, UNIT, GROUPS, 2, 4) \
    const edge_tile_table edge_tiles_##name##_avx512 = { \
        {[0] = name##_1x1, [1] = name##_2x1, [3] = name##_4x1}, \
        {[0] = name##_1x2, [1] = name##_2x2, [3] = name##_4x2, [5] = name##_6x2}, \
        {[0] = name##_1x3, [1] = name##_2x3}, \
        {[0] = name##_1x4, [1] = name##_2x4}, \
    };

TILES(u8s8, EDGE_UNIT_U8S8)
TILES(u8s4, EDGE_UNIT_U8S4)
FEW_TILES(u8s2, EDGE_UNIT_U8S2, false)
TILES(s16, EDGE_UNIT_S16)
FEW_TILES(u8s8_groups, EDGE_UNIT_U8S8, true)
FEW_TILES(u8s4_groups, EDGE_UNIT_U8S4, true)
FEW_TILES(u8s2_groups, EDGE_UNIT_U8S2, true)
FEW_TILES(s16_groups, EDGE_UNIT_S16, true)
#endif
