#include "depthwise.h"

#if EDGE_X86
#include <immintrin.h>

/// All ones in the first `count` lanes.
EDGE_INLINE EDGE_AVX2 __m256i part(int count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

#define NAME edge_depthwise_f32_avx2
#define TARGET EDGE_AVX2
#define LANES 8
#define VECTOR __m256
#define LOAD(p) _mm256_loadu_ps(p)
#define LOAD_PART(p, count) _mm256_maskload_ps(p, part(count))
#define STORE(p, v) _mm256_storeu_ps(p, v)
#define STORE_PART(p, count, v) _mm256_maskstore_ps(p, part(count), v)
#define BROADCAST(x) _mm256_set1_ps(x)
#define FMA(a, b, c) _mm256_fmadd_ps(a, b, c)
#define ADD(a, b) _mm256_add_ps(a, b)
#define MIN(a, b) _mm256_min_ps(a, b)
#define MAX(a, b) _mm256_max_ps(a, b)
#include "depthwise_f32_body.h"
#endif
