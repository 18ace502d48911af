#include "conv_f32_internal.h"

static bool is_depthwise(const edge_conv_shape *s) { return s->groups > 1 && s->groups == s->in_c && s->out_c == s->in_c; }

edge_conv_f32 *edge_conv_f32_create(
    edge_isa isa, const edge_conv_shape *shape, const float *weights, const float *bias, float min, float max) {
    if (!edge_shape_is_valid(shape)) return NULL;
    edge_conv_f32 *conv = calloc(1, sizeof(edge_conv_f32));
    if (!conv) return NULL;
    conv->isa = edge_isa_lowered(isa);
    conv->shape = *shape;
    conv->min = min;
    conv->max = max;
    conv->kind = conv->isa == EDGE_ISA_SCALAR ? EDGE_CONV_SCALAR
        : is_depthwise(shape) ? EDGE_CONV_DEPTHWISE : EDGE_CONV_DIRECT;

    bool ready = true;
    size_t lanes = shape->out_c;
    switch (conv->kind) {
    case EDGE_CONV_SCALAR: {
        size_t count = (size_t)shape->out_c * (shape->in_c / shape->groups) * shape->kernel_h * shape->kernel_w;
        ready = (conv->weights = edge_allocate(count, sizeof(float))) != NULL;
        if (ready) memcpy(conv->weights, weights, count * sizeof(float));
        break;
    }
    case EDGE_CONV_DIRECT:
        ready = edge_direct_create(&conv->direct, shape, EDGE_UNIT_F32, 0, conv->isa, weights, NULL);
        lanes = edge_direct_lanes(&conv->direct);
        break;
    case EDGE_CONV_DEPTHWISE:
        if (edge_depthwise_f32_create(&conv->depthwise, shape, weights, bias, min, max)) return conv;
        ready = false;
    }
    conv->bias = ready ? edge_allocate(lanes, sizeof(float)) : NULL;
    if (!conv->bias) {
        edge_conv_f32_destroy(conv);
        return NULL;
    }
    for (int32_t out = 0; bias && out < shape->out_c; out++) {
        size_t lane = out;
        if (conv->kind == EDGE_CONV_DIRECT)
            lane = edge_direct_lane(&conv->direct, out / conv->direct.out_g, out % conv->direct.out_g);
        conv->bias[lane] = bias[out];
    }
    return conv;
}

void edge_conv_f32_destroy(edge_conv_f32 *conv) {
    if (!conv) return;
    edge_direct_destroy(&conv->direct);
    edge_depthwise_f32_destroy(&conv->depthwise);
    free(conv->weights);
    free(conv->bias);
    free(conv);
}

size_t edge_conv_f32_scratch(const edge_conv_f32 *conv) {
    size_t bytes = 0;
    if (conv->kind == EDGE_CONV_DIRECT) bytes = edge_direct_scratch(&conv->direct);
    if (conv->kind == EDGE_CONV_DEPTHWISE) bytes = edge_depthwise_f32_scratch(&conv->depthwise);
    return bytes ? bytes + 63 : 0;
}

static void pad_f32(
    const edge_direct *d, const void *context, const char *image, int32_t first, int32_t rows, char *padded) {
    (void)context;
    const edge_conv_shape *s = &d->shape;
    const size_t row_bytes = (size_t)d->row_elements * 4, pixel = (size_t)d->in_g * 4;
    const int32_t width = d->row_elements / d->in_g;
    const int32_t left = edge_min_i32(s->pad_left, width), inside = edge_min_i32(s->in_w, width - left);
    for (int32_t y = first; y < first + rows; y++, padded += row_bytes) {
        int32_t in_y = y - s->pad_top;
        if (in_y < 0 || in_y >= s->in_h) {
            memset(padded, 0, row_bytes);
            continue;
        }
        const char *row = image + (size_t)in_y * s->in_w * s->in_c * 4;
        memset(padded, 0, left * pixel);
        if (s->groups == 1) {
            memcpy(padded + left * pixel, row, inside * pixel);
        } else {
            for (int32_t x = 0; x < inside; x++)
                memcpy(padded + (left + x) * pixel, row + (size_t)x * s->in_c * 4, pixel);
        }
        memset(padded + (left + inside) * pixel, 0, (width - left - inside) * pixel);
    }
}

void edge_conv_f32_run(
    const edge_conv_f32 *conv, const float *input, const float *residual, float *output, void *scratch) {
    if (conv->kind == EDGE_CONV_SCALAR) {
        edge_conv_f32_scalar(conv, input, residual, output);
        return;
    }
#if EDGE_PACKED
    scratch = edge_aligned(scratch);
    if (conv->kind == EDGE_CONV_DEPTHWISE) {
        edge_depthwise_f32_run(&conv->depthwise, conv->isa, input, residual, output, scratch);
        return;
    }
    edge_tile tile = {.min = conv->min, .max = conv->max};
    edge_direct_constants constants = {.start = (const char *)conv->bias};
    edge_direct_run(
        &conv->direct, tile, &constants, edge_tiles_for(conv->isa, EDGE_UNIT_F32, false), pad_f32, NULL, 4, 4, (const char *)input, (const char *)residual, (char *)output, scratch);
#endif
}
