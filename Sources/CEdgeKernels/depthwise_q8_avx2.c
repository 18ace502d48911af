#include "depthwise.h"

#if EDGE_X86
#include <immintrin.h>

/// Two taps of 16 neighbours, interleaved.
EDGE_INLINE EDGE_AVX2 void load_taps(const char *in, const int32_t *offsets, __m256i *taps) {
    __m256i a = _mm256_loadu_si256((const __m256i *)(in + offsets[0]));
    __m256i b = _mm256_loadu_si256((const __m256i *)(in + offsets[1]));
    taps[0] = _mm256_unpacklo_epi16(a, b);
    taps[1] = _mm256_unpackhi_epi16(a, b);
}

EDGE_AVX2 void edge_depthwise_q8_avx2(
    const edge_depthwise_q8 *d, const edge_depthwise_q8_run *run, const char *padded, char *output) {
    const edge_conv_shape *s = &d->shape;
    const size_t out_row = (size_t)s->out_w * s->out_c;
    const size_t pattern_bytes = (size_t)d->tap_groups * 64 / (d->nibbles ? 4 : 1);
    const __m256 min = _mm256_set1_ps(run->min), max = _mm256_set1_ps(run->max);
    for (int32_t y = 0; y < s->out_h; y++) {
        const char *row = padded + (size_t)y * s->stride_h * d->row_bytes;
        int32_t pattern = 0;
        for (size_t first = 0; first < out_row; first += 16) {
            const char *weights = (const char *)d->weights + pattern * pattern_bytes, *in = row + first * 2;
            const size_t lane = (size_t)pattern * 16;
            __m256i sums[2], taps[2];
            for (int q = 0; q < 2; q++) sums[q] = _mm256_loadu_si256((const __m256i *)(run->starts + lane + q * 8));
            for (int group = 0; group < d->tap_groups; group += d->nibbles ? 2 : 1) {
                load_taps(in, d->offsets + group * 2, taps);
                if (d->nibbles) {
                    __m256i next[2];
                    load_taps(in, d->offsets + group * 2 + 2, next);
                    for (int q = 0; q < 2; q++) {
                        __m256i pair = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(weights + q * 16)));
                        __m256i low = _mm256_srai_epi16(_mm256_slli_epi16(pair, 12), 12);
                        __m256i high = _mm256_srai_epi16(_mm256_slli_epi16(pair, 8), 12);
                        sums[q] = _mm256_add_epi32(sums[q], _mm256_madd_epi16(taps[q], low));
                        sums[q] = _mm256_add_epi32(sums[q], _mm256_madd_epi16(next[q], high));
                    }
                    weights += 32;
                    continue;
                }
                for (int q = 0; q < 2; q++) {
                    __m256i weight = _mm256_loadu_si256((const __m256i *)(weights + q * 32));
                    sums[q] = _mm256_add_epi32(sums[q], _mm256_madd_epi16(taps[q], weight));
                }
                weights += 64;
            }
            __m256 reals[2];
            for (int q = 0; q < 2; q++) {
                __m256 sum = _mm256_mul_ps(_mm256_cvtepi32_ps(sums[q]), _mm256_loadu_ps(run->multipliers + lane + q * 8));
                __m256 bias = _mm256_loadu_ps(run->biases + lane + q * 8);
                sum = run->is_float ? _mm256_fmadd_ps(sum, _mm256_set1_ps(run->scale), bias) : _mm256_add_ps(sum, bias);
                reals[q] = _mm256_min_ps(_mm256_max_ps(sum, min), max);
            }
            const size_t count = out_row - first < 16 ? out_row - first : 16;
            if (run->is_float) {
                float ordered[16];
                _mm256_storeu_ps(ordered, _mm256_permute2f128_ps(reals[0], reals[1], 0x20));
                _mm256_storeu_ps(ordered + 8, _mm256_permute2f128_ps(reals[0], reals[1], 0x31));
                memcpy((float *)output + y * out_row + first, ordered, count * sizeof(float));
            } else {
                __m256i words = _mm256_packs_epi32(_mm256_cvtps_epi32(reals[0]), _mm256_cvtps_epi32(reals[1]));
                words = _mm256_adds_epi16(words, _mm256_set1_epi16((int16_t)run->zero));
                __m128i bytes = _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
                bytes = _mm_xor_si128(bytes, _mm_set1_epi8((char)run->flip));
                char *out = output + y * out_row + first;
                if (count == 16) {
                    _mm_storeu_si128((__m128i *)out, bytes);
                } else {
                    char part[16];
                    _mm_storeu_si128((__m128i *)part, bytes);
                    memcpy(out, part, count);
                }
            }
            if (++pattern == d->patterns) pattern = 0;
        }
    }
}
#endif
