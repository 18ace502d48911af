#include "direct.h"

// Which tiles an instruction set runs a convolution with.

#if EDGE_X86
const edge_tile_table *edge_tiles_for(edge_isa isa, edge_unit unit, bool groups) {
    const bool avx2 = isa == EDGE_ISA_AVX2;
    switch (unit) {
    case EDGE_UNIT_F32: return avx2 ? &edge_tiles_f32_avx2 : &edge_tiles_f32_avx512;
    case EDGE_UNIT_U8S8: return groups ? &edge_tiles_u8s8_groups_avx512 : &edge_tiles_u8s8_avx512;
    case EDGE_UNIT_U8S4:
        if (avx2) return groups ? &edge_tiles_u8s4_groups_avx2 : &edge_tiles_u8s4_avx2;
        return groups ? &edge_tiles_u8s4_groups_avx512 : &edge_tiles_u8s4_avx512;
    case EDGE_UNIT_U8S2:
        if (avx2) return groups ? &edge_tiles_u8s2_groups_avx2 : &edge_tiles_u8s2_avx2;
        return groups ? &edge_tiles_u8s2_groups_avx512 : &edge_tiles_u8s2_avx512;
    case EDGE_UNIT_S16:
        if (avx2) return groups ? &edge_tiles_s16_groups_avx2 : &edge_tiles_s16_avx2;
        return groups ? &edge_tiles_s16_groups_avx512 : &edge_tiles_s16_avx512;
    }
    return NULL;
}
#elif EDGE_ARM
const edge_tile_table *edge_tiles_for(edge_isa isa, edge_unit unit, bool groups) {
    const bool dot = isa == EDGE_ISA_NEON_DOT;
    switch (unit) {
    case EDGE_UNIT_F32: return &edge_tiles_f32_neon;
    case EDGE_UNIT_U8S8: return groups ? &edge_tiles_u8s8_groups_dot : &edge_tiles_u8s8_dot;
    case EDGE_UNIT_U8S4:
        if (dot) return groups ? &edge_tiles_u8s4_groups_dot : &edge_tiles_u8s4_dot;
        return groups ? &edge_tiles_u8s4_groups_neon : &edge_tiles_u8s4_neon;
    case EDGE_UNIT_U8S2:
        if (dot) return groups ? &edge_tiles_u8s2_groups_dot : &edge_tiles_u8s2_dot;
        return groups ? &edge_tiles_u8s2_groups_neon : &edge_tiles_u8s2_neon;
    case EDGE_UNIT_S16: return groups ? &edge_tiles_s16_groups_neon : &edge_tiles_s16_neon;
    }
    return NULL;
}
#endif

int32_t edge_widest_panel(edge_isa isa) {
#if EDGE_X86
    return isa < EDGE_ISA_AVX512_VNNI ? 1 : EDGE_TILE_BLOCKS;
#else
    (void)isa;
    return 1;
#endif
}
