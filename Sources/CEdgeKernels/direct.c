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

/// The index of the weight that output channel `out` multiplies element `element` of a run with, or -1 for none.
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

/// Elements of a run that are packed together: read along the rows of the weights as given, written within a few cache lines.
enum { PACKED_TOGETHER = 16 };

/// Up to 16 elements: where their weights are read, from the first weight of a lane, and written, from the first byte of a lane.
typedef struct packed_elements {
    int32_t count;
    ptrdiff_t offsets[PACKED_TOGETHER];
    size_t places[PACKED_TOGETHER];
    /// The bits below a weight in its byte.
    int32_t shifts[PACKED_TOGETHER];
} packed_elements;

/// Where elements from `first` on of a run go, those that exist.
static packed_elements elements_of(
    const edge_direct *d, int32_t width, int32_t in_panel, int32_t scale_group, int32_t run, int32_t first) {
    const int32_t per_unit = elements_per_unit(d->unit), shared = units_per_byte(d->unit), bits = 8 / shared;
    const int32_t last = edge_min_i32(first + PACKED_TOGETHER, d->units * per_unit);
    packed_elements some = {0};
    for (int32_t element = first; element < last; element++) {
        const ptrdiff_t offset = weight_index(d, 0, scale_group, run, element);
        if (offset < 0) continue;
        const size_t row = ((size_t)scale_group * d->runs + run) * d->units + element / per_unit;
        some.offsets[some.count] = offset;
        some.places[some.count] =
            ((row / shared * width + in_panel) * EDGE_BLOCK * per_unit + element % per_unit) * (UNIT_BYTES / per_unit);
        some.shifts[some.count++] = (int32_t)(row % shared) * bits;
    }
    return some;
}

/// Writes the weights of one lane.
static void pack_lane(
    edge_unit unit, const packed_elements *some, const void *source, edge_weight_reader read, size_t first, char *lane) {
    const int32_t count = some->count;
    if (unit == EDGE_UNIT_F32) {
        const float *weights = (const float *)source + first;
        for (int32_t i = 0; i < count; i++) *(float *)(lane + some->places[i]) = weights[some->offsets[i]];
        return;
    }
    int32_t weights[PACKED_TOGETHER];
    read(source, first, some->offsets, count, weights);
    if (unit == EDGE_UNIT_U8S8) {
        for (int32_t i = 0; i < count; i++) *(int8_t *)(lane + some->places[i]) = (int8_t)weights[i];
    } else if (unit == EDGE_UNIT_S16) {
        for (int32_t i = 0; i < count; i++) *(int16_t *)(lane + some->places[i]) = (int16_t)weights[i];
    } else {
        const int32_t mask = unit == EDGE_UNIT_U8S4 ? 15 : 3;
        for (int32_t i = 0; i < count; i++)
            *(uint8_t *)(lane + some->places[i]) |= (uint8_t)((weights[i] & mask) << some->shifts[i]);
    }
}

/// Writes every weight to its place.
static void pack(edge_direct *d, const void *source, edge_weight_reader read) {
    const int32_t per_unit = elements_per_unit(d->unit);
    const size_t row = (size_t)d->in_g * d->shape.kernel_h * d->shape.kernel_w;
    for (int32_t first = 0; first < d->shape.out_c; first += edge_min_i32(EDGE_BLOCK, d->out_g - first % d->out_g)) {
        const int32_t group = first / d->out_g, block = first % d->out_g / EDGE_BLOCK;
        const int32_t lanes = edge_min_i32(EDGE_BLOCK, d->out_g - first % d->out_g);
        const int32_t panel = block / d->panel_blocks, in_panel = block % d->panel_blocks;
        const int32_t width = edge_min_i32(d->panel_blocks, d->blocks - panel * d->panel_blocks);
        char *base = (char *)d->weights + ((size_t)group * d->blocks + (size_t)panel * d->panel_blocks) * d->block_bytes;
        for (int32_t sg = 0; sg < d->scale_groups; sg++)
            for (int32_t run = 0; run < d->runs; run++)
                for (int32_t element = 0; element < d->units * per_unit; element += PACKED_TOGETHER) {
                    const packed_elements some = elements_of(d, width, in_panel, sg, run, element);
                    for (int32_t lane = 0; lane < lanes; lane++)
                        pack_lane(d->unit, &some, source, read, ((size_t)first + lane) * row, base + (size_t)lane * UNIT_BYTES);
                }
    }
}

/// The rows of the padded image that `outputs` rows of the output see.
static int32_t rows_seen(const edge_direct *d, int32_t outputs) {
    const edge_conv_shape *s = &d->shape;
    return (outputs - 1) * s->stride_h + (s->kernel_h - 1) * s->dilation_h + 1;
}

/// Output rows for which a large image is copied at once, so that the copy stays in the cache. All of them where every band would
/// have to meet several panels of weights again, or where windows overlap so far that bands share most of their rows.
static int32_t band_rows(const edge_direct *d) {
    enum { IMAGE = 1 << 18, BAND = 1 << 16 };
    const size_t row = (size_t)d->row_elements * d->element;
    if (!d->copies || d->panels > 1 || (size_t)d->rows * row <= IMAGE) return d->shape.out_h;
    const int32_t shared = edge_max_i32(0, rows_seen(d, 1) - d->shape.stride_h);
    const int32_t fitting = (int32_t)(BAND / row) / d->shape.stride_h;
    return edge_min_i32(edge_max_i32(fitting, 1 + shared * 4 / d->shape.stride_h), d->shape.out_h);
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
    d->band = band_rows(d);

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
    return edge_round_up((size_t)rows_seen(d, d->band) * d->row_elements * d->element + spare, 64);
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

/// Rows of the output, for one panel of channels. `residual` and `output` point to the first pixel's first channel of the group.
static void run_panel(
    const edge_direct *d, edge_tile *tile, const edge_direct_constants *constants, const edge_tile_table *table,
    int32_t group, int32_t panel, int32_t rows, const char *source, const char *residual, char *output, size_t out_bytes) {
    const edge_conv_shape *s = &d->shape;
    const size_t row_bytes = (size_t)d->row_elements * d->element;
    const int32_t first = panel * d->panel_blocks, width = edge_min_i32(d->panel_blocks, d->blocks - first);
    const int32_t tail = edge_min_i32(d->out_g - (first + width - 1) * EDGE_BLOCK, EDGE_BLOCK);
    const size_t lane = edge_direct_lane(d, group, first * EDGE_BLOCK);
    tile->weights = (const char *)d->weights + ((size_t)group * d->blocks + first) * d->block_bytes;
    tile->start = constants->start + lane * 4;
    tile->multipliers = constants->multipliers ? constants->multipliers + lane * d->scale_groups : NULL;
    if (constants->narrow_multipliers) {
        tile->narrow_multipliers = constants->narrow_multipliers + lane * d->scale_groups;
        tile->units_of_narrow = constants->units_of_narrow + lane;
    }
    tile->bias = constants->bias ? constants->bias + lane : NULL;
    tile->tail_mask = (uint16_t)((1u << tail) - 1);
    const edge_tile_function *functions = (*table)[width - 1];
    const int32_t step = tile_pixels(functions, s->out_w);
    size_t out_offset = (size_t)first * EDGE_BLOCK * out_bytes;
    for (int32_t y = 0; y < rows; y++) {
        const char *in = source + (size_t)y * s->stride_h * row_bytes;
        for (int32_t x = 0; x < s->out_w;) {
            int32_t pixels = edge_min_i32(step, s->out_w - x);
            while (!functions[pixels - 1]) pixels--;
            functions[pixels - 1](tile, in, residual ? residual + out_offset : NULL, output + out_offset);
            in += pixels * tile->in_stride;
            out_offset += (size_t)pixels * tile->out_stride;
            x += pixels;
        }
    }
}

void edge_direct_run(
    const edge_direct *d, edge_tile tile, const edge_direct_constants *constants, const edge_tile_table *table,
    edge_pad_function pad, const void *pad_context, size_t in_bytes, size_t out_bytes, const char *input,
    const char *residual, char *output, char *padded) {
    const edge_conv_shape *s = &d->shape;
    const size_t image_bytes = (size_t)s->in_h * s->in_w * s->in_c * in_bytes;
    tile.in_stride = (ptrdiff_t)s->stride_w * d->in_g * d->element;
    tile.out_stride = (ptrdiff_t)s->out_c * out_bytes;
    tile.run_offsets = d->run_offsets;
    tile.runs = d->runs;
    tile.units = d->units;
    tile.scale_groups = d->scale_groups;

    for (int32_t image = 0; image < s->batch; image++)
        for (int32_t group = 0; group < s->groups; group++)
            for (int32_t first_y = 0; first_y < s->out_h; first_y += d->band) {
                const int32_t rows = edge_min_i32(d->band, s->out_h - first_y);
                const char *source = input + image * image_bytes;
                if (d->copies) {
                    const char *channels = source + (size_t)group * d->in_g * in_bytes;
                    pad(d, pad_context, channels, first_y * s->stride_h, rows_seen(d, rows), padded);
                    source = padded;
                }
                const size_t first_pixel = ((size_t)image * s->out_h + first_y) * s->out_w;
                const size_t place = (first_pixel * s->out_c + (size_t)group * d->out_g) * out_bytes;
                for (int32_t panel = 0; panel < d->panels; panel++)
                    run_panel(
                        d, &tile, constants, table, group, panel, rows, source, residual ? residual + place : NULL,
                        output + place, out_bytes);
            }
}
