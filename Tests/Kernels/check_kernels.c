// Compares every kernel with its scalar version on random shapes, each array in a block of exactly its size, so that an
// address sanitizer sees the first byte beyond. Run by Scripts/sanitize-kernels.sh; arguments: rounds, seed.

#include "edge_kernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;
static int failures;

static uint32_t next_random(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33);
}
static int pick(int low, int high) { return low + (int)(next_random() % (uint32_t)(high - low + 1)); }
static int one_of(const int *values, int count) { return values[pick(0, count - 1)]; }
static float uniform(void) { return (float)next_random() / 1073741824.0f - 1; }

static void *block(size_t bytes) {
    void *memory = malloc(bytes ? bytes : 1);
    if (!memory) abort();
    return memory;
}
static float *floats(size_t count) {
    float *array = block(count * 4);
    for (size_t i = 0; i < count; i++) array[i] = uniform();
    return array;
}
static uint8_t *bytes(size_t count) {
    uint8_t *array = block(count);
    for (size_t i = 0; i < count; i++) array[i] = (uint8_t)next_random();
    return array;
}

static void fail(const char *what, const edge_conv_shape *s, int isa, size_t index, double expected, double found) {
    failures++;
    if (s)
        printf("%s isa %d: in %dx%dx%dx%d out %dx%dx%d kernel %dx%d stride %dx%d dilation %dx%d pad %d,%d groups %d: ", what,
            isa, s->batch, s->in_h, s->in_w, s->in_c, s->out_h, s->out_w, s->out_c, s->kernel_h, s->kernel_w, s->stride_h,
            s->stride_w, s->dilation_h, s->dilation_w, s->pad_top, s->pad_left, s->groups);
    else
        printf("%s isa %d: ", what, isa);
    printf("[%zu] expected %g found %g\n", index, expected, found);
}

static void same_floats(
    const char *what, const edge_conv_shape *s, int isa, size_t count, const float *expected, const float *found, float tolerance) {
    for (size_t i = 0; i < count; i++)
        if (!(fabsf(expected[i] - found[i]) <= tolerance * (1 + fabsf(expected[i])))) {
            fail(what, s, isa, i, expected[i], found[i]);
            return;
        }
}

static void same_bytes(
    const char *what, const edge_conv_shape *s, int isa, bool is_signed, size_t count, const uint8_t *expected,
    const uint8_t *found, int steps) {
    for (size_t i = 0; i < count; i++) {
        int e = is_signed ? (int8_t)expected[i] : expected[i], f = is_signed ? (int8_t)found[i] : found[i];
        if (abs(e - f) > steps) {
            fail(what, s, isa, i, e, f);
            return;
        }
    }
}

static const int channel_counts[] = {1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 70, 80, 96, 130};
#define CHANNELS one_of(channel_counts, sizeof(channel_counts) / sizeof(int))

/// Whether shapes are of images that are too large to be copied at once.
static bool large = false;

static edge_conv_shape random_shape(int kind) {
    if (large) kind = pick(0, 1) * 3;
    edge_conv_shape s = {
        .batch = pick(1, 2), .in_h = pick(1, 12), .in_w = pick(1, 30), .in_c = CHANNELS, .out_c = CHANNELS,
        .kernel_h = pick(1, 5), .kernel_w = pick(1, 5), .stride_h = pick(1, 3), .stride_w = pick(1, 3),
        .dilation_h = pick(0, 3) ? 1 : pick(1, 3), .dilation_w = pick(0, 3) ? 1 : pick(1, 3), .groups = 1};
    if (kind == 1) {
        s.kernel_h = s.kernel_w = s.stride_h = s.stride_w = s.dilation_h = s.dilation_w = 1;
    } else if (pick(0, 1)) {
        s.kernel_h = s.kernel_w = 3;
        s.stride_h = s.stride_w = pick(1, 2);
        s.dilation_h = s.dilation_w = 1;
    }
    if (large) {
        s.in_h = pick(180, 220), s.in_w = pick(180, 220), s.in_c = 8, s.out_c = pick(1, 20);
        if (kind == 3) s.batch = 1;
    }
    if (kind == 2) {
        s.groups = s.in_c;
        s.out_c = s.in_c * (pick(0, 4) ? 1 : pick(2, 3));
    }
    if (kind == 3) {
        s.groups = pick(2, 3);
        s.in_c = s.groups * (large ? 8 : pick(1, 20));
        s.out_c = s.groups * pick(1, 20);
    }
    if (kind != 1) {
        s.pad_top = pick(0, 2);
        s.pad_left = pick(0, 2);
    }
    int span_h = (s.kernel_h - 1) * s.dilation_h + 1, span_w = (s.kernel_w - 1) * s.dilation_w + 1;
    int bottom = kind == 1 ? 0 : pick(0, 2), right = kind == 1 ? 0 : pick(0, 2);
    s.out_h = (s.in_h + s.pad_top + bottom - span_h) / s.stride_h + 1;
    s.out_w = (s.in_w + s.pad_left + right - span_w) / s.stride_w + 1;
    if (s.in_h + s.pad_top + bottom < span_h || s.out_h < 1) s.out_h = 1;
    if (s.in_w + s.pad_left + right < span_w || s.out_w < 1) s.out_w = 1;
    return s;
}

static size_t in_count(const edge_conv_shape *s) { return (size_t)s->batch * s->in_h * s->in_w * s->in_c; }
static size_t out_count(const edge_conv_shape *s) { return (size_t)s->batch * s->out_h * s->out_w * s->out_c; }
static size_t weight_count(const edge_conv_shape *s) {
    return (size_t)s->out_c * (s->in_c / s->groups) * s->kernel_h * s->kernel_w;
}

static void check_conv_f32(void) {
    edge_conv_shape s = random_shape(pick(0, 3));
    float *weights = floats(weight_count(&s)), *bias = pick(0, 2) ? floats(s.out_c) : NULL, *input = floats(in_count(&s));
    float *residual = pick(0, 1) ? floats(out_count(&s)) : NULL;
    float min = pick(0, 1) ? 0 : -INFINITY, max = pick(0, 1) ? 0.5f : INFINITY;
    float *results[3] = {0};
    for (int isa = 0; isa <= (int)edge_isa_detected(); isa++) {
        edge_conv_f32 *conv = edge_conv_f32_create(isa, &s, weights, bias, min, max);
        if (!conv) {
            fail("conv f32 create", &s, isa, 0, 0, 0);
            continue;
        }
        results[isa] = floats(out_count(&s));
        void *scratch = block(edge_conv_f32_scratch(conv));
        edge_conv_f32_run(conv, input, residual, results[isa], scratch);
        free(scratch);
        edge_conv_f32_destroy(conv);
        if (isa) same_floats("conv f32", &s, isa, out_count(&s), results[0], results[isa], 1e-4f);
    }
    for (int isa = 0; isa < 3; isa++) free(results[isa]);
    free(weights), free(bias), free(input), free(residual);
}

static void check_conv_q8(void) {
    edge_conv_shape s = random_shape(pick(0, 3));
    // Dense layers whose rows are quantized each by itself.
    const bool rows = pick(0, 4) == 0;
    if (rows) s = edge_dense_shape(pick(1, 9), s.in_c, s.out_c);
    edge_conv_q8_options o = {.shape = s};
    o.weight_type = pick(0, 3);
    size_t count = weight_count(&s);
    uint8_t *weights = bytes(
        o.weight_type == EDGE_WEIGHT_I4 ? (count + 1) / 2 : o.weight_type == EDGE_WEIGHT_I2 ? (count + 3) / 4 : count);
    if (o.weight_type == EDGE_WEIGHT_U8) o.weight_zero = pick(100, 156);
    if (o.weight_type == EDGE_WEIGHT_U8 && pick(0, 1))
        for (size_t i = 0; i < count; i++) weights[i] = (uint8_t)(o.weight_zero + (int)(next_random() % 100) - 50);
    o.weights = weights;
    int32_t in_g = s.in_c / s.groups;
    if (pick(0, 3) == 0) o.scale_group = pick(1, 5) * 4;
    size_t scale_groups = o.scale_group ? (in_g + o.scale_group - 1) / o.scale_group : 1;
    float *scales = floats(s.out_c * scale_groups);
    for (size_t i = 0; i < s.out_c * scale_groups; i++) scales[i] = 0.001f + 0.01f * fabsf(scales[i]);
    // Scales far apart, and none at all.
    if (pick(0, 3) == 0) scales[pick(0, (int)(s.out_c * scale_groups) - 1)] *= pick(0, 1) ? 0 : 1e-5f;
    o.weight_scales = scales;
    o.input_type = pick(0, 1);
    o.input_zero = o.input_type == EDGE_I8 ? pick(-128, 127) : pick(0, 255);
    o.input_scale = 0.02f;
    int32_t *bias = block(s.out_c * 4);
    float *bias_f32 = floats(s.out_c);
    for (int i = 0; i < s.out_c; i++) bias[i] = pick(-3000, 3000);
    bool dynamic = rows || pick(0, 3) == 0;
    int which = pick(0, 2);
    if (which == 0 && scale_groups == 1 && !dynamic) o.bias = bias;
    if (which == 1) o.bias_f32 = bias_f32;
    o.output_type = dynamic ? EDGE_OUTPUT_F32 : pick(0, 2);
    o.output_scale = 0.05f * sqrtf((float)in_g * s.kernel_h * s.kernel_w);
    int lowest = o.output_type == EDGE_OUTPUT_I8 ? -128 : 0;
    o.output_zero = lowest + pick(0, 255);
    o.output_min = pick(0, 1) ? lowest : lowest + 20;
    o.output_max = pick(0, 1) ? lowest + 255 : lowest + 200;
    o.min = pick(0, 1) ? 0 : -INFINITY;
    o.max = INFINITY;
    o.add_residual = o.output_type != EDGE_OUTPUT_F32 && pick(0, 2) == 0;
    o.residual_scale = 0.03f, o.residual_zero = lowest + 100, o.sum_scale = 0.06f, o.sum_zero = lowest + 120;
    o.sum_min = lowest, o.sum_max = lowest + 255;
    uint8_t *input = bytes(in_count(&s)), *residual = bytes(out_count(&s));
    float *real_input = floats(in_count(&s));
    size_t width = o.output_type == EDGE_OUTPUT_F32 ? 4 : 1;
    uint8_t *results[3] = {0};
    for (int isa = 0; isa <= (int)edge_isa_detected(); isa++) {
        o.isa = isa;
        edge_conv_q8 *conv = edge_conv_q8_create(&o);
        if (!conv) {
            fail("conv q8 create", &s, isa, 0, 0, 0);
            continue;
        }
        results[isa] = bytes(out_count(&s) * width);
        void *scratch = block(edge_conv_q8_scratch(conv));
        if (rows) edge_conv_q8_run_dynamic_rows(conv, real_input, (float *)results[isa], scratch);
        else if (dynamic) edge_conv_q8_run_dynamic(conv, real_input, (float *)results[isa], scratch);
        else edge_conv_q8_run(conv, input, o.add_residual ? residual : NULL, results[isa], scratch);
        free(scratch);
        edge_conv_q8_destroy(conv);
        char name[64];
        snprintf(name, sizeof name, "conv q8 weights %d scale group %d output %d dynamic %d", o.weight_type, o.scale_group, o.output_type, dynamic);
        if (!isa) continue;
        if (width == 4) same_floats(name, &s, isa, out_count(&s), (float *)results[0], (float *)results[isa], 1e-3f);
        else same_bytes(name, &s, isa, o.output_type == EDGE_OUTPUT_I8, out_count(&s), results[0], results[isa],
            // A step of the convolution may become several of the sum.
            o.add_residual ? 1 + (int)ceilf(o.output_scale / o.sum_scale) : 1);
    }
    for (int isa = 0; isa < 3; isa++) free(results[isa]);
    free(weights), free(scales), free(bias), free(bias_f32), free(input), free(residual), free(real_input);
}

static void check_dense_lowbit(void) {
    static const edge_weight_type types[] = {EDGE_WEIGHT_I8, EDGE_WEIGHT_U8, EDGE_WEIGHT_I4, EDGE_WEIGHT_I2};
    const int rows = pick(0, 3) ? pick(1, 9) : pick(60, 70), in = CHANNELS * pick(1, 3), out = CHANNELS;
    edge_dense_lowbit_options o = {.in = in, .out = out, .weight_type = types[pick(0, 3)], .min = pick(0, 1) ? 0 : -INFINITY};
    o.max = pick(0, 1) ? 2 : INFINITY;
    const int bits = o.weight_type == EDGE_WEIGHT_I4 ? 4 : o.weight_type == EDGE_WEIGHT_I2 ? 2 : 8;
    if (pick(0, 2)) o.scale_group = pick(1, 40);
    const size_t groups = o.scale_group ? (in + o.scale_group - 1) / o.scale_group : 1;
    uint8_t *weights = bytes(((size_t)in * out * bits + 7) / 8);
    float *scales = floats(out * groups), *zeros = floats(out * groups), *bias = floats(out), *input = floats((size_t)rows * in);
    for (size_t i = 0; i < out * groups; i++) scales[i] = 0.01f + 0.01f * scales[i], zeros[i] = (float)pick(-8, 8) * 0.5f;
    o.weights = weights, o.weight_scales = scales;
    if (pick(0, 1)) o.weight_zeros = zeros;
    if (pick(0, 1)) o.bias = bias;
    float *results[3] = {0};
    for (int isa = 0; isa <= (int)edge_isa_detected(); isa++) {
        o.isa = isa;
        edge_dense_lowbit *dense = edge_dense_lowbit_create(&o);
        results[isa] = floats((size_t)rows * out);
        if (!dense) {
            fail("dense lowbit create", NULL, isa, 0, 0, 0);
            continue;
        }
        void *scratch = block(edge_dense_lowbit_scratch(dense, rows));
        edge_dense_lowbit_run(dense, rows, input, results[isa], scratch);
        free(scratch);
        edge_dense_lowbit_destroy(dense);
        char name[64];
        snprintf(name, sizeof name, "dense of %d bits, %d x %d x %d, group %d", bits, rows, in, out, o.scale_group);
        // 8-bit weights make sums a hundred times larger than their bounds here.
        if (isa) same_floats(name, NULL, isa, (size_t)rows * out, results[0], results[isa], bits == 8 ? 2e-4f : 2e-5f);
    }
    for (int isa = 0; isa < 3; isa++) free(results[isa]);
    free(weights), free(scales), free(zeros), free(bias), free(input);
}

static void check_pools(void) {
    edge_conv_shape s = random_shape(2);
    s.out_c = s.in_c;
    s.groups = 1;
    // A pool's window must meet the image.
    if (s.pad_top >= s.kernel_h) s.pad_top = 0;
    if (s.pad_left >= s.kernel_w) s.pad_left = 0;
    while ((s.out_h - 1) * s.stride_h - s.pad_top >= s.in_h) s.out_h--;
    while ((s.out_w - 1) * s.stride_w - s.pad_left >= s.in_w) s.out_w--;
    float *input = floats(in_count(&s)), *results[3][2];
    uint8_t *q_input = bytes(in_count(&s)), *q_results[3][2];
    edge_q8 type = pick(0, 1);
    int low = type == EDGE_I8 ? -128 : 0;
    bool count_padding = pick(0, 1);
    for (int isa = 0; isa <= (int)edge_isa_detected(); isa++) {
        for (int i = 0; i < 2; i++) results[isa][i] = floats(out_count(&s)), q_results[isa][i] = bytes(out_count(&s));
        edge_max_pool_f32(isa, &s, -0.5f, 0.5f, input, results[isa][0]);
        edge_average_pool_f32(isa, &s, count_padding, -INFINITY, INFINITY, input, results[isa][1]);
        edge_max_pool_q8(isa, type, &s, low, low + 240, q_input, q_results[isa][0]);
        edge_average_pool_q8(isa, type, &s, count_padding, 0.1f, low + 100, 0.1f, low + 100, low, low + 255, q_input, q_results[isa][1]);
        if (!isa) continue;
        for (int i = 0; i < 2; i++) {
            same_floats(i ? "average pool f32" : "max pool f32", &s, isa, out_count(&s), results[0][i], results[isa][i], 1e-5f);
            same_bytes(i ? "average pool q8" : "max pool q8", &s, isa, type == EDGE_I8, out_count(&s), q_results[0][i], q_results[isa][i], i);
        }
    }
    for (int isa = 0; isa <= (int)edge_isa_detected(); isa++)
        for (int i = 0; i < 2; i++) free(results[isa][i]), free(q_results[isa][i]);
    free(input), free(q_input);
}

static void check_elementwise(void) {
    // A few rows, or many short ones.
    size_t rows = pick(0, 2) ? pick(1, 5) : pick(40, 300), columns = pick(1, rows > 5 ? 40 : 70);
    size_t a_row = pick(0, 1) ? columns : 0, a_column = pick(0, 3) ? 1 : 0, b_row = pick(0, 1) ? columns : 0, b_column = pick(0, 3) ? 1 : 0;
    size_t count = rows * columns;
    float *a = floats(count), *b = floats(count), *expected = floats(count), *found = floats(count);
    float *positive = floats(count), *wide = floats(count);
    for (size_t i = 0; i < count; i++) positive[i] = 0.01f + fabsf(positive[i]), wide[i] *= 5;
    uint8_t *qa = bytes(count), *qb = bytes(count), *q_expected = bytes(count), *q_found = bytes(count);
    int best = edge_isa_detected();
    edge_q8 type = pick(0, 1);
    int low = type == EDGE_I8 ? -128 : 0;
    for (int isa = 1; isa <= best; isa++) {
        for (int op = EDGE_ADD; op <= EDGE_PRELU; op++) {
            edge_binary_f32(0, op, rows, columns, a, a_row, a_column, b, b_row, b_column, -0.7f, 2, expected);
            edge_binary_f32(isa, op, rows, columns, a, a_row, a_column, b, b_row, b_column, -0.7f, 2, found);
            same_floats("binary", NULL, isa, count, expected, found, 1e-6f);
        }
        for (int op = EDGE_CLAMP; op <= EDGE_NEG; op++) {
            // Roots of positive numbers only, reciprocals not of zero.
            const float *of = op == EDGE_SQRT || op == EDGE_RECIPROCAL ? positive : op == EDGE_ERF ? wide : a;
            edge_unary_f32(0, op, count, -0.2f, 0.5f, of, expected);
            edge_unary_f32(isa, op, count, -0.2f, 0.5f, of, found);
            same_floats("unary", NULL, isa, count, expected, found, 1e-6f);
        }
        edge_softmax_f32(0, rows, columns, 2, a, expected);
        edge_softmax_f32(isa, rows, columns, 2, a, found);
        same_floats("softmax", NULL, isa, count, expected, found, 1e-6f);
        edge_softmax_q8(0, type, rows, columns, 0.1f, 1.0f / 256, low, qa, q_expected);
        edge_softmax_q8(isa, type, rows, columns, 0.1f, 1.0f / 256, low, qa, q_found);
        same_bytes("softmax q8", NULL, isa, type == EDGE_I8, count, q_expected, q_found, 1);
        edge_quantize_q8(0, type, count, 0.01f, low + 130, a, q_expected);
        edge_quantize_q8(isa, type, count, 0.01f, low + 130, a, q_found);
        same_bytes("quantize", NULL, isa, type == EDGE_I8, count, q_expected, q_found, 0);
        edge_dequantize_q8(0, type, count, 0.01f, 3, qa, expected);
        edge_dequantize_q8(isa, type, count, 0.01f, 3, qa, found);
        same_floats("dequantize", NULL, isa, count, expected, found, 0);
        edge_requantize_q8(0, type, low + 7, 1.3f, 1 - type, 100, count, qa, q_expected);
        edge_requantize_q8(isa, type, low + 7, 1.3f, 1 - type, 100, count, qa, q_found);
        same_bytes("requantize", NULL, isa, type == EDGE_U8, count, q_expected, q_found, 1);
        edge_add_q8_parameters p = {low + 3, low + 200, low + 90, 0.7f, -0.4f, low, low + 250};
        edge_add_q8(0, type, &p, rows, columns, qa, a_row, a_column, qb, b_row, b_column, q_expected);
        edge_add_q8(isa, type, &p, rows, columns, qa, a_row, a_column, qb, b_row, b_column, q_found);
        same_bytes("add q8", NULL, isa, type == EDGE_I8, count, q_expected, q_found, 1);
        edge_mul_q8(0, type, low + 3, low + 99, 0.02f, low + 90, low, low + 250, rows, columns, qa, a_row, a_column, qb, b_row, b_column, q_expected);
        edge_mul_q8(isa, type, low + 3, low + 99, 0.02f, low + 90, low, low + 250, rows, columns, qa, a_row, a_column, qb, b_row, b_column, q_found);
        same_bytes("mul q8", NULL, isa, type == EDGE_I8, count, q_expected, q_found, 1);
        float low0, high0, low1, high1;
        edge_range_f32(0, count, a, &low0, &high0);
        edge_range_f32(isa, count, a, &low1, &high1);
        if (low0 != low1 || high0 != high1) fail("range", NULL, isa, 0, low0, low1);
    }
    uint8_t table[256];
    for (int i = 0; i < 256; i++) table[i] = (uint8_t)(255 - i);
    edge_table_q8(count, qa, table, q_found);
    for (size_t i = 0; i < count; i++)
        if (q_found[i] != 255 - qa[i]) fail("table", NULL, 0, i, 255 - qa[i], q_found[i]);
    for (int isa = 0; isa <= best; isa++) {
        edge_unary_f32(isa, EDGE_ERF, count, 0, 0, wide, found);
        for (size_t i = 0; i < count; i++) expected[i] = (float)erf(wide[i]);
        same_floats("erf", NULL, isa, count, expected, found, 3e-7f);
    }
    free(a), free(b), free(expected), free(found), free(qa), free(qb), free(q_expected), free(q_found);
    free(positive), free(wide);
}

static void check_rows(void) {
    size_t rows = pick(1, 70), columns = pick(1, 50), count = rows * columns;
    float *in = floats(count), *scale = floats(columns), *bias = floats(columns), *expected = floats(count), *found = floats(count);
    float *cells[2] = {floats(columns), floats(columns)}, *hidden[2] = {floats(columns), floats(columns)}, *gates = floats(4 * columns);
    for (int isa = 1; isa <= (int)edge_isa_detected(); isa++) {
        edge_softmax_f32(0, rows, columns, 2, in, expected);
        edge_softmax_f32(isa, rows, columns, 2, in, found);
        same_floats("softmax of rows", NULL, isa, count, expected, found, 1e-6f);
        for (int given = 0; given < 3; given++) {
            // A row of one element has no variance: an epsilon of some size keeps rounding from being all there is.
            edge_layer_norm_f32(0, rows, columns, 1e-2f, given ? scale : NULL, given == 2 ? bias : NULL, in, expected);
            edge_layer_norm_f32(isa, rows, columns, 1e-2f, given ? scale : NULL, given == 2 ? bias : NULL, in, found);
            same_floats("layer norm", NULL, isa, count, expected, found, 1e-5f);
        }
        for (int kind = 0; kind < 3; kind++) {
            for (int which = 0; which < 2; which++)
                for (size_t i = 0; i < columns; i++) cells[which][i] = bias[i], hidden[which][i] = scale[i];
            for (int which = 0; which < 2; which++) {
                int set = which ? isa : 0;
                if (kind == 0) edge_lstm_cell_f32(set, columns, gates, cells[which], hidden[which]);
                if (kind == 1) edge_gru_reset_f32(set, columns, gates, cells[which], hidden[which]);
                if (kind == 2) edge_gru_update_f32(set, columns, gates, cells[which], hidden[which]);
            }
            same_floats("recurrent cell", NULL, isa, columns, cells[0], cells[1], 1e-6f);
            same_floats("recurrent hidden", NULL, isa, columns, hidden[0], hidden[1], 1e-6f);
        }
    }
    free(in), free(scale), free(bias), free(expected), free(found), free(gates);
    for (int which = 0; which < 2; which++) free(cells[which]), free(hidden[which]);
}

static void check_transpose(void) {
    static const int widths[] = {1, 2, 4, 8};
    size_t width = one_of(widths, 4), rows = pick(1, 40), columns = pick(1, 40), stride = rows + (pick(0, 1) ? 0 : pick(0, 5));
    size_t count = (columns - 1) * stride + rows;
    uint8_t *in = bytes(count * width), *expected = bytes(rows * columns * width), *found = bytes(rows * columns * width);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++) memcpy(expected + (r * columns + c) * width, in + (c * stride + r) * width, width);
    for (int isa = 0; isa <= (int)edge_isa_detected(); isa++) {
        edge_transpose(isa, width, rows, columns, in, stride, found);
        same_bytes("transpose", NULL, isa, false, rows * columns * width, expected, found, 0);
    }
    free(in), free(expected), free(found);
}

static void check_gemm(void) {
    int m = pick(1, 20), n = pick(1, 140), k = pick(1, 40);
    bool transposed = pick(0, 1);
    int lda = k + pick(0, 3), ldb = (transposed ? k : n) + pick(0, 3), ldc = n + pick(0, 3);
    float *a = floats((size_t)m * lda), *b = floats((size_t)(transposed ? n : k) * ldb), *expected = floats((size_t)m * ldc);
    float *found = floats((size_t)m * ldc);
    void *scratch = block(edge_gemm_f32_scratch(m, n, k));
    for (int isa = 1; isa <= (int)edge_isa_detected(); isa++) {
        memcpy(found, expected, (size_t)m * ldc * 4);
        edge_gemm_f32(0, m, n, k, a, lda, b, ldb, transposed, expected, ldc, scratch);
        edge_gemm_f32(isa, m, n, k, a, lda, b, ldb, transposed, found, ldc, scratch);
        same_floats("gemm", NULL, isa, (size_t)m * ldc, expected, found, 1e-4f);
    }
    free(a), free(b), free(expected), free(found), free(scratch);
}

int main(int count, char **arguments) {
    int rounds = count > 1 ? atoi(arguments[1]) : 300;
    state = count > 2 ? strtoull(arguments[2], NULL, 10) : 1;
    for (int round = 0; round < rounds && failures < 20; round++) {
        large = round % 100 == 0;
        check_conv_f32();
        check_conv_q8();
        large = false;
        check_dense_lowbit();
        check_pools();
        check_elementwise();
        check_gemm();
        check_rows();
        check_transpose();
    }
    printf("%d rounds, %d failures\n", rounds, failures);
    return failures ? 1 : 0;
}
