#include "conv_f32_internal.h"

// The definition of a convolution, written for reading; every other kernel is tested against it.

void edge_conv_f32_scalar(const edge_conv_f32 *conv, const float *input, const float *residual, float *output) {
    const edge_conv_shape *s = &conv->shape;
    const int32_t in_g = s->in_c / s->groups, out_g = s->out_c / s->groups;
    const size_t taps = (size_t)s->kernel_h * s->kernel_w;
    for (int32_t image = 0; image < s->batch; image++)
        for (int32_t y = 0; y < s->out_h; y++)
            for (int32_t x = 0; x < s->out_w; x++)
                for (int32_t out = 0; out < s->out_c; out++) {
                    const float *weights = conv->weights + (size_t)out * in_g * taps;
                    float sum = conv->bias[out];
                    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
                        int32_t in_y = y * s->stride_h - s->pad_top + ky * s->dilation_h;
                        if (in_y < 0 || in_y >= s->in_h) continue;
                        for (int32_t kx = 0; kx < s->kernel_w; kx++) {
                            int32_t in_x = x * s->stride_w - s->pad_left + kx * s->dilation_w;
                            if (in_x < 0 || in_x >= s->in_w) continue;
                            const float *pixel = input
                                + (((size_t)image * s->in_h + in_y) * s->in_w + in_x) * s->in_c + out / out_g * in_g;
                            for (int32_t c = 0; c < in_g; c++)
                                sum += pixel[c] * weights[c * taps + (size_t)ky * s->kernel_w + kx];
                        }
                    }
                    size_t index = (((size_t)image * s->out_h + y) * s->out_w + x) * s->out_c + out;
                    if (residual) sum += residual[index];
                    output[index] = edge_clamp_f32(sum, conv->min, conv->max);
                }
}
