#ifndef EDGE_DENSE_LOWBIT_H
#define EDGE_DENSE_LOWBIT_H

#include "conv_q8_internal.h"

// Float activations meet integer weights: the weights of 16 output channels lie side by side, for each channel a word of 32 bits
// that holds as many neighbouring inputs as fit. A number of a word becomes a float in a register and is multiplied at once; the
// scale of a group is multiplied in after the group's sum, and zero points by the sum of the group's activations.

/// Numbers of 16 output channels, at any address that suits one of them.
typedef float floats_16 __attribute__((vector_size(64), aligned(4)));
typedef int32_t words_16 __attribute__((vector_size(64), aligned(4)));

/// The signed numbers of `bits` bits at `part` of each word.
#define EDGE_UNPACKED(word, bits, part) \
    __builtin_convertvector((words_16)((word) << (32 - (bits) * ((part) + 1))) >> (32 - (bits)), floats_16)

struct edge_dense_lowbit {
    edge_dense_lowbit_options options;
    edge_isa isa;
    /// Bits of a weight; groups of inputs with a scale of their own; inputs in a group; words in a group; blocks of 16 outputs.
    int32_t bits, groups, group, words, blocks;
    /// [blocks][groups][words][16]; the original [out][in] for the scalar kernel.
    void *weights;
    /// [blocks][groups][16]: scales, and -scale * zero (NULL where all zero points are 0). Scalar: [out][groups], zero points.
    float *scales, *offsets;
    /// [blocks][16].
    float *bias;
};

/// Computes the outputs of one block of 16 for `rows` rows, which lie padded as [rows][groups][words of a group * inputs of a
/// word], with the sums of their groups.
typedef void edge_dense_lowbit_block(
    const edge_dense_lowbit *dense, int32_t block, int32_t rows, const float *padded, const float *sums, float *output);
edge_dense_lowbit_block edge_dense_lowbit_avx2, edge_dense_lowbit_avx512, edge_dense_lowbit_neon;

#endif
