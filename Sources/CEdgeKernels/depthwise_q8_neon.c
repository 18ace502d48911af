#include "depthwise.h"

#if EDGE_ARM
#include <arm_neon.h>

// The 16-bit layout of depthwise.h: registers of 16 numbers, two taps at once. Its accumulators come in the order that
// x86's interleaving makes, numbers 0-3, 8-11, 4-7, 12-15, which costs nothing here.

enum { QUARTERS = 4 };

/// Adds two taps of 16 neighbours; `weights` holds both taps' weights of eight accumulators each.
EDGE_INLINE void add_taps(int32x4_t *sums, const char *in, const int32_t *offsets, int16x8x2_t first, int16x8x2_t second) {
    for (int tap = 0; tap < 2; tap++) {
        const int16_t *numbers = (const int16_t *)(in + offsets[tap]);
        const int16x8_t low = vld1q_s16(numbers), high = vld1q_s16(numbers + 8);
        sums[0] = vmlal_s16(sums[0], vget_low_s16(low), vget_low_s16(first.val[tap]));
        sums[1] = vmlal_s16(sums[1], vget_low_s16(high), vget_high_s16(first.val[tap]));
        sums[2] = vmlal_s16(sums[2], vget_high_s16(low), vget_low_s16(second.val[tap]));
        sums[3] = vmlal_s16(sums[3], vget_high_s16(high), vget_high_s16(second.val[tap]));
    }
}

/// Sixteen bytes, of which neighbours belong to one accumulator, as 16-bit numbers taken apart.
EDGE_INLINE int16x8x2_t taken_apart(int8x16_t bytes) {
    return vuzpq_s16(vmovl_s8(vget_low_s8(bytes)), vmovl_s8(vget_high_s8(bytes)));
}

void edge_depthwise_q8_neon(
    const edge_depthwise_q8 *d, const edge_depthwise_q8_run *run, const char *padded, char *output) {
    static const int order[QUARTERS] = {0, 2, 1, 3};
    const edge_conv_shape *s = &d->shape;
    const size_t out_row = (size_t)s->out_w * s->out_c;
    const size_t pattern_bytes = (size_t)d->tap_groups * 64 / (d->nibbles ? 4 : 1);
    const float32x4_t min = vdupq_n_f32(run->min), max = vdupq_n_f32(run->max);
    for (int32_t y = 0; y < s->out_h; y++) {
        const char *row = padded + (size_t)y * s->stride_h * d->row_bytes;
        int32_t pattern = 0;
        for (size_t first = 0; first < out_row; first += 16) {
            const char *weights = (const char *)d->weights + pattern * pattern_bytes, *in = row + first * 2;
            const size_t lane = (size_t)pattern * 16;
            int32x4_t sums[QUARTERS];
            for (int q = 0; q < QUARTERS; q++) sums[q] = vld1q_s32(run->starts + lane + q * 4);
            for (int group = 0; group < d->tap_groups; group += d->nibbles ? 2 : 1) {
                const int32_t *offsets = d->offsets + group * 2;
                if (d->nibbles) {
                    const int8x16_t a = vld1q_s8((const int8_t *)weights), b = vld1q_s8((const int8_t *)weights + 16);
                    add_taps(
                        sums, in, offsets, taken_apart(vshrq_n_s8(vshlq_n_s8(a, 4), 4)),
                        taken_apart(vshrq_n_s8(vshlq_n_s8(b, 4), 4)));
                    add_taps(sums, in, offsets + 2, taken_apart(vshrq_n_s8(a, 4)), taken_apart(vshrq_n_s8(b, 4)));
                    weights += 32;
                } else {
                    add_taps(
                        sums, in, offsets, vld2q_s16((const int16_t *)weights), vld2q_s16((const int16_t *)weights + 16));
                    weights += 64;
                }
            }
            float32x4_t reals[QUARTERS];
            for (int q = 0; q < QUARTERS; q++) {
                float32x4_t sum = vmulq_f32(vcvtq_f32_s32(sums[q]), vld1q_f32(run->multipliers + lane + q * 4));
                const float32x4_t bias = vld1q_f32(run->biases + lane + q * 4);
                sum = run->is_float ? vfmaq_f32(bias, sum, vdupq_n_f32(run->scale)) : vaddq_f32(sum, bias);
                reals[order[q]] = vminq_f32(vmaxq_f32(sum, min), max);
            }
            const size_t count = out_row - first < 16 ? out_row - first : 16;
            if (run->is_float) {
                float ordered[16];
                for (int q = 0; q < QUARTERS; q++) vst1q_f32(ordered + q * 4, reals[q]);
                memcpy((float *)output + y * out_row + first, ordered, count * sizeof(float));
            } else {
                const int16x8_t zero = vdupq_n_s16((int16_t)run->zero);
                int16x8_t low = vcombine_s16(vqmovn_s32(vcvtnq_s32_f32(reals[0])), vqmovn_s32(vcvtnq_s32_f32(reals[1])));
                int16x8_t high = vcombine_s16(vqmovn_s32(vcvtnq_s32_f32(reals[2])), vqmovn_s32(vcvtnq_s32_f32(reals[3])));
                int8x16_t bytes = vcombine_s8(vqmovn_s16(vqaddq_s16(low, zero)), vqmovn_s16(vqaddq_s16(high, zero)));
                int8_t part[16];
                vst1q_s8(part, veorq_s8(bytes, vdupq_n_s8((int8_t)run->flip)));
                memcpy(output + y * out_row + first, part, count);
            }
            if (++pattern == d->patterns) pattern = 0;
        }
    }
}
#endif
