#include "depthwise.h"

static int32_t greatest_divisor(int32_t a, int32_t b) { return b ? greatest_divisor(b, a % b) : a; }

/// The pixels of the padded image that one phase of the stride holds.
static int32_t phase_pixels(const edge_conv_shape *s) { return (edge_padded_w(s) + s->stride_w - 1) / s->stride_w; }

/// The place of an accumulator within the numbers of its register: unpacking bytes works in lanes of 128 bits.
static int32_t place_of(const edge_depthwise_q8 *d, int32_t lane) {
    // 512 bits of bytes: four vectors of 16; 256 bits of 16-bit numbers: two of 8.
    int32_t width = d->lanes == 64 ? 16 : 8, vectors = d->lanes / width;
    int32_t vector = lane / width, dword = lane % width;
    return dword / 4 * 4 * vectors + vector * 4 + dword % 4;
}

int32_t edge_depthwise_q8_channel(const edge_depthwise_q8 *d, size_t lane) {
    int64_t first = (int64_t)(lane / d->lanes) * d->lanes;
    return (int32_t)((first + place_of(d, (int32_t)(lane % d->lanes))) % d->shape.in_c);
}

/// Whether a weight does not fit a signed byte and needs a second tap.
static bool needs_split(const edge_conv_shape *s, const void *weights, edge_depthwise_reader read) {
    size_t count = (size_t)s->in_c * s->kernel_h * s->kernel_w;
    for (size_t i = 0; i < count; i++) {
        int32_t weight = read(weights, i);
        if (weight < -128 || weight > 127) return true;
    }
    return false;
}

bool edge_depthwise_q8_create(
    edge_depthwise_q8 *d, const edge_conv_shape *s, edge_isa isa, bool nibbles, const void *weights,
    edge_depthwise_reader read) {
    // Only x86 has kernels for registers of 64 bytes.
#if EDGE_X86
    const bool wide = isa == EDGE_ISA_AVX512_VNNI;
#else
    const bool wide = false;
    (void)isa;
#endif
    const int32_t taps = s->kernel_h * s->kernel_w, channels = s->in_c;
    *d = (edge_depthwise_q8){.shape = *s, .lanes = wide ? 64 : 16, .joined = wide ? 4 : 2, .nibbles = nibbles};
    const bool split = wide && needs_split(s, weights, read);
    const int32_t slots = split ? taps * 2 : taps;
    d->tap_groups = (slots + d->joined - 1) / d->joined;
    if (nibbles) d->tap_groups = (d->tap_groups + 1) / 2 * 2;
    d->patterns = channels / greatest_divisor(channels, d->lanes);
    d->element = wide ? 1 : 2;
    d->row_bytes = (size_t)phase_pixels(s) * s->stride_w * channels * d->element;
    // A register may start at the last number of a row.
    d->image_bytes = edge_round_up(d->row_bytes * edge_padded_h(s) + 128, 64);

    const int32_t cell = d->element;
    const size_t group_bytes = (size_t)d->lanes * d->joined * cell;
    d->offsets = edge_allocate((size_t)d->tap_groups * d->joined, sizeof(int32_t));
    d->weights = edge_allocate((size_t)d->patterns * d->tap_groups, group_bytes);
    if (!d->offsets || !d->weights) {
        edge_depthwise_q8_destroy(d);
        return false;
    }
    for (int32_t slot = 0; slot < slots; slot++) {
        int32_t tap = slot % taps, x = tap % s->kernel_w * s->dilation_w;
        int32_t pixel = x % s->stride_w * phase_pixels(s) + x / s->stride_w;
        d->offsets[slot] = (int32_t)(tap / s->kernel_w * s->dilation_h * d->row_bytes) + pixel * channels * d->element;
    }
    for (int32_t pattern = 0; pattern < d->patterns; pattern++)
        for (int32_t lane = 0; lane < d->lanes; lane++) {
            int32_t channel = edge_depthwise_q8_channel(d, (size_t)pattern * d->lanes + lane);
            for (int32_t slot = 0; slot < slots; slot++) {
                int32_t weight = read(weights, (size_t)channel * taps + slot % taps);
                int32_t bounded = edge_max_i32(-128, edge_min_i32(127, weight));
                if (split) weight = slot < taps ? bounded : weight - bounded;
                int32_t group = slot / d->joined, part = slot % d->joined;
                size_t row = (size_t)pattern * d->tap_groups + group;
                if (nibbles) {
                    size_t place = ((row / 2) * d->lanes + lane) * d->joined + part;
                    ((uint8_t *)d->weights)[place] |= (uint8_t)((weight & 15) << (row % 2 * 4));
                    continue;
                }
                size_t place = (row * d->lanes + lane) * d->joined + part;
                if (wide) ((int8_t *)d->weights)[place] = (int8_t)weight;
                else ((int16_t *)d->weights)[place] = (int16_t)weight;
            }
        }
    return true;
}

void edge_depthwise_q8_destroy(edge_depthwise_q8 *d) {
    free(d->offsets);
    free(d->weights);
    *d = (edge_depthwise_q8){0};
}

/// Copies `count` pixels to neighbouring places from every `step`-th.
EDGE_INLINE void copy_pixels(
    char *restrict out, const uint8_t *restrict in, int32_t count, size_t step, const int32_t channels, const int32_t element, uint8_t flip,
    int32_t subtrahend, edge_q8 type) {
    for (int32_t x = 0; x < count; x++, in += step) {
        if (element == 1) {
            uint8_t *target = (uint8_t *)out + (size_t)x * channels;
            for (int32_t c = 0; c < channels; c++) target[c] = in[c] ^ flip;
        } else {
            int16_t *target = (int16_t *)out + (size_t)x * channels;
            for (int32_t c = 0; c < channels; c++) target[c] = (int16_t)(edge_load_q8(type, in, c) - subtrahend);
        }
    }
}

static void pad(const edge_depthwise_q8 *d, edge_q8 type, int32_t zero, const uint8_t *image, char *padded) {
    const edge_conv_shape *s = &d->shape;
    const int32_t rows = edge_padded_h(s), width = edge_padded_w(s), channels = s->in_c, pixels = phase_pixels(s);
    const int fill = d->element == 1 ? zero - edge_lowest_q8(type) : 0;
    const uint8_t flip = type == EDGE_I8 ? 0x80 : 0;
    for (int32_t y = 0; y < rows; y++) {
        char *row = padded + y * d->row_bytes;
        int32_t in_y = y - s->pad_top;
        if (in_y < 0 || in_y >= s->in_h) {
            memset(row, fill, d->row_bytes);
            continue;
        }
        const uint8_t *source = image + (size_t)in_y * s->in_w * channels;
        for (int32_t phase = 0; phase < s->stride_w; phase++) {
            // The pixels phase, phase + stride, … of the padded row: first those left of the image, then its own.
            char *target = row + (size_t)phase * pixels * channels * d->element;
            int32_t before = phase >= s->pad_left ? 0 : (s->pad_left - phase + s->stride_w - 1) / s->stride_w;
            before = edge_min_i32(before, pixels);
            int32_t first = phase + before * s->stride_w - s->pad_left;
            int32_t end = edge_min_i32(s->in_w, width - s->pad_left);
            int32_t inside = first >= end ? 0 : (end - first + s->stride_w - 1) / s->stride_w;
            inside = edge_min_i32(inside, pixels - before);
            size_t pixel = (size_t)channels * d->element;
            memset(target, fill, before * pixel);
            char *place = target + before * pixel;
            const uint8_t *in = source + (ptrdiff_t)first * channels;
            size_t step = (size_t)s->stride_w * channels;
            if (!inside) in = source;
            if (s->stride_w == 1)
                copy_pixels(place, in, 1, 0, inside * channels, d->element, flip, zero, type);
            else if (d->element == 1 && channels == 8)
                copy_pixels(place, in, inside, step, 8, 1, flip, zero, type);
            else if (d->element == 1 && channels == 16)
                copy_pixels(place, in, inside, step, 16, 1, flip, zero, type);
            else if (d->element == 1 && channels == 32)
                copy_pixels(place, in, inside, step, 32, 1, flip, zero, type);
            else
                copy_pixels(place, in, inside, step, channels, d->element, flip, zero, type);
            memset(place + inside * pixel, fill, (pixels - before - inside) * pixel);
        }
    }
    memset(padded + rows * d->row_bytes, 0, d->image_bytes - rows * d->row_bytes);
}

void edge_depthwise_q8_all(
    const edge_depthwise_q8 *d, const edge_depthwise_q8_run *run, edge_q8 type, int32_t zero, const uint8_t *input,
    void *output, void *padded) {
#if EDGE_PACKED
    const edge_conv_shape *s = &d->shape;
    const size_t out_bytes = (size_t)s->out_h * s->out_w * s->out_c * (run->is_float ? 4 : 1);
    for (int32_t image = 0; image < s->batch; image++) {
        pad(d, type, zero, input + (size_t)image * s->in_h * s->in_w * s->in_c, padded);
#if EDGE_X86
        edge_depthwise_q8_image *one = d->lanes == 64 ? edge_depthwise_q8_avx512 : edge_depthwise_q8_avx2;
#else
        edge_depthwise_q8_image *one = edge_depthwise_q8_neon;
#endif
        one(d, run, padded, (char *)output + image * out_bytes);
    }
#else
    (void)d, (void)run, (void)type, (void)zero, (void)input, (void)output, (void)padded, (void)pad;
#endif
}
