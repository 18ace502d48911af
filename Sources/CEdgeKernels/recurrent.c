#include "fast_math.h"
#include "versions.h"

// What recurrent cells do between their matrix products.

EDGE_INLINE void edge_lstm_cell_f32_body(size_t count, const float *gates, float *cell, float *hidden) {
    for (size_t i = 0; i < count; i++) {
        float input = edge_sigmoid(gates[i]), output = edge_sigmoid(gates[count + i]);
        float forget = edge_sigmoid(gates[2 * count + i]);
        float next = forget * cell[i] + input * edge_tanh(gates[3 * count + i]);
        cell[i] = next;
        hidden[i] = output * edge_tanh(next);
    }
}

EDGE_VERSIONS(
    edge_lstm_cell_f32, (size_t count, const float *gates, float *cell, float *hidden), (count, gates, cell, hidden))

EDGE_INLINE void edge_gru_reset_f32_body(size_t count, const float *gates, const float *in, float *out) {
    for (size_t i = 0; i < count; i++) out[i] = edge_sigmoid(gates[count + i]) * in[i];
}

EDGE_VERSIONS(
    edge_gru_reset_f32, (size_t count, const float *gates, const float *in, float *out), (count, gates, in, out))

EDGE_INLINE void edge_gru_update_f32_body(size_t count, const float *gates, const float *candidate, float *hidden) {
    for (size_t i = 0; i < count; i++) {
        float update = edge_sigmoid(gates[i]);
        hidden[i] = (1 - update) * edge_tanh(candidate[i]) + update * hidden[i];
    }
}

EDGE_VERSIONS(
    edge_gru_update_f32, (size_t count, const float *gates, const float *candidate, float *hidden),
    (count, gates, candidate, hidden))
