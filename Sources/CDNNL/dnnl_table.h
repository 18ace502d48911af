#ifndef DNNL_TABLE_H
#define DNNL_TABLE_H

#include "dnnl_loader.h"

#include <oneapi/dnnl/dnnl.h>

/// The functions of oneDNN that are called, by name.
#define EDGE_DNNL_FUNCTIONS(F) \
    F(dnnl_engine_create) \
    F(dnnl_stream_create) \
    F(dnnl_stream_destroy) \
    F(dnnl_memory_desc_init_by_tag) \
    F(dnnl_memory_get_data_handle) \
    F(dnnl_memory_create) \
    F(dnnl_memory_destroy) \
    F(dnnl_memory_set_data_handle) \
    F(dnnl_memory_desc_equal) \
    F(dnnl_dilated_convolution_forward_desc_init) \
    F(dnnl_dilated_convolution_backward_data_desc_init) \
    F(dnnl_dilated_convolution_backward_weights_desc_init) \
    F(dnnl_primitive_attr_create) \
    F(dnnl_primitive_attr_destroy) \
    F(dnnl_primitive_attr_set_post_ops) \
    F(dnnl_post_ops_create) \
    F(dnnl_post_ops_destroy) \
    F(dnnl_post_ops_append_binary) \
    F(dnnl_post_ops_append_eltwise) \
    F(dnnl_primitive_desc_create) \
    F(dnnl_primitive_desc_destroy) \
    F(dnnl_primitive_desc_query_md) \
    F(dnnl_primitive_create) \
    F(dnnl_primitive_destroy) \
    F(dnnl_primitive_execute) \
    F(dnnl_reorder_primitive_desc_create) \
    F(dnnl_sgemm)

typedef struct edge_dnnl_table {
#define DECLARE(name) __typeof__(&name) name;
    EDGE_DNNL_FUNCTIONS(DECLARE)
#undef DECLARE
    /// OpenMP's setting for the calling thread; NULL for a oneDNN without OpenMP.
    void (*set_threads)(int);
    /// The processor.
    dnnl_engine_t engine;
} edge_dnnl_table;

/// The loaded functions, or NULL.
const edge_dnnl_table *edge_dnnl(void);

#endif
