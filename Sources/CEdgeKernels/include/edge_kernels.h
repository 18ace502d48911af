#ifndef EDGE_KERNELS_H
#define EDGE_KERNELS_H

#include <stdint.h>

/// The instruction sets that kernels are written for, each including the ones before it.
typedef enum edge_isa { EDGE_ISA_SCALAR = 0, EDGE_ISA_AVX2 = 1, EDGE_ISA_AVX512_VNNI = 2 } edge_isa;

/// The best instruction set of this processor.
edge_isa edge_isa_detected(void);

#endif
