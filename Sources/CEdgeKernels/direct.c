#include "direct.h"

enum { UNIT_BYTES = 4 };

static int32_t elements_per_unit(edge_unit unit) {
    return unit == EDGE_UNIT_F32 ? 1 : unit == EDGE_UNIT_S16 ? 2 : 4;
}

/// The units whose weights share their bytes.
static int32_t units_per_byte(edge_unit unit) { return unit == EDGE_UNIT_U8S4 ? 2 : unit == EDGE_UNIT_U8S2 ? 4 : 1; }

/// Whether a run is a whole row of the kernel rather than the channels of one tap.
static bool joins_taps(const edge_direct *d) { return d->shape.dilation_w == 1 && d->scale_groups == 1; }

/// A pointwise layer sees no difference between rows, columns and images.
static edge_conv_shape flattened(edge_conv_shape s) {
    bool pointwise = s.kernel_h == 1 && s.kernel_w == 1 && s.stride_h == 1 && s.stride_w == 1 && s.groups == 1
        && s.pad_top == 0 && s.pad_left == 0 && s.out_h == s.in_h && s.out_w == s.in_w;
    if (pointwise) {
        s.in_w = s.out_w = s.batch * s.out_h * s.out_w;
        s.batch = s.in_h = s.out_h = 1;
        s.dilation_h = s.dilation_w = 1;
    }
    return s;
}

/// The index of the weight that lane `out` multiplies element `element` of a run with, or -1 for none.
static ptrdiff_t weight_index(const edge_direct *d, int32_t out, int32_t scale_group, int32_t run, int32_t element) {
    const edge_conv_shape *s = &d->shape;
    int32_t ky, kx, channel;
    if (joins_taps(d)) {
        ky = run;
        kx = element / d->in_g;
        channel = element % d->in_g;
        if (kx >= s->kernel_w) return -1;
    } else {
        ky = run / s->kernel_w;
        kx = run % s->kernel_w;
        if (element >= d->scale_group) return -1;
        channel = scale_group * d->scale_group + element;
        if (channel >= d->in_g) return -1;
    }
    return (((ptrdiff_t)out * d->in_g + channel) * s->kernel_h + ky) * s->kernel_w + kx;
}

/// Writes every weight to its place.
static void pack(edge_direct *d, const void *source, edge_weight_reader read) {
    const int32_t per_unit = elements_per_unit(d->unit), shared = units_per_byte(d->unit), bits = 8 / shared;
    for (int32_t out = 0; out < d->shape.out_c; out++) {
        int32_t group = out / d->out_g, local = out % d->out_g;
        int32_t block = local / EDGE_BLOCK, lane = local % EDGE_BLOCK;
        int32_t panel = block / d->panel_blocks, in_panel = block % d->panel_blocks;
        int32_t width = edge_min_i32(d->panel_blocks, d->blocks - panel * d->panel_blocks);
        char *base = (char *)d->weights + ((size_t)group * d->blocks + (size_t)panel * d->panel_blocks) * d->block_bytes;
        for (int32_t sg = 0; sg < d->scale_groups; sg++)
            for (int32_t run = 0; run < d->runs; run++)
                for (int32_t element = 0; element < d->units * per_unit; element++) {
                    ptrdiff_t index = weight_index(d, out, sg, run, element);
                    if (index < 0) continue;
                    int32_t unit = element / per_unit, part = element % per_unit;
                    size_t row = ((size_t)sg * d->runs + run) * d->units + unit;
                    size_t cell = ((row / shared * width + in_panel) * EDGE_BLOCK + lane) * per_unit + part;
                    switch (d->unit) {
                    case EDGE_UNIT_F32: ((float *)base)[cell] = ((const float *)source)[index]; break;
                    case EDGE_UNIT_U8S8: ((int8_t *)base)[cell] = (int8_t)read(source, index); break;
                    case EDGE_UNIT_S16: ((int16_t *)base)[cell] = (int16_t)read(source, index); break;
                    case EDGE_UNIT_U8S4:
                    case EDGE_UNIT_U8S2:
                        ((uint8_t *)base)[cell] |= (uint8_t)((read(source, index) & ((1 << bits) - 1)) << (row % shared * bits));
                        break;
                    }
                }
    }
}

bool edge_direct_create(
    edge_direct *d, const edge_conv_shape *shape, edge_unit unit, int32_t scale_group, edge_isa isa,
    const void *weights, edge_weight_reader read) {
    *d = (edge_direct){.shape = flattened(*shape), .unit = unit};
    const edge_conv_shape *s = &d->shape;
    d->in_g = s->in_c / s->groups;
    d->out_g = s->out_c / s->groups;
    d->blocks = (d->out_g + EDGE_BLOCK - 1) / EDGE_BLOCK;
    d->scale_groups = scale_group > 0 ? (d->in_g + scale_group - 1) / scale_group : 1;
    d->scale_group = d->scale_groups > 1 ? scale_group : d->in_g;
    // Wide panels reuse an activation for more channels; AVX2 and NEON have the registers for one block only, and with several
    // scale groups each accumulator is there twice.
    int32_t widest = edge_widest_panel(isa);
    if (widest > 2 && d->scale_groups > 1 && s->out_w > 2) widest = 2;
    d->panels = (d->blocks + widest - 1) / widest;
    d->panel_blocks = (d->blocks + d->panels - 1) / d->panels;
    d->panels = (d->blocks + d->panel_blocks - 1) / d->panel_blocks;

    const int32_t per_unit = elements_per_unit(unit);
    d->element = UNIT_BYTES / per_unit;
    bool joined = joins_taps(d);
    int32_t run_elements = joined ? s->kernel_w * d->in_g : d->scale_group;
    d->runs = joined ? s->kernel_h : s->kernel_h * s->kernel_w;
    d->units = (run_elements + per_unit - 1) / per_unit;
    const int32_t shared = units_per_byte(unit);
    d->units = (d->units + shared - 1) / shared * shared;
    d->block_bytes = (size_t)d->scale_groups * d->runs * (d->units / shared) * EDGE_BLOCK * UNIT_BYTES;

    d->copies = unit != EDGE_UNIT_F32 || s->groups > 1 || !edge_is_unpadded(s);
    d->rows = d->copies ? edge_padded_h(s) : s->in_h;
    d->row_elements = (d->copies ? edge_padded_w(s) : s->in_w) * d->in_g;

    d->run_offsets = edge_allocate((size_t)d->scale_groups * d->runs, sizeof(int32_t));
    d->weights = edge_allocate((size_t)s->groups * d->blocks, d->block_bytes);
    if (!d->run_offsets || !d->weights) {
        edge_direct_destroy(d);
        return false;
    }
    for (int32_t sg = 0; sg < d->scale_groups; sg++)
        for (int32_t run = 0; run < d->runs; run++) {
            int32_t ky = joined ? run : run / s->kernel_w, kx = joined ? 0 : run % s->kernel_w;
            int32_t element = ky * s->dilation_h * d->row_elements + kx * s->dilation_w * d->in_g + sg * d->scale_group;
            d->run_offsets[sg * d->runs + run] = element * d->element;
        }
    pack(d, weights, read);
    return true;
}

void edge_direct_destroy(edge_direct *d) {
    free(d->run_offsets);
    free(d->weights);
    d->run_offsets = NULL;
    d->weights = NULL;
}

size_t edge_direct_scratch(const edge_direct *d) {
    if (!d->copies) return 0;
    // Runs are read in whole units, so that the last one may pass the end: by less than the group of a scale or four units.
    size_t spare = (size_t)d->units * UNIT_BYTES + 64;
    return edge_round_up((size_t)d->rows * d->row_elements * d->element + spare, 64);
}

size_t edge_direct_lane(const edge_direct *d, int32_t group, int32_t out) {
    return (size_t)group * d->blocks * EDGE_BLOCK + out;
}

size_t edge_direct_lanes(const edge_direct *d) { return (size_t)d->shape.groups * d->blocks * EDGE_BLOCK; }

/// The largest tile of a row that leaves tiles of about the same size.
static int32_t tile_pixels(const edge_tile_function *functions, int32_t pixels) {
    int32_t most = EDGE_TILE_PIXELS;
    while (!functions[most - 1]) most--;
    int32_t tiles = (pixels + most - 1) / most, wanted = (pixels + tiles - 1) / tiles;
    if (wanted > pixels) wanted = pixels;
    // Up to the next size that exists, if the row is long enough for it, else down.
    for (int32_t m = wanted; m <= pixels && m <= most; m++)
        if (functions[m - 1]) return m;
    while (!functions[wanted - 1]) wanted--;
    return wanted;
}

void edge_direct_run(
    const edge_direct *d, edge_tile tile, const edge_direct_constants *constants, const edge_tile_table *table,
    edge_pad_function pad, const void *pad_context, size_t in_bytes, size_t out_bytes, const char *input,
    const char *residual, char *output, char *padded) {
    const edge_conv_shape *s = &d->shape;
    const size_t image_bytes = (size_t)s->in_h * s->in_w * s->in_c * in_bytes;
    const size_t row_bytes = (size_t)d->row_elements * d->element;
    tile.in_stride = (ptrdiff_t)s->stride_w * d->in_g * d->element;
    tile.out_stride = (ptrdiff_t)s->out_c * out_bytes;
    tile.run_offsets = d->run_offsets;
    tile.runs = d->runs;
    tile.units = d->units;
    tile.scale_groups = d->scale_groups;

    for (int32_t image = 0; image < s->batch; image++)
        for (int32_t group = 0; group < s->groups; group++) {
            const char *source = input + image * image_bytes;
            if (d->copies) {
                pad(d, pad_context, source + (size_t)group * d->in_g * in_bytes, padded);
                source = padded;
            }
            for (int32_t panel = 0; panel < d->panels; panel++) {
                int32_t first = panel * d->panel_blocks;
                int32_t width = edge_min_i32(d->panel_blocks, d->blocks - first);
                int32_t tail = edge_min_i32(d->out_g - (first + width - 1) * EDGE_BLOCK, EDGE_BLOCK);
                size_t lane = edge_direct_lane(d, group, first * EDGE_BLOCK);
                tile.weights = (const char *)d->weights + ((size_t)group * d->blocks + first) * d->block_bytes;
                tile.start = constants->start + lane * 4;
                tile.multipliers = constants->multipliers ? constants->multipliers + lane * d->scale_groups : NULL;
                tile.bias = constants->bias ? constants->bias + lane : NULL;
                tile.tail_mask = (uint16_t)((1u << tail) - 1);
                const edge_tile_function *functions = (*table)[width - 1];
                const int32_t step = tile_pixels(functions, s->out_w);
                size_t out_offset = ((size_t)image * s->out_h * s->out_w * s->out_c + (size_t)group * d->out_g
                    + (size_t)first * EDGE_BLOCK) * out_bytes;
                for (int32_t y = 0; y < s->out_h; y++) {
                    const char *in = source + (size_t)y * s->stride_h * row_bytes;
                    for (int32_t x = 0; x < s->out_w;) {
                        int32_t pixels = edge_min_i32(step, s->out_w - x);
                        while (!functions[pixels - 1]) pixels--;
                        functions[pixels - 1](
                            &tile, in, residual ? residual + out_offset : NULL, output + out_offset);
                        in += pixels * tile.in_stride;
                        out_offset += (size_t)pixels * tile.out_stride;
                        x += pixels;
                    }
                }
            }
        }
}
