#include "conv_q8_internal.h"

// The definition of a quantized convolution, written for reading.

void edge_conv_q8_scalar(
    const edge_conv_q8 *conv, const void *input, edge_q8 input_type, float input_scale, int32_t input_zero,
    void *output) {
    const edge_conv_q8_options *o = &conv->options;
    const edge_conv_shape *s = &o->shape;
    const int32_t in_g = conv->in_g, groups = conv->scale_groups;
    const int32_t scale_group = groups > 1 ? o->scale_group : in_g;
    for (int32_t image = 0; image < s->batch; image++)
        for (int32_t y = 0; y < s->out_h; y++)
            for (int32_t x = 0; x < s->out_w; x++)
                for (int32_t out = 0; out < s->out_c; out++) {
                    float real = 0;
                    int64_t sum = 0;
                    for (int32_t sg = 0; sg < groups; sg++) {
                        int32_t first = sg * scale_group, last = edge_min_i32(first + scale_group, in_g);
                        sum = 0;
                        for (int32_t ky = 0; ky < s->kernel_h; ky++) {
                            int32_t in_y = y * s->stride_h - s->pad_top + ky * s->dilation_h;
                            if (in_y < 0 || in_y >= s->in_h) continue;
                            for (int32_t kx = 0; kx < s->kernel_w; kx++) {
                                int32_t in_x = x * s->stride_w - s->pad_left + kx * s->dilation_w;
                                if (in_x < 0 || in_x >= s->in_w) continue;
                                size_t pixel = (((size_t)image * s->in_h + in_y) * s->in_w + in_x) * s->in_c
                                    + (size_t)(out / conv->out_g) * in_g;
                                for (int32_t c = first; c < last; c++) {
                                    size_t weight = (((size_t)out * in_g + c) * s->kernel_h + ky) * s->kernel_w + kx;
                                    sum += (int64_t)(edge_load_q8(input_type, input, pixel + c) - input_zero)
                                        * edge_conv_q8_weight(o, weight);
                                }
                            }
                        }
                        if (groups > 1) real += (float)sum * conv->scales[(size_t)out * groups + sg];
                    }
                    size_t index = (((size_t)image * s->out_h + y) * s->out_w + x) * s->out_c + out;
                    float bias = conv->bias_f32 ? conv->bias_f32[out] : 0;
                    if (groups == 1) {
                        if (conv->bias) sum += conv->bias[out];
                        real = (float)sum;
                    }
                    // The factors are joined first, as other runtimes do it, so that ties fall alike.
                    float factor = groups == 1 ? input_scale * conv->scales[out] : input_scale;
                    if (o->output_type == EDGE_OUTPUT_F32) {
                        ((float *)output)[index] = edge_clamp_f32(real * factor + bias, o->min, o->max);
                        continue;
                    }
                    real = real * (factor / o->output_scale) + bias / o->output_scale;
                    int32_t q = edge_round_q8(real, o->output_zero, o->output_min, o->output_max);
                    ((uint8_t *)output)[index] = (uint8_t)q;
                }
}
