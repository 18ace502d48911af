#include "direct.h"

#if EDGE_ARM
#include <arm_neon.h>

// Tiles for ARM: M pixels by one block of 16 channels, which is four registers. At most 24 accumulators, four weights and
// one activation of the 32 registers. With dot products a unit is four signed bytes, without two 16-bit numbers.

#define UNROLLED _Pragma("clang loop unroll(full)")
enum { MOST = 6, QUARTERS = 4 };

EDGE_INLINE void store_f32(char *out, uint16_t mask, const float32x4_t *reals) {
    if (mask == 0xFFFF) {
        UNROLLED for (int q = 0; q < QUARTERS; q++) vst1q_f32((float *)out + q * 4, reals[q]);
        return;
    }
    float part[16];
    UNROLLED for (int q = 0; q < QUARTERS; q++) vst1q_f32(part + q * 4, reals[q]);
    memcpy(out, part, (size_t)__builtin_popcount(mask) * sizeof(float));
}

EDGE_INLINE void tile_f32(const edge_tile *t, const char *in, const char *residual, char *out, const int M) {
    float32x4_t sums[MOST * QUARTERS];
    UNROLLED for (int i = 0; i < M * QUARTERS; i++) sums[i] = vld1q_f32((const float *)t->start + i % QUARTERS * 4);
    const ptrdiff_t stride = t->in_stride, units = t->units;
    const float *weights = t->weights;
    for (int32_t run = 0; run < t->runs; run++) {
        const char *base = in + t->run_offsets[run];
#pragma clang loop unroll(disable)
        for (ptrdiff_t u = 0; u < units; u++) {
            float32x4_t w[QUARTERS];
            UNROLLED for (int q = 0; q < QUARTERS; q++) w[q] = vld1q_f32(weights + q * 4);
            weights += 16;
            UNROLLED for (int m = 0; m < M; m++) {
                const float a = *(const float *)(base + m * stride + u * 4);
                UNROLLED for (int q = 0; q < QUARTERS; q++)
                    sums[m * QUARTERS + q] = vfmaq_n_f32(sums[m * QUARTERS + q], w[q], a);
            }
        }
    }
    const float32x4_t min = vdupq_n_f32(t->min), max = vdupq_n_f32(t->max);
    UNROLLED for (int m = 0; m < M; m++) {
        if (residual) {
            float other[16] = {0};
            memcpy(other, residual + m * t->out_stride, (size_t)__builtin_popcount(t->tail_mask) * sizeof(float));
            UNROLLED for (int q = 0; q < QUARTERS; q++)
                sums[m * QUARTERS + q] = vaddq_f32(sums[m * QUARTERS + q], vld1q_f32(other + q * 4));
        }
        UNROLLED for (int q = 0; q < QUARTERS; q++)
            sums[m * QUARTERS + q] = vminq_f32(vmaxq_f32(sums[m * QUARTERS + q], min), max);
        store_f32(out + m * t->out_stride, t->tail_mask, sums + m * QUARTERS);
    }
}

/// Integer sums times their multipliers, added to what other scale groups gave.
EDGE_INLINE void scale_sums(const int32x4_t *sums, const float *multipliers, float32x4_t *reals, const bool GROUPS, const int M) {
    UNROLLED for (int i = 0; i < M * QUARTERS; i++) {
        const float32x4_t multiplier = vld1q_f32(multipliers + i % QUARTERS * 4), sum = vcvtq_f32_s32(sums[i]);
        reals[i] = GROUPS ? vfmaq_f32(reals[i], sum, multiplier) : vmulq_f32(sum, multiplier);
    }
}

/// Bias, clamp, rounding and storing.
EDGE_INLINE void finish(const edge_tile *t, float32x4_t *reals, char *out, const bool GROUPS, const int M) {
    const float32x4_t min = vdupq_n_f32(t->min), max = vdupq_n_f32(t->max), scale = vdupq_n_f32(t->scale);
    const bool is_float = t->output == EDGE_OUTPUT_F32;
    UNROLLED for (int i = 0; i < M * QUARTERS; i++) {
        const float32x4_t bias = vld1q_f32(t->bias + i % QUARTERS * 4);
        reals[i] = GROUPS || is_float ? vfmaq_f32(bias, reals[i], scale) : vaddq_f32(reals[i], bias);
        reals[i] = vminq_f32(vmaxq_f32(reals[i], min), max);
    }
    const int16x8_t zero = vdupq_n_s16((int16_t)t->zero);
    UNROLLED for (int m = 0; m < M; m++) {
        const float32x4_t *r = reals + m * QUARTERS;
        if (is_float) {
            store_f32(out + m * t->out_stride, t->tail_mask, r);
            continue;
        }
        int16x8_t low = vcombine_s16(vqmovn_s32(vcvtnq_s32_f32(r[0])), vqmovn_s32(vcvtnq_s32_f32(r[1])));
        int16x8_t high = vcombine_s16(vqmovn_s32(vcvtnq_s32_f32(r[2])), vqmovn_s32(vcvtnq_s32_f32(r[3])));
        int8x16_t bytes = vcombine_s8(vqmovn_s16(vqaddq_s16(low, zero)), vqmovn_s16(vqaddq_s16(high, zero)));
        bytes = veorq_s8(bytes, vdupq_n_s8((int8_t)t->flip));
        if (t->tail_mask == 0xFFFF) {
            vst1q_s8((int8_t *)out + m * t->out_stride, bytes);
        } else {
            int8_t part[16];
            vst1q_s8(part, bytes);
            memcpy(out + m * t->out_stride, part, (size_t)__builtin_popcount(t->tail_mask));
        }
    }
}

/// Adds the products of one unit of two 16-bit numbers; `w` holds the first and second of eight channels each.
EDGE_INLINE void multiply_s16(
    int32x4_t *sums, const char *base, ptrdiff_t stride, ptrdiff_t offset, int16x8x2_t w0, int16x8x2_t w1, const int M) {
    UNROLLED for (int m = 0; m < M; m++) {
        const int16_t *a = (const int16_t *)(base + m * stride + offset);
        UNROLLED for (int part = 0; part < 2; part++) {
            int32x4_t *s = sums + m * QUARTERS;
            s[0] = vmlal_n_s16(s[0], vget_low_s16(w0.val[part]), a[part]);
            s[1] = vmlal_n_s16(s[1], vget_high_s16(w0.val[part]), a[part]);
            s[2] = vmlal_n_s16(s[2], vget_low_s16(w1.val[part]), a[part]);
            s[3] = vmlal_n_s16(s[3], vget_high_s16(w1.val[part]), a[part]);
        }
    }
}

EDGE_INLINE const char *add_run_s16(
    const edge_tile *t, int32x4_t *sums, const char *in, const char *weights, const edge_unit UNIT, const int M) {
    (void)UNIT;
    const ptrdiff_t stride = t->in_stride, units = t->units;
#pragma clang loop unroll(disable)
    for (ptrdiff_t u = 0; u < units; u++, weights += 64)
        multiply_s16(
            sums, in, stride, u * 4, vld2q_s16((const int16_t *)weights), vld2q_s16((const int16_t *)weights + 16), M);
    return weights;
}

// Narrow weights without dot products: products of bytes, 128 * 8 at most, are added in 16 bits, of which 31 fit.
enum { NARROW_UNITS = 16 };

/// `w` holds the weights of sixteen channels for one unit of four bytes; sums lie as the products of eight bytes do.
EDGE_INLINE void multiply_bytes(
    int16x8_t *narrow, const char *base, ptrdiff_t stride, ptrdiff_t offset, const int8x16_t *w, const int M) {
    UNROLLED for (int m = 0; m < M; m++) {
        int32_t unit;
        memcpy(&unit, base + m * stride + offset, 4);
        const int8x8_t a = vreinterpret_s8_s32(vdup_n_s32(unit));
        UNROLLED for (int q = 0; q < QUARTERS; q++) {
            int16x8_t *n = narrow + (m * QUARTERS + q) * 2;
            n[0] = vmlal_s8(n[0], vget_low_s8(w[q]), a);
            n[1] = vmlal_s8(n[1], vget_high_s8(w[q]), a);
        }
    }
}

/// The numbers of `bits` bits at `part` of each byte.
EDGE_INLINE int8x16_t narrow_part(int8x16_t shared, const int bits, const int part) {
    // Shifts by a variable that is a constant after inlining: the other form of the instruction wants a literal.
    const int8x16_t upper = vshlq_s8(shared, vdupq_n_s8((int8_t)(8 - bits - part * bits)));
    return vshlq_s8(upper, vdupq_n_s8((int8_t)(bits - 8)));
}

EDGE_INLINE const char *add_run_bytes(
    const edge_tile *t, int32x4_t *sums, const char *in, const char *weights, const edge_unit UNIT, const int M) {
    const ptrdiff_t stride = t->in_stride, units = t->units;
    const int bits = UNIT == EDGE_UNIT_U8S4 ? 4 : 2, shared = 8 / bits;
    int16x8_t narrow[2 * QUARTERS * 2];
    for (ptrdiff_t u = 0; u < units;) {
        const ptrdiff_t end = u + NARROW_UNITS < units ? u + NARROW_UNITS : units;
        UNROLLED for (int i = 0; i < M * QUARTERS * 2; i++) narrow[i] = vdupq_n_s16(0);
#pragma clang loop unroll(disable)
        for (; u < end; u += shared, weights += 64) {
            int8x16_t bytes[QUARTERS], w[QUARTERS];
            UNROLLED for (int q = 0; q < QUARTERS; q++) bytes[q] = vld1q_s8((const int8_t *)weights + q * 16);
            UNROLLED for (int part = 0; part < shared; part++) {
                UNROLLED for (int q = 0; q < QUARTERS; q++) w[q] = narrow_part(bytes[q], bits, part);
                multiply_bytes(narrow, in, stride, (u + part) * 4, w, M);
            }
        }
        UNROLLED for (int i = 0; i < M * QUARTERS; i++)
            sums[i] = vaddq_s32(sums[i], vpaddq_s32(vpaddlq_s16(narrow[i * 2]), vpaddlq_s16(narrow[i * 2 + 1])));
    }
    return weights;
}

EDGE_INLINE EDGE_NEON_DOT void multiply_dot(
    int32x4_t *sums, const char *base, ptrdiff_t stride, ptrdiff_t offset, const int8x16_t *w, const int M) {
    UNROLLED for (int m = 0; m < M; m++) {
        int32_t unit;
        memcpy(&unit, base + m * stride + offset, 4);
        const int8x16_t a = vreinterpretq_s8_s32(vdupq_n_s32(unit));
        UNROLLED for (int q = 0; q < QUARTERS; q++) sums[m * QUARTERS + q] = vdotq_s32(sums[m * QUARTERS + q], w[q], a);
    }
}

/// Narrow weights are left in the upper bits of a byte: 16 or 64 times too large.
EDGE_INLINE EDGE_NEON_DOT const char *add_run_dot(
    const edge_tile *t, int32x4_t *sums, const char *in, const char *weights, const edge_unit UNIT, const int M) {
    const ptrdiff_t stride = t->in_stride, units = t->units;
    int8x16_t w[QUARTERS];
    if (UNIT != EDGE_UNIT_U8S8) {
        const int bits = UNIT == EDGE_UNIT_U8S4 ? 4 : 2, shared = 8 / bits;
        const int8x16_t upper = vdupq_n_s8((int8_t)(UNIT == EDGE_UNIT_U8S4 ? 0xF0 : 0xC0));
#pragma clang loop unroll(disable)
        for (ptrdiff_t u = 0; u < units; u += shared, weights += 64) {
            int8x16_t bytes[QUARTERS];
            UNROLLED for (int q = 0; q < QUARTERS; q++) bytes[q] = vld1q_s8((const int8_t *)weights + q * 16);
            UNROLLED for (int part = 0; part < shared; part++) {
                const int8x16_t shift = vdupq_n_s8((int8_t)(8 - bits - part * bits));
                UNROLLED for (int q = 0; q < QUARTERS; q++) w[q] = vandq_s8(vshlq_s8(bytes[q], shift), upper);
                multiply_dot(sums, in, stride, (u + part) * 4, w, M);
            }
        }
        return weights;
    }
#pragma clang loop unroll(disable)
    for (ptrdiff_t u = 0; u < units; u++, weights += 64) {
        UNROLLED for (int q = 0; q < QUARTERS; q++) w[q] = vld1q_s8((const int8_t *)weights + q * 16);
        multiply_dot(sums, in, stride, u * 4, w, M);
    }
    return weights;
}

#define F32(M) \
    static void f32_##M(const edge_tile *t, const char *in, const char *residual, char *out) { \
        tile_f32(t, in, residual, out, M); \
    }
F32(1) F32(2) F32(3) F32(4) F32(5) F32(6)
const edge_tile_table edge_tiles_f32_neon = {{f32_1, f32_2, f32_3, f32_4, f32_5, f32_6}};

// The loop over scale groups and runs, once for each way of multiplying, as each needs its own target.
#define TILE(name, TARGET, ADD_RUN, UNIT, GROUPS, M) \
    TARGET static void name##_##M(const edge_tile *t, const char *in, const char *residual, char *out) { \
        (void)residual; \
        int32x4_t sums[MOST * QUARTERS]; \
        float32x4_t reals[MOST * QUARTERS]; \
        const char *weights = t->weights; \
        const int32_t *offsets = t->run_offsets; \
        const int32_t groups = GROUPS ? t->scale_groups : 1; \
        UNROLLED for (int i = 0; i < M * QUARTERS; i++) reals[i] = vdupq_n_f32(0); \
        for (int32_t group = 0; group < groups; group++) { \
            UNROLLED for (int i = 0; i < M * QUARTERS; i++) \
                sums[i] = GROUPS ? vdupq_n_s32(0) : vld1q_s32((const int32_t *)t->start + i % QUARTERS * 4); \
            for (int32_t run = 0; run < t->runs; run++) weights = ADD_RUN(t, sums, in + *offsets++, weights, UNIT, M); \
            scale_sums(sums, t->multipliers + group * 16, reals, GROUPS, M); \
        } \
        finish(t, reals, out, GROUPS, M); \
    }
#define TILES(name, set, TARGET, ADD_RUN, UNIT, GROUPS) \
    TILE(name##_##set, TARGET, ADD_RUN, UNIT, GROUPS, 1) TILE(name##_##set, TARGET, ADD_RUN, UNIT, GROUPS, 2) \
    TILE(name##_##set, TARGET, ADD_RUN, UNIT, GROUPS, 4) \
    const edge_tile_table edge_tiles_##name##_##set = { \
        {[0] = name##_##set##_1, [1] = name##_##set##_2, [3] = name##_##set##_4}};
// Narrow weights without dot products: each accumulator is there twice more.
#define NARROW_TILES(name, UNIT, GROUPS) \
    TILE(name, , add_run_bytes, UNIT, GROUPS, 1) TILE(name, , add_run_bytes, UNIT, GROUPS, 2) \
    const edge_tile_table edge_tiles_##name##_neon = {{[0] = name##_1, [1] = name##_2}};
TILES(s16, neon, , add_run_s16, EDGE_UNIT_S16, false)
TILES(s16_groups, neon, , add_run_s16, EDGE_UNIT_S16, true)
NARROW_TILES(u8s4, EDGE_UNIT_U8S4, false)
NARROW_TILES(u8s2, EDGE_UNIT_U8S2, false)
NARROW_TILES(u8s4_groups, EDGE_UNIT_U8S4, true)
NARROW_TILES(u8s2_groups, EDGE_UNIT_U8S2, true)
TILES(u8s8, dot, EDGE_NEON_DOT, add_run_dot, EDGE_UNIT_U8S8, false)
TILES(u8s4, dot, EDGE_NEON_DOT, add_run_dot, EDGE_UNIT_U8S4, false)
TILES(u8s2, dot, EDGE_NEON_DOT, add_run_dot, EDGE_UNIT_U8S2, false)
TILES(u8s8_groups, dot, EDGE_NEON_DOT, add_run_dot, EDGE_UNIT_U8S8, true)
TILES(u8s4_groups, dot, EDGE_NEON_DOT, add_run_dot, EDGE_UNIT_U8S4, true)
TILES(u8s2_groups, dot, EDGE_NEON_DOT, add_run_dot, EDGE_UNIT_U8S2, true)
#endif
