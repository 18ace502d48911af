#include "internal.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

#if EDGE_ARM
#include <sys/auxv.h>
#endif

edge_isa edge_isa_detected(void) {
#if EDGE_X86
    if (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512dq"))
        return EDGE_ISA_AVX512_VNNI;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return EDGE_ISA_AVX2;
    return EDGE_ISA_SCALAR;
#elif EDGE_ARM
    // Linux tells of dot products (ASIMDDP) in this bit; NEON itself is part of every 64-bit ARM.
    return getauxval(AT_HWCAP) & 1u << 20 ? EDGE_ISA_NEON_DOT : EDGE_ISA_NEON;
#else
    return EDGE_ISA_SCALAR;
#endif
}

enum { EDGE_HUGE_PAGE = 1 << 21, EDGE_LARGE_BLOCK = 1 << 20 };

edge_isa edge_isa_lowered(edge_isa wanted) {
    edge_isa best = edge_isa_detected();
    return wanted < best ? wanted : best;
}

void *edge_allocate(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || __builtin_add_overflow(bytes, 128, &bytes)) return NULL;
    bytes &= ~(size_t)63;
    // Large weights are read from end to end: with pages of 2 MiB the processor need not look up every 4 KiB of them.
    const bool large = bytes >= EDGE_LARGE_BLOCK;
    void *block = aligned_alloc(large ? EDGE_HUGE_PAGE : 64, large ? edge_round_up(bytes, EDGE_HUGE_PAGE) : bytes);
#if defined(__linux__)
    // Advice: where the system has no such pages nothing changes.
    if (block && large) madvise(block, edge_round_up(bytes, EDGE_HUGE_PAGE), MADV_HUGEPAGE);
#endif
    if (block) memset(block, 0, bytes);
    return block;
}
