#include "dense_lowbit.h"

/// Rows that meet a block of weights while it is in the cache.
enum { CHUNK = 64 };

static size_t word_inputs(const edge_dense_lowbit *d) { return (size_t)(32 / d->bits); }

/// The elements of a padded row.
static size_t row_length(const edge_dense_lowbit *d) { return (size_t)d->groups * d->words * word_inputs(d); }

/// The weight at `index` as a signed number: unsigned bytes less 128, with zero points that follow.
static int32_t weight_at(const edge_dense_lowbit_options *o, size_t index) {
    const edge_conv_q8_options reader = {
        .weight_type = o->weight_type, .weights = o->weights, .weight_zero = o->weight_type == EDGE_WEIGHT_U8 ? 128 : 0};
    return edge_conv_q8_weight(&reader, index);
}

static float zero_at(const edge_dense_lowbit_options *o, size_t index) {
    return (o->weight_zeros ? o->weight_zeros[index] : 0) - (o->weight_type == EDGE_WEIGHT_U8 ? 128 : 0);
}

static void pack(edge_dense_lowbit *d, bool has_zeros) {
    const edge_dense_lowbit_options *o = &d->options;
    const size_t per_word = word_inputs(d);
    uint32_t *words = d->weights;
    for (int32_t out = 0; out < o->out; out++)
        for (int32_t group = 0; group < d->groups; group++) {
            const size_t row = (size_t)(out / 16) * d->groups + group, lane = out % 16, scale = (size_t)out * d->groups + group;
            d->scales[row * 16 + lane] = o->weight_scales[scale];
            if (has_zeros) d->offsets[row * 16 + lane] = -o->weight_scales[scale] * zero_at(o, scale);
            const int32_t first = group * d->group, count = edge_min_i32(d->group, o->in - first);
            for (int32_t i = 0; i < count; i++) {
                const uint32_t number = (uint32_t)weight_at(o, (size_t)out * o->in + first + i) & ((1u << d->bits) - 1);
                words[(row * d->words + i / per_word) * 16 + lane] |= number << (i % per_word * d->bits);
            }
        }
}

static bool is_valid(const edge_dense_lowbit_options *o) {
    if (o->in < 1 || o->out < 1 || o->scale_group < 0 || !o->weights || !o->weight_scales) return false;
    const edge_conv_shape shape = edge_dense_shape(1, o->in, o->out);
    return edge_shape_is_valid(&shape);
}

static void *copied(const void *array, size_t bytes) {
    void *copy = edge_allocate(bytes, 1);
    if (copy) memcpy(copy, array, bytes);
    return copy;
}

/// Copies the arrays for the scalar kernel, which reads them as they were given.
static bool copy_arrays(edge_dense_lowbit *d) {
    edge_dense_lowbit_options *o = &d->options;
    const size_t scales = (size_t)o->out * d->groups * sizeof(float), weights = (size_t)o->out * o->in;
    d->weights = copied(o->weights, (weights * d->bits + 7) / 8);
    d->scales = copied(o->weight_scales, scales);
    if (o->weight_zeros) d->offsets = copied(o->weight_zeros, scales);
    const bool ready = d->weights && d->scales && (d->offsets || !o->weight_zeros);
    (o->weights = d->weights), (o->weight_scales = d->scales), (o->weight_zeros = d->offsets);
    return ready;
}

static bool pack_arrays(edge_dense_lowbit *d) {
    edge_dense_lowbit_options *o = &d->options;
    const size_t rows = (size_t)d->blocks * d->groups;
    bool has_zeros = false;
    for (size_t i = 0; i < (size_t)o->out * d->groups; i++) has_zeros = has_zeros || zero_at(o, i) != 0;
    d->weights = edge_allocate(rows * d->words, sizeof(words_16));
    d->scales = edge_allocate(rows, sizeof(floats_16));
    if (has_zeros) d->offsets = edge_allocate(rows, sizeof(floats_16));
    if (!d->weights || !d->scales || (has_zeros && !d->offsets)) return false;
    pack(d, has_zeros);
    o->weights = NULL;
    o->weight_scales = o->weight_zeros = NULL;
    return true;
}

edge_dense_lowbit *edge_dense_lowbit_create(const edge_dense_lowbit_options *options) {
    if (!is_valid(options)) return NULL;
    edge_dense_lowbit *d = calloc(1, sizeof(edge_dense_lowbit));
    if (!d) return NULL;
    d->options = *options;
    const edge_dense_lowbit_options *o = &d->options;
    d->isa = edge_isa_lowered(o->isa);
    d->bits = o->weight_type == EDGE_WEIGHT_I4 ? 4 : o->weight_type == EDGE_WEIGHT_I2 ? 2 : 8;
    d->group = o->scale_group > 0 ? edge_min_i32(o->scale_group, o->in) : o->in;
    d->groups = (o->in - 1) / d->group + 1;
    d->words = (int32_t)(((size_t)d->group - 1) / word_inputs(d)) + 1;
    d->blocks = (o->out - 1) / 16 + 1;
    d->bias = edge_allocate((size_t)d->blocks, sizeof(floats_16));
    const bool ready = d->bias && (d->isa == EDGE_ISA_SCALAR ? copy_arrays(d) : pack_arrays(d));
    if (!ready) {
        edge_dense_lowbit_destroy(d);
        return NULL;
    }
    if (o->bias) memcpy(d->bias, o->bias, (size_t)o->out * sizeof(float));
    d->options.bias = NULL;
    return d;
}

void edge_dense_lowbit_destroy(edge_dense_lowbit *d) {
    if (!d) return;
    free(d->weights);
    free(d->scales);
    free(d->offsets);
    free(d->bias);
    free(d);
}

size_t edge_dense_lowbit_scratch(const edge_dense_lowbit *d, int32_t rows) {
    if (d->isa == EDGE_ISA_SCALAR) return 0;
    return (size_t)edge_max_i32(0, edge_min_i32(rows, CHUNK)) * (row_length(d) + d->groups) * sizeof(float) + 63;
}

/// The definition, written for reading.
static void run_scalar(const edge_dense_lowbit *d, int32_t rows, const float *input, float *output) {
    const edge_dense_lowbit_options *o = &d->options;
    for (int32_t row = 0; row < rows; row++)
        for (int32_t out = 0; out < o->out; out++) {
            float real = d->bias[out];
            for (int32_t group = 0; group < d->groups; group++) {
                const size_t scale = (size_t)out * d->groups + group;
                const int32_t first = group * d->group, last = first + edge_min_i32(d->group, o->in - first);
                float sum = 0;
                for (int32_t i = first; i < last; i++)
                    sum += input[(size_t)row * o->in + i] * ((float)weight_at(o, (size_t)out * o->in + i) - zero_at(o, scale));
                real += sum * o->weight_scales[scale];
            }
            output[(size_t)row * o->out + out] = edge_clamp_f32(real, o->min, o->max);
        }
}

#if EDGE_PACKED
/// Copies rows with each group filled up to whole words by zeros, and sums the groups.
static void pad_rows(const edge_dense_lowbit *d, int32_t rows, const float *input, float *padded, float *sums) {
    const int32_t in = d->options.in, length = d->words * (int32_t)word_inputs(d);
    for (int32_t row = 0; row < rows; row++, input += in)
        for (int32_t group = 0; group < d->groups; group++, padded += length) {
            const int32_t first = group * d->group, count = edge_min_i32(d->group, in - first);
            memcpy(padded, input + first, (size_t)count * sizeof(float));
            memset(padded + count, 0, (size_t)(length - count) * sizeof(float));
            float sum = 0;
            if (d->offsets)
                for (int32_t i = 0; i < count; i++) sum += padded[i];
            *sums++ = sum;
        }
}
#endif

void edge_dense_lowbit_run(const edge_dense_lowbit *d, int32_t rows, const float *input, float *output, void *scratch) {
    if (d->isa == EDGE_ISA_SCALAR) {
        run_scalar(d, rows, input, output);
        return;
    }
#if EDGE_PACKED
#if EDGE_X86
    edge_dense_lowbit_block *one = d->isa == EDGE_ISA_AVX2 ? edge_dense_lowbit_avx2 : edge_dense_lowbit_avx512;
#else
    edge_dense_lowbit_block *one = edge_dense_lowbit_neon;
#endif
    for (int32_t row = 0; row < rows; row += CHUNK) {
        const int32_t count = edge_min_i32(CHUNK, rows - row);
        float *padded = edge_aligned(scratch), *sums = padded + (size_t)count * row_length(d);
        pad_rows(d, count, input + (size_t)row * d->options.in, padded, sums);
        for (int32_t block = 0; block < d->blocks; block++)
            one(d, block, count, padded, sums, output + (size_t)row * d->options.out);
    }
#else
    (void)scratch;
#endif
}
