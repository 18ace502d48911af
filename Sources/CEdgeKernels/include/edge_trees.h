#ifndef EDGE_TREES_H
#define EDGE_TREES_H

#include "edge_kernels.h"

// Ensembles of decision trees: gradient boosting, random forests.
//
// All trees lie in one array. The two children of a node are neighbours, so that a step is an addition instead of a branch; a leaf is its
// own child, so that several walks can go on together until the last of them has arrived.

#ifdef __cplusplus
extern "C" {
#endif

enum {
    /// A node that asks a question; a leaf has no flag.
    EDGE_TREE_INNER = 1,
    /// A missing number (NaN) answers the question with yes.
    EDGE_TREE_MISSING = 2
};

/// One node: is `row[feature] <= threshold`?
typedef struct edge_tree_node {
    /// Of a leaf: its weight where the ensemble has one target, else the bits of the leaf's number.
    float threshold;
    /// Of a leaf: 0.
    int32_t feature;
    /// The node to go on with for yes; the one behind it for no. Of a leaf: itself.
    int32_t child;
    uint32_t flags;
} edge_tree_node;

/// Trees whose leaves add up.
typedef struct edge_forest {
    const edge_tree_node *nodes;
    /// [trees]: where each tree begins.
    const int32_t *roots;
    size_t trees;
    /// Whether any node has EDGE_TREE_MISSING.
    bool has_missing;
    /// The numbers that a row is given.
    size_t targets;
    /// With several targets: leaf `i` adds leaf_weights[k] to target leaf_targets[k] for leaf_starts[i] <= k < leaf_starts[i + 1].
    const int32_t *leaf_starts;
    const int32_t *leaf_targets;
    const float *leaf_weights;
} edge_forest;

/// Walks all trees with each row of [rows][columns] and adds the weights of the leaves that they end in to [rows][targets], in the order of
/// the trees. Every `feature` must be below `columns`.
void edge_forest_add_f32(
    edge_isa isa, const edge_forest *forest, size_t rows, size_t columns, const float *in, float *out);

#ifdef __cplusplus
}
#endif

#endif
