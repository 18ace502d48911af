#include "edge_training.h"
#include "fast_math.h"
#include "versions.h"

// One step of recurrent cells for a whole batch, and its way back. The products with the weights are the caller's.

EDGE_INLINE void edge_lstm_forward_f32_body(
    size_t batch, size_t hidden, float *gates, const float *cell_before, float *cell, float *state) {
    for (size_t n = 0; n < batch; n++, gates += 4 * hidden, cell_before += hidden, cell += hidden, state += hidden) {
        float *i = gates, *o = gates + hidden, *f = gates + 2 * hidden, *g = gates + 3 * hidden;
        for (size_t u = 0; u < hidden; u++) {
            i[u] = edge_sigmoid(i[u]);
            o[u] = edge_sigmoid(o[u]);
            f[u] = edge_sigmoid(f[u]);
            g[u] = edge_tanh(g[u]);
            const float next = f[u] * cell_before[u] + i[u] * g[u];
            cell[u] = next;
            state[u] = o[u] * edge_tanh(next);
        }
    }
}

EDGE_VERSIONS(
    edge_lstm_forward_f32,
    (size_t batch, size_t hidden, float *gates, const float *cell_before, float *cell, float *state),
    (batch, hidden, gates, cell_before, cell, state))

EDGE_INLINE void edge_lstm_cell_gradient_f32_body(
    size_t batch, size_t hidden, const float *gates, const float *cell_before, const float *cell, const float *gstate,
    float *gcell, float *ggates) {
    for (size_t n = 0; n < batch; n++) {
        const float *i = gates + n * 4 * hidden, *o = i + hidden, *f = i + 2 * hidden, *g = i + 3 * hidden;
        float *gi = ggates + n * 4 * hidden, *go = gi + hidden, *gf = gi + 2 * hidden, *gg = gi + 3 * hidden;
        for (size_t u = 0; u < hidden; u++) {
            const size_t at = n * hidden + u;
            const float t = edge_tanh(cell[at]);
            const float by_cell = gcell[at] + gstate[at] * o[u] * (1 - t * t);
            go[u] = gstate[at] * t * o[u] * (1 - o[u]);
            gi[u] = by_cell * g[u] * i[u] * (1 - i[u]);
            gf[u] = by_cell * cell_before[at] * f[u] * (1 - f[u]);
            gg[u] = by_cell * i[u] * (1 - g[u] * g[u]);
            gcell[at] = by_cell * f[u];
        }
    }
}

EDGE_VERSIONS(
    edge_lstm_cell_gradient_f32,
    (size_t batch, size_t hidden, const float *gates, const float *cell_before, const float *cell, const float *gstate,
     float *gcell, float *ggates),
    (batch, hidden, gates, cell_before, cell, gstate, gcell, ggates))

EDGE_INLINE void edge_gru_cell_f32_body(
    size_t batch, size_t hidden, float *gates, const float *recurrent, const float *before, float *state) {
    for (size_t n = 0; n < batch; n++) {
        float *z = gates + n * 3 * hidden, *r = z + hidden, *h = z + 2 * hidden;
        for (size_t u = 0; u < hidden; u++) {
            const size_t at = n * hidden + u;
            z[u] = edge_sigmoid(z[u]);
            r[u] = edge_sigmoid(r[u]);
            h[u] = edge_tanh(h[u] + r[u] * recurrent[at]);
            state[at] = (1 - z[u]) * h[u] + z[u] * before[at];
        }
    }
}

EDGE_VERSIONS(
    edge_gru_cell_f32,
    (size_t batch, size_t hidden, float *gates, const float *recurrent, const float *before, float *state),
    (batch, hidden, gates, recurrent, before, state))

EDGE_INLINE void edge_gru_cell_gradient_f32_body(
    size_t batch, size_t hidden, const float *gates, const float *recurrent, const float *before, const float *gstate,
    float *gbefore, float *ggates, float *grecurrent) {
    for (size_t n = 0; n < batch; n++) {
        const float *z = gates + n * 3 * hidden, *r = z + hidden, *h = z + 2 * hidden;
        float *gz = ggates + n * 3 * hidden, *gr = gz + hidden, *gh = gz + 2 * hidden;
        for (size_t u = 0; u < hidden; u++) {
            const size_t at = n * hidden + u;
            const float by_candidate = gstate[at] * (1 - z[u]) * (1 - h[u] * h[u]);
            gz[u] = gstate[at] * (before[at] - h[u]) * z[u] * (1 - z[u]);
            gr[u] = by_candidate * recurrent[at] * r[u] * (1 - r[u]);
            gh[u] = by_candidate;
            grecurrent[at] = by_candidate * r[u];
            gbefore[at] = gstate[at] * z[u];
        }
    }
}

EDGE_VERSIONS(
    edge_gru_cell_gradient_f32,
    (size_t batch, size_t hidden, const float *gates, const float *recurrent, const float *before, const float *gstate,
     float *gbefore, float *ggates, float *grecurrent),
    (batch, hidden, gates, recurrent, before, gstate, gbefore, ggates, grecurrent))
