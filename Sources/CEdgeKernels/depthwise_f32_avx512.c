#include "depthwise.h"

#if EDGE_X86
#include <immintrin.h>

#define NAME edge_depthwise_f32_avx512
#define TARGET EDGE_AVX512
#define LANES 16
#define VECTOR __m512
#define LOAD(p) _mm512_loadu_ps(p)
#define PART(count) ((__mmask16)((1u << (count)) - 1))
#define LOAD_PART(p, count) _mm512_maskz_loadu_ps(PART(count), p)
#define STORE(p, v) _mm512_storeu_ps(p, v)
#define STORE_PART(p, count, v) _mm512_mask_storeu_ps(p, PART(count), v)
#define BROADCAST(x) _mm512_set1_ps(x)
#define FMA(a, b, c) _mm512_fmadd_ps(a, b, c)
#define ADD(a, b) _mm512_add_ps(a, b)
#define MIN(a, b) _mm512_min_ps(a, b)
#define MAX(a, b) _mm512_max_ps(a, b)
#include "depthwise_f32_body.h"
#endif
