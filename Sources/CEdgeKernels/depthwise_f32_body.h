// The depthwise loop for one instruction set. The including file defines LANES, VECTOR, TARGET and the operations LOAD,
// STORE, LOAD_PART, STORE_PART (with a count of lanes), BROADCAST, FMA, ADD, MIN, MAX, and NAME.

// Outputs that see the whole window are computed in runs along the longer axis of the image, which share each weight; those
// at the borders, and runs too short for that, pixel by pixel over several vectors of channels.

enum { RUN = 8, VECTORS = 4 };

/// One axis of the image: its window, and the elements between neighbours.
typedef struct axis {
    int32_t out, stride, pad, dilation, kernel, extent;
    ptrdiff_t in_pitch, out_pitch, weight_pitch;
} axis;

/// The taps of a window that lie inside the image, on the outer and on the inner axis.
typedef struct taps {
    int32_t first_outer, last_outer, first_inner, last_inner;
} taps;

typedef struct image {
    const edge_depthwise_f32 *d;
    axis outer, inner;
} image;

#define UNROLLED _Pragma("clang loop unroll(full)")

#define FOR_EACH_TAP(body) \
    for (int32_t o = t.first_outer; o < t.last_outer; o++) { \
        const float *window = in + o * m->outer.dilation * m->outer.in_pitch + t.first_inner * right; \
        const float *weight = weights + o * m->outer.weight_pitch + t.first_inner * m->inner.weight_pitch; \
        _Pragma("clang loop unroll(disable)") \
        for (int32_t i = t.first_inner; i < t.last_inner; i++, window += right, weight += m->inner.weight_pitch) body \
    }

EDGE_INLINE TARGET VECTOR finished(const edge_depthwise_f32 *d, VECTOR sum) {
    return MIN(MAX(sum, BROADCAST(d->min)), BROADCAST(d->max));
}

/// `items` neighbours along the inner axis, `step` and `out_step` elements apart; each has all lanes.
EDGE_INLINE TARGET void run_of(
    const image *m, taps t, const float *in, ptrdiff_t step, const float *weights, VECTOR bias, const float *residual,
    float *out, ptrdiff_t out_step, const int items) {
    const ptrdiff_t right = m->inner.dilation * m->inner.in_pitch;
    VECTOR sums[RUN];
    UNROLLED for (int k = 0; k < items; k++) sums[k] = bias;
    FOR_EACH_TAP({
        VECTOR w = LOAD(weight);
        UNROLLED for (int k = 0; k < items; k++) sums[k] = FMA(LOAD(window + k * step), w, sums[k]);
    })
    UNROLLED for (int k = 0; k < items; k++) {
        if (residual) sums[k] = ADD(sums[k], LOAD(residual + k * out_step));
        STORE(out + k * out_step, finished(m->d, sums[k]));
    }
}

/// `vectors` vectors of one pixel's channels, of which the last has `last` lanes.
EDGE_INLINE TARGET void pixel_part(
    const image *m, taps t, const float *in, const float *weights, const float *bias, const float *residual, float *out,
    const int vectors, const bool WHOLE, int last) {
    const ptrdiff_t right = m->inner.dilation * m->inner.in_pitch;
    VECTOR sums[VECTORS];
    UNROLLED for (int k = 0; k < vectors; k++) sums[k] = LOAD(bias + k * LANES);
    FOR_EACH_TAP({
        UNROLLED for (int k = 0; k < vectors; k++) {
            VECTOR pixel = WHOLE ? LOAD(window + k * LANES) : LOAD_PART(window + k * LANES, last);
            sums[k] = FMA(pixel, LOAD(weight + k * LANES), sums[k]);
        }
    })
    UNROLLED for (int k = 0; k < vectors; k++) {
        if (residual) sums[k] = ADD(sums[k], LOAD_PART(residual + k * LANES, WHOLE ? LANES : last));
        if (WHOLE) STORE(out + k * LANES, finished(m->d, sums[k]));
        else STORE_PART(out + k * LANES, last, finished(m->d, sums[k]));
    }
}

/// All channels of one output pixel.
static TARGET void pixel(const image *m, taps t, const float *in, const float *residual, float *out) {
    const edge_depthwise_f32 *d = m->d;
    int32_t c = 0;
    for (; c + VECTORS * LANES <= d->shape.in_c; c += VECTORS * LANES)
        pixel_part(m, t, in + c, d->weights + c, d->bias + c, residual ? residual + c : NULL, out + c, VECTORS, true, 0);
    for (; c + LANES <= d->shape.in_c; c += LANES)
        pixel_part(m, t, in + c, d->weights + c, d->bias + c, residual ? residual + c : NULL, out + c, 1, true, 0);
    if (c < d->shape.in_c)
        pixel_part(
            m, t, in + c, d->weights + c, d->bias + c, residual ? residual + c : NULL, out + c, 1, false,
            d->shape.in_c - c);
}

/// `count` neighbours along the inner axis that see the same taps.
static TARGET void run(const image *m, taps t, const float *in, int32_t count, const float *residual, float *out) {
    const edge_depthwise_f32 *d = m->d;
    const ptrdiff_t step = m->inner.stride * m->inner.in_pitch, out_step = m->inner.out_pitch;
    const int32_t whole = count < 4 ? 0 : d->shape.in_c / LANES * LANES, shared = whole ? count / 4 * 4 : 0;
    int32_t done = 0;
    // A run's channels all, then the next run: the image is read and written in the order in which it lies.
#define RUNS(size) \
    for (; done + size <= shared; done += size) \
        for (int32_t c = 0; c < whole; c += LANES) \
            run_of( \
                m, t, in + done * step + c, step, d->weights + c, LOAD(d->bias + c), \
                residual ? residual + done * out_step + c : NULL, out + done * out_step + c, out_step, size);
    RUNS(RUN)
    RUNS(4)
#undef RUNS
    // What is left: the last channels of those, and the last pixels whole.
    for (int32_t i = 0; i < shared && whole < d->shape.in_c; i++)
        pixel_part(
            m, t, in + i * step + whole, d->weights + whole, d->bias + whole,
            residual ? residual + i * out_step + whole : NULL, out + i * out_step + whole, 1, false,
            d->shape.in_c - whole);
    for (int32_t i = shared; i < count; i++)
        pixel(m, t, in + i * step, residual ? residual + i * out_step : NULL, out + i * out_step);
}

/// Rows whose neighbours share vectors, in a padded image.
static TARGET void flat_rows(const image *m, const float *padded, const float *residual, float *output) {
    const edge_depthwise_f32 *d = m->d;
    const edge_conv_shape *s = &d->shape;
    const size_t out_row = (size_t)s->out_w * s->out_c;
    const taps t = {0, s->kernel_h, 0, s->kernel_w};
    const VECTOR bias = LOAD(d->bias);
    for (int32_t y = 0; y < s->out_h; y++) {
        const float *in = padded + (size_t)y * s->stride_h * d->row_elements;
        const float *other = residual ? residual + y * out_row : NULL;
        float *out = output + y * out_row;
        size_t i = 0;
        for (; i + RUN * LANES <= out_row; i += RUN * LANES)
            run_of(m, t, in + i, LANES, d->weights, bias, other ? other + i : NULL, out + i, LANES, RUN);
        for (; i < out_row; i += LANES)
            pixel_part(
                m, t, in + i, d->weights, d->bias, other ? other + i : NULL, out + i, 1, false,
                (int)(out_row - i < LANES ? out_row - i : LANES));
    }
}

TARGET void NAME(const edge_depthwise_f32 *d, const float *source, const float *residual, float *output) {
    const edge_conv_shape *s = &d->shape;
    const axis rows = {
        s->out_h, s->stride_h, s->pad_top, s->dilation_h, s->kernel_h, s->in_h, d->row_elements,
        (ptrdiff_t)s->out_w * s->out_c, (ptrdiff_t)s->kernel_w * d->lanes};
    const axis columns = {
        s->out_w, s->stride_w, s->pad_left, s->dilation_w, s->kernel_w, s->in_w, s->in_c, s->out_c, d->lanes};
    const bool tall = s->out_w < 8 && s->out_h > s->out_w && !d->flat;
    const image m = {d, tall ? columns : rows, tall ? rows : columns};
    if (d->flat) {
        flat_rows(&m, source, residual, output);
        return;
    }
    // The outputs that see all taps of the inner axis lie between the first and the last.
    const axis *inner = &m.inner, *outer = &m.outer;
    const int32_t room = inner->extent - 1 - (inner->kernel - 1) * inner->dilation + inner->pad;
    const int32_t first = (inner->pad + inner->stride - 1) / inner->stride;
    const int32_t last = room < 0 ? 0 : edge_min_i32(room / inner->stride + 1, inner->out);
    for (int32_t o = 0; o < outer->out; o++) {
        const edge_span across = edge_span_of(o, outer->stride, outer->pad, outer->dilation, outer->kernel, outer->extent);
        const ptrdiff_t line = across.origin * outer->in_pitch - inner->pad * inner->in_pitch;
        for (int32_t i = 0; i < inner->out;) {
            const edge_span along = edge_span_of(i, inner->stride, inner->pad, inner->dilation, inner->kernel, inner->extent);
            const taps t = {across.first, across.last, along.first, along.last};
            const int32_t count = i == first && first < last ? last - first : 1;
            const ptrdiff_t place = o * outer->out_pitch + i * inner->out_pitch;
            run(&m, t, source + line + i * inner->stride * inner->in_pitch, count, residual ? residual + place : NULL,
                output + place);
            i += count;
        }
    }
}
