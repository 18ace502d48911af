#ifndef EDGE_FAST_MATH_H
#define EDGE_FAST_MATH_H

#include "internal.h"

// Elementary functions that vectorise: no branches, no tables.

/// e^x within 2 units in the last place; 0 below -103, infinity above 88.73.
EDGE_INLINE float edge_exp(float x) {
    // e^x = 2^n e^r with n = round(x / ln 2) and |r| <= ln 2 / 2; ln 2 is taken off in two parts. Minimax polynomial of
    // Cephes expf. Two factors for 2^n keep the exponent in range for subnormal results.
    float bounded = x < -104.0f ? -104.0f : x > 89.0f ? 89.0f : x;
    bounded = x == x ? bounded : 0.0f;
    float n = rintf(bounded * 1.44269504088896341f);
    float r = bounded - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    int32_t whole = (int32_t)n, half = whole >> 1;
    union { uint32_t bits; float value; } a = {(uint32_t)(half + 127) << 23}, b = {(uint32_t)(whole - half + 127) << 23};
    float result = p * a.value * b.value;
    return x == x ? result : x;
}

EDGE_INLINE float edge_sigmoid(float x) {
    // e^-|x| does not overflow; the smaller half follows from the larger.
    float e = edge_exp(x < 0 ? x : -x);
    float smaller = e / (1.0f + e);
    return x < 0 ? smaller : x == x ? 1.0f / (1.0f + e) : x;
}

EDGE_INLINE float edge_tanh(float x) {
    float magnitude = fabsf(x);
    // Near zero the quotient would cancel: Cephes' polynomial there.
    float square = x * x;
    float p = -5.70498872745e-3f;
    p = p * square + 2.06390887954e-2f;
    p = p * square - 5.37397155531e-2f;
    p = p * square + 1.33314422036e-1f;
    p = p * square - 3.33332819422e-1f;
    float small = p * square * x + x;
    // Beyond 20 the result is 1 to the last place, and e^-2x soon too small to be computed with at full speed.
    float e = edge_exp(-2.0f * (magnitude > 20.0f ? 20.0f : magnitude));
    float large = 1.0f - 2.0f * e / (1.0f + e);
    large = x < 0 ? -large : large;
    return magnitude < 0.625f ? small : large;
}

EDGE_INLINE float edge_erf(float x) {
    // Below 1 a polynomial of x^2, above 1 - exp(-p(x)), both fitted at Chebyshev nodes: within 3 units in the last place.
    float magnitude = fabsf(x), square = x * x;
    float p = -9.673590170e-06f;
    p = p * square + 1.126825367e-04f;
    p = p * square - 8.484396519e-04f;
    p = p * square + 5.221053410e-03f;
    p = p * square - 2.686543831e-02f;
    p = p * square + 1.128378262e-01f;
    p = p * square - 3.761263848e-01f;
    float small = (p * square + 1.128379167e+00f) * x;
    float m = magnitude < 3.95f ? magnitude : 3.95f;
    float q = -1.614061598e-06f;
    q = q * m + 4.559062234e-05f;
    q = q * m - 5.927695370e-04f;
    q = q * m + 4.740222338e-03f;
    q = q * m - 2.636471735e-02f;
    q = q * m + 1.099782451e-01f;
    q = q * m + 6.319370937e-01f;
    q = q * m + 1.130166675e+00f;
    q = q * m - 3.032129671e-04f;
    float large = magnitude < 3.92f ? 1.0f - edge_exp(-q) : 1.0f;
    large = x < 0 ? -large : large;
    return magnitude < 1.0f ? small : x == x ? large : x;
}

EDGE_INLINE float edge_gelu(float x) { return 0.5f * x * (1.0f + edge_erf(x * 0.70710678118654752f)); }

EDGE_INLINE float edge_gelu_tanh(float x) {
    return 0.5f * x * (1.0f + edge_tanh(0.79788456080286536f * (x + 0.044715f * x * x * x)));
}

#endif
