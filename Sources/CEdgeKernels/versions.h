#ifndef EDGE_VERSIONS_H
#define EDGE_VERSIONS_H

#include "internal.h"

// Simple loops are written once, in plain C, and compiled for each instruction set; the compiler vectorises them.
//
// EDGE_VERSIONS(name, (parameters), (arguments)) makes name(edge_isa isa, parameters) from name_body(parameters),
// which must be EDGE_INLINE. EDGE_VERSIONS_STATIC makes it private to the file.

/// Before a loop whose steps each read and write their own index alone: the output may be one of the inputs, for which the
/// compiler's own test would choose the loop without vectors.
#define EDGE_ELEMENTWISE _Pragma("clang loop vectorize(assume_safety)")

#define EDGE_UNPACK(...) __VA_ARGS__

#if EDGE_X86
#define EDGE_VERSIONS_OF(linkage, name, parameters, arguments) \
    static EDGE_AVX2 void name##_avx2 parameters { name##_body arguments; } \
    static EDGE_AVX512 void name##_avx512 parameters { name##_body arguments; } \
    static void name##_scalar parameters { name##_body arguments; } \
    linkage void name(edge_isa isa, EDGE_UNPACK parameters) { \
        switch (edge_isa_lowered(isa)) { \
        case EDGE_ISA_SCALAR: name##_scalar arguments; break; \
        case EDGE_ISA_AVX2: name##_avx2 arguments; break; \
        case EDGE_ISA_AVX512_VNNI: name##_avx512 arguments; break; \
        } \
    }
#else
#define EDGE_VERSIONS_OF(linkage, name, parameters, arguments) \
    linkage void name(edge_isa isa, EDGE_UNPACK parameters) { \
        (void)isa; \
        name##_body arguments; \
    }
#endif

#define EDGE_VERSIONS(name, parameters, arguments) EDGE_VERSIONS_OF(, name, parameters, arguments)
#define EDGE_VERSIONS_STATIC(name, parameters, arguments) EDGE_VERSIONS_OF(static, name, parameters, arguments)

#endif
