#include "edge_training.h"
#include "fast_math.h"
#include "versions.h"

// Functions of one number and their derivatives. What networks use by the million (GELU, swish, …) is written without branches or calls,
// so that it vectorises; the rest calls the C library.

/// erf within 1.5e-7: Abramowitz and Stegun, 7.1.26.
EDGE_INLINE float erf_fast(float x) {
    const float z = fabsf(x), t = 1.0f / (1.0f + 0.3275911f * z);
    float p = 1.061405429f;
    p = p * t - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    const float magnitude = 1.0f - p * t * edge_exp(-z * z);
    return x < 0 ? -magnitude : magnitude;
}

/// log(1 + e^x) without overflow.
EDGE_INLINE float softplus(float x) { return (x > 0 ? x : 0) + log1pf(edge_exp(-fabsf(x))); }

EDGE_INLINE float gelu_slope(float x) {
    const float root = 0.70710678118654752f, density = 0.39894228040143268f;
    return 0.5f * (1.0f + erf_fast(x * root)) + x * density * edge_exp(-0.5f * x * x);
}

static const float gelu_a = 0.79788456080286536f, gelu_b = 0.044715f;

EDGE_INLINE float value_of(const edge_function f, float x, float p, float q) {
    switch (f) {
    case EDGE_FUNCTION_GELU: return 0.5f * x * (1.0f + erf_fast(x * 0.70710678118654752f));
    case EDGE_FUNCTION_GELU_TANH: return 0.5f * x * (1.0f + edge_tanh(gelu_a * (x + gelu_b * x * x * x)));
    case EDGE_FUNCTION_SWISH: return x * edge_sigmoid(p * x);
    case EDGE_FUNCTION_RELU: return x < 0 ? 0 : x;
    default: return x;
    }
}

bool edge_function_reads_result(edge_function f) {
    switch (f) {
    case EDGE_FUNCTION_RELU:
    case EDGE_FUNCTION_SIGMOID:
    case EDGE_FUNCTION_TANH:
    case EDGE_FUNCTION_EXP:
    case EDGE_FUNCTION_SQRT:
    case EDGE_FUNCTION_RECIPROCAL:
    case EDGE_FUNCTION_TAN: return true;
    default: return false;
    }
}

/// The derivative; `v` is the result where `edge_function_reads_result` says so, else the argument.
EDGE_INLINE float slope_of(const edge_function f, float v, float p, float q) {
    switch (f) {
    case EDGE_FUNCTION_RELU: return v > 0 ? 1 : 0;
    case EDGE_FUNCTION_LEAKY_RELU: return v < 0 ? p : 1;
    case EDGE_FUNCTION_ELU: return v < 0 ? p * edge_exp(v) : 1;
    case EDGE_FUNCTION_CELU: return v < 0 ? edge_exp(v / p) : 1;
    case EDGE_FUNCTION_SELU: return q * (v < 0 ? p * edge_exp(v) : 1);
    case EDGE_FUNCTION_GELU: return gelu_slope(v);
    case EDGE_FUNCTION_GELU_TANH: {
        const float t = edge_tanh(gelu_a * (v + gelu_b * v * v * v));
        return 0.5f * (1 + t) + 0.5f * v * (1 - t * t) * gelu_a * (1 + 3 * gelu_b * v * v);
    }
    case EDGE_FUNCTION_SWISH: {
        const float s = edge_sigmoid(p * v);
        return s + p * v * s * (1 - s);
    }
    case EDGE_FUNCTION_MISH: {
        const float t = edge_tanh(softplus(v));
        return t + v * (1 - t * t) * edge_sigmoid(v);
    }
    case EDGE_FUNCTION_HARD_SIGMOID: return p * v + q > 0 && p * v + q < 1 ? p : 0;
    case EDGE_FUNCTION_HARD_SWISH: return v <= -3 ? 0 : v >= 3 ? 1 : v * (1.0f / 3) + 0.5f;
    case EDGE_FUNCTION_SIGMOID: return v * (1 - v);
    case EDGE_FUNCTION_TANH: return 1 - v * v;
    case EDGE_FUNCTION_SOFTPLUS: return edge_sigmoid(v);
    case EDGE_FUNCTION_SOFTSIGN: return 1 / ((1 + fabsf(v)) * (1 + fabsf(v)));
    case EDGE_FUNCTION_THRESHOLDED_RELU: return v > p ? 1 : 0;
    case EDGE_FUNCTION_SHRINK: return v < -p || v > p ? 1 : 0;
    case EDGE_FUNCTION_CLIP: return v < p || v > q ? 0 : 1;
    case EDGE_FUNCTION_EXP: return v;
    case EDGE_FUNCTION_LOG: return 1 / v;
    case EDGE_FUNCTION_SQRT: return 0.5f / v;
    case EDGE_FUNCTION_ERF: return 1.12837916709551257f * edge_exp(-v * v);
    case EDGE_FUNCTION_RECIPROCAL: return -v * v;
    case EDGE_FUNCTION_NEG: return -1;
    case EDGE_FUNCTION_ABS: return v > 0 ? 1 : v < 0 ? -1 : 0;
    case EDGE_FUNCTION_SIN: return cosf(v);
    case EDGE_FUNCTION_COS: return -sinf(v);
    case EDGE_FUNCTION_TAN: return 1 + v * v;
    case EDGE_FUNCTION_ASIN: return 1 / sqrtf(1 - v * v);
    case EDGE_FUNCTION_ACOS: return -1 / sqrtf(1 - v * v);
    case EDGE_FUNCTION_ATAN: return 1 / (1 + v * v);
    case EDGE_FUNCTION_SINH: return coshf(v);
    case EDGE_FUNCTION_COSH: return sinhf(v);
    case EDGE_FUNCTION_ASINH: return 1 / sqrtf(1 + v * v);
    case EDGE_FUNCTION_ACOSH: return 1 / sqrtf(v * v - 1);
    case EDGE_FUNCTION_ATANH: return 1 / (1 - v * v);
    }
    return 0;
}

bool edge_function_is_fast(edge_function f) {
    return f == EDGE_FUNCTION_GELU || f == EDGE_FUNCTION_GELU_TANH || f == EDGE_FUNCTION_SWISH || f == EDGE_FUNCTION_RELU;
}

EDGE_INLINE void edge_function_f32_body(edge_function f, size_t count, float p, float q, const float *x, float *y) {
    // One loop for each function, so that the choice stands outside of it.
#define VALUES(name) \
    case EDGE_FUNCTION_##name: \
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) y[i] = value_of(EDGE_FUNCTION_##name, x[i], p, q); \
        break;
    switch (f) {
        VALUES(RELU)
        VALUES(GELU)
        VALUES(GELU_TANH)
        VALUES(SWISH)
    default: break;
    }
#undef VALUES
}

EDGE_VERSIONS(
    edge_function_f32, (edge_function f, size_t count, float p, float q, const float *x, float *y), (f, count, p, q, x, y))

/// What calls the C library is compiled once.
static void rare_slopes(edge_function f, size_t count, float p, float q, const float *v, float *slopes) {
    for (size_t i = 0; i < count; i++) slopes[i] = slope_of(f, v[i], p, q);
}

EDGE_INLINE void edge_function_gradient_f32_body(
    edge_function f, size_t count, float p, float q, const float *x, const float *y, const float *gy, bool adds,
    float *gx) {
    enum { CHUNK = 256 };
    float slopes[CHUNK];
    const float *v = edge_function_reads_result(f) ? y : x;
    if (f == EDGE_FUNCTION_RELU && !adds) {
        // The gradient may take over the memory of the given one.
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) gx[i] = v[i] > 0 ? gy[i] : 0;
        return;
    }
    for (size_t start = 0; start < count; start += CHUNK, v += CHUNK, gy += CHUNK, gx += CHUNK) {
        const size_t length = count - start < CHUNK ? count - start : CHUNK;
#define SLOPES(name) \
    case EDGE_FUNCTION_##name: \
        for (size_t i = 0; i < length; i++) slopes[i] = slope_of(EDGE_FUNCTION_##name, v[i], p, q); \
        break;
        switch (f) {
            SLOPES(RELU)
            SLOPES(LEAKY_RELU)
            SLOPES(ELU)
            SLOPES(GELU)
            SLOPES(GELU_TANH)
            SLOPES(SWISH)
            SLOPES(HARD_SIGMOID)
            SLOPES(HARD_SWISH)
            SLOPES(SIGMOID)
            SLOPES(TANH)
            SLOPES(SOFTPLUS)
            SLOPES(CLIP)
            SLOPES(ERF)
        default: rare_slopes(f, length, p, q, v, slopes); break;
        }
#undef SLOPES
        if (adds)
            EDGE_ELEMENTWISE for (size_t i = 0; i < length; i++) gx[i] += gy[i] * slopes[i];
        else
            EDGE_ELEMENTWISE for (size_t i = 0; i < length; i++) gx[i] = gy[i] * slopes[i];
    }
}

EDGE_VERSIONS(
    edge_function_gradient_f32,
    (edge_function f, size_t count, float p, float q, const float *x, const float *y, const float *gy, bool adds, float *gx),
    (f, count, p, q, x, y, gy, adds, gx))

/// A number that follows from a seed and a position: two rounds of a multiply-and-shift hash, all 32 bits of which are used.
EDGE_INLINE uint32_t hashed(uint32_t low, uint32_t high, uint32_t position) {
    uint32_t h = position * 0x9E3779B1u ^ low;
    h ^= h >> 16;
    h *= 0x85EBCA6Bu;
    h ^= h >> 13;
    h = (h ^ high) * 0xC2B2AE35u;
    h ^= h >> 16;
    h *= 0x27D4EB2Fu;
    return h ^ h >> 15;
}

EDGE_INLINE void edge_dropout_f32_body(
    size_t count, uint64_t seed, float probability, const float *x, float *y, float *mask) {
    // The comparison is with the upper 24 bits, which a float holds exactly.
    const float bound = probability * 16777216.0f, kept = probability < 1 ? 1.0f / (1.0f - probability) : 0;
    const uint32_t low = (uint32_t)seed, high = (uint32_t)(seed >> 32);
    for (size_t i = 0; i < count; i++) {
        mask[i] = (float)(int32_t)(hashed(low, high, (uint32_t)i) >> 8) < bound ? 0 : kept;
        y[i] = x[i] * mask[i];
    }
}

EDGE_VERSIONS(
    edge_dropout_f32, (size_t count, uint64_t seed, float probability, const float *x, float *y, float *mask),
    (count, seed, probability, x, y, mask))

EDGE_INLINE void edge_dropout_gradient_f32_body(
    size_t count, const float *mask, const float *gy, bool adds, float *gx) {
    if (adds)
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) gx[i] += gy[i] * mask[i];
    else
        EDGE_ELEMENTWISE for (size_t i = 0; i < count; i++) gx[i] = gy[i] * mask[i];
}

EDGE_VERSIONS(
    edge_dropout_gradient_f32, (size_t count, const float *mask, const float *gy, bool adds, float *gx),
    (count, mask, gy, adds, gx))
