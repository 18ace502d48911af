#include "edge_training.h"
#include "fast_math.h"
#include "versions.h"

// Gradients of operators whose operands are repeated to a common shape, and of reductions, which are the same seen from the other side.
//
// The result is walked in C order. All axes but the last make an outer loop that keeps the position of each operand; along the last one each
// operand either moves with the result or stands still, and where it stands still its gradient is a sum that is kept in registers.

/// The outer loop: positions of the operands at the start of a run along the last axis.
typedef struct place {
    size_t index[EDGE_LARGEST_RANK];
    size_t a, b, c;
} place;

EDGE_INLINE size_t runs_of(const edge_walk *w) {
    size_t runs = 1;
    for (int32_t axis = 0; axis + 1 < w->rank; axis++) runs *= w->extents[axis];
    return runs;
}

EDGE_INLINE void step(const edge_walk *w, place *at) {
    for (int32_t axis = w->rank - 2; axis >= 0; axis--) {
        at->a += w->a_steps[axis];
        at->b += w->b_steps[axis];
        at->c += w->c_steps[axis];
        if (++at->index[axis] < w->extents[axis]) return;
        at->a -= w->extents[axis] * w->a_steps[axis];
        at->b -= w->extents[axis] * w->b_steps[axis];
        at->c -= w->extents[axis] * w->c_steps[axis];
        at->index[axis] = 0;
    }
}

#define RUN_LENGTH(w) ((w)->rank > 0 ? (w)->extents[(w)->rank - 1] : 1)
#define LAST_STEP(w, operand) ((w)->rank > 0 ? (w)->operand##_steps[(w)->rank - 1] : 0)

EDGE_INLINE float part_of_a(const edge_arithmetic op, float a, float b, float y) {
    switch (op) {
    case EDGE_ARITHMETIC_ADD:
    case EDGE_ARITHMETIC_SUB: return 1;
    case EDGE_ARITHMETIC_MUL: return b;
    case EDGE_ARITHMETIC_DIV: return 1 / b;
    case EDGE_ARITHMETIC_POW: return b == 0 ? 0 : b == 2 ? 2 * a : b * powf(a, b - 1);
    case EDGE_ARITHMETIC_MAX: return a > b ? 1 : a == b ? 0.5f : 0;
    case EDGE_ARITHMETIC_MIN: return a < b ? 1 : a == b ? 0.5f : 0;
    case EDGE_ARITHMETIC_PRELU: return a < 0 ? b : 1;
    }
    return 0;
}

EDGE_INLINE float part_of_b(const edge_arithmetic op, float a, float b, float y) {
    switch (op) {
    case EDGE_ARITHMETIC_ADD: return 1;
    case EDGE_ARITHMETIC_SUB: return -1;
    case EDGE_ARITHMETIC_MUL: return a;
    case EDGE_ARITHMETIC_DIV: return -y / b;
    case EDGE_ARITHMETIC_POW: return a == 0 && b >= 0 ? 0 : y * logf(a);
    case EDGE_ARITHMETIC_MAX: return b > a ? 1 : a == b ? 0.5f : 0;
    case EDGE_ARITHMETIC_MIN: return b < a ? 1 : a == b ? 0.5f : 0;
    case EDGE_ARITHMETIC_PRELU: return a < 0 ? a : 0;
    }
    return 0;
}

/// Sums with sixteen lanes, so that the order is the same whatever the compiler does.
#define LANE_SUM(count, term, result) \
    do { \
        float lanes[16] = {0}; \
        size_t i = 0; \
        for (; i + 16 <= (count); i += 16) \
            for (size_t lane = 0; lane < 16; lane++) { \
                const size_t at_lane = i + lane; \
                lanes[lane] += term(at_lane); \
            } \
        for (; i < (count); i++) lanes[i & 15] += term(i); \
        float total = 0; \
        for (size_t lane = 0; lane < 16; lane++) total += lanes[lane]; \
        (result) += total; \
    } while (0)

/// The gradient of one operand. What is not read (both operands of a sum, the result of most) may be absent and is not touched.
EDGE_INLINE void runs(
    const edge_arithmetic op, const bool first, const edge_walk *w, const float *a, const float *b, const float *y,
    const float *gy, float *g) {
    const size_t count = RUN_LENGTH(w), total = runs_of(w);
    const bool reads = op != EDGE_ARITHMETIC_ADD && op != EDGE_ARITHMETIC_SUB;
    const bool reads_result = op == EDGE_ARITHMETIC_DIV || op == EDGE_ARITHMETIC_POW;
    const size_t a_step = LAST_STEP(w, a), b_step = LAST_STEP(w, b);
    const bool moves = first ? a_step != 0 : b_step != 0, together = a_step != 0 && b_step != 0;
    place at = {0};
    for (size_t run = 0; run < total; run++, gy += count) {
        const float *x = a + at.a, *z = b + at.b, *r = y + run * count;
        float *target = g + (first ? at.a : at.b);
#define TERM_OF(x, z, r) (first ? part_of_a(op, x, z, r) : part_of_b(op, x, z, r))
#define TERM(i) (gy[i] * TERM_OF(reads ? x[(i) * a_step] : 0, reads ? z[(i) * b_step] : 0, reads_result ? r[i] : 0))
        if (together)
            for (size_t i = 0; i < count; i++)
                target[i] += gy[i] * TERM_OF(reads ? x[i] : 0, reads ? z[i] : 0, reads_result ? r[i] : 0);
        else if (moves) {
            const float still = reads ? (first ? *z : *x) : 0;
            for (size_t i = 0; i < count; i++)
                target[i] += gy[i]
                    * (first ? part_of_a(op, reads ? x[i] : 0, still, reads_result ? r[i] : 0)
                             : part_of_b(op, still, reads ? z[i] : 0, reads_result ? r[i] : 0));
        } else
            LANE_SUM(count, TERM, *target);
        step(w, &at);
#undef TERM
#undef TERM_OF
    }
}

EDGE_INLINE void arithmetic_gradient(
    const bool first, edge_arithmetic op, const edge_walk *w, const float *a, const float *b, const float *y,
    const float *gy, float *g) {
    switch (op) {
    case EDGE_ARITHMETIC_ADD: runs(EDGE_ARITHMETIC_ADD, first, w, a, b, y, gy, g); break;
    case EDGE_ARITHMETIC_MUL: runs(EDGE_ARITHMETIC_MUL, first, w, a, b, y, gy, g); break;
    case EDGE_ARITHMETIC_DIV: runs(EDGE_ARITHMETIC_DIV, first, w, a, b, y, gy, g); break;
    default: runs(op, first, w, a, b, y, gy, g); break;
    }
}

EDGE_INLINE void edge_arithmetic_gradient_f32_body(
    edge_arithmetic op, const edge_walk *w, const float *a, const float *b, const float *y, const float *gy, float *ga,
    float *gb) {
    if (ga) arithmetic_gradient(true, op, w, a, b, y, gy, ga);
    if (gb) arithmetic_gradient(false, op, w, a, b, y, gy, gb);
}

EDGE_VERSIONS(
    edge_arithmetic_gradient_f32,
    (edge_arithmetic op, const edge_walk *w, const float *a, const float *b, const float *y, const float *gy, float *ga,
     float *gb),
    (op, w, a, b, y, gy, ga, gb))

EDGE_INLINE void edge_choice_gradient_f32_body(
    const edge_walk *w, const uint8_t *choice, const float *gy, float *ga, float *gb) {
    const size_t count = RUN_LENGTH(w), total = runs_of(w);
    const size_t a_step = LAST_STEP(w, a), b_step = LAST_STEP(w, b), c_step = LAST_STEP(w, c);
    place at = {0};
    for (size_t run = 0; run < total; run++, gy += count) {
        for (size_t i = 0; i < count; i++) {
            const bool first = choice[at.c + i * c_step] != 0;
            if (first && ga) ga[at.a + i * a_step] += gy[i];
            if (!first && gb) gb[at.b + i * b_step] += gy[i];
        }
        step(w, &at);
    }
}

EDGE_VERSIONS(
    edge_choice_gradient_f32, (const edge_walk *w, const uint8_t *choice, const float *gy, float *ga, float *gb),
    (w, choice, gy, ga, gb))

EDGE_INLINE void edge_reduction_counts_f32_body(
    edge_reduction op, const edge_walk *w, const float *x, const float *y, float *counts) {
    const size_t count = RUN_LENGTH(w), total = runs_of(w), moves = LAST_STEP(w, a);
    place at = {0};
    for (size_t run = 0; run < total; run++, x += count) {
        for (size_t i = 0; i < count; i++) {
            const size_t target = at.a + i * moves;
            counts[target] += x[i] == (op == EDGE_REDUCTION_EXTREME ? y[target] : 0) ? 1 : 0;
        }
        step(w, &at);
    }
}

EDGE_VERSIONS(
    edge_reduction_counts_f32, (edge_reduction op, const edge_walk *w, const float *x, const float *y, float *counts),
    (op, w, x, y, counts))

EDGE_INLINE void edge_nonzero_product_f32_body(const edge_walk *w, const float *x, float *products) {
    const size_t count = RUN_LENGTH(w), total = runs_of(w), moves = LAST_STEP(w, a);
    place at = {0};
    for (size_t run = 0; run < total; run++, x += count) {
        for (size_t i = 0; i < count; i++) products[at.a + i * moves] *= x[i] == 0 ? 1 : x[i];
        step(w, &at);
    }
}

EDGE_VERSIONS(edge_nonzero_product_f32, (const edge_walk *w, const float *x, float *products), (w, x, products))

EDGE_INLINE float reduced(const edge_reduction op, float scale, float x, float y, float gy, float same) {
    switch (op) {
    case EDGE_REDUCTION_SUM: return scale * gy;
    case EDGE_REDUCTION_SUM_SQUARE: return 2 * x * gy;
    case EDGE_REDUCTION_L1: return x > 0 ? gy : x < 0 ? -gy : 0;
    case EDGE_REDUCTION_L2: return y == 0 ? 0 : gy * x / y;
    case EDGE_REDUCTION_LOG_SUM: return gy / edge_exp(y);
    case EDGE_REDUCTION_LOG_SUM_EXP: return gy * edge_exp(x - y);
    case EDGE_REDUCTION_EXTREME: return x == y ? gy / same : 0;
    // One factor of zero: only it has a gradient; two: none has.
    case EDGE_REDUCTION_PRODUCT: return x == 0 ? (same == 1 ? gy * y : 0) : same == 0 ? gy * y / x : 0;
    }
    return 0;
}

EDGE_INLINE void reduction_runs(
    const edge_reduction op, const edge_walk *w, float scale, const float *x, const float *y, const float *gy,
    const float *counts, bool adds, float *gx) {
    const size_t count = RUN_LENGTH(w), total = runs_of(w);
    const bool moves = LAST_STEP(w, a) != 0, reads = op != EDGE_REDUCTION_SUM;
    const bool counted = op >= EDGE_REDUCTION_EXTREME;
    place at = {0};
    for (size_t run = 0; run < total; run++, gx += count) {
        const float *from = reads ? x + run * count : NULL;
#define TERM(i) \
    reduced( \
        op, scale, reads ? from[i] : 0, reads ? y[at.a + (moves ? (i) : 0)] : 0, gy[at.a + (moves ? (i) : 0)], \
        counted ? counts[at.a + (moves ? (i) : 0)] : 0)
        if (adds)
            for (size_t i = 0; i < count; i++) gx[i] += TERM(i);
        else
            for (size_t i = 0; i < count; i++) gx[i] = TERM(i);
#undef TERM
        step(w, &at);
    }
}

EDGE_INLINE void edge_reduction_gradient_f32_body(
    edge_reduction op, const edge_walk *w, float scale, const float *x, const float *y, const float *gy,
    const float *counts, bool adds, float *gx) {
    if (op == EDGE_REDUCTION_SUM)
        reduction_runs(EDGE_REDUCTION_SUM, w, scale, x, y, gy, counts, adds, gx);
    else
        reduction_runs(op, w, scale, x, y, gy, counts, adds, gx);
}

EDGE_VERSIONS(
    edge_reduction_gradient_f32,
    (edge_reduction op, const edge_walk *w, float scale, const float *x, const float *y, const float *gy,
     const float *counts, bool adds, float *gx),
    (op, w, scale, x, y, gy, counts, adds, gx))

EDGE_INLINE void edge_softmax_gradient_f32_body(
    bool logarithm, size_t outer, size_t count, size_t inner, const float *y, const float *gy, bool adds, float *gx) {
    if (inner == 1) {
        for (size_t row = 0; row < outer; row++, y += count, gy += count, gx += count) {
            float sum = 0;
#define PLAIN(i) (gy[i] * y[i])
#define GIVEN(i) (gy[i])
            if (logarithm)
                LANE_SUM(count, GIVEN, sum);
            else
                LANE_SUM(count, PLAIN, sum);
#undef PLAIN
#undef GIVEN
            // The gradient may take over the memory of the given one.
            if (logarithm && adds)
                EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) gx[i] += gy[i] - edge_exp(y[i]) * sum;
            else if (logarithm)
                EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) gx[i] = gy[i] - edge_exp(y[i]) * sum;
            else if (adds)
                EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) gx[i] += y[i] * (gy[i] - sum);
            else
                EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) gx[i] = y[i] * (gy[i] - sum);
        }
        return;
    }
    for (size_t row = 0; row < outer; row++, y += count * inner, gy += count * inner, gx += count * inner)
        for (size_t column = 0; column < inner; column++) {
            float sum = 0;
            for (size_t i = column; i < count * inner; i += inner) sum += logarithm ? gy[i] : gy[i] * y[i];
            for (size_t i = column; i < count * inner; i += inner)
                gx[i] = (adds ? gx[i] : 0) + (logarithm ? gy[i] - edge_exp(y[i]) * sum : y[i] * (gy[i] - sum));
        }
}

EDGE_VERSIONS(
    edge_softmax_gradient_f32,
    (bool logarithm, size_t outer, size_t count, size_t inner, const float *y, const float *gy, bool adds, float *gx),
    (logarithm, outer, count, inner, y, gy, adds, gx))

EDGE_INLINE void edge_scatter_f32_body(size_t count, size_t run, const int32_t *index, const float *gy, float *gx) {
    if (run == 1) {
        for (size_t i = 0; i < count; i++)
            if (index[i] > 0) gx[index[i] - 1] += gy[i];
        return;
    }
    for (size_t i = 0; i < count; i++, gy += run) {
        if (index[i] <= 0) continue;
        float *target = gx + (index[i] - 1);
        for (size_t k = 0; k < run; k++) target[k] += gy[k];
    }
}

EDGE_VERSIONS(
    edge_scatter_f32, (size_t count, size_t run, const int32_t *index, const float *gy, float *gx),
    (count, run, index, gy, gx))

EDGE_INLINE void edge_collect_f32_body(
    size_t count, size_t run, const int32_t *index, const float *gy, bool adds, float *gx) {
    if (run == 1) {
        if (adds)
            for (size_t i = 0; i < count; i++) gx[i] += gy[index[i]];
        else
            for (size_t i = 0; i < count; i++) gx[i] = gy[index[i]];
        return;
    }
    for (size_t i = 0; i < count; i++, gx += run) {
        const float *source = gy + (size_t)index[i] * run;
        if (adds)
            for (size_t k = 0; k < run; k++) gx[k] += source[k];
        else
            for (size_t k = 0; k < run; k++) gx[k] = source[k];
    }
}

EDGE_VERSIONS(
    edge_collect_f32, (size_t count, size_t run, const int32_t *index, const float *gy, bool adds, float *gx),
    (count, run, index, gy, adds, gx))
