#include "dnnl_table.h"
#include "include/dnnl_training.h"

#include <stdlib.h>
#include <string.h>

/// One primitive, its weights in the order it wants, and the reorder between that and ours.
typedef struct pass {
    dnnl_primitive_t primitive;
    /// Weights in the primitive's order; NULL where that is ours.
    dnnl_memory_t weights;
    /// From ours to the primitive's, or for the gradient of the weights back.
    dnnl_primitive_t reorder;
} pass;

struct edge_dnnl_training {
    dnnl_stream_t stream;
    pass forward, data, gradient;
    /// Handles whose addresses are set before each run.
    dnnl_memory_t input, output, given, bias;
    /// The gradient of weights and bias before it is added.
    dnnl_memory_t weight_sum, bias_sum;
    float *sums;
    size_t weight_count, bias_count;
    int32_t threads;
};

typedef struct descriptions {
    dnnl_memory_desc_t input, output, given, any, bias;
    dnnl_dims_t strides, dilation, before, after;
} descriptions;

static bool describe(const edge_dnnl_table *t, const edge_dnnl_shape *s, descriptions *d) {
    const dnnl_dims_t in_dims = {s->batch, s->in_c, s->in_h, s->in_w}, out_dims = {s->batch, s->out_c, s->out_h, s->out_w};
    const dnnl_dims_t plain = {s->out_c, s->in_c, s->kernel_h, s->kernel_w}, bias_dims = {s->out_c};
    const dnnl_dims_t grouped = {s->groups, s->out_c / s->groups, s->in_c / s->groups, s->kernel_h, s->kernel_w};
    const bool groups = s->groups > 1;
    const int rank = groups ? 5 : 4;
    const dnnl_dim_t *weights = groups ? grouped : plain;
    const dnnl_dims_t strides = {s->stride_h, s->stride_w}, dilation = {s->dilation_h - 1, s->dilation_w - 1};
    const dnnl_dims_t before = {s->pad_top, s->pad_left};
    const dnnl_dims_t after = {
        (s->out_h - 1) * s->stride_h + (s->kernel_h - 1) * s->dilation_h + 1 - s->in_h - s->pad_top,
        (s->out_w - 1) * s->stride_w + (s->kernel_w - 1) * s->dilation_w + 1 - s->in_w - s->pad_left};
    memcpy(d->strides, strides, sizeof strides);
    memcpy(d->dilation, dilation, sizeof dilation);
    memcpy(d->before, before, sizeof before);
    memcpy(d->after, after, sizeof after);
    return t->dnnl_memory_desc_init_by_tag(&d->input, 4, in_dims, dnnl_f32, dnnl_nhwc) == dnnl_success
        && t->dnnl_memory_desc_init_by_tag(&d->output, 4, out_dims, dnnl_f32, dnnl_nhwc) == dnnl_success
        && t->dnnl_memory_desc_init_by_tag(&d->given, rank, weights, dnnl_f32, groups ? dnnl_goihw : dnnl_oihw) == dnnl_success
        && t->dnnl_memory_desc_init_by_tag(&d->any, rank, weights, dnnl_f32, dnnl_format_tag_any) == dnnl_success
        && t->dnnl_memory_desc_init_by_tag(&d->bias, 1, bias_dims, dnnl_f32, dnnl_a) == dnnl_success;
}

static bool make_reorder(
    const edge_dnnl_table *t, const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to, dnnl_primitive_t *reorder) {
    dnnl_primitive_desc_t description = NULL;
    if (t->dnnl_reorder_primitive_desc_create(&description, from, t->engine, to, t->engine, NULL) != dnnl_success) return false;
    const bool made = t->dnnl_primitive_create(reorder, description) == dnnl_success;
    t->dnnl_primitive_desc_destroy(description);
    return made;
}

/// The primitive of an operation, and the reorder where its weights lie otherwise than ours.
static bool make_pass(
    const edge_dnnl_table *t, const void *operation, const dnnl_primitive_desc_t hint, dnnl_query_t weights,
    const descriptions *d, bool back, pass *result, dnnl_primitive_desc_t *kept) {
    dnnl_primitive_desc_t description = NULL;
    if (t->dnnl_primitive_desc_create(&description, operation, NULL, t->engine, hint) != dnnl_success) return false;
    const dnnl_memory_desc_t *wanted = t->dnnl_primitive_desc_query_md(description, weights, 0);
    bool made = wanted && t->dnnl_primitive_create(&result->primitive, description) == dnnl_success;
    if (made && !t->dnnl_memory_desc_equal(wanted, &d->given))
        made = t->dnnl_memory_create(&result->weights, wanted, t->engine, DNNL_MEMORY_ALLOCATE) == dnnl_success
            && make_reorder(t, back ? wanted : &d->given, back ? &d->given : wanted, &result->reorder);
    if (made && kept)
        *kept = description;
    else
        t->dnnl_primitive_desc_destroy(description);
    return made;
}

static bool build(
    const edge_dnnl_table *t, edge_dnnl_training *conv, const edge_dnnl_shape *s, edge_dnnl_passes passes) {
    descriptions d;
    dnnl_convolution_desc_t operation;
    if (!describe(t, s, &d)) return false;
    conv->weight_count = (size_t)s->out_c * (s->in_c / s->groups) * s->kernel_h * s->kernel_w;
    conv->bias_count = passes.bias ? (size_t)s->out_c : 0;
    // The ways back want to know how the forward pass is done.
    dnnl_primitive_desc_t hint = NULL;
    bool built = t->dnnl_dilated_convolution_forward_desc_init(
                     &operation, dnnl_forward_training, dnnl_convolution_direct, &d.input, &d.any,
                     passes.bias ? &d.bias : NULL, &d.output, d.strides, d.dilation, d.before, d.after)
            == dnnl_success
        && make_pass(t, &operation, NULL, dnnl_query_weights_md, &d, false, &conv->forward, &hint);
    if (built && passes.data)
        built = t->dnnl_dilated_convolution_backward_data_desc_init(
                    &operation, dnnl_convolution_direct, &d.input, &d.any, &d.output, d.strides, d.dilation, d.before,
                    d.after)
                == dnnl_success
            && make_pass(t, &operation, hint, dnnl_query_weights_md, &d, false, &conv->data, NULL);
    if (built && passes.weights)
        built = t->dnnl_dilated_convolution_backward_weights_desc_init(
                    &operation, dnnl_convolution_direct, &d.input, &d.any, passes.bias ? &d.bias : NULL, &d.output,
                    d.strides, d.dilation, d.before, d.after)
                == dnnl_success
            && make_pass(t, &operation, hint, dnnl_query_diff_weights_md, &d, true, &conv->gradient, NULL);
    if (hint) t->dnnl_primitive_desc_destroy(hint);
    if (!built) return false;
    if (passes.weights) {
        conv->sums = aligned_alloc(64, (((conv->weight_count + conv->bias_count + 32) * sizeof(float)) + 63) & ~(size_t)63);
        // The bias begins on a cache line of its own.
        if (!conv->sums) return false;
        float *bias = conv->sums + ((conv->weight_count + 15) & ~(size_t)15);
        if (t->dnnl_memory_create(&conv->weight_sum, &d.given, t->engine, conv->sums) != dnnl_success
            || (passes.bias && t->dnnl_memory_create(&conv->bias_sum, &d.bias, t->engine, bias) != dnnl_success))
            return false;
    }
    return t->dnnl_stream_create(&conv->stream, t->engine, dnnl_stream_default_flags) == dnnl_success
        && t->dnnl_memory_create(&conv->input, &d.input, t->engine, DNNL_MEMORY_NONE) == dnnl_success
        && t->dnnl_memory_create(&conv->output, &d.output, t->engine, DNNL_MEMORY_NONE) == dnnl_success
        && t->dnnl_memory_create(&conv->given, &d.given, t->engine, DNNL_MEMORY_NONE) == dnnl_success
        && (!passes.bias || t->dnnl_memory_create(&conv->bias, &d.bias, t->engine, DNNL_MEMORY_NONE) == dnnl_success);
}

edge_dnnl_training *edge_dnnl_training_create(const edge_dnnl_shape *shape, edge_dnnl_passes passes, int32_t threads) {
    const edge_dnnl_table *t = edge_dnnl();
    edge_dnnl_training *conv = t ? calloc(1, sizeof *conv) : NULL;
    if (!conv) return NULL;
    conv->threads = threads;
    if (t->set_threads) t->set_threads(threads);
    if (build(t, conv, shape, passes)) return conv;
    edge_dnnl_training_destroy(conv);
    return NULL;
}

static void destroy_pass(const edge_dnnl_table *t, pass *p) {
    if (p->primitive) t->dnnl_primitive_destroy(p->primitive);
    if (p->reorder) t->dnnl_primitive_destroy(p->reorder);
    if (p->weights) t->dnnl_memory_destroy(p->weights);
}

void edge_dnnl_training_destroy(edge_dnnl_training *conv) {
    const edge_dnnl_table *t = edge_dnnl();
    if (!conv || !t) return;
    destroy_pass(t, &conv->forward);
    destroy_pass(t, &conv->data);
    destroy_pass(t, &conv->gradient);
    const dnnl_memory_t memories[] = {conv->input, conv->output, conv->given, conv->bias, conv->weight_sum, conv->bias_sum};
    for (size_t i = 0; i < sizeof memories / sizeof *memories; i++)
        if (memories[i]) t->dnnl_memory_destroy(memories[i]);
    if (conv->stream) t->dnnl_stream_destroy(conv->stream);
    free(conv->sums);
    free(conv);
}

static bool place(const edge_dnnl_table *t, dnnl_memory_t memory, const void *address) {
    return t->dnnl_memory_set_data_handle(memory, (void *)address) == dnnl_success;
}

/// The weights in the order of a pass; NULL if oneDNN failed.
static dnnl_memory_t ordered(const edge_dnnl_table *t, edge_dnnl_training *conv, const pass *p, const float *weights) {
    if (!place(t, conv->given, weights)) return NULL;
    if (!p->reorder) return conv->given;
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, conv->given}, {DNNL_ARG_DST, p->weights}};
    return t->dnnl_primitive_execute(p->reorder, conv->stream, 2, arguments) == dnnl_success ? p->weights : NULL;
}

bool edge_dnnl_training_forward(
    edge_dnnl_training *conv, const float *x, const float *weights, const float *bias, float *y) {
    const edge_dnnl_table *t = edge_dnnl();
    if (!t || (bias != NULL) != (conv->bias != NULL)) return false;
    if (t->set_threads) t->set_threads(conv->threads);
    const dnnl_memory_t used = ordered(t, conv, &conv->forward, weights);
    if (!used || !place(t, conv->input, x) || !place(t, conv->output, y) || (bias && !place(t, conv->bias, bias))) return false;
    const dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, conv->input}, {DNNL_ARG_WEIGHTS, used}, {DNNL_ARG_DST, conv->output}, {DNNL_ARG_BIAS, conv->bias}};
    return t->dnnl_primitive_execute(conv->forward.primitive, conv->stream, bias ? 4 : 3, arguments) == dnnl_success;
}

bool edge_dnnl_training_data(edge_dnnl_training *conv, const float *weights, const float *gy, float *gx) {
    const edge_dnnl_table *t = edge_dnnl();
    if (!t || !conv->data.primitive) return false;
    if (t->set_threads) t->set_threads(conv->threads);
    const dnnl_memory_t used = ordered(t, conv, &conv->data, weights);
    if (!used || !place(t, conv->input, gx) || !place(t, conv->output, gy)) return false;
    const dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_DIFF_SRC, conv->input}, {DNNL_ARG_WEIGHTS, used}, {DNNL_ARG_DIFF_DST, conv->output}};
    return t->dnnl_primitive_execute(conv->data.primitive, conv->stream, 3, arguments) == dnnl_success;
}

bool edge_dnnl_training_weights(edge_dnnl_training *conv, const float *x, const float *gy, float *gw, float *gbias) {
    const edge_dnnl_table *t = edge_dnnl();
    if (!t || !conv->gradient.primitive || (gbias && !conv->bias_sum)) return false;
    if (t->set_threads) t->set_threads(conv->threads);
    if (!place(t, conv->input, x) || !place(t, conv->output, gy)) return false;
    const dnnl_memory_t target = conv->gradient.reorder ? conv->gradient.weights : conv->weight_sum;
    const dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, conv->input}, {DNNL_ARG_DIFF_DST, conv->output}, {DNNL_ARG_DIFF_WEIGHTS, target},
        {DNNL_ARG_DIFF_BIAS, conv->bias_sum}};
    if (t->dnnl_primitive_execute(conv->gradient.primitive, conv->stream, conv->bias_sum ? 4 : 3, arguments) != dnnl_success)
        return false;
    if (conv->gradient.reorder) {
        const dnnl_exec_arg_t back[] = {{DNNL_ARG_SRC, target}, {DNNL_ARG_DST, conv->weight_sum}};
        if (t->dnnl_primitive_execute(conv->gradient.reorder, conv->stream, 2, back) != dnnl_success) return false;
    }
    for (size_t i = 0; i < conv->weight_count; i++) gw[i] += conv->sums[i];
    const float *bias = conv->sums + ((conv->weight_count + 15) & ~(size_t)15);
    for (size_t i = 0; gbias && i < conv->bias_count; i++) gbias[i] += bias[i];
    return true;
}

bool edge_dnnl_product(
    int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda, bool a_transposed, const float *b,
    int64_t ldb, bool b_transposed, bool adds, float *c, int64_t ldc, int32_t threads) {
    const edge_dnnl_table *t = edge_dnnl();
    if (!t) return false;
    if (t->set_threads) t->set_threads(threads);
    return t->dnnl_sgemm(
               a_transposed ? 'T' : 'N', b_transposed ? 'T' : 'N', m, n, k, alpha, a, lda, b, ldb, adds ? 1.0f : 0.0f, c, ldc)
        == dnnl_success;
}
