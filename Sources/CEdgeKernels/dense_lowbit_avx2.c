#include "dense_lowbit.h"

#if EDGE_X86
#define NAME edge_dense_lowbit_avx2
#define TARGET EDGE_AVX2
#define UNPACK EDGE_UNPACKED
#include "dense_lowbit_body.h"
#endif
