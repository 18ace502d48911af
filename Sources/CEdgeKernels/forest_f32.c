#include "edge_trees.h"
#include "versions.h"

/// Walks that go on together: each waits for memory, and they wait at the same time.
enum { WALKS = 8 };

EDGE_INLINE int32_t step(const edge_tree_node *node, const float *row, bool has_missing) {
    const float x = row[node->feature];
    uint32_t no = !(x <= node->threshold);
    if (has_missing) no &= ~((uint32_t)(x != x) & (node->flags / EDGE_TREE_MISSING));
    return node->child + (int32_t)(no & node->flags & EDGE_TREE_INNER);
}

/// Several walks, each on a row of its own or in a tree of its own, down to their leaves.
EDGE_INLINE void walk(
    const edge_tree_node *nodes, const float *in, size_t stride, bool has_missing, int32_t at[WALKS]) {
    uint32_t inner;
    do {
        inner = 0;
        for (int lane = 0; lane < WALKS; lane++) {
            const edge_tree_node *node = nodes + at[lane];
            inner |= node->flags;
            at[lane] = step(node, in + (size_t)lane * stride, has_missing);
        }
    } while (inner & EDGE_TREE_INNER);
}

EDGE_INLINE void add(const edge_forest *forest, int32_t at, float *out) {
    const float value = forest->nodes[at].threshold;
    if (forest->targets == 1) {
        *out += value;
        return;
    }
    int32_t leaf;
    memcpy(&leaf, &value, sizeof leaf);
    for (int32_t k = forest->leaf_starts[leaf]; k < forest->leaf_starts[leaf + 1]; k++)
        out[forest->leaf_targets[k]] += forest->leaf_weights[k];
}

/// One row, several trees at a time.
EDGE_INLINE void one_row(const edge_forest *forest, const float *row, bool has_missing, float *out) {
    size_t tree = 0;
    int32_t at[WALKS];
    for (; tree + WALKS <= forest->trees; tree += WALKS) {
        for (int lane = 0; lane < WALKS; lane++) at[lane] = forest->roots[tree + lane];
        walk(forest->nodes, row, 0, has_missing, at);
        for (int lane = 0; lane < WALKS; lane++) add(forest, at[lane], out);
    }
    for (; tree < forest->trees; tree++) {
        int32_t node = forest->roots[tree];
        while (forest->nodes[node].flags & EDGE_TREE_INNER) node = step(forest->nodes + node, row, has_missing);
        add(forest, node, out);
    }
}

EDGE_INLINE void all_rows(
    const edge_forest *forest, size_t rows, size_t columns, const float *in, bool has_missing, float *out) {
    // A tree stays in the cache while it takes as many rows as stay there, too.
    enum { CACHED = 1 << 15 };
    size_t chunk = columns ? CACHED / columns / WALKS * WALKS : rows;
    if (chunk < WALKS) chunk = WALKS;
    while (rows >= WALKS) {
        const size_t count = (rows < chunk ? rows : chunk) / WALKS * WALKS;
        for (size_t tree = 0; tree < forest->trees; tree++)
            for (size_t row = 0; row < count; row += WALKS) {
                int32_t at[WALKS];
                for (int lane = 0; lane < WALKS; lane++) at[lane] = forest->roots[tree];
                walk(forest->nodes, in + row * columns, columns, has_missing, at);
                for (int lane = 0; lane < WALKS; lane++) add(forest, at[lane], out + (row + lane) * forest->targets);
            }
        rows -= count;
        in += count * columns;
        out += count * forest->targets;
    }
    for (size_t row = 0; row < rows; row++)
        one_row(forest, in + row * columns, has_missing, out + row * forest->targets);
}

EDGE_INLINE void edge_forest_add_f32_body(
    const edge_forest *forest, size_t rows, size_t columns, const float *in, float *out) {
    if (forest->has_missing) all_rows(forest, rows, columns, in, true, out);
    else all_rows(forest, rows, columns, in, false, out);
}

EDGE_VERSIONS(
    edge_forest_add_f32, (const edge_forest *forest, size_t rows, size_t columns, const float *in, float *out),
    (forest, rows, columns, in, out))
