#ifndef DNNL_LOADER_H
#define DNNL_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// oneDNN, version 2, found at run time: nothing links to it, and everything works without it.
//
// Only what edgesh needs of it is declared here, with no type of oneDNN's own, so that version 3 with its other
// descriptors stays a matter of this target. What training asks for stands in dnnl_training.h.

/// Loads oneDNN on the first call, from any thread. NULL when it is there, else why it is not.
const char *edge_dnnl_load(void);

/// The geometry of a float convolution over NHWC images; the fields are those of `edge_conv_shape`.
typedef struct edge_dnnl_shape {
    int32_t batch, in_h, in_w, in_c;
    int32_t out_h, out_w, out_c;
    int32_t kernel_h, kernel_w;
    int32_t stride_h, stride_w;
    int32_t dilation_h, dilation_w;
    int32_t pad_top, pad_left;
    int32_t groups;
} edge_dnnl_shape;

/// A convolution with reordered weights. One thread at a time may run it.
typedef struct edge_dnnl_conv edge_dnnl_conv;

/// Compiles clamp(convolution + bias + residual, min, max).
///
/// @param weights [out_c][in_c / groups][kernel_h][kernel_w]; copied.
/// @param bias [out_c] or NULL; copied.
/// @param add_residual whether `run` gets a second operand of the output's shape.
/// @return NULL where oneDNN is absent, cannot do it, or memory is short.
edge_dnnl_conv *edge_dnnl_conv_create(
    const edge_dnnl_shape *shape, const float *weights, const float *bias, bool add_residual, float min, float max,
    int32_t threads);

void edge_dnnl_conv_destroy(edge_dnnl_conv *conv);

/// Runs it; false if oneDNN failed.
bool edge_dnnl_conv_run(edge_dnnl_conv *conv, const float *input, const float *residual, float *output);

/// c[m][n] = a[m][k] * b[k][n] (or b[n][k] where `b_transposed`), rows at a distance of lda, ldb, ldc elements; false if
/// oneDNN is absent or failed.
bool edge_dnnl_gemm(
    int64_t m, int64_t n, int64_t k, const float *a, int64_t lda, const float *b, int64_t ldb, bool b_transposed, float *c,
    int64_t ldc, int32_t threads);

#endif
