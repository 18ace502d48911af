#include "dnnl_table.h"

#include <math.h>
#include <stdlib.h>

struct edge_dnnl_conv {
    dnnl_primitive_t primitive;
    dnnl_stream_t stream;
    dnnl_memory_t input, weights, bias, residual, output;
    int32_t threads;
};

static bool set_post_ops(
    const edge_dnnl_table *t, dnnl_primitive_attr_t attributes, bool add_residual, const dnnl_memory_desc_t *output,
    float min, float max) {
    dnnl_post_ops_t operations;
    if (t->dnnl_post_ops_create(&operations) != dnnl_success) return false;
    dnnl_status_t status = dnnl_success;
    if (add_residual) status = t->dnnl_post_ops_append_binary(operations, dnnl_binary_add, output);
    bool has_min = min != -INFINITY, has_max = max != INFINITY;
    if (status == dnnl_success && has_min && min == 0 && !has_max)
        status = t->dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_relu, 0, 0);
    else if (status == dnnl_success && (has_min || has_max))
        status = t->dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_clip, min, max);
    if (status == dnnl_success) status = t->dnnl_primitive_attr_set_post_ops(attributes, operations);
    t->dnnl_post_ops_destroy(operations);
    return status == dnnl_success;
}

/// Copies the weights into the order that the primitive wants.
static bool reorder_weights(
    const edge_dnnl_table *t, edge_dnnl_conv *conv, const dnnl_memory_desc_t *given, const dnnl_memory_desc_t *wanted,
    const float *weights) {
    if (t->dnnl_memory_create(&conv->weights, wanted, t->engine, DNNL_MEMORY_ALLOCATE) != dnnl_success) return false;
    dnnl_memory_t source = NULL;
    dnnl_primitive_desc_t description = NULL;
    dnnl_primitive_t reorder = NULL;
    bool done = false;
    if (t->dnnl_memory_create(&source, given, t->engine, (void *)weights) == dnnl_success
        && t->dnnl_reorder_primitive_desc_create(&description, given, t->engine, wanted, t->engine, NULL) == dnnl_success
        && t->dnnl_primitive_create(&reorder, description) == dnnl_success) {
        dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, conv->weights}};
        done = t->dnnl_primitive_execute(reorder, conv->stream, 2, arguments) == dnnl_success;
    }
    if (reorder) t->dnnl_primitive_destroy(reorder);
    if (description) t->dnnl_primitive_desc_destroy(description);
    if (source) t->dnnl_memory_destroy(source);
    return done;
}

static bool build(
    const edge_dnnl_table *t, edge_dnnl_conv *conv, const edge_dnnl_shape *s, const float *weights, const float *bias,
    bool add_residual, float min, float max) {
    const dnnl_dims_t in_dims = {s->batch, s->in_c, s->in_h, s->in_w}, out_dims = {s->batch, s->out_c, s->out_h, s->out_w};
    const dnnl_dims_t plain = {s->out_c, s->in_c, s->kernel_h, s->kernel_w}, bias_dims = {s->out_c};
    const dnnl_dims_t grouped = {s->groups, s->out_c / s->groups, s->in_c / s->groups, s->kernel_h, s->kernel_w};
    const dnnl_dims_t strides = {s->stride_h, s->stride_w}, dilation = {s->dilation_h - 1, s->dilation_w - 1};
    const dnnl_dims_t before = {s->pad_top, s->pad_left};
    const dnnl_dims_t after = {
        (s->out_h - 1) * s->stride_h + (s->kernel_h - 1) * s->dilation_h + 1 - s->in_h - s->pad_top,
        (s->out_w - 1) * s->stride_w + (s->kernel_w - 1) * s->dilation_w + 1 - s->in_w - s->pad_left};
    dnnl_memory_desc_t in_desc, out_desc, given, any, bias_desc;
    const bool groups = s->groups > 1;
    const int rank = groups ? 5 : 4;
    const dnnl_dim_t *weight_dims = groups ? grouped : plain;
    if (t->dnnl_memory_desc_init_by_tag(&in_desc, 4, in_dims, dnnl_f32, dnnl_nhwc) != dnnl_success
        || t->dnnl_memory_desc_init_by_tag(&out_desc, 4, out_dims, dnnl_f32, dnnl_nhwc) != dnnl_success
        || t->dnnl_memory_desc_init_by_tag(&given, rank, weight_dims, dnnl_f32, groups ? dnnl_goihw : dnnl_oihw) != dnnl_success
        || t->dnnl_memory_desc_init_by_tag(&any, rank, weight_dims, dnnl_f32, dnnl_format_tag_any) != dnnl_success
        || t->dnnl_memory_desc_init_by_tag(&bias_desc, 1, bias_dims, dnnl_f32, dnnl_a) != dnnl_success)
        return false;
    dnnl_convolution_desc_t description;
    if (t->dnnl_dilated_convolution_forward_desc_init(
            &description, dnnl_forward_inference, dnnl_convolution_direct, &in_desc, &any, &bias_desc, &out_desc, strides,
            dilation, before, after)
        != dnnl_success)
        return false;
    dnnl_primitive_attr_t attributes;
    if (t->dnnl_primitive_attr_create(&attributes) != dnnl_success) return false;
    dnnl_primitive_desc_t primitive = NULL;
    bool built = set_post_ops(t, attributes, add_residual, &out_desc, min, max)
        && t->dnnl_primitive_desc_create(&primitive, &description, attributes, t->engine, NULL) == dnnl_success;
    t->dnnl_primitive_attr_destroy(attributes);
    if (!built) return false;
    const dnnl_memory_desc_t *wanted = t->dnnl_primitive_desc_query_md(primitive, dnnl_query_weights_md, 0);
    built = t->dnnl_primitive_create(&conv->primitive, primitive) == dnnl_success
        && t->dnnl_stream_create(&conv->stream, t->engine, dnnl_stream_default_flags) == dnnl_success
        && reorder_weights(t, conv, &given, wanted, weights)
        && t->dnnl_memory_create(&conv->bias, &bias_desc, t->engine, DNNL_MEMORY_ALLOCATE) == dnnl_success
        && t->dnnl_memory_create(&conv->input, &in_desc, t->engine, DNNL_MEMORY_NONE) == dnnl_success
        && t->dnnl_memory_create(&conv->output, &out_desc, t->engine, DNNL_MEMORY_NONE) == dnnl_success
        && (!add_residual || t->dnnl_memory_create(&conv->residual, &out_desc, t->engine, DNNL_MEMORY_NONE) == dnnl_success);
    t->dnnl_primitive_desc_destroy(primitive);
    if (!built) return false;
    void *target = NULL;
    if (t->dnnl_memory_get_data_handle(conv->bias, &target) != dnnl_success || !target) return false;
    for (int32_t i = 0; i < s->out_c; i++) ((float *)target)[i] = bias ? bias[i] : 0;
    return true;
}

edge_dnnl_conv *edge_dnnl_conv_create(
    const edge_dnnl_shape *shape, const float *weights, const float *bias, bool add_residual, float min, float max,
    int32_t threads) {
    const edge_dnnl_table *t = edge_dnnl();
    edge_dnnl_conv *conv = t ? calloc(1, sizeof(edge_dnnl_conv)) : NULL;
    if (!conv) return NULL;
    conv->threads = threads;
    if (t->set_threads) t->set_threads(threads);
    if (build(t, conv, shape, weights, bias, add_residual, min, max)) return conv;
    edge_dnnl_conv_destroy(conv);
    return NULL;
}

void edge_dnnl_conv_destroy(edge_dnnl_conv *conv) {
    const edge_dnnl_table *t = edge_dnnl();
    if (!conv || !t) return;
    const dnnl_memory_t memories[] = {conv->input, conv->weights, conv->bias, conv->residual, conv->output};
    for (size_t i = 0; i < sizeof memories / sizeof *memories; i++)
        if (memories[i]) t->dnnl_memory_destroy(memories[i]);
    if (conv->primitive) t->dnnl_primitive_destroy(conv->primitive);
    if (conv->stream) t->dnnl_stream_destroy(conv->stream);
    free(conv);
}

bool edge_dnnl_conv_run(edge_dnnl_conv *conv, const float *input, const float *residual, float *output) {
    const edge_dnnl_table *t = edge_dnnl();
    if (!t || (conv->residual != NULL) != (residual != NULL)) return false;
    if (t->set_threads) t->set_threads(conv->threads);
    if (t->dnnl_memory_set_data_handle(conv->input, (void *)input) != dnnl_success
        || t->dnnl_memory_set_data_handle(conv->output, output) != dnnl_success
        || (residual && t->dnnl_memory_set_data_handle(conv->residual, (void *)residual) != dnnl_success))
        return false;
    const dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, conv->input}, {DNNL_ARG_WEIGHTS, conv->weights}, {DNNL_ARG_BIAS, conv->bias},
        {DNNL_ARG_DST, conv->output}, {DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1, conv->residual}};
    return t->dnnl_primitive_execute(conv->primitive, conv->stream, residual ? 5 : 4, arguments) == dnnl_success;
}

bool edge_dnnl_gemm(
    int64_t m, int64_t n, int64_t k, const float *a, int64_t lda, const float *b, int64_t ldb, bool b_transposed, float *c,
    int64_t ldc, int32_t threads) {
    const edge_dnnl_table *t = edge_dnnl();
    if (!t) return false;
    if (t->set_threads) t->set_threads(threads);
    return t->dnnl_sgemm('N', b_transposed ? 'T' : 'N', m, n, k, 1, a, lda, b, ldb, 0, c, ldc) == dnnl_success;
}
