#include "dense_lowbit.h"

#if EDGE_X86
#include <immintrin.h>

/// One shift brings a number to the lowest bits, and a table of 16 floats in a register turns them into it; with 2 bits the two
/// above, which belong to the next number, do not matter to the table.
EDGE_INLINE EDGE_AVX512 floats_16 unpacked(words_16 word, const int bits, const int part) {
    if (bits == 8) return EDGE_UNPACKED(word, bits, part);
    const __m512 table = bits == 4 ? _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1)
                                   : _mm512_setr_ps(0, 1, -2, -1, 0, 1, -2, -1, 0, 1, -2, -1, 0, 1, -2, -1);
    return (floats_16)_mm512_permutexvar_ps(_mm512_srli_epi32((__m512i)word, (unsigned)(part * bits)), table);
}

#define NAME edge_dense_lowbit_avx512
#define TARGET EDGE_AVX512
#define UNPACK unpacked
#include "dense_lowbit_body.h"
#endif
