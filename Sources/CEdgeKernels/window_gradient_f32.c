#include "edge_training.h"
#include "versions.h"

// Pooling with its way back, and convolution by products for machines without oneDNN: the windows of one image are laid out as rows of a
// matrix ("im2col"), after which forward pass and both gradients are products of matrices. Depthwise layers, whose matrices would be
// columns, have loops of their own.

#define SPAN_Y(s, y) edge_span_of(y, (s)->stride_h, (s)->pad_top, (s)->dilation_h, (s)->kernel_h, (s)->in_h)
#define SPAN_X(s, x) edge_span_of(x, (s)->stride_w, (s)->pad_left, (s)->dilation_w, (s)->kernel_w, (s)->in_w)

EDGE_INLINE size_t pixel_of(const edge_conv_shape *s, edge_span rows, edge_span columns, int32_t ky, int32_t kx) {
    const size_t y = (size_t)(rows.origin + ky * s->dilation_h), x = (size_t)(columns.origin + kx * s->dilation_w);
    return (y * (size_t)s->in_w + x) * (size_t)s->in_c;
}

EDGE_INLINE void edge_max_pool_training_f32_body(
    const edge_conv_shape *s, const float *restrict in, float *restrict out, int32_t *restrict taken) {
    const size_t channels = (size_t)s->in_c, image = (size_t)s->in_h * s->in_w * channels;
    for (int32_t n = 0; n < s->batch; n++, in += image)
        for (int32_t y = 0; y < s->out_h; y++)
            for (int32_t x = 0; x < s->out_w; x++, out += channels, taken += channels) {
                const edge_span rows = SPAN_Y(s, y), columns = SPAN_X(s, x);
                for (size_t c = 0; c < channels; c++) {
                    out[c] = -INFINITY;
                    taken[c] = -1;
                }
                for (int32_t ky = rows.first; ky < rows.last; ky++)
                    for (int32_t kx = columns.first; kx < columns.last; kx++) {
                        const size_t pixel = pixel_of(s, rows, columns, ky, kx);
                        const float *restrict source = in + pixel;
                        for (size_t c = 0; c < channels; c++) {
                            const bool larger = source[c] > out[c] || taken[c] < 0;
                            out[c] = larger ? source[c] : out[c];
                            taken[c] = larger ? (int32_t)(pixel + c) : taken[c];
                        }
                    }
            }
}

EDGE_VERSIONS(
    edge_max_pool_training_f32, (const edge_conv_shape *s, const float *in, float *out, int32_t *taken),
    (s, in, out, taken))

EDGE_INLINE void edge_max_pool_gradient_f32_body(
    const edge_conv_shape *s, const int32_t *taken, const float *gy, float *gx) {
    const size_t image = (size_t)s->in_h * s->in_w * s->in_c, results = (size_t)s->out_h * s->out_w * s->in_c;
    for (int32_t n = 0; n < s->batch; n++, gx += image, gy += results, taken += results)
        for (size_t i = 0; i < results; i++)
            if (taken[i] >= 0) gx[taken[i]] += gy[i];
}

EDGE_VERSIONS(
    edge_max_pool_gradient_f32, (const edge_conv_shape *s, const int32_t *taken, const float *gy, float *gx),
    (s, taken, gy, gx))

/// The taps of a window along one axis that count, padding included.
EDGE_INLINE int32_t counted(int32_t origin, int32_t kernel, int32_t dilation, int32_t extent, int32_t pad_behind) {
    const int32_t reach = origin + (kernel - 1) * dilation + 1, end = edge_min_i32(reach, extent + pad_behind);
    return edge_max_i32((end - origin + dilation - 1) / dilation, 0);
}

EDGE_INLINE void edge_average_pool_gradient_f32_body(
    const edge_conv_shape *s, bool count_padding, int32_t pad_bottom, int32_t pad_right, const float *restrict gy,
    float *restrict gx) {
    const size_t channels = (size_t)s->in_c, image = (size_t)s->in_h * s->in_w * channels;
    for (int32_t n = 0; n < s->batch; n++, gx += image)
        for (int32_t y = 0; y < s->out_h; y++)
            for (int32_t x = 0; x < s->out_w; x++, gy += channels) {
                const edge_span rows = SPAN_Y(s, y), columns = SPAN_X(s, x);
                int32_t count =
                    edge_max_i32(rows.last - rows.first, 0) * edge_max_i32(columns.last - columns.first, 0);
                if (count_padding)
                    count = counted(rows.origin, s->kernel_h, s->dilation_h, s->in_h, pad_bottom)
                        * counted(columns.origin, s->kernel_w, s->dilation_w, s->in_w, pad_right);
                if (count == 0) continue;
                const float share = 1.0f / (float)count;
                for (int32_t ky = rows.first; ky < rows.last; ky++)
                    for (int32_t kx = columns.first; kx < columns.last; kx++) {
                        float *restrict target = gx + pixel_of(s, rows, columns, ky, kx);
                        for (size_t c = 0; c < channels; c++) target[c] += share * gy[c];
                    }
            }
}

EDGE_VERSIONS(
    edge_average_pool_gradient_f32,
    (const edge_conv_shape *s, bool count_padding, int32_t pad_bottom, int32_t pad_right, const float *gy, float *gx),
    (s, count_padding, pad_bottom, pad_right, gy, gx))

// MARK: Convolution

typedef struct sizes {
    size_t taps, group_in, group_out, row, pixels, image, result;
} sizes;

EDGE_INLINE sizes sizes_of(const edge_conv_shape *s) {
    sizes z;
    z.taps = (size_t)s->kernel_h * s->kernel_w;
    z.group_in = (size_t)(s->in_c / s->groups);
    z.group_out = (size_t)(s->out_c / s->groups);
    z.row = z.taps * z.group_in;
    z.pixels = (size_t)s->out_h * s->out_w;
    z.image = (size_t)s->in_h * s->in_w * s->in_c;
    z.result = z.pixels * s->out_c;
    return z;
}

EDGE_INLINE bool is_depthwise(const edge_conv_shape *s) { return s->groups > 1 && s->in_c == s->groups; }

/// Windows of one group of one image, their gradients, the weights as [out][tap][in], and what a product needs.
static size_t parts(const edge_conv_shape *s, size_t *weights, size_t *product) {
    const sizes z = sizes_of(s);
    *weights = edge_round_up(z.pixels * z.row, 16);
    *product = *weights + edge_round_up((size_t)s->out_c * z.row, 16);
    const size_t forward = edge_product_scratch(z.group_out, z.row), data = edge_product_scratch(z.row, z.group_out),
                 weight = edge_product_scratch(z.row, z.pixels);
    size_t most = forward > data ? forward : data;
    return *product * sizeof(float) + (most > weight ? most : weight) + 63;
}

size_t edge_convolution_scratch(const edge_conv_shape *s) {
    if (!edge_shape_is_valid(s)) return 0;
    size_t weights, product;
    return parts(s, &weights, &product);
}

/// weights[out][in][tap] as [out][tap][in], or back, added.
static void turn_weights(const edge_conv_shape *s, const sizes z, const float *given, float *turned) {
    for (size_t out = 0; out < (size_t)s->out_c; out++)
        for (size_t tap = 0; tap < z.taps; tap++)
            for (size_t in = 0; in < z.group_in; in++)
                turned[(out * z.taps + tap) * z.group_in + in] = given[(out * z.group_in + in) * z.taps + tap];
}

static void add_turned(const edge_conv_shape *s, const sizes z, const float *turned, float *weights) {
    for (size_t out = 0; out < (size_t)s->out_c; out++)
        for (size_t in = 0; in < z.group_in; in++)
            for (size_t tap = 0; tap < z.taps; tap++)
                weights[(out * z.group_in + in) * z.taps + tap] += turned[(out * z.taps + tap) * z.group_in + in];
}

/// The windows of one group of one image as rows, or their gradients added back.
static void windows(const edge_conv_shape *s, const sizes z, size_t group, bool back, float *image, float *rows_of) {
    for (int32_t y = 0; y < s->out_h; y++)
        for (int32_t x = 0; x < s->out_w; x++) {
            const edge_span rows = SPAN_Y(s, y), columns = SPAN_X(s, x);
            for (int32_t ky = 0; ky < s->kernel_h; ky++)
                for (int32_t kx = 0; kx < s->kernel_w; kx++, rows_of += z.group_in) {
                    const bool inside = ky >= rows.first && ky < rows.last && kx >= columns.first && kx < columns.last;
                    if (!inside) {
                        if (!back) memset(rows_of, 0, z.group_in * sizeof(float));
                        continue;
                    }
                    float *pixel = image + pixel_of(s, rows, columns, ky, kx) + group * z.group_in;
                    if (back)
                        for (size_t c = 0; c < z.group_in; c++) pixel[c] += rows_of[c];
                    else
                        memcpy(rows_of, pixel, z.group_in * sizeof(float));
                }
        }
}

typedef enum direction { FORWARD, DATA, WEIGHTS } direction;

/// Each input channel has its own out_c / in_c results. Weights lie as [tap][out], so that channels are neighbours.
EDGE_INLINE void depthwise_loops_body(
    direction way, const edge_conv_shape *s, float *x, float *turned, const float *bias, float *y) {
    const size_t channels = (size_t)s->in_c, outputs = (size_t)s->out_c, multiple = outputs / channels;
    const size_t image = (size_t)s->in_h * s->in_w * channels;
    for (int32_t n = 0; n < s->batch; n++, x += image)
        for (int32_t row = 0; row < s->out_h; row++)
            for (int32_t column = 0; column < s->out_w; column++, y += outputs) {
                const edge_span rows = SPAN_Y(s, row), columns = SPAN_X(s, column);
                if (way == FORWARD)
                    for (size_t c = 0; c < outputs; c++) y[c] = bias ? bias[c] : 0;
                for (int32_t ky = rows.first; ky < rows.last; ky++)
                    for (int32_t kx = columns.first; kx < columns.last; kx++) {
                        float *pixel = x + pixel_of(s, rows, columns, ky, kx);
                        float *weight = turned + (size_t)(ky * s->kernel_w + kx) * outputs;
                        if (multiple == 1) {
                            if (way == FORWARD)
                                for (size_t c = 0; c < channels; c++) y[c] += pixel[c] * weight[c];
                            else if (way == DATA)
                                for (size_t c = 0; c < channels; c++) pixel[c] += y[c] * weight[c];
                            else
                                for (size_t c = 0; c < channels; c++) weight[c] += y[c] * pixel[c];
                            continue;
                        }
                        for (size_t c = 0; c < outputs; c++) {
                            if (way == FORWARD)
                                y[c] += pixel[c / multiple] * weight[c];
                            else if (way == DATA)
                                pixel[c / multiple] += y[c] * weight[c];
                            else
                                weight[c] += y[c] * pixel[c / multiple];
                        }
                    }
            }
}

EDGE_VERSIONS_STATIC(
    depthwise_loops, (direction way, const edge_conv_shape *s, float *x, float *turned, const float *bias, float *y),
    (way, s, x, turned, bias, y))

static void depthwise(
    edge_isa isa, direction way, const edge_conv_shape *s, float *x, const float *weights, float *gw, const float *bias,
    float *y, float *turned) {
    const size_t taps = (size_t)s->kernel_h * s->kernel_w, outputs = (size_t)s->out_c;
    for (size_t c = 0; c < outputs; c++)
        for (size_t tap = 0; tap < taps; tap++) turned[tap * outputs + c] = way == WEIGHTS ? 0 : weights[c * taps + tap];
    depthwise_loops(isa, way, s, x, turned, bias, y);
    if (way != WEIGHTS) return;
    for (size_t c = 0; c < outputs; c++)
        for (size_t tap = 0; tap < taps; tap++) gw[c * taps + tap] += turned[tap * outputs + c];
}

void edge_convolution_f32(
    edge_isa isa, const edge_conv_shape *s, const float *x, const float *weights, const float *bias, float *y,
    void *scratch) {
    const sizes z = sizes_of(s);
    size_t turned_at, product_at;
    parts(s, &turned_at, &product_at);
    float *block = edge_aligned(scratch), *turned = block + turned_at;
    // The loops are written once for all ways, which write different operands; this one writes y alone.
    if (is_depthwise(s)) return depthwise(isa, FORWARD, s, (float *)x, weights, NULL, bias, y, turned);
    turn_weights(s, z, weights, turned);
    for (int32_t n = 0; n < s->batch; n++, x += z.image, y += z.result) {
        for (size_t group = 0; group < (size_t)s->groups; group++) {
            windows(s, z, group, false, (float *)x, block);
            edge_product_f32(
                isa, z.pixels, z.group_out, z.row, 1, block, z.row, false, turned + group * z.group_out * z.row, z.row, true,
                false, y + group * z.group_out, (size_t)s->out_c, block + product_at);
        }
        if (bias) edge_add_row_f32(isa, z.pixels, (size_t)s->out_c, bias, y);
    }
}

void edge_convolution_data_gradient_f32(
    edge_isa isa, const edge_conv_shape *s, const float *weights, const float *gy, float *gx, void *scratch) {
    const sizes z = sizes_of(s);
    size_t turned_at, product_at;
    parts(s, &turned_at, &product_at);
    float *block = edge_aligned(scratch), *turned = block + turned_at;
    memset(gx, 0, (size_t)s->batch * z.image * sizeof(float));
    if (is_depthwise(s)) return depthwise(isa, DATA, s, gx, weights, NULL, NULL, (float *)gy, turned);
    turn_weights(s, z, weights, turned);
    for (int32_t n = 0; n < s->batch; n++, gx += z.image, gy += z.result)
        for (size_t group = 0; group < (size_t)s->groups; group++) {
            edge_product_f32(
                isa, z.pixels, z.row, z.group_out, 1, gy + group * z.group_out, (size_t)s->out_c, false,
                turned + group * z.group_out * z.row, z.row, false, false, block, z.row, block + product_at);
            windows(s, z, group, true, gx, block);
        }
}

void edge_convolution_weight_gradient_f32(
    edge_isa isa, const edge_conv_shape *s, const float *x, const float *gy, float *gw, void *scratch) {
    const sizes z = sizes_of(s);
    size_t turned_at, product_at;
    parts(s, &turned_at, &product_at);
    float *block = edge_aligned(scratch), *turned = block + turned_at;
    if (is_depthwise(s)) return depthwise(isa, WEIGHTS, s, (float *)x, NULL, gw, NULL, (float *)gy, turned);
    memset(turned, 0, (size_t)s->out_c * z.row * sizeof(float));
    for (int32_t n = 0; n < s->batch; n++, x += z.image, gy += z.result)
        for (size_t group = 0; group < (size_t)s->groups; group++) {
            windows(s, z, group, false, (float *)x, block);
            edge_product_f32(
                isa, z.group_out, z.row, z.pixels, 1, gy + group * z.group_out, (size_t)s->out_c, true, block, z.row, false,
                true, turned + group * z.group_out * z.row, z.row, block + product_at);
        }
    add_turned(s, z, turned, gw);
}
