#include "conv_q8_internal.h"

/// Several weights: the reader of a direct convolution.
static void read_weights(const void *options, size_t first, const ptrdiff_t *offsets, int32_t count, int32_t *weights) {
    for (int32_t i = 0; i < count; i++) weights[i] = edge_conv_q8_weight(options, first + offsets[i]);
}

/// Whether every weight, less its zero point, is a signed byte.
static bool fits_i8(const edge_conv_q8_options *o, size_t count) {
    if (o->weight_zero == 0 && o->weight_type != EDGE_WEIGHT_U8) return true;
    for (size_t i = 0; i < count; i++) {
        int32_t weight = edge_conv_q8_weight(o, i);
        if (weight < -128 || weight > 127) return false;
    }
    return true;
}

static bool is_valid(const edge_conv_q8_options *o) {
    if (!edge_shape_is_valid(&o->shape) || !o->weights || !o->weight_scales || o->scale_group < 0) return false;
    if (o->weight_zero < -255 || o->weight_zero > 255 || (o->bias && o->bias_f32)) return false;
    if (o->bias && o->scale_group > 0 && o->scale_group < o->shape.in_c / o->shape.groups) return false;
    if (o->output_type == EDGE_OUTPUT_F32) return !o->add_residual;
    int32_t lowest = o->output_type == EDGE_OUTPUT_I8 ? -128 : 0, highest = lowest + 255;
    if (!(o->output_scale > 0) || o->output_min < lowest || o->output_max > highest || o->output_min > o->output_max)
        return false;
    if (o->output_zero < lowest || o->output_zero > highest) return false;
    return !o->add_residual || (o->sum_scale > 0 && o->sum_min >= lowest && o->sum_max <= highest);
}

/// Whether products of four bytes are one instruction, for which narrow weights stay in the upper bits of their byte.
static bool multiplies_four(const edge_conv_q8 *conv) { return conv->isa >= EDGE_ISA_AVX512_VNNI; }

/// Whether weights are 4-bit or 2-bit and stay so.
static bool is_narrow(const edge_conv_q8 *conv) {
    const edge_conv_q8_options *o = &conv->options;
    if (o->weight_zero != 0 || (o->weight_type != EDGE_WEIGHT_I4 && o->weight_type != EDGE_WEIGHT_I2)) return false;
    if (!multiplies_four(conv)) return true;
    // Products in the upper bits, 255 * 128 each, must not leave 32 bits; longer sums are computed with bytes.
    const int64_t channels = conv->scale_groups > 1 ? o->scale_group : conv->in_g;
    return channels * o->shape.kernel_h * o->shape.kernel_w <= 1 << 16;
}

static edge_unit unit_for(const edge_conv_q8 *conv, size_t count) {
    if (is_narrow(conv)) return conv->options.weight_type == EDGE_WEIGHT_I4 ? EDGE_UNIT_U8S4 : EDGE_UNIT_U8S2;
    return multiplies_four(conv) && fits_i8(&conv->options, count) ? EDGE_UNIT_U8S8 : EDGE_UNIT_S16;
}

static void *copied(const void *array, size_t count, size_t size) {
    void *copy = edge_allocate(count, size);
    if (copy) memcpy(copy, array, count * size);
    return copy;
}

/// The zero point of the activations as the packed kernel sees them: unsigned ones, or with zero taken off.
static int32_t shifted_zero(const edge_conv_q8 *conv, edge_q8 type, int32_t zero) {
    return conv->unit == EDGE_UNIT_S16 ? 0 : zero - edge_lowest_q8(type) - EDGE_BYTE_BIAS;
}

/// What one unit of the accumulators is worth, in weights.
static float accumulator_unit(const edge_conv_q8 *conv) {
    if (!multiplies_four(conv)) return 1;
    return conv->unit == EDGE_UNIT_U8S4 ? 1.0f / 16 : conv->unit == EDGE_UNIT_U8S2 ? 1.0f / 64 : 1;
}

/// Whether the zero point's share is taken off as a float after the multiplication: accumulators of narrow weights may be
/// too large by a factor, and several scale groups have no common integer.
static bool corrects_in_float(const edge_conv_q8 *conv) {
    return conv->scale_groups > 1 || accumulator_unit(conv) != 1;
}

/// The number of lanes of the packed kernel, and the channel of one (-1 for padding).
static size_t lane_count(const edge_conv_q8 *conv) {
    switch (conv->kind) {
    case EDGE_Q8_SCALAR: return 0;
    case EDGE_Q8_DIRECT: return edge_direct_lanes(&conv->direct);
    case EDGE_Q8_DEPTHWISE: return (size_t)conv->depthwise.patterns * conv->depthwise.lanes;
    }
    return 0;
}

static int32_t channel_of(const edge_conv_q8 *conv, size_t lane) {
    if (conv->kind == EDGE_Q8_DEPTHWISE) return edge_depthwise_q8_channel(&conv->depthwise, lane);
    const size_t group_lanes = (size_t)conv->direct.blocks * EDGE_BLOCK;
    int32_t local = (int32_t)(lane % group_lanes);
    return local < conv->out_g ? (int32_t)(lane / group_lanes) * conv->out_g + local : -1;
}

/// Where the multiplier of a lane's scale group lies: panels keep those of one group together.
static size_t multiplier_index(const edge_conv_q8 *conv, size_t lane, int32_t scale_group) {
    if (conv->scale_groups == 1) return lane;
    const edge_direct *d = &conv->direct;
    const size_t group_lanes = (size_t)d->blocks * EDGE_BLOCK, panel_lanes = (size_t)d->panel_blocks * EDGE_BLOCK;
    size_t local = lane % group_lanes, first = local / panel_lanes * panel_lanes;
    size_t width = group_lanes - first < panel_lanes ? group_lanes - first : panel_lanes;
    return (lane - local + first) * conv->scale_groups + scale_group * width + (local - first);
}

/// What one of a channel's multipliers in 16 bits is worth, a power of two; 0 where all are 0, NaN where they must stay floats.
static float unit_of_narrow(const float *scales, int32_t groups) {
    enum { MOST = 32767, SMALLEST = 512 };
    float largest = 0;
    for (int32_t g = 0; g < groups; g++) largest = fmaxf(largest, fabsf(scales[g]));
    float unit = 0;
    if (largest > 0) {
        if (!isnormal(largest)) return NAN;
        unit = ldexpf(1, ilogbf(largest) - 14);
        if (rintf(largest / unit) > MOST) unit *= 2;
        if (!isnormal(unit)) return NAN;
    }
    bool narrow = true;
    for (int32_t g = 0; g < groups && narrow; g++) narrow = scales[g] == 0 || fabsf(scales[g]) >= SMALLEST * unit;
    return narrow ? unit : NAN;
}

/// Rounds the scales of groups of narrow weights to 16 bits, where the kernel reads them so and they allow it; false without memory.
///
/// There is a scale for every 32 weights of 4 bits, say: as floats they are a fifth of what a vector times a matrix reads. As integers
/// they are half of that, and exact where they came from 16-bit floats that are not far apart. The error is at most 2^-15 of the
/// channel's largest scale, a sixtieth of what it costs to round activations to 8 bits. A layer with a scale that would lose more
/// than 2^-10 of itself keeps floats.
static bool narrow_multipliers(edge_conv_q8 *conv) {
    const int32_t groups = conv->scale_groups, channels = conv->options.shape.out_c;
#if EDGE_X86
    const bool reads_narrow = conv->isa == EDGE_ISA_AVX512_VNNI;
#else
    const bool reads_narrow = false;
#endif
    if (!reads_narrow || conv->kind != EDGE_Q8_DIRECT || groups == 1 || !is_narrow(conv)) return true;
    for (int32_t out = 0; out < channels; out++)
        if (isnan(unit_of_narrow(conv->scales + (size_t)out * groups, groups))) return true;
    const size_t lanes = lane_count(conv);
    conv->narrow_multipliers = edge_allocate(lanes * groups, sizeof(int16_t));
    conv->units_of_narrow = edge_allocate(lanes, sizeof(float));
    if (!conv->narrow_multipliers || !conv->units_of_narrow) return false;
    for (size_t lane = 0; lane < lanes; lane++) {
        const int32_t out = channel_of(conv, lane);
        if (out < 0) continue;
        float *scales = conv->scales + (size_t)out * groups;
        const float unit = unit_of_narrow(scales, groups);
        conv->units_of_narrow[lane] = unit * accumulator_unit(conv);
        for (int32_t g = 0; g < groups && unit > 0; g++) {
            const float rounded = rintf(scales[g] / unit);
            conv->narrow_multipliers[multiplier_index(conv, lane, g)] = (int16_t)rounded;
            scales[g] = rounded * unit;  // What the kernel multiplies with, for the zero point's share.
        }
    }
    return true;
}

/// Fills the per lane constants from the copied arrays.
static void prepare_lanes(edge_conv_q8 *conv) {
    const edge_conv_q8_options *o = &conv->options;
    const int32_t groups = conv->scale_groups, taps = o->shape.kernel_h * o->shape.kernel_w;
    const int32_t scale_group = groups > 1 ? o->scale_group : conv->in_g;
    const bool is_float = o->output_type == EDGE_OUTPUT_F32;
    const int32_t zero = shifted_zero(conv, o->input_type, o->input_zero);
    const float unit = accumulator_unit(conv);
    const size_t lanes = lane_count(conv);
    for (size_t lane = 0; lane < lanes; lane++) {
        const int32_t out = channel_of(conv, lane);
        if (out < 0) continue;
        int64_t sum = 0;
        double scaled = 0;
        for (int32_t sg = 0; sg < groups; sg++) {
            int64_t part = 0;
            size_t begin = ((size_t)out * conv->in_g + (size_t)sg * scale_group) * taps;
            size_t end = ((size_t)out * conv->in_g + edge_min_i32((sg + 1) * scale_group, conv->in_g)) * taps;
            for (size_t i = begin; i < end; i++) part += edge_conv_q8_weight(o, i);
            float scale = conv->scales[(size_t)out * groups + sg];
            sum += part;
            scaled += (double)part * scale;
            float multiplier = scale;
            if (!is_float && groups == 1) multiplier = o->input_scale * scale / o->output_scale;
            if (conv->multipliers) conv->multipliers[multiplier_index(conv, lane, sg)] = multiplier * unit;
        }
        conv->sums[lane] = (int32_t)sum;
        conv->scaled_sums[lane] = (float)scaled;
        float bias = conv->bias_f32 ? conv->bias_f32[out] : 0;
        int64_t start = conv->bias ? conv->bias[out] : 0;
        if (corrects_in_float(conv)) {
            double real = bias + (double)o->input_scale * (-(double)zero * scaled);
            if (conv->bias) real += (double)start * o->input_scale * conv->scales[out];
            conv->biases[lane] = (float)(is_float ? real : real / o->output_scale);
            start = 0;
        } else {
            conv->biases[lane] = is_float ? bias : bias / o->output_scale;
            start -= zero * sum;
        }
        conv->starts[lane] = (int32_t)(start < INT32_MIN ? INT32_MIN : start > INT32_MAX ? INT32_MAX : start);
    }
}

static bool pack(edge_conv_q8 *conv, size_t count) {
    const edge_conv_q8_options *o = &conv->options;
    conv->unit = unit_for(conv, count);
    if (conv->kind == EDGE_Q8_DEPTHWISE) {
        // Filters of few taps gain nothing from 2 bits: they are stored in 4.
        const bool nibbles = conv->unit == EDGE_UNIT_U8S4 || conv->unit == EDGE_UNIT_U8S2;
#if EDGE_ARM
        conv->unit = EDGE_UNIT_S16;
#else
        // Weights beyond a signed byte are split over two taps.
        conv->unit = !multiplies_four(conv) ? EDGE_UNIT_S16 : nibbles ? EDGE_UNIT_U8S4 : EDGE_UNIT_U8S8;
#endif
        if (!edge_depthwise_q8_create(&conv->depthwise, &o->shape, conv->isa, nibbles, o, edge_conv_q8_weight)) return false;
    } else if (!edge_direct_create(&conv->direct, &o->shape, conv->unit, o->scale_group, conv->isa, o, read_weights)) {
        return false;
    }
    size_t lanes = lane_count(conv);
    conv->starts = edge_allocate(lanes, sizeof(int32_t));
    conv->sums = edge_allocate(lanes, sizeof(int32_t));
    conv->biases = edge_allocate(lanes, sizeof(float));
    conv->scaled_sums = edge_allocate(lanes, sizeof(float));
    if (!conv->starts || !conv->sums || !conv->biases || !conv->scaled_sums || !narrow_multipliers(conv)) return false;
    if (!conv->narrow_multipliers) {
        conv->multipliers = edge_allocate(lanes * conv->scale_groups, sizeof(float));
        if (!conv->multipliers) return false;
    }
    prepare_lanes(conv);
    return true;
}

edge_conv_q8 *edge_conv_q8_create(const edge_conv_q8_options *options) {
    if (!is_valid(options)) return NULL;
    edge_conv_q8 *conv = calloc(1, sizeof(edge_conv_q8));
    if (!conv) return NULL;
    conv->options = *options;
    edge_conv_q8_options *o = &conv->options;
    const edge_conv_shape *s = &o->shape;
    conv->isa = edge_isa_lowered(o->isa);
    conv->in_g = s->in_c / s->groups;
    conv->out_g = s->out_c / s->groups;
    conv->scale_groups = o->scale_group > 0 ? (conv->in_g + o->scale_group - 1) / o->scale_group : 1;
    conv->kind = conv->isa == EDGE_ISA_SCALAR ? EDGE_Q8_SCALAR
        : s->groups > 1 && conv->in_g == 1 && conv->out_g == 1 ? EDGE_Q8_DEPTHWISE : EDGE_Q8_DIRECT;

    size_t count = (size_t)s->out_c * conv->in_g * s->kernel_h * s->kernel_w;
    bool ready = (conv->scales = copied(o->weight_scales, (size_t)s->out_c * conv->scale_groups, sizeof(float))) != NULL;
    if (o->bias) ready = ready && (conv->bias = copied(o->bias, s->out_c, sizeof(int32_t))) != NULL;
    if (o->bias_f32) ready = ready && (conv->bias_f32 = copied(o->bias_f32, s->out_c, sizeof(float))) != NULL;
    if (ready && conv->kind != EDGE_Q8_SCALAR) ready = pack(conv, count);
    if (ready && conv->kind == EDGE_Q8_SCALAR) {
        size_t bytes = o->weight_type == EDGE_WEIGHT_I4 ? (count + 1) / 2 : o->weight_type == EDGE_WEIGHT_I2 ? (count + 3) / 4 : count;
        ready = (conv->weights = copied(o->weights, bytes, 1)) != NULL;
    }
    o->weights = conv->weights;
    o->weight_scales = conv->scales;
    o->bias = conv->bias;
    o->bias_f32 = conv->bias_f32;
    if (!ready) {
        edge_conv_q8_destroy(conv);
        return NULL;
    }
    return conv;
}

void edge_conv_q8_destroy(edge_conv_q8 *conv) {
    if (!conv) return;
    edge_direct_destroy(&conv->direct);
    edge_depthwise_q8_destroy(&conv->depthwise);
    free(conv->weights);
    free(conv->scales);
    free(conv->bias);
    free(conv->bias_f32);
    free(conv->starts);
    free(conv->multipliers);
    free(conv->narrow_multipliers);
    free(conv->units_of_narrow);
    free(conv->biases);
    free(conv->sums);
    free(conv->scaled_sums);
    free(conv);
}

static size_t input_count(const edge_conv_q8 *conv) {
    const edge_conv_shape *s = &conv->options.shape;
    return (size_t)s->batch * s->in_h * s->in_w * s->in_c;
}

/// The part of the scratch memory for the padded image.
static size_t padded_bytes(const edge_conv_q8 *conv) {
    switch (conv->kind) {
    case EDGE_Q8_SCALAR: return 0;
    case EDGE_Q8_DIRECT: return edge_direct_scratch(&conv->direct);
    case EDGE_Q8_DEPTHWISE: return conv->depthwise.image_bytes;
    }
    return 0;
}

/// The part for one per lane array.
static size_t lane_bytes(const edge_conv_q8 *conv) {
    return edge_round_up(lane_count(conv) * 4, 64);
}

/// How the floats of one input became bytes: real = scale * (q - zero).
typedef struct quantized_row {
    float scale;
    int32_t zero;
} quantized_row;

/// Asymmetric over the whole range, zero included.
static quantized_row quantize(const edge_conv_q8 *conv, size_t count, const float *input, void *quantized) {
    float smallest, largest;
    edge_range_f32(conv->isa, count, input, &smallest, &largest);
    smallest = smallest < 0 ? smallest : 0;
    largest = largest > 0 ? largest : 0;
    float scale = (largest - smallest) / 255;
    if (!(scale > 0) || !isfinite(scale)) scale = 1;
    const int32_t zero = edge_round_q8(-smallest / scale, 0, 0, 255);
    edge_quantize_q8(conv->isa, EDGE_U8, count, scale, zero, input, quantized);
    return (quantized_row){scale, zero};
}

size_t edge_conv_q8_scratch(const edge_conv_q8 *conv) {
    // A dynamic run also keeps the quantized input, two arrays of constants, and how each row was quantized.
    size_t dynamic = conv->options.output_type == EDGE_OUTPUT_F32
        ? edge_round_up(input_count(conv), 64) + 2 * lane_bytes(conv) + conv->options.shape.in_w * sizeof(quantized_row) : 0;
    return padded_bytes(conv) + dynamic + 63;
}

/// The zero point to pad with and whether input bytes are shifted to unsigned ones.
typedef struct pad_context {
    edge_q8 type;
    int32_t zero;
} pad_context;

static void copy_u8(uint8_t *restrict out, const uint8_t *restrict in, size_t count, uint8_t flip) {
    for (size_t i = 0; i < count; i++) out[i] = in[i] ^ flip;
}

static void copy_s16(int16_t *restrict out, const void *restrict in, size_t first, size_t count, const pad_context *context) {
    if (context->type == EDGE_I8)
        for (size_t i = 0; i < count; i++) out[i] = (int16_t)(((const int8_t *)in)[first + i] - context->zero);
    else
        for (size_t i = 0; i < count; i++) out[i] = (int16_t)(((const uint8_t *)in)[first + i] - context->zero);
}

static void fill(const edge_direct *d, const pad_context *context, char *out, size_t elements) {
    memset(out, d->element == 1 ? context->zero - edge_lowest_q8(context->type) - EDGE_BYTE_BIAS : 0, elements * d->element);
}

static void pad_q8(
    const edge_direct *d, const void *context, const char *image, int32_t first, int32_t rows, char *padded) {
    const pad_context *c = context;
    const edge_conv_shape *s = &d->shape;
    const int32_t width = d->row_elements / d->in_g;
    const int32_t left = edge_min_i32(s->pad_left, width), inside = edge_min_i32(s->in_w, width - left);
    const int32_t pieces = s->groups == 1 ? 1 : inside;
    const size_t piece = s->groups == 1 ? (size_t)inside * d->in_g : (size_t)d->in_g;
    for (int32_t y = first; y < first + rows; y++) {
        int32_t in_y = y - s->pad_top;
        char *row = padded + (size_t)(y - first) * d->row_elements * d->element;
        if (in_y < 0 || in_y >= s->in_h) {
            fill(d, c, row, d->row_elements);
            continue;
        }
        const char *source = image + (size_t)in_y * s->in_w * s->in_c;
        fill(d, c, row, (size_t)left * d->in_g);
        for (int32_t x = 0; x < pieces; x++) {
            char *target = row + ((size_t)left + x) * d->in_g * d->element;
            if (d->element == 1)
                copy_u8((uint8_t *)target, (const uint8_t *)source + (size_t)x * s->in_c, piece, edge_byte_flip(c->type));
            else
                copy_s16((int16_t *)target, source, (size_t)x * s->in_c, piece, c);
        }
        fill(d, c, row + (size_t)(left + inside) * d->in_g * d->element, (size_t)(width - left - inside) * d->in_g);
    }
    // What a last unit may read beyond the image meets weights of zero; it only has to be there.
    memset(padded + (size_t)rows * d->row_elements * d->element, 0, (size_t)d->units * 4);
}

#if EDGE_PACKED
/// The constants of a run with other starts and biases than those of the layer.
static edge_direct_constants constants_of(const edge_conv_q8 *conv, const int32_t *starts, const float *biases) {
    return (edge_direct_constants){
        .start = (const char *)starts, .multipliers = conv->multipliers, .bias = biases,
        .narrow_multipliers = conv->narrow_multipliers, .units_of_narrow = conv->units_of_narrow};
}

static void run_packed(
    const edge_conv_q8 *conv, edge_q8 type, int32_t zero, float scale, const edge_direct_constants *constants,
    const void *input, void *output, void *padded) {
    const edge_conv_q8_options *o = &conv->options;
    const bool is_float = o->output_type == EDGE_OUTPUT_F32;
    const float min = is_float ? o->min : (float)(o->output_min - o->output_zero);
    const float max = is_float ? o->max : (float)(o->output_max - o->output_zero);
    const uint8_t flip = o->output_type == EDGE_OUTPUT_U8 ? 0x80 : 0;
    const int32_t out_zero = o->output_zero - flip;
    if (conv->kind == EDGE_Q8_DEPTHWISE) {
        edge_depthwise_q8_run run = {
            .starts = (const int32_t *)constants->start, .multipliers = constants->multipliers, .biases = constants->bias,
            .is_float = is_float, .scale = scale, .min = min, .max = max, .zero = out_zero, .flip = flip};
        edge_depthwise_q8_all(&conv->depthwise, &run, type, zero, input, output, padded);
        return;
    }
    edge_tile tile = {
        .output = o->output_type, .scale = scale, .min = min, .max = max, .zero = out_zero, .flip = flip};
    pad_context context = {.type = type, .zero = zero};
    edge_direct_run(
        &conv->direct, tile, constants, edge_tiles_for(conv->isa, conv->unit, conv->scale_groups > 1), pad_q8, &context, 1, is_float ? 4 : 1, input, NULL, output, padded);
}
#endif

static void add_residual(const edge_conv_q8 *conv, const void *residual, void *output) {
    const edge_conv_q8_options *o = &conv->options;
    const edge_conv_shape *s = &o->shape;
    edge_add_q8_parameters parameters = {
        .a_zero = o->output_zero, .b_zero = o->residual_zero, .out_zero = o->sum_zero,
        .a_multiplier = o->output_scale / o->sum_scale, .b_multiplier = o->residual_scale / o->sum_scale,
        .min = o->sum_min, .max = o->sum_max};
    size_t count = (size_t)s->batch * s->out_h * s->out_w * s->out_c;
    edge_add_q8(
        conv->isa, o->output_type == EDGE_OUTPUT_I8 ? EDGE_I8 : EDGE_U8, &parameters, 1, count, output, 0, 1, residual, 0, 1,
        output);
}

void edge_conv_q8_run(const edge_conv_q8 *conv, const void *input, const void *residual, void *output, void *scratch) {
    const edge_conv_q8_options *o = &conv->options;
    if (conv->kind == EDGE_Q8_SCALAR)
        edge_conv_q8_scalar(conv, input, o->input_type, o->input_scale, o->input_zero, output);
#if EDGE_PACKED
    if (conv->kind != EDGE_Q8_SCALAR) {
        const edge_direct_constants constants = constants_of(conv, conv->starts, conv->biases);
        float scale = o->output_type == EDGE_OUTPUT_F32 ? o->input_scale : o->input_scale / o->output_scale;
        run_packed(conv, o->input_type, o->input_zero, scale, &constants, input, output, edge_aligned(scratch));
    }
#endif
    if (o->add_residual && residual) add_residual(conv, residual, output);
}

void edge_conv_q8_run_dynamic(const edge_conv_q8 *conv, const float *input, float *output, void *scratch) {
    const size_t count = input_count(conv);
    char *memory = edge_aligned(scratch);
    char *padded = memory, *quantized = memory + padded_bytes(conv);
    const quantized_row row = quantize(conv, count, input, quantized);
    const float scale = row.scale;
    const int32_t zero = row.zero;
    if (conv->kind == EDGE_Q8_SCALAR) {
        edge_conv_q8_scalar(conv, quantized, EDGE_U8, scale, zero, output);
        return;
    }
#if EDGE_PACKED
    size_t lanes = lane_count(conv);
    int32_t *starts = (int32_t *)(quantized + edge_round_up(count, 64));
    float *biases = (float *)((char *)starts + lane_bytes(conv));
    const bool in_float = corrects_in_float(conv);
    const int32_t shifted = shifted_zero(conv, EDGE_U8, zero);
    // The bias without the share of the zero point that was given for fixed input.
    const float fixed = (float)shifted_zero(conv, conv->options.input_type, conv->options.input_zero) * conv->options.input_scale;
    for (size_t lane = 0; lane < lanes; lane++) {
        starts[lane] = in_float ? 0 : -shifted * conv->sums[lane];
        biases[lane] = conv->biases[lane];
        if (in_float) biases[lane] += (fixed - (float)shifted * scale) * conv->scaled_sums[lane];
    }
    const edge_direct_constants constants = constants_of(conv, starts, biases);
    run_packed(conv, EDGE_U8, zero, scale, &constants, quantized, output, padded);
#endif
}

void edge_conv_q8_run_dynamic_rows(const edge_conv_q8 *conv, const float *input, float *output, void *scratch) {
    const edge_conv_shape *s = &conv->options.shape;
    const size_t in = s->in_c, out = s->out_c;
    const int32_t count = s->in_w;
    char *memory = edge_aligned(scratch);
    char *padded = memory, *quantized = memory + padded_bytes(conv);
    if (conv->kind == EDGE_Q8_SCALAR) {
        edge_conv_q8 one = *conv;
        one.options.shape = edge_dense_shape(1, s->in_c, s->out_c);
        for (int32_t r = 0; r < count; r++) {
            const quantized_row row = quantize(conv, in, input + r * in, quantized);
            edge_conv_q8_scalar(&one, quantized, EDGE_U8, row.scale, row.zero, output + r * out);
        }
        return;
    }
#if EDGE_PACKED
    // All rows in one product of bytes as they stand, whose sums are then scaled and shifted row by row.
    const size_t lanes = lane_count(conv);
    char *constants_memory = quantized + edge_round_up(count * in, 64);
    quantized_row *rows = (quantized_row *)(constants_memory + 2 * lane_bytes(conv));
    for (int32_t r = 0; r < count; r++) rows[r] = quantize(conv, in, input + r * in, quantized + r * in);
    memset(constants_memory, 0, 2 * lane_bytes(conv));
    const edge_direct_constants constants =
        constants_of(conv, (const int32_t *)constants_memory, (const float *)(constants_memory + lanes * 4));
    edge_conv_q8 plain = *conv;
    (plain.options.min = -INFINITY), (plain.options.max = INFINITY);
    run_packed(&plain, EDGE_U8, 0, 1, &constants, quantized, output, padded);
    const int32_t taken_off = shifted_zero(conv, EDGE_U8, 0);
    for (int32_t r = 0; r < count; r++) {
        const float scale = rows[r].scale, shift = (float)(rows[r].zero + taken_off);
        float *target = output + r * out;
        for (size_t o = 0; o < out; o++) {
            const float bias = conv->bias_f32 ? conv->bias_f32[o] : 0;
            target[o] = edge_clamp_f32((target[o] - shift * conv->scaled_sums[o]) * scale + bias, conv->options.min, conv->options.max);
        }
    }
#endif
}
