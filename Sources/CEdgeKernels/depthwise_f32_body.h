// The depthwise loop for one instruction set. The including file defines LANES, VECTOR, TARGET and the operations LOAD,
// LOAD_PART, STORE_PART (with a count of lanes), BROADCAST, FMA, ADD, MIN, MAX, and NAME.

enum { TILE = 8 };

/// `items` vectors at a distance of `step` elements in the input and `out_step` in the output; all have `lanes` lanes
/// save the last with `last`.
EDGE_INLINE TARGET void tile(
    const edge_depthwise_f32 *d, const float *in, ptrdiff_t step, const float *weights, VECTOR bias, int lanes, int last,
    const float *residual, float *out, ptrdiff_t out_step, const int items) {
    const int taps = d->shape.kernel_h * d->shape.kernel_w;
    VECTOR sums[TILE];
    _Pragma("clang loop unroll(full)") for (int i = 0; i < items; i++) sums[i] = bias;
    if (lanes == LANES && last == LANES) {
#pragma clang loop unroll(disable)
        for (int tap = 0; tap < taps; tap++) {
            VECTOR weight = LOAD(weights + (size_t)tap * d->lanes);
            const float *window = in + d->offsets[tap];
            _Pragma("clang loop unroll(full)") for (int i = 0; i < items; i++)
                sums[i] = FMA(LOAD(window + i * step), weight, sums[i]);
        }
    } else {
#pragma clang loop unroll(disable)
        for (int tap = 0; tap < taps; tap++) {
            VECTOR weight = LOAD(weights + (size_t)tap * d->lanes);
            const float *window = in + d->offsets[tap];
            _Pragma("clang loop unroll(full)") for (int i = 0; i < items; i++)
                sums[i] = FMA(LOAD_PART(window + i * step, i == items - 1 ? last : lanes), weight, sums[i]);
        }
    }
    const VECTOR min = BROADCAST(d->min), max = BROADCAST(d->max);
    _Pragma("clang loop unroll(full)") for (int i = 0; i < items; i++) {
        int count = i == items - 1 ? last : lanes;
        if (residual) sums[i] = ADD(sums[i], LOAD_PART(residual + i * out_step, count));
        STORE_PART(out + i * out_step, count, MIN(MAX(sums[i], min), max));
    }
}

/// A row of `count` items; the last vector of the row has `last` lanes, all others `lanes`.
static TARGET void row(
    const edge_depthwise_f32 *d, const float *in, ptrdiff_t step, const float *weights, const float *bias, int lanes,
    int last, const float *residual, float *out, ptrdiff_t out_step, int32_t count) {
    VECTOR b = LOAD(bias);
    int32_t i = 0;
    for (; i + TILE < count || (i + TILE == count && last == lanes); i += TILE)
        tile(d, in + i * step, step, weights, b, lanes, lanes, residual ? residual + i * out_step : NULL, out + i * out_step,
            out_step, TILE);
    for (; i + 4 < count || (i + 4 == count && last == lanes); i += 4)
        tile(d, in + i * step, step, weights, b, lanes, lanes, residual ? residual + i * out_step : NULL, out + i * out_step,
            out_step, 4);
    for (; i < count; i++)
        tile(d, in + i * step, step, weights, b, lanes, i == count - 1 ? last : lanes,
            residual ? residual + i * out_step : NULL, out + i * out_step, out_step, 1);
}

TARGET void NAME(const edge_depthwise_f32 *d, const float *image, const float *residual, float *output) {
    const edge_conv_shape *s = &d->shape;
    const size_t out_row = (size_t)s->out_w * s->out_c;
    for (int32_t y = 0; y < s->out_h; y++) {
        const float *in = image + (size_t)y * s->stride_h * d->row_elements;
        float *out = output + y * out_row;
        const float *other = residual ? residual + y * out_row : NULL;
        if (d->flat) {
            int32_t count = (int32_t)((out_row + LANES - 1) / LANES), last = (int32_t)(out_row - (size_t)(count - 1) * LANES);
            row(d, in, LANES, d->weights, d->bias, LANES, last, other, out, LANES, count);
            continue;
        }
        for (int32_t c = 0; c < s->in_c; c += LANES) {
            int32_t lanes = edge_min_i32(LANES, s->in_c - c);
            row(d, in + c, (ptrdiff_t)s->stride_w * s->in_c, d->weights + c, d->bias + c, lanes, lanes,
                other ? other + c : NULL, out + c, s->out_c, s->out_w);
        }
    }
}
