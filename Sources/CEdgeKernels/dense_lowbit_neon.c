#include "dense_lowbit.h"

#if EDGE_ARM
#define NAME edge_dense_lowbit_neon
#define TARGET
#define UNPACK EDGE_UNPACKED
#include "dense_lowbit_body.h"
#endif
