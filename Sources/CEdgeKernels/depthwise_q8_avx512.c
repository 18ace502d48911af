#include "depthwise.h"

#if EDGE_X86
#include <immintrin.h>

/// Four taps of 64 neighbours, transposed so that the four bytes of a neighbour lie together.
EDGE_INLINE EDGE_AVX512 void load_taps(const char *in, const int32_t *offsets, __m512i *taps) {
    __m512i a = _mm512_loadu_si512(in + offsets[0]), b = _mm512_loadu_si512(in + offsets[1]);
    __m512i c = _mm512_loadu_si512(in + offsets[2]), d = _mm512_loadu_si512(in + offsets[3]);
    __m512i ab = _mm512_unpacklo_epi8(a, b), cd = _mm512_unpacklo_epi8(c, d);
    taps[0] = _mm512_unpacklo_epi16(ab, cd);
    taps[1] = _mm512_unpackhi_epi16(ab, cd);
    ab = _mm512_unpackhi_epi8(a, b), cd = _mm512_unpackhi_epi8(c, d);
    taps[2] = _mm512_unpacklo_epi16(ab, cd);
    taps[3] = _mm512_unpackhi_epi16(ab, cd);
}

EDGE_INLINE EDGE_AVX512 void add_taps(__m512i *sums, const __m512i *taps, const char *weights) {
    for (int q = 0; q < 4; q++) sums[q] = _mm512_dpbusd_epi32(sums[q], taps[q], _mm512_loadu_si512(weights + q * 64));
}

/// Restores the order of four vectors of floats for a store.
EDGE_INLINE EDGE_AVX512 void store_floats(float *out, const __m512 *reals, int count) {
    float ordered[64];
    for (int q = 0; q < 4; q++) {
        float part[16];
        _mm512_storeu_ps(part, reals[q]);
        for (int j = 0; j < 16; j++) ordered[j / 4 * 16 + q * 4 + j % 4] = part[j];
    }
    memcpy(out, ordered, count * sizeof(float));
}

EDGE_INLINE EDGE_AVX512 void image(
    const edge_depthwise_q8 *d, const edge_depthwise_q8_run *run, const char *padded, char *output, const bool NIBBLES,
    const int GROUPS) {
    const edge_conv_shape *s = &d->shape;
    const size_t out_row = (size_t)s->out_w * s->out_c;
    const int groups = GROUPS ? GROUPS : d->tap_groups;
    const size_t pattern_bytes = (size_t)groups * 256 / (NIBBLES ? 2 : 1);
    const __m512 min = _mm512_set1_ps(run->min), max = _mm512_set1_ps(run->max);
    const __m512i zero = _mm512_set1_epi16((int16_t)run->zero), flip = _mm512_set1_epi8((char)run->flip);
    const __m512i upper = _mm512_set1_epi8((char)0xF0);
    for (int32_t y = 0; y < s->out_h; y++) {
        const char *row = padded + (size_t)y * s->stride_h * d->row_bytes;
        int32_t pattern = 0;
        for (size_t first = 0; first < out_row; first += 64) {
            const char *weights = (const char *)d->weights + pattern * pattern_bytes;
            const size_t lane = (size_t)pattern * 64;
            __m512i sums[4], taps[4];
            for (int q = 0; q < 4; q++) sums[q] = _mm512_loadu_si512(run->starts + lane + q * 16);
            for (int group = 0; group < groups; group += NIBBLES ? 2 : 1) {
                load_taps(row + first, d->offsets + group * 4, taps);
                if (NIBBLES) {
                    __m512i next[4];
                    load_taps(row + first, d->offsets + group * 4 + 4, next);
                    for (int q = 0; q < 4; q++) {
                        __m512i pair = _mm512_loadu_si512(weights + q * 64);
                        __m512i low = _mm512_and_si512(_mm512_slli_epi32(pair, 4), upper);
                        sums[q] = _mm512_dpbusd_epi32(sums[q], taps[q], low);
                        sums[q] = _mm512_dpbusd_epi32(sums[q], next[q], _mm512_and_si512(pair, upper));
                    }
                } else {
                    add_taps(sums, taps, weights);
                }
                weights += 256;
            }
            __m512 reals[4];
            const int count = out_row - first < 64 ? (int)(out_row - first) : 64;
            if (run->is_float) {
                for (int q = 0; q < 4; q++) {
                    __m512 sum = _mm512_mul_ps(_mm512_cvtepi32_ps(sums[q]), _mm512_loadu_ps(run->multipliers + lane + q * 16));
                    sum = _mm512_fmadd_ps(sum, _mm512_set1_ps(run->scale), _mm512_loadu_ps(run->biases + lane + q * 16));
                    reals[q] = _mm512_min_ps(_mm512_max_ps(sum, min), max);
                }
                store_floats((float *)output + y * out_row + first, reals, count);
            } else {
                for (int q = 0; q < 4; q++) {
                    __m512 sum = _mm512_mul_ps(_mm512_cvtepi32_ps(sums[q]), _mm512_loadu_ps(run->multipliers + lane + q * 16));
                    sum = _mm512_add_ps(sum, _mm512_loadu_ps(run->biases + lane + q * 16));
                    sums[q] = _mm512_cvtps_epi32(_mm512_min_ps(_mm512_max_ps(sum, min), max));
                }
                __m512i low = _mm512_adds_epi16(_mm512_packs_epi32(sums[0], sums[1]), zero);
                __m512i high = _mm512_adds_epi16(_mm512_packs_epi32(sums[2], sums[3]), zero);
                __m512i bytes = _mm512_xor_si512(_mm512_packs_epi16(low, high), flip);
                __mmask64 mask = count == 64 ? ~0ull : (1ull << count) - 1;
                _mm512_mask_storeu_epi8(output + y * out_row + first, mask, bytes);
            }
            if (++pattern == d->patterns) pattern = 0;
        }
    }
}

EDGE_AVX512 void edge_depthwise_q8_avx512(
    const edge_depthwise_q8 *d, const edge_depthwise_q8_run *run, const char *padded, char *output) {
    if (d->nibbles) image(d, run, padded, output, true, 0);
    else if (d->tap_groups == 3) image(d, run, padded, output, false, 3);
    else image(d, run, padded, output, false, 0);
}
#endif
