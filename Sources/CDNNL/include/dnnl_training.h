#ifndef DNNL_TRAINING_H
#define DNNL_TRAINING_H

#include "dnnl_loader.h"

// What training asks of oneDNN: convolutions whose weights change from run to run, with both ways back.

/// A convolution over NHWC images with its gradients. Weights are [out_c][in_c / groups][kernel_h][kernel_w] on this side; the orders that the
/// library likes better are made within a run. One thread at a time may run it; nothing is allocated after it was made.
typedef struct edge_dnnl_training edge_dnnl_training;

/// Which of the three passes are wanted.
typedef struct edge_dnnl_passes {
    bool forward, data, weights;
    /// Whether there is a bias (for the forward pass and the pass of the weights).
    bool bias;
} edge_dnnl_passes;

/// @return NULL where oneDNN is absent, cannot do one of the passes, or memory is short.
edge_dnnl_training *edge_dnnl_training_create(const edge_dnnl_shape *shape, edge_dnnl_passes passes, int32_t threads);

void edge_dnnl_training_destroy(edge_dnnl_training *conv);

/// y = convolution(x, weights) + bias; false if oneDNN failed, as below.
bool edge_dnnl_training_forward(
    edge_dnnl_training *conv, const float *x, const float *weights, const float *bias, float *y);

/// gx = the gradient by the image, written.
bool edge_dnnl_training_data(edge_dnnl_training *conv, const float *weights, const float *gy, float *gx);

/// gw and gbias (where there is a bias) are added to.
bool edge_dnnl_training_weights(
    edge_dnnl_training *conv, const float *x, const float *gy, float *gw, float *gbias);

/// c = (adds ? c : 0) + alpha * a * b, row-major; see `edge_product_f32` of the kernels for the order of operands.
bool edge_dnnl_product(
    int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda, bool a_transposed, const float *b,
    int64_t ldb, bool b_transposed, bool adds, float *c, int64_t ldc, int32_t threads);

#endif
