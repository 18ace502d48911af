#ifndef EDGE_DIRECT_H
#define EDGE_DIRECT_H

#include "internal.h"

// The direct convolution that float and quantized layers share; see the essay in internal.h.

/// How a unit of 32 bits is read and multiplied.
typedef enum edge_unit {
    EDGE_UNIT_F32,
    /// Four bytes, activations unsigned on x86 and signed on ARM (see EDGE_BYTE_BIAS), weights signed.
    EDGE_UNIT_U8S8,
    /// Two 16-bit numbers with the zero points already taken off.
    EDGE_UNIT_S16,
    /// As U8S8, weights in four or two bits.
    EDGE_UNIT_U8S4,
    EDGE_UNIT_U8S2
} edge_unit;

/// What the innermost loop needs to know besides its pointers; fixed for a panel of output channels.
typedef struct edge_tile {
    /// Bytes between the windows of neighbouring output pixels, and between the pixels of the output.
    ptrdiff_t in_stride, out_stride;
    /// Bytes from the start of a window to each run: [scale_groups][runs].
    const int32_t *run_offsets;
    /// Runs for each scale group, units for each run (a multiple of those that share a byte).
    int32_t runs, units, scale_groups;
    /// [scale_groups][runs][units][blocks][16][bytes of a unit]; 4-bit: [units / 2], the even unit in the low nibbles;
    /// 2-bit: [units / 4], the first of four units in the lowest bits.
    const void *weights;
    /// [blocks][16]: what the accumulators start from: float biases, or int32 (not with several scale groups).
    const void *start;
    /// Quantized: [scale_groups][blocks][16], and what is added after the multiplication, [blocks][16].
    const float *multipliers, *bias;
    /// AVX-512, scale groups: the multipliers as integers of 16 bits, of which each lane has a unit, [blocks][16]; NULL: as floats.
    const int16_t *narrow_multipliers;
    const float *units_of_narrow;
    /// Scale groups and float outputs: multiplied in before the bias.
    float scale;
    /// The lanes of the last block that exist.
    uint16_t tail_mask;
    edge_output_type output;
    /// Float outputs: the clamp. Quantized ones: the clamp less the zero point.
    float min, max;
    /// Quantized outputs: the zero point (of the signed form), and 0x80 where the output is unsigned.
    int32_t zero;
    uint8_t flip;
} edge_tile;

/// Computes M output pixels for N blocks of 16 channels.
typedef void (*edge_tile_function)(const edge_tile *tile, const char *in, const char *residual, char *out);

enum { EDGE_TILE_PIXELS = 12, EDGE_TILE_BLOCKS = 4 };

/// The functions for N blocks and M pixels at [N - 1][M - 1]; NULL where a tile is not made.
typedef edge_tile_function edge_tile_table[EDGE_TILE_BLOCKS][EDGE_TILE_PIXELS];

/// The geometry of a direct convolution after packing.
typedef struct edge_direct {
    /// Pointwise layers are flattened to one row.
    edge_conv_shape shape;
    edge_unit unit;
    /// Channels of one convolution group.
    int32_t in_g, out_g;
    /// Blocks of 16 output channels in a group; panels of them; blocks in a panel (fewer in the last).
    int32_t blocks, panels, panel_blocks;
    int32_t runs, units, scale_groups, scale_group;
    int32_t *run_offsets;
    /// Bytes of one block's weights over all scale groups.
    size_t block_bytes;
    /// [groups][panels] packed weights.
    void *weights;
    /// The padded image: rows, elements in a row, bytes of an element; output rows for which rows of it are there at once.
    int32_t rows, row_elements, element, band;
    /// Whether the image is copied at all.
    bool copies;
} edge_direct;

/// Reads the original weights at `first` + each of the offsets.
typedef void (*edge_weight_reader)(
    const void *context, size_t first, const ptrdiff_t *offsets, int32_t count, int32_t *weights);

/// Lays a convolution out and packs its weights.
///
/// @param read reads quantized weights (less their zero point); for floats it is NULL and `weights` are floats.
/// @return false without memory.
bool edge_direct_create(
    edge_direct *direct, const edge_conv_shape *shape, edge_unit unit, int32_t scale_group, edge_isa isa,
    const void *weights, edge_weight_reader read);

void edge_direct_destroy(edge_direct *direct);

/// Scratch bytes for the padded image; 0 if it is not copied.
size_t edge_direct_scratch(const edge_direct *direct);

/// Per channel arrays in panel order: the index of channel `out` of group `group`.
size_t edge_direct_lane(const edge_direct *direct, int32_t group, int32_t out);

/// Lanes of all groups: the size of per channel arrays.
size_t edge_direct_lanes(const edge_direct *direct);

/// The constants of one run, per lane.
typedef struct edge_direct_constants {
    const char *start;
    const float *multipliers, *bias;
    const int16_t *narrow_multipliers;
    const float *units_of_narrow;
} edge_direct_constants;

/// Copies the channels of one group of an image into the padded buffer: `rows` rows of the padded image from `first` on.
typedef void (*edge_pad_function)(
    const edge_direct *direct, const void *context, const char *image, int32_t first, int32_t rows, char *padded);

/// Runs it. `tile` holds output, clamp, zero and flip. `image` is the input as the caller gave it, `in_bytes` and
/// `out_bytes` the size of its and the output's elements.
void edge_direct_run(
    const edge_direct *direct, edge_tile tile, const edge_direct_constants *constants, const edge_tile_table *table,
    edge_pad_function pad, const void *pad_context, size_t in_bytes, size_t out_bytes, const char *input,
    const char *residual, char *output, char *padded);

extern const edge_tile_table edge_tiles_f32_avx2, edge_tiles_s16_avx2, edge_tiles_s16_groups_avx2;
extern const edge_tile_table edge_tiles_u8s4_avx2, edge_tiles_u8s4_groups_avx2;
extern const edge_tile_table edge_tiles_u8s2_avx2, edge_tiles_u8s2_groups_avx2;
extern const edge_tile_table edge_tiles_f32_avx512, edge_tiles_s16_avx512, edge_tiles_s16_groups_avx512;
extern const edge_tile_table edge_tiles_u8s8_avx512, edge_tiles_u8s8_groups_avx512;
extern const edge_tile_table edge_tiles_u8s4_avx512, edge_tiles_u8s4_groups_avx512;
extern const edge_tile_table edge_tiles_u8s2_avx512, edge_tiles_u8s2_groups_avx512;
extern const edge_tile_table edge_tiles_f32_neon, edge_tiles_s16_neon, edge_tiles_s16_groups_neon;
extern const edge_tile_table edge_tiles_u8s4_neon, edge_tiles_u8s4_groups_neon;
extern const edge_tile_table edge_tiles_u8s2_neon, edge_tiles_u8s2_groups_neon;
extern const edge_tile_table edge_tiles_u8s8_dot, edge_tiles_u8s8_groups_dot;
extern const edge_tile_table edge_tiles_u8s4_dot, edge_tiles_u8s4_groups_dot;
extern const edge_tile_table edge_tiles_u8s2_dot, edge_tiles_u8s2_groups_dot;

/// The tiles of an instruction set that is not scalar; `groups` for several scale groups.
const edge_tile_table *edge_tiles_for(edge_isa isa, edge_unit unit, bool groups);

/// The blocks that a panel may have.
int32_t edge_widest_panel(edge_isa isa);

#endif
