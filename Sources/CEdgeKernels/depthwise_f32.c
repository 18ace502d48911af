#include "depthwise.h"

bool edge_depthwise_f32_create(
    edge_depthwise_f32 *d, const edge_conv_shape *s, const float *weights, const float *bias, float min, float max) {
    const int32_t channels = s->in_c, taps = s->kernel_h * s->kernel_w;
    *d = (edge_depthwise_f32){.shape = *s, .min = min, .max = max};
    d->flat = s->stride_w == 1 && channels < EDGE_BLOCK && EDGE_BLOCK % channels == 0;
    d->lanes = (channels + EDGE_BLOCK - 1) / EDGE_BLOCK * EDGE_BLOCK;
    d->copies = d->flat && !edge_is_unpadded(s);
    d->row_elements = (d->copies ? edge_padded_w(s) : s->in_w) * channels;
    d->weights = edge_allocate((size_t)taps * d->lanes, sizeof(float));
    d->bias = edge_allocate(d->lanes, sizeof(float));
    if (!d->weights || !d->bias) {
        edge_depthwise_f32_destroy(d);
        return false;
    }
    for (int32_t lane = 0; lane < d->lanes; lane++) {
        if (lane >= channels && !d->flat) break;
        int32_t channel = lane % channels;
        if (bias) d->bias[lane] = bias[channel];
        for (int32_t tap = 0; tap < taps; tap++)
            d->weights[(size_t)tap * d->lanes + lane] = weights[(size_t)channel * taps + tap];
    }
    return true;
}

void edge_depthwise_f32_destroy(edge_depthwise_f32 *d) {
    free(d->weights);
    free(d->bias);
    *d = (edge_depthwise_f32){0};
}

size_t edge_depthwise_f32_scratch(const edge_depthwise_f32 *d) {
    return d->copies ? (size_t)edge_padded_h(&d->shape) * d->row_elements * sizeof(float) + 64 : 0;
}

static void pad(const edge_depthwise_f32 *d, const float *image, float *padded) {
    const edge_conv_shape *s = &d->shape;
    const int32_t rows = edge_padded_h(s), width = d->row_elements / s->in_c;
    const int32_t left = edge_min_i32(s->pad_left, width), inside = edge_min_i32(s->in_w, width - left);
    const size_t pixel = (size_t)s->in_c * sizeof(float);
    for (int32_t y = 0; y < rows; y++, padded += d->row_elements) {
        int32_t in_y = y - s->pad_top;
        char *row = (char *)padded;
        if (in_y < 0 || in_y >= s->in_h) {
            memset(row, 0, width * pixel);
            continue;
        }
        memset(row, 0, left * pixel);
        memcpy(row + left * pixel, image + (size_t)in_y * s->in_w * s->in_c, inside * pixel);
        memset(row + (left + inside) * pixel, 0, (width - left - inside) * pixel);
    }
}

void edge_depthwise_f32_run(
    const edge_depthwise_f32 *d, edge_isa isa, const float *input, const float *residual, float *output, float *scratch) {
#if EDGE_PACKED
    const edge_conv_shape *s = &d->shape;
    const size_t in_image = (size_t)s->in_h * s->in_w * s->in_c, out_image = (size_t)s->out_h * s->out_w * s->out_c;
    for (int32_t image = 0; image < s->batch; image++) {
        const float *source = input + image * in_image;
        if (d->copies) {
            pad(d, source, scratch);
            source = scratch;
        }
#if EDGE_X86
        edge_depthwise_f32_image *one = isa == EDGE_ISA_AVX2 ? edge_depthwise_f32_avx2 : edge_depthwise_f32_avx512;
#else
        edge_depthwise_f32_image *one = edge_depthwise_f32_neon;
        (void)isa;
#endif
        one(
            d, source, residual ? residual + image * out_image : NULL, output + image * out_image);
    }
#else
    (void)d, (void)isa, (void)input, (void)residual, (void)output, (void)scratch;
#endif
}
