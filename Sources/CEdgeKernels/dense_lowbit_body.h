// The loop of a dense layer with integer weights for one instruction set. The including file defines NAME, TARGET and
// UNPACK(word, bits, part): the signed numbers at `part` of 16 words, as floats.

#define UNROLLED _Pragma("clang loop unroll(full)")
enum { ROWS = 4 };

EDGE_INLINE TARGET void tile(
    const edge_dense_lowbit *d, int32_t block, const float *row, const float *sums, float *output, const int BITS, const int M) {
    // One row alone has its sums in four parts, so that no product waits for the one before.
    const int PARTS = M == 1 ? 4 : 1, PER_WORD = 32 / BITS;
    const size_t length = (size_t)d->groups * d->words * PER_WORD;
    const size_t first = (size_t)block * d->groups;
    const char *weights = (const char *)d->weights + first * d->words * sizeof(words_16);
    const float *scales = d->scales + first * 16, *offsets = d->offsets ? d->offsets + first * 16 : NULL;
    floats_16 reals[ROWS];
    UNROLLED for (int m = 0; m < M; m++) reals[m] = (floats_16){0};
    for (int32_t group = 0; group < d->groups; group++) {
        floats_16 parts[ROWS];
        UNROLLED for (int i = 0; i < M * PARTS; i++) parts[i] = (floats_16){0};
#pragma clang loop unroll(disable)
        for (int32_t w = 0; w < d->words; w++, row += PER_WORD, weights += sizeof(words_16)) {
            if (M == 1) __builtin_prefetch(weights + 4096);
            const words_16 word = *(const words_16 *)weights;
            UNROLLED for (int e = 0; e < PER_WORD; e++) {
                const floats_16 weight = UNPACK(word, BITS, e);
                UNROLLED for (int m = 0; m < M; m++) parts[m * PARTS + e % PARTS] += weight * row[m * length + e];
            }
        }
        if (PARTS == 4) parts[0] = (parts[0] + parts[1]) + (parts[2] + parts[3]);
        const floats_16 scale = *(const floats_16 *)(scales + group * 16);
        UNROLLED for (int m = 0; m < M; m++) reals[m] += parts[m] * scale;
        if (!offsets) continue;
        const floats_16 offset = *(const floats_16 *)(offsets + group * 16);
        UNROLLED for (int m = 0; m < M; m++) reals[m] += offset * sums[m * d->groups + group];
    }
    const floats_16 bias = *(const floats_16 *)(d->bias + block * 16);
    const int32_t lanes = edge_min_i32(16, d->options.out - block * 16);
    UNROLLED for (int m = 0; m < M; m++) {
        reals[m] += bias;
        float *out = output + (size_t)m * d->options.out + (size_t)block * 16;
        for (int32_t lane = 0; lane < lanes; lane++) out[lane] = edge_clamp_f32(reals[m][lane], d->options.min, d->options.max);
    }
}

EDGE_INLINE TARGET void all_rows(
    const edge_dense_lowbit *d, int32_t block, int32_t rows, const float *padded, const float *sums, float *output,
    const int BITS) {
    const size_t length = (size_t)d->groups * d->words * (32 / BITS);
    int32_t row = 0;
    for (; row + ROWS <= rows; row += ROWS)
        tile(d, block, padded + row * length, sums + (size_t)row * d->groups, output + (size_t)row * d->options.out, BITS, ROWS);
    for (; row < rows; row++)
        tile(d, block, padded + row * length, sums + (size_t)row * d->groups, output + (size_t)row * d->options.out, BITS, 1);
}

TARGET void NAME(
    const edge_dense_lowbit *d, int32_t block, int32_t rows, const float *padded, const float *sums, float *output) {
    switch (d->bits) {
    case 2: all_rows(d, block, rows, padded, sums, output, 2); break;
    case 4: all_rows(d, block, rows, padded, sums, output, 4); break;
    case 8: all_rows(d, block, rows, padded, sums, output, 8); break;
    }
}
