#include "depthwise.h"

#if EDGE_ARM
#include <arm_neon.h>

/// Two registers stand for one of eight lanes: the layouts repeat channels over at least eight.
typedef float32x4x2_t lanes8;

EDGE_INLINE lanes8 load(const float *p) { return (lanes8){{vld1q_f32(p), vld1q_f32(p + 4)}}; }
EDGE_INLINE void store(float *p, lanes8 v) {
    vst1q_f32(p, v.val[0]);
    vst1q_f32(p + 4, v.val[1]);
}
EDGE_INLINE lanes8 load_part(const float *p, int count) {
    float part[8] = {0};
    memcpy(part, p, (size_t)count * sizeof(float));
    return load(part);
}
EDGE_INLINE void store_part(float *p, int count, lanes8 v) {
    float part[8];
    store(part, v);
    memcpy(p, part, (size_t)count * sizeof(float));
}
EDGE_INLINE lanes8 broadcast(float x) { return (lanes8){{vdupq_n_f32(x), vdupq_n_f32(x)}}; }
EDGE_INLINE lanes8 multiply_add(lanes8 a, lanes8 b, lanes8 c) {
    return (lanes8){{vfmaq_f32(c.val[0], a.val[0], b.val[0]), vfmaq_f32(c.val[1], a.val[1], b.val[1])}};
}
EDGE_INLINE lanes8 add(lanes8 a, lanes8 b) {
    return (lanes8){{vaddq_f32(a.val[0], b.val[0]), vaddq_f32(a.val[1], b.val[1])}};
}
EDGE_INLINE lanes8 smaller(lanes8 a, lanes8 b) {
    return (lanes8){{vminq_f32(a.val[0], b.val[0]), vminq_f32(a.val[1], b.val[1])}};
}
EDGE_INLINE lanes8 larger(lanes8 a, lanes8 b) {
    return (lanes8){{vmaxq_f32(a.val[0], b.val[0]), vmaxq_f32(a.val[1], b.val[1])}};
}

#define NAME edge_depthwise_f32_neon
#define TARGET
#define LANES 8
#define VECTOR lanes8
#define LOAD(p) load(p)
#define LOAD_PART(p, count) load_part(p, count)
#define STORE(p, v) store(p, v)
#define STORE_PART(p, count, v) store_part(p, count, v)
#define BROADCAST(x) broadcast(x)
#define FMA(a, b, c) multiply_add(a, b, c)
#define ADD(a, b) add(a, b)
#define MIN(a, b) smaller(a, b)
#define MAX(a, b) larger(a, b)
#include "depthwise_f32_body.h"
#endif
