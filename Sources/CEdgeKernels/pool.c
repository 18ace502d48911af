#include "versions.h"

// Pools run over the taps of a window that lie inside the image, with the channels in the inner loop.

#define FOR_EACH_OUTPUT(s) \
    for (int32_t image = 0; image < (s)->batch; image++) \
        for (int32_t y = 0; y < (s)->out_h; y++) \
            for (int32_t x = 0; x < (s)->out_w; x++)

#define WINDOW(s) \
    const edge_span rows = edge_span_of(y, (s)->stride_h, (s)->pad_top, (s)->dilation_h, (s)->kernel_h, (s)->in_h); \
    const edge_span columns = edge_span_of(x, (s)->stride_w, (s)->pad_left, (s)->dilation_w, (s)->kernel_w, (s)->in_w)

#define FOR_EACH_TAP(s) \
    for (int32_t ky = rows.first; ky < rows.last; ky++) \
        for (int32_t kx = columns.first; kx < columns.last; kx++)

/// The elements before the pixel of tap (ky, kx).
EDGE_INLINE size_t pixel_of(
    const edge_conv_shape *s, int32_t image, edge_span rows, edge_span columns, int32_t ky, int32_t kx) {
    int32_t y = rows.origin + ky * s->dilation_h, x = columns.origin + kx * s->dilation_w;
    return (((size_t)image * s->in_h + y) * s->in_w + x) * s->in_c;
}

EDGE_INLINE int32_t taps_of(edge_span rows, edge_span columns) {
    return edge_max_i32(rows.last - rows.first, 0) * edge_max_i32(columns.last - columns.first, 0);
}

EDGE_INLINE void edge_max_pool_f32_body(const edge_conv_shape *s, float min, float max, const float *in, float *out) {
    const int32_t channels = s->in_c;
    FOR_EACH_OUTPUT(s) {
        WINDOW(s);
        for (int32_t c = 0; c < channels; c++) out[c] = -INFINITY;
        FOR_EACH_TAP(s) {
            const float *pixel = in + pixel_of(s, image, rows, columns, ky, kx);
            for (int32_t c = 0; c < channels; c++) out[c] = pixel[c] > out[c] ? pixel[c] : out[c];
        }
        for (int32_t c = 0; c < channels; c++) out[c] = edge_clamp_f32(out[c], min, max);
        out += channels;
    }
}

EDGE_VERSIONS(
    edge_max_pool_f32, (const edge_conv_shape *s, float min, float max, const float *in, float *out), (s, min, max, in, out))

#define MAX_POOL_OF(type, lowest) \
    do { \
        const type *source = in; \
        type *target = out; \
        FOR_EACH_OUTPUT(s) { \
            WINDOW(s); \
            for (int32_t c = 0; c < channels; c++) target[c] = (lowest); \
            FOR_EACH_TAP(s) { \
                const type *pixel = source + pixel_of(s, image, rows, columns, ky, kx); \
                for (int32_t c = 0; c < channels; c++) target[c] = pixel[c] > target[c] ? pixel[c] : target[c]; \
            } \
            for (int32_t c = 0; c < channels; c++) \
                target[c] = (type)(target[c] < min ? min : target[c] > max ? max : target[c]); \
            target += channels; \
        } \
    } while (0)

EDGE_INLINE void edge_max_pool_q8_body(
    edge_q8 type, const edge_conv_shape *s, int32_t min, int32_t max, const void *in, void *out) {
    const int32_t channels = s->in_c;
    if (type == EDGE_I8)
        MAX_POOL_OF(int8_t, -128);
    else
        MAX_POOL_OF(uint8_t, 0);
}

EDGE_VERSIONS(
    edge_max_pool_q8, (edge_q8 type, const edge_conv_shape *s, int32_t min, int32_t max, const void *in, void *out),
    (type, s, min, max, in, out))

EDGE_INLINE void edge_average_pool_f32_body(
    const edge_conv_shape *s, bool count_padding, float min, float max, const float *in, float *out) {
    const int32_t channels = s->in_c;
    FOR_EACH_OUTPUT(s) {
        WINDOW(s);
        for (int32_t c = 0; c < channels; c++) out[c] = 0;
        FOR_EACH_TAP(s) {
            const float *pixel = in + pixel_of(s, image, rows, columns, ky, kx);
            for (int32_t c = 0; c < channels; c++) out[c] += pixel[c];
        }
        const int32_t taps = count_padding ? s->kernel_h * s->kernel_w : edge_max_i32(taps_of(rows, columns), 1);
        const float divisor = (float)taps;
        for (int32_t c = 0; c < channels; c++) out[c] = edge_clamp_f32(out[c] / divisor, min, max);
        out += channels;
    }
}

EDGE_VERSIONS(
    edge_average_pool_f32,
    (const edge_conv_shape *s, bool count_padding, float min, float max, const float *in, float *out),
    (s, count_padding, min, max, in, out))

/// Channels that are summed at a time.
enum { CHUNK = 64 };

#define ADD_PIXELS(type) \
    FOR_EACH_TAP(s) { \
        const type *pixel = (const type *)in + pixel_of(s, image, rows, columns, ky, kx) + first; \
        if (count == CHUNK) \
            for (int32_t c = 0; c < CHUNK; c++) sums[c] += pixel[c]; \
        else \
            for (int32_t c = 0; c < count; c++) sums[c] += pixel[c]; \
    }

EDGE_INLINE void edge_average_pool_q8_body(
    edge_q8 type, const edge_conv_shape *s, bool count_padding, float in_scale, int32_t in_zero, float out_scale,
    int32_t out_zero, int32_t min, int32_t max, const void *in, void *out) {
    uint8_t *target = out;
    FOR_EACH_OUTPUT(s) {
        WINDOW(s);
        const int32_t inside = taps_of(rows, columns);
        const int32_t taps = count_padding ? s->kernel_h * s->kernel_w : edge_max_i32(inside, 1);
        const float factor = in_scale / out_scale / (float)taps;
        for (int32_t first = 0; first < s->in_c; first += CHUNK) {
            const int32_t count = edge_min_i32(CHUNK, s->in_c - first);
            int32_t sums[CHUNK];
            for (int32_t c = 0; c < CHUNK; c++) sums[c] = -inside * in_zero;
            if (type == EDGE_I8) {
                ADD_PIXELS(int8_t)
            } else {
                ADD_PIXELS(uint8_t)
            }
            for (int32_t c = 0; c < count; c++)
                target[first + c] = (uint8_t)edge_round_q8((float)sums[c] * factor, out_zero, min, max);
        }
        target += s->in_c;
    }
}

EDGE_VERSIONS(
    edge_average_pool_q8,
    (edge_q8 type, const edge_conv_shape *s, bool count_padding, float in_scale, int32_t in_zero, float out_scale,
     int32_t out_zero, int32_t min, int32_t max, const void *in, void *out),
    (type, s, count_padding, in_scale, in_zero, out_scale, out_zero, min, max, in, out))
