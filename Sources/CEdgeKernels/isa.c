#include "edge_kernels.h"

edge_isa edge_isa_detected(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return EDGE_ISA_AVX512_VNNI;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return EDGE_ISA_AVX2;
#endif
    return EDGE_ISA_SCALAR;
}
