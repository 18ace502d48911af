#include "direct.h"

#if EDGE_X86
#include <immintrin.h>

// Tiles for AVX2: M pixels by one block of 16 channels, which is two registers. At most 12 accumulators, two weights and
// one activation of the 16 registers.

#define UNROLLED _Pragma("clang loop unroll(full)")
#define PIXEL(base, stride, m) ((base)[(m) / 3] + ((m) % 3) * (stride))
enum { MOST = 6 };

/// Lanes 8 * half onwards of a mask of 16 channels.
EDGE_INLINE EDGE_AVX2 __m256i lane_mask(uint16_t mask, int half) {
    const __m256i bits = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    return _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(mask >> half * 8), bits), bits);
}

EDGE_INLINE EDGE_AVX2 void store_f32(char *out, uint16_t mask, __m256 low, __m256 high) {
    if (mask == 0xFFFF) {
        _mm256_storeu_ps((float *)out, low);
        _mm256_storeu_ps((float *)out + 8, high);
    } else {
        _mm256_maskstore_ps((float *)out, lane_mask(mask, 0), low);
        _mm256_maskstore_ps((float *)out + 8, lane_mask(mask, 1), high);
    }
}

EDGE_INLINE EDGE_AVX2 void tile_f32(const edge_tile *t, const char *in, const char *residual, char *out, const int M) {
    __m256 sums[MOST * 2];
    UNROLLED for (int i = 0; i < M * 2; i++) sums[i] = _mm256_loadu_ps((const float *)t->start + i % 2 * 8);
    const ptrdiff_t stride = t->in_stride, units = t->units;
    const float *weights = t->weights;
    for (int32_t run = 0; run < t->runs; run++) {
        const char *bases[MOST / 3];
        UNROLLED for (int m = 0; m < M; m += 3) bases[m / 3] = in + t->run_offsets[run] + m * stride;
#pragma clang loop unroll(disable)
        for (ptrdiff_t u = 0; u < units; u++) {
            __m256 low = _mm256_loadu_ps(weights), high = _mm256_loadu_ps(weights + 8);
            weights += 16;
            UNROLLED for (int m = 0; m < M; m++) {
                __m256 a = _mm256_broadcast_ss((const float *)(PIXEL(bases, stride, m) + u * 4));
                sums[m * 2] = _mm256_fmadd_ps(a, low, sums[m * 2]);
                sums[m * 2 + 1] = _mm256_fmadd_ps(a, high, sums[m * 2 + 1]);
            }
        }
    }
    const __m256 min = _mm256_set1_ps(t->min), max = _mm256_set1_ps(t->max);
    UNROLLED for (int m = 0; m < M; m++) {
        __m256 low = sums[m * 2], high = sums[m * 2 + 1];
        if (residual) {
            const float *other = (const float *)(residual + m * t->out_stride);
            low = _mm256_add_ps(low, _mm256_maskload_ps(other, lane_mask(t->tail_mask, 0)));
            high = _mm256_add_ps(high, _mm256_maskload_ps(other + 8, lane_mask(t->tail_mask, 1)));
        }
        low = _mm256_min_ps(_mm256_max_ps(low, min), max);
        high = _mm256_min_ps(_mm256_max_ps(high, min), max);
        store_f32(out + m * t->out_stride, t->tail_mask, low, high);
    }
}

EDGE_INLINE EDGE_AVX2 void multiply_s16(
    __m256i *sums, const char *const *bases, ptrdiff_t stride, ptrdiff_t offset, __m256i low, __m256i high, const int M) {
    UNROLLED for (int m = 0; m < M; m++) {
        int32_t unit;
        memcpy(&unit, PIXEL(bases, stride, m) + offset, 4);
        __m256i a = _mm256_set1_epi32(unit);
        sums[m * 2] = _mm256_add_epi32(sums[m * 2], _mm256_madd_epi16(a, low));
        sums[m * 2 + 1] = _mm256_add_epi32(sums[m * 2 + 1], _mm256_madd_epi16(a, high));
    }
}

EDGE_INLINE EDGE_AVX2 const char *add_run_s16(
    const edge_tile *t, __m256i *sums, const char *in, const char *weights, const int M) {
    const ptrdiff_t stride = t->in_stride, units = t->units;
    const char *bases[MOST / 3];
    UNROLLED for (int m = 0; m < M; m += 3) bases[m / 3] = in + m * stride;
#pragma clang loop unroll(disable)
    for (ptrdiff_t u = 0; u < units; u++) {
        multiply_s16(
            sums, bases, stride, u * 4, _mm256_loadu_si256((const __m256i *)weights),
            _mm256_loadu_si256((const __m256i *)(weights + 32)), M);
        weights += 64;
    }
    return weights;
}

// Narrow weights meet bytes: products of an unsigned and a signed byte are added in pairs, and those sums in 16 bits while they
// cannot overflow: 2 * 255 * 8 is the largest of 4-bit weights, so that eight fit.
enum { NARROW_UNITS = 8 };

EDGE_INLINE EDGE_AVX2 void multiply_u8(
    __m256i *narrow, const char *const *bases, ptrdiff_t stride, ptrdiff_t offset, __m256i low, __m256i high, const int M) {
    UNROLLED for (int m = 0; m < M; m++) {
        int32_t unit;
        memcpy(&unit, PIXEL(bases, stride, m) + offset, 4);
        __m256i a = _mm256_set1_epi32(unit);
        narrow[m * 2] = _mm256_add_epi16(narrow[m * 2], _mm256_maddubs_epi16(a, low));
        narrow[m * 2 + 1] = _mm256_add_epi16(narrow[m * 2 + 1], _mm256_maddubs_epi16(a, high));
    }
}

/// Multiplies the units that share 64 bytes of weights; a table turns the lower four bits of a byte into one weight.
EDGE_INLINE EDGE_AVX2 void multiply_shared(
    __m256i *narrow, const char *const *bases, ptrdiff_t stride, ptrdiff_t offset, const char *weights, const edge_unit UNIT,
    const int M) {
    const __m256i nibbles = _mm256_set1_epi8(15);
    const __m256i first = _mm256_broadcastsi128_si256(
        UNIT == EDGE_UNIT_U8S4 ? _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1)
                               : _mm_setr_epi8(0, 1, -2, -1, 0, 1, -2, -1, 0, 1, -2, -1, 0, 1, -2, -1));
    const __m256i second =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 0, 0, 1, 1, 1, 1, -2, -2, -2, -2, -1, -1, -1, -1));
    // A vector meets each weight once: memory is the limit, and the processor's own prefetching stops at pages.
    if (M == 1) _mm_prefetch(weights + 4096, _MM_HINT_T0);
    __m256i low = _mm256_loadu_si256((const __m256i *)weights), high = _mm256_loadu_si256((const __m256i *)(weights + 32));
    UNROLLED for (int half = 0; half < 2; half++) {
        const __m256i l = _mm256_and_si256(half ? _mm256_srli_epi16(low, 4) : low, nibbles);
        const __m256i h = _mm256_and_si256(half ? _mm256_srli_epi16(high, 4) : high, nibbles);
        multiply_u8(narrow, bases, stride, offset, _mm256_shuffle_epi8(first, l), _mm256_shuffle_epi8(first, h), M);
        offset += 4;
        if (UNIT != EDGE_UNIT_U8S2) continue;
        multiply_u8(narrow, bases, stride, offset, _mm256_shuffle_epi8(second, l), _mm256_shuffle_epi8(second, h), M);
        offset += 4;
    }
}

EDGE_INLINE EDGE_AVX2 const char *add_run_u8(
    const edge_tile *t, __m256i *sums, const char *in, const char *weights, const edge_unit UNIT, const int M) {
    const ptrdiff_t stride = t->in_stride, units = t->units;
    const int shared = UNIT == EDGE_UNIT_U8S4 ? 2 : 4;
    const __m256i ones = _mm256_set1_epi16(1);
    const char *bases[MOST / 3];
    UNROLLED for (int m = 0; m < M; m += 3) bases[m / 3] = in + m * stride;
    __m256i narrow[MOST * 2];
    ptrdiff_t u = 0;
#pragma clang loop unroll(disable)
    for (; u + NARROW_UNITS <= units; u += NARROW_UNITS) {
        UNROLLED for (int i = 0; i < M * 2; i++) narrow[i] = _mm256_setzero_si256();
        UNROLLED for (int part = 0; part < NARROW_UNITS; part += shared, weights += 64)
            multiply_shared(narrow, bases, stride, (u + part) * 4, weights, UNIT, M);
        UNROLLED for (int i = 0; i < M * 2; i++) sums[i] = _mm256_add_epi32(sums[i], _mm256_madd_epi16(narrow[i], ones));
    }
    if (u == units) return weights;
    UNROLLED for (int i = 0; i < M * 2; i++) narrow[i] = _mm256_setzero_si256();
#pragma clang loop unroll(disable)
    for (; u < units; u += shared, weights += 64) multiply_shared(narrow, bases, stride, u * 4, weights, UNIT, M);
    UNROLLED for (int i = 0; i < M * 2; i++) sums[i] = _mm256_add_epi32(sums[i], _mm256_madd_epi16(narrow[i], ones));
    return weights;
}

/// The first 16 bytes of `bytes` that the mask names.
EDGE_INLINE EDGE_AVX2 void store_bytes(char *out, uint16_t mask, __m128i bytes) {
    if (mask == 0xFFFF) {
        _mm_storeu_si128((__m128i *)out, bytes);
        return;
    }
    char part[16];
    _mm_storeu_si128((__m128i *)part, bytes);
    memcpy(out, part, (size_t)__builtin_popcount(mask));
}

EDGE_INLINE EDGE_AVX2 void tile_q8(
    const edge_tile *t, const char *in, char *out, const edge_unit UNIT, const bool GROUPS, const int M) {
    __m256i sums[MOST * 2];
    __m256 reals[MOST * 2];
    const char *weights = t->weights;
    const float *multipliers = t->multipliers;
    UNROLLED for (int i = 0; i < M * 2; i++) {
        reals[i] = _mm256_setzero_ps();
        sums[i] = _mm256_loadu_si256((const __m256i *)t->start + i % 2);
    }
    const int32_t groups = GROUPS ? t->scale_groups : 1;
    const int32_t *offsets = t->run_offsets;
    for (int32_t group = 0; group < groups; group++) {
        if (GROUPS) {
            UNROLLED for (int i = 0; i < M * 2; i++) sums[i] = _mm256_setzero_si256();
        }
        for (int32_t run = 0; run < t->runs; run++)
            weights = UNIT == EDGE_UNIT_S16 ? add_run_s16(t, sums, in + *offsets++, weights, M)
                                            : add_run_u8(t, sums, in + *offsets++, weights, UNIT, M);
        UNROLLED for (int i = 0; i < M * 2; i++) {
            __m256 multiplier = _mm256_loadu_ps(multipliers + i % 2 * 8), sum = _mm256_cvtepi32_ps(sums[i]);
            reals[i] = GROUPS ? _mm256_fmadd_ps(sum, multiplier, reals[i]) : _mm256_mul_ps(sum, multiplier);
        }
        multipliers += 16;
    }

    const __m256 min = _mm256_set1_ps(t->min), max = _mm256_set1_ps(t->max), scale = _mm256_set1_ps(t->scale);
    const bool is_float = t->output == EDGE_OUTPUT_F32;
    UNROLLED for (int i = 0; i < M * 2; i++) {
        __m256 bias = _mm256_loadu_ps(t->bias + i % 2 * 8);
        reals[i] = GROUPS || is_float ? _mm256_fmadd_ps(reals[i], scale, bias) : _mm256_add_ps(reals[i], bias);
        reals[i] = _mm256_min_ps(_mm256_max_ps(reals[i], min), max);
    }
    if (is_float) {
        UNROLLED for (int m = 0; m < M; m++)
            store_f32(out + m * t->out_stride, t->tail_mask, reals[m * 2], reals[m * 2 + 1]);
        return;
    }
    const __m256i zero = _mm256_set1_epi16((int16_t)t->zero);
    const __m128i flip = _mm_set1_epi8((char)t->flip);
    UNROLLED for (int m = 0; m < M; m++) {
        __m256i words = _mm256_packs_epi32(_mm256_cvtps_epi32(reals[m * 2]), _mm256_cvtps_epi32(reals[m * 2 + 1]));
        words = _mm256_permute4x64_epi64(_mm256_adds_epi16(words, zero), 0xD8);
        __m128i bytes = _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
        store_bytes(out + m * t->out_stride, t->tail_mask, _mm_xor_si128(bytes, flip));
    }
}

#define F32(M) \
    static EDGE_AVX2 void f32_##M(const edge_tile *t, const char *in, const char *residual, char *out) { \
        tile_f32(t, in, residual, out, M); \
    }
F32(1) F32(2) F32(3) F32(4) F32(5) F32(6)
const edge_tile_table edge_tiles_f32_avx2 = {{f32_1, f32_2, f32_3, f32_4, f32_5, f32_6}};

#define TILE(name, UNIT, GROUPS, M) \
    static EDGE_AVX2 void name##_##M(const edge_tile *t, const char *in, const char *residual, char *out) { \
        (void)residual; \
        tile_q8(t, in, out, UNIT, GROUPS, M); \
    }
#define TILES(name, UNIT) \
    TILE(name, UNIT, false, 1) TILE(name, UNIT, false, 2) TILE(name, UNIT, false, 4) TILE(name, UNIT, false, 6) \
    const edge_tile_table edge_tiles_##name##_avx2 = {{[0] = name##_1, [1] = name##_2, [3] = name##_4, [5] = name##_6}};
#define GROUP_TILES(name, UNIT) \
    TILE(name, UNIT, true, 1) TILE(name, UNIT, true, 2) TILE(name, UNIT, true, 3) \
    const edge_tile_table edge_tiles_##name##_avx2 = {{[0] = name##_1, [1] = name##_2, [2] = name##_3}};
// Narrow weights: each accumulator is there twice.
#define NARROW_TILES(name, UNIT, GROUPS) \
    TILE(name, UNIT, GROUPS, 1) TILE(name, UNIT, GROUPS, 2) TILE(name, UNIT, GROUPS, 3) \
    const edge_tile_table edge_tiles_##name##_avx2 = {{[0] = name##_1, [1] = name##_2, [2] = name##_3}};
TILES(s16, EDGE_UNIT_S16)
GROUP_TILES(s16_groups, EDGE_UNIT_S16)
NARROW_TILES(u8s4, EDGE_UNIT_U8S4, false)
NARROW_TILES(u8s2, EDGE_UNIT_U8S2, false)
NARROW_TILES(u8s4_groups, EDGE_UNIT_U8S4, true)
NARROW_TILES(u8s2_groups, EDGE_UNIT_U8S2, true)
#endif
