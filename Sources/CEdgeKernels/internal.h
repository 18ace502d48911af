#ifndef EDGE_INTERNAL_H
#define EDGE_INTERNAL_H

#include "edge_kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// What the kernel files share.
//
// One idea carries all convolutions that are not depthwise: the image is copied once into a padded buffer (when it needs
// padding), after which the window of an output pixel is a few contiguous runs of memory, one for each kernel row, no
// matter how few channels there are. A run is read in units of 32 bits (one float, four bytes, two 16-bit numbers); a unit
// is broadcast and multiplied into 16 output channels, whose weights for that unit lie together in 64 bytes. So float,
// 8-bit and 16-bit convolutions, pointwise and dense layers share packing, tiling and driver, and differ in one instruction.

#if defined(__x86_64__)
#define EDGE_X86 1
#define EDGE_AVX2 __attribute__((target("avx2,fma,f16c")))
#define EDGE_AVX512 __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))
#elif defined(__aarch64__)
#define EDGE_ARM 1
#define EDGE_NEON_DOT __attribute__((target("dotprod")))
#endif

/// Whether there are kernels beside the scalar ones.
#if EDGE_X86 || EDGE_ARM
#define EDGE_PACKED 1
#endif

/// x86 multiplies unsigned bytes by signed ones, ARM signed by signed: the activations of the kernels for bytes are
/// quantized numbers less their type's lowest value, and less this.
enum {
#if EDGE_ARM
    EDGE_BYTE_BIAS = 128
#else
    EDGE_BYTE_BIAS = 0
#endif
};

#define EDGE_INLINE static inline __attribute__((always_inline))

/// Output channels that share a block of packed weights.
enum { EDGE_BLOCK = 16 };

/// The set to use when `wanted` is asked for: no more than the processor has.
edge_isa edge_isa_lowered(edge_isa wanted);

/// Whether every kernel can take the shape: sizes positive, groups dividing, all counts within 31 bits.
bool edge_shape_is_valid(const edge_conv_shape *shape);

/// Rows and columns of the image that the windows of all outputs span, padding included.
int32_t edge_padded_h(const edge_conv_shape *shape);
int32_t edge_padded_w(const edge_conv_shape *shape);

/// Whether no window of an output reaches outside the image.
bool edge_is_unpadded(const edge_conv_shape *shape);

/// `count` elements of `size` bytes, zeroed, aligned to 64 bytes, with 64 spare bytes behind them; NULL without memory.
void *edge_allocate(size_t count, size_t size);

/// The next multiple of 64 at or after an address.
EDGE_INLINE void *edge_aligned(void *address) { return (void *)(((uintptr_t)address + 63) & ~(uintptr_t)63); }

EDGE_INLINE size_t edge_round_up(size_t value, size_t multiple) { return (value + multiple - 1) / multiple * multiple; }
EDGE_INLINE int32_t edge_min_i32(int32_t a, int32_t b) { return a < b ? a : b; }
EDGE_INLINE int32_t edge_max_i32(int32_t a, int32_t b) { return a > b ? a : b; }
EDGE_INLINE float edge_clamp_f32(float x, float min, float max) { return x < min ? min : x > max ? max : x; }

/// round(x) + zero, clamped to [min, max]; ties to even; any float is allowed, NaN counts as 0.
EDGE_INLINE int32_t edge_round_q8(float x, int32_t zero, int32_t min, int32_t max) {
    x = x == x ? x : 0;
    x = edge_clamp_f32(x, -1e6f, 1e6f);
    int32_t q = (int32_t)rintf(x) + zero;
    return q < min ? min : q > max ? max : q;
}

EDGE_INLINE int32_t edge_load_q8(edge_q8 type, const void *in, size_t index) {
    return type == EDGE_I8 ? ((const int8_t *)in)[index] : ((const uint8_t *)in)[index];
}
EDGE_INLINE int32_t edge_lowest_q8(edge_q8 type) { return type == EDGE_I8 ? -128 : 0; }

/// What bytes of a type are combined with (exclusive or) to become activations of the kernels for bytes.
EDGE_INLINE uint8_t edge_byte_flip(edge_q8 type) { return (type == EDGE_I8) == (EDGE_BYTE_BIAS == 0) ? 0x80 : 0; }

EDGE_INLINE int32_t edge_highest_q8(edge_q8 type) { return type == EDGE_I8 ? 127 : 255; }

/// The taps of a window on one axis that lie inside the image, and where the window begins.
typedef struct edge_span {
    int32_t first, last, origin;
} edge_span;

EDGE_INLINE edge_span edge_span_of(
    int32_t out, int32_t stride, int32_t pad, int32_t dilation, int32_t kernel, int32_t extent) {
    int32_t origin = out * stride - pad;
    int32_t first = origin < 0 ? (-origin + dilation - 1) / dilation : 0;
    int32_t last = origin >= extent ? 0 : (extent - 1 - origin) / dilation + 1;
    return (edge_span){first, edge_min_i32(last, kernel), origin};
}

#endif
