#include "edge_training.h"
#include "versions.h"

// Normalisation of channels (by a batch) and of rows (layer, group, instance, root mean square), forwards and back.
//
// Sums over many rows are kept in blocks: a few dozen rows in floats, the blocks in doubles. Variances are sums of squared distances
// from a number near the mean, so that a mean far from zero costs no digits.

enum { BLOCK_ROWS = 64 };

/// Three rows of doubles and two of floats.
size_t edge_channel_scratch(size_t channels) { return channels * (3 * sizeof(double) + 4 * sizeof(float)) + 63; }

/// Sums of two terms for each channel of [outer][channels][inner].
#define CHANNEL_SUMS(first_term, second_term) \
    for (size_t c = 0; c < channels; c++) first[c] = second[c] = 0; \
    if (inner == 1) { \
        for (size_t start = 0; start < outer; start += BLOCK_ROWS) { \
            const size_t end = outer - start < BLOCK_ROWS ? outer : start + BLOCK_ROWS; \
            for (size_t c = 0; c < channels; c++) u[c] = v[c] = 0; \
            for (size_t r = start; r < end; r++) { \
                const size_t base = r * channels; \
                for (size_t c = 0; c < channels; c++) { \
                    const size_t i = base + c; \
                    u[c] += first_term; \
                    v[c] += second_term; \
                } \
            } \
            for (size_t c = 0; c < channels; c++) { \
                first[c] += u[c]; \
                second[c] += v[c]; \
            } \
        } \
    } else { \
        for (size_t r = 0; r < outer; r++) \
            for (size_t c = 0; c < channels; c++) { \
                const size_t base = (r * channels + c) * inner; \
                float lanes[16] = {0}, others[16] = {0}; \
                size_t k = 0; \
                for (; k + 16 <= inner; k += 16) \
                    for (size_t lane = 0; lane < 16; lane++) { \
                        const size_t i = base + k + lane; \
                        lanes[lane] += first_term; \
                        others[lane] += second_term; \
                    } \
                for (; k < inner; k++) { \
                    const size_t i = base + k; \
                    lanes[0] += first_term; \
                    others[0] += second_term; \
                } \
                for (size_t lane = 0; lane < 16; lane++) { \
                    first[c] += lanes[lane]; \
                    second[c] += others[lane]; \
                } \
            } \
    }

EDGE_INLINE void edge_channel_moments_f32_body(
    size_t outer, size_t channels, size_t inner, const float *restrict x, float *restrict mean, float *restrict variance,
    void *scratch) {
    double *restrict first = edge_aligned(scratch), *restrict second = first + channels;
    float *restrict u = (float *)(second + channels), *restrict v = u + channels;
    float *restrict near = v + channels;
    for (size_t c = 0; c < channels; c++) near[c] = x[c * inner];
    CHANNEL_SUMS((x[i] - near[c]), ((x[i] - near[c]) * (x[i] - near[c])))
    const double count = (double)outer * (double)inner;
    for (size_t c = 0; c < channels; c++) {
        const double distance = first[c] / count, square = second[c] / count - distance * distance;
        mean[c] = (float)(near[c] + distance);
        variance[c] = square > 0 ? (float)square : 0;
    }
}

EDGE_VERSIONS(
    edge_channel_moments_f32,
    (size_t outer, size_t channels, size_t inner, const float *x, float *mean, float *variance, void *scratch),
    (outer, channels, inner, x, mean, variance, scratch))

EDGE_INLINE void edge_channel_normalize_f32_body(
    size_t outer, size_t channels, size_t inner, const float *x, const float *restrict mean, const float *restrict factor,
    const float *restrict scale, const float *restrict bias, bool relu, float *y) {
    const float floor = relu ? 0 : -INFINITY;
    if (inner == 1) {
        for (size_t r = 0; r < outer; r++, x += channels, y += channels)
            for (size_t c = 0; c < channels; c++) {
                const float value = (x[c] - mean[c]) * (factor[c] * scale[c]) + bias[c];
                y[c] = value < floor ? floor : value;
            }
        return;
    }
    for (size_t r = 0; r < outer; r++)
        for (size_t c = 0; c < channels; c++, x += inner, y += inner) {
            const float m = mean[c], f = factor[c] * scale[c], b = bias[c];
            for (size_t i = 0; i < inner; i++) {
                const float value = (x[i] - m) * f + b;
                y[i] = value < floor ? floor : value;
            }
        }
}

EDGE_VERSIONS(
    edge_channel_normalize_f32,
    (size_t outer, size_t channels, size_t inner, const float *x, const float *mean, const float *factor,
     const float *scale, const float *bias, bool relu, float *y),
    (outer, channels, inner, x, mean, factor, scale, bias, relu, y))

EDGE_INLINE void channel_gradient(
    const bool relu, size_t outer, size_t channels, size_t inner, bool batch_statistics, const float *x, const float *y,
    const float *restrict mean, const float *restrict factor, const float *restrict scale, const float *gy,
    float *restrict gscale, float *restrict gbias, bool adds, float *gx, void *scratch) {
    double *restrict first = edge_aligned(scratch), *restrict second = first + channels;
    float *restrict u = (float *)(second + channels), *restrict v = u + channels;
#define GIVEN(i) (relu ? (y[i] > 0 ? gy[i] : 0) : gy[i])
    CHANNEL_SUMS(GIVEN(i), (GIVEN(i) * (x[i] - mean[c])))
    const double count = (double)outer * (double)inner;
    // gx = given * a + (x - mean) * b + d
    float *restrict a = u, *restrict b = v, *restrict d = v + channels;
    for (size_t c = 0; c < channels; c++) {
        gbias[c] += (float)first[c];
        gscale[c] += (float)(second[c] * factor[c]);
        a[c] = scale[c] * factor[c];
        b[c] = batch_statistics ? (float)(-a[c] * second[c] * factor[c] * factor[c] / count) : 0;
        d[c] = batch_statistics ? (float)(-a[c] * first[c] / count) : 0;
    }
    if (!gx) return;
    if (inner == 1) {
        for (size_t r = 0; r < outer; r++) {
            const size_t base = r * channels;
            // The gradient may take over the memory of the given one.
            if (adds)
                EDGE_ELEMENTWISE for (size_t c = 0; c < channels; c++)
                    gx[base + c] += GIVEN(base + c) * a[c] + ((x[base + c] - mean[c]) * b[c] + d[c]);
            else
                EDGE_ELEMENTWISE for (size_t c = 0; c < channels; c++)
                    gx[base + c] = GIVEN(base + c) * a[c] + ((x[base + c] - mean[c]) * b[c] + d[c]);
        }
        return;
    }
    for (size_t r = 0; r < outer; r++)
        for (size_t c = 0; c < channels; c++) {
            const size_t base = (r * channels + c) * inner;
            EDGE_ELEMENTWISE for (size_t i = base; i < base + inner; i++)
                gx[i] = (adds ? gx[i] : 0) + GIVEN(i) * a[c] + ((x[i] - mean[c]) * b[c] + d[c]);
        }
#undef GIVEN
}

EDGE_INLINE void edge_channel_gradient_f32_body(
    size_t outer, size_t channels, size_t inner, bool batch_statistics, bool relu, const float *x, const float *y,
    const float *mean, const float *factor, const float *scale, const float *gy, float *gscale, float *gbias, bool adds,
    float *gx, void *scratch) {
    if (relu)
        channel_gradient(
            true, outer, channels, inner, batch_statistics, x, y, mean, factor, scale, gy, gscale, gbias, adds, gx, scratch);
    else
        channel_gradient(
            false, outer, channels, inner, batch_statistics, x, y, mean, factor, scale, gy, gscale, gbias, adds, gx, scratch);
}

EDGE_VERSIONS(
    edge_channel_gradient_f32,
    (size_t outer, size_t channels, size_t inner, bool batch_statistics, bool relu, const float *x, const float *y,
     const float *mean, const float *factor, const float *scale, const float *gy, float *gscale, float *gbias, bool adds,
     float *gx, void *scratch),
    (outer, channels, inner, batch_statistics, relu, x, y, mean, factor, scale, gy, gscale, gbias, adds, gx, scratch))

/// Adds up a term in sixteen lanes.
#define LANES_OF(count, first_term, second_term, first, second) \
    do { \
        float lanes[16] = {0}, others[16] = {0}; \
        size_t k = 0; \
        for (; k + 16 <= (count); k += 16) \
            for (size_t lane = 0; lane < 16; lane++) { \
                const size_t i = k + lane; \
                lanes[lane] += first_term; \
                others[lane] += second_term; \
            } \
        for (; k < (count); k++) { \
            const size_t i = k; \
            lanes[i & 15] += first_term; \
            others[i & 15] += second_term; \
        } \
        for (size_t lane = 0; lane < 16; lane++) { \
            first += lanes[lane]; \
            second += others[lane]; \
        } \
    } while (0)

EDGE_INLINE void edge_row_normalize_f32_body(
    size_t rows, size_t groups, size_t channels, size_t inner, bool centred, float epsilon, const float *x,
    const float *scale, const float *bias, float *y, float *mean, float *factor) {
    const size_t length = channels * inner;
    const float share = 1.0f / (float)length;
    for (size_t r = 0; r < rows; r++, x += length, y += length) {
        const float near = centred && length > 0 ? x[0] : 0;
        float sum = 0, squares = 0;
        LANES_OF(length, (x[i] - near), ((x[i] - near) * (x[i] - near)), sum, squares);
        const float distance = centred ? sum * share : 0, middle = near + distance;
        const float variance = squares * share - distance * distance;
        const float f = 1.0f / sqrtf((variance > 0 ? variance : 0) + epsilon);
        if (centred) mean[r] = middle;
        factor[r] = f;
        const float *s = scale ? scale + (r % groups) * channels : NULL, *b = bias ? bias + (r % groups) * channels : NULL;
        if (inner == 1 && s && b)
            for (size_t c = 0; c < channels; c++) y[c] = (x[c] - middle) * f * s[c] + b[c];
        else if (inner == 1)
            for (size_t c = 0; c < channels; c++) y[c] = (x[c] - middle) * f * (s ? s[c] : 1) + (b ? b[c] : 0);
        else
            for (size_t c = 0; c < channels; c++) {
                const float slope = f * (s ? s[c] : 1), shift = b ? b[c] : 0;
                for (size_t i = c * inner; i < (c + 1) * inner; i++) y[i] = (x[i] - middle) * slope + shift;
            }
    }
}

EDGE_VERSIONS(
    edge_row_normalize_f32,
    (size_t rows, size_t groups, size_t channels, size_t inner, bool centred, float epsilon, const float *x,
     const float *scale, const float *bias, float *y, float *mean, float *factor),
    (rows, groups, channels, inner, centred, epsilon, x, scale, bias, y, mean, factor))

EDGE_INLINE void edge_row_gradient_f32_body(
    size_t rows, size_t groups, size_t channels, size_t inner, bool centred, const float *x, const float *scale,
    const float *mean, const float *factor, const float *gy, float *gscale, float *gbias, bool adds, float *gx) {
    const size_t length = channels * inner;
    const float share = 1.0f / (float)length;
    for (size_t r = 0; r < rows; r++, x += length, gy += length) {
        const size_t first = (r % groups) * channels;
        const float m = centred ? mean[r] : 0, f = factor[r];
        const float *s = scale ? scale + first : NULL;
        float *gs = gscale ? gscale + first : NULL, *gb = gbias ? gbias + first : NULL;
        // Sums of h = gy * scale and of h * (x - mean), beside the gradients of scale and bias.
        float plain = 0, along = 0;
        if (inner == 1) {
            if (gs)
                for (size_t c = 0; c < channels; c++) gs[c] += gy[c] * (x[c] - m) * f;
            if (gb)
                for (size_t c = 0; c < channels; c++) gb[c] += gy[c];
            if (s)
                LANES_OF(channels, (gy[i] * s[i]), (gy[i] * s[i] * (x[i] - m)), plain, along);
            else
                LANES_OF(channels, (gy[i]), (gy[i] * (x[i] - m)), plain, along);
        } else {
            for (size_t c = 0; c < channels; c++) {
                const float *gyc = gy + c * inner, *xc = x + c * inner;
                float sum = 0, product = 0;
                LANES_OF(inner, (gyc[i]), (gyc[i] * (xc[i] - m)), sum, product);
                if (gs) gs[c] += product * f;
                if (gb) gb[c] += sum;
                plain += sum * (s ? s[c] : 1);
                along += product * (s ? s[c] : 1);
            }
        }
        if (!gx) continue;
        const float slope = -along * f * f * f * share, shift = centred ? -plain * f * share : 0;
        if (inner != 1) {
            for (size_t c = 0; c < channels; c++) {
                const float h = f * (s ? s[c] : 1);
                EDGE_ELEMENTWISE for (size_t i = c * inner; i < (c + 1) * inner; i++)
                    gx[i] = (adds ? gx[i] : 0) + gy[i] * h + ((x[i] - m) * slope + shift);
            }
        } else if (adds) {
            if (s)
                EDGE_ELEMENTWISE for (size_t c = 0; c < channels; c++)
                    gx[c] += gy[c] * f * s[c] + ((x[c] - m) * slope + shift);
            else
                EDGE_ELEMENTWISE for (size_t c = 0; c < channels; c++)
                    gx[c] += gy[c] * f + ((x[c] - m) * slope + shift);
        } else if (s) {
            EDGE_ELEMENTWISE for (size_t c = 0; c < channels; c++)
                gx[c] = gy[c] * f * s[c] + ((x[c] - m) * slope + shift);
        } else {
            EDGE_ELEMENTWISE for (size_t c = 0; c < channels; c++)
                gx[c] = gy[c] * f + ((x[c] - m) * slope + shift);
        }
        gx += length;
    }
}

EDGE_VERSIONS(
    edge_row_gradient_f32,
    (size_t rows, size_t groups, size_t channels, size_t inner, bool centred, const float *x, const float *scale,
     const float *mean, const float *factor, const float *gy, float *gscale, float *gbias, bool adds, float *gx),
    (rows, groups, channels, inner, centred, x, scale, mean, factor, gy, gscale, gbias, adds, gx))
