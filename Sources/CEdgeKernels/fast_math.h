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
    float e = edge_exp(-2.0f * magnitude);
    float large = 1.0f - 2.0f * e / (1.0f + e);
    large = x < 0 ? -large : large;
    return magnitude < 0.625f ? small : large;
}

#endif
