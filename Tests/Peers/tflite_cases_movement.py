"""Operators that move, choose, join, resize and make elements."""

import numpy as np

from tflite_builder import Net, TYPES, options

QUANTIZED = {"i8": {"scale": 0.02, "zero": -3}, "u8": {"scale": 0.02, "zero": 119}, "i16": {"scale": 0.0005, "zero": 0}}


def values(c, shape, dtype):
    if dtype == "f32":
        return c.f32(*shape)
    if dtype == "bool":
        return c.ints(shape, "bool")
    return c.ints(shape, dtype, *{"i8": (-128, 127), "u8": (0, 255)}.get(dtype, (-900, 900)))


def case(c, name, op, inputs, opts=None, outputs=1, out=None, version=1, **more):
    """`inputs`: ("x", shape, dtype) for data, arrays for constants, None for absent ones."""
    net = Net()
    given, ids, first = [], [], None
    for entry in inputs:
        if entry is None:
            ids.append(None)
        elif isinstance(entry, tuple):
            _, shape, dtype = entry
            first = first or dtype
            ids.append(net.input(shape, dtype, **QUANTIZED.get(dtype, {})))
            given.append(values(c, shape, dtype))
        elif isinstance(entry, list):
            # A computed operand: its values are an input.
            array = entry[0]
            ids.append(net.input(array.shape, {"int32": "i32", "int64": "i64", "float32": "f32", "bool": "bool"}[array.dtype.name]))
            given.append(array)
        else:
            entry = np.asarray(entry)
            kind = {"int32": "i32", "int64": "i64", "float32": "f32", "int8": "i8", "bool": "bool", "uint8": "u8"}[entry.dtype.name]
            ids.append(net.tensor(entry.shape, kind, data=entry, **(QUANTIZED.get(kind, {}) if kind == first else {})))
    result = out or first
    made = [net.tensor((), result if isinstance(result, str) else result[i],
                       **QUANTIZED.get(result if isinstance(result, str) else result[i], {})) for i in range(outputs)]
    net.op(op, ids, made, opts, version=version)
    net.outputs(*made)
    c.run(f"{op.lower()}_{name}", net, given, **more)


def i32(*numbers):
    return np.array(numbers, np.int32)


def add(c):
    slices(c)
    choices(c)
    joins(c)
    images(c)
    makers(c)
    segments(c)


def slices(c):
    for dtype in ("f32", "i8", "u8", "i16", "i32", "i64", "bool"):
        x = ("x", (3, 4, 5), dtype)
        case(c, dtype, "SLICE", [x, i32(1, 0, 2), i32(2, -1, 2)], options("Slice"))
        masks = {"beginMask": 0, "endMask": 0, "ellipsisMask": 0, "newAxisMask": 0, "shrinkAxisMask": 0}
        case(c, dtype, "STRIDED_SLICE", [x, i32(0, 1, 4), i32(3, 4, 0), i32(2, 1, -2)], options("StridedSlice", **masks))
        if dtype in ("f32", "i8"):
            for mask, value in (("beginMask", 5), ("endMask", 3), ("ellipsisMask", 2), ("newAxisMask", 2), ("shrinkAxisMask", 1), ("shrinkAxisMask", 6)):
                case(c, f"{dtype}_{mask}{value}", "STRIDED_SLICE", [x, i32(1, 1, 1), i32(3, 3, 4), i32(1, 1, 2)],
                     options("StridedSlice", **(masks | {mask: value})))
            case(c, f"{dtype}_negative", "STRIDED_SLICE", [x, i32(-1, -2, -1), i32(-4, -4, -6), i32(-1, -1, -2)], options("StridedSlice", **masks))
            case(c, f"{dtype}_few", "STRIDED_SLICE", [x, i32(1), i32(2), i32(1)], options("StridedSlice", **masks))
            case(c, f"{dtype}_shrunk_end", "STRIDED_SLICE", [x, i32(-1, 0), i32(0, 3), i32(1, 1)], options("StridedSlice", **(masks | {"shrinkAxisMask": 1})))
            case(c, f"{dtype}_mixed", "STRIDED_SLICE", [x, i32(0, 0, 0, 2), i32(0, 0, 0, 3), i32(1, 1, 1, 1)],
                 options("StridedSlice", **(masks | {"ellipsisMask": 1, "newAxisMask": 2, "shrinkAxisMask": 8, "beginMask": 4, "endMask": 4})))
            case(c, f"{dtype}_offset", "STRIDED_SLICE", [x, i32(1, 0, 1), i32(2, 3, 3), i32(1, 1, 1)], options("StridedSlice", **masks, offset=True))
        case(c, dtype, "SPLIT", [i32(1).reshape(()), ("x", (3, 4, 5), dtype)], options("Split", numSplits=2), 2) if dtype not in ("bool", "i64") else None
        if dtype not in ("bool",):
            case(c, dtype, "SPLIT_V", [x, i32(1, -1, 2), i32(2).reshape(())], options("SplitV", numSplits=3), 3)
        case(c, dtype, "TRANSPOSE", [x, i32(2, 0, 1)], options("Transpose"))
        case(c, dtype, "REVERSE_V2", [x, i32(1)], options("ReverseV2")) if dtype in ("f32", "i32", "i64", "u8", "bool", "i16") else None
    for dtype in ("f32", "i8", "u8", "i32", "i64", "bool"):
        x = ("x", (3, 4, 5), dtype)
        case(c, dtype, "TILE", [x, i32(2, 1, 3)], options("Tile")) if dtype != "i8" else None
        case(c, dtype, "SQUEEZE", [("x", (3, 1, 5, 1), dtype)], options("Squeeze", squeezeDims=[1]))
        case(c, dtype + "_all", "SQUEEZE", [("x", (3, 1, 5, 1), dtype)], options("Squeeze"))
        case(c, dtype, "EXPAND_DIMS", [x, i32(-1)], options("ExpandDims"))
        case(c, dtype, "RESHAPE", [x, i32(5, -1)], options("Reshape", newShape=[5, -1]))
        case(c, dtype, "BROADCAST_TO", [("x", (3, 1, 5), dtype), i32(2, 3, 4, 5)], options("BroadcastTo"), version=2)
        case(c, dtype + "_option", "RESHAPE", [x], options("Reshape", newShape=[4, 15]))
    case(c, "f32_computed", "RESHAPE", [("x", (3, 4), "f32"), [i32(6, 2)]], options("Reshape"))
    case(c, "f32_two", "REVERSE_V2", [("x", (3, 4, 5), "f32"), i32(0, 1)], options("ReverseV2"))
    case(c, "f32", "REVERSE_SEQUENCE", [("x", (3, 4, 5), "f32"), i32(2, 4, 1)], options("ReverseSequence", seqDim=1, batchDim=0))
    case(c, "i32_far", "REVERSE_SEQUENCE", [("x", (4, 3, 2), "i32"), i32(2, 4, 1)], options("ReverseSequence", seqDim=0, batchDim=1))
    case(c, "computed", "SLICE", [("x", (3, 4), "f32"), [i32(1, 0)], [i32(2, 3)]], options("Slice"))
    case(c, "computed", "STRIDED_SLICE", [("x", (3, 4), "f32"), [i32(1, 0)], [i32(3, 3)], i32(1, 2)], options("StridedSlice"))
    case(c, "computed", "TRANSPOSE", [("x", (3, 4, 2), "f32"), [i32(1, 2, 0)]], options("Transpose"))
    case(c, "f32", "DYNAMIC_UPDATE_SLICE", [("x", (4, 5), "f32"), ("u", (2, 3), "f32"), [i32(1, 2)]], options("DynamicUpdateSlice"))
    case(c, "f32_clamped", "DYNAMIC_UPDATE_SLICE", [("x", (4, 5), "f32"), ("u", (2, 3), "f32"), [i32(3, -1)]], options("DynamicUpdateSlice"))


def choices(c):
    for dtype in ("f32", "i8", "u8", "i32", "i64"):
        x = ("x", (3, 4, 5), dtype)
        case(c, dtype, "GATHER", [x, i32(3, 0, 1, 3)], options("Gather", axis=1, batchDims=0))
        case(c, f"{dtype}_computed", "GATHER", [x, [i32(2, 0).reshape(1, 2)]], options("Gather", axis=0, batchDims=0))
        case(c, f"{dtype}_batch", "GATHER", [x, i32(3, 0, 1, 3, 2, 2).reshape(3, 2)], options("Gather", axis=1, batchDims=1))
        case(c, dtype, "GATHER_ND", [x, i32(0, 1, 2, 3, 1, 0).reshape(3, 2)], options("GatherNd"))
        case(c, f"{dtype}_deep", "GATHER_ND", [x, [i32(0, 1, 4, 2, 3, 0).reshape(2, 3)]], options("GatherNd"))
    for dtype in ("f32", "i32", "i8", "u8"):
        case(c, dtype, "SCATTER_ND", [i32(4, 1, 3, 1).reshape(4, 1), ("x", (4, 2), dtype), i32(6, 2)], options("ScatterNd")) if dtype in ("f32", "i32") else None
        case(c, dtype, "TOPK_V2", [("x", (3, 7), dtype), i32(4).reshape(())], options("TopKV2"), 2, out=(dtype, "i32"))
        case(c, dtype, "SELECT", [[c.ints((3, 4), "bool")], ("x", (3, 4), dtype), ("y", (3, 4), dtype)], options("Select"), out=dtype)
        case(c, dtype, "SELECT_V2", [[c.ints((3, 1), "bool")], ("x", (3, 4), dtype), ("y", (1, 4), dtype)], options("SelectV2"), out=dtype)
    for dtype in ("f32", "i32", "i64", "bool"):
        on, off = (np.array(n, TYPES[dtype][1]) for n in (1, 0))
        case(c, dtype, "ONE_HOT", [[i32(1, 0, 3, 7, -1)], i32(4).reshape(()), on, off], options("OneHot", axis=-1), out=dtype)
        case(c, f"{dtype}_first", "ONE_HOT", [[i32(1, 0, 3, 2).reshape(2, 2)], i32(4).reshape(()), on, off], options("OneHot", axis=0), out=dtype)
    case(c, "bool", "WHERE", [("x", (3, 4), "bool")], options("Where"), out="i64", keep_shapes=True)
    case(c, "f32", "WHERE", [[np.array([[0, 1.5, 0], [2, 0, -1]], np.float32)]], options("Where"), out="i64", keep_shapes=True)
    case(c, "i32", "UNIQUE", [[i32(3, 1, 3, 2, 1, 7)]], options("Unique", idxOutType=TYPES["i32"][0]), 2, out=("i32", "i32"), keep_shapes=True)
    case(c, "f32", "EMBEDDING_LOOKUP", [[i32(2, 0, 2)], c.f32(4, 5)], None, out="f32")
    case(c, "f32", "SPARSE_TO_DENSE", [i32(0, 1, 2, 3).reshape(2, 2), i32(3, 5), [c.f32(2)], np.array(0.5, np.float32)], options("SparseToDense"), out="f32")
    for dtype in ("f32", "i32"):
        case(c, dtype, "MATRIX_DIAG", [("x", (2, 3), dtype)], options("MatrixDiag"))
        case(c, dtype, "MATRIX_SET_DIAG", [("x", (2, 3, 4), dtype), ("d", (2, 3), dtype)], options("MatrixSetDiag"))


def joins(c):
    for dtype in ("f32", "i8", "u8", "i16", "i32", "i64"):
        x, y = ("x", (3, 4, 5), dtype), ("y", (3, 2, 5), dtype)
        case(c, dtype, "CONCATENATION", [x, y], options("Concatenation", axis=1, fusedActivationFunction=0))
        case(c, dtype, "PACK", [x, x], options("Pack", axis=1, valuesCount=2))
        case(c, f"{dtype}_last", "PACK", [x, x, x], options("Pack", axis=-1, valuesCount=3))
        case(c, dtype, "UNPACK", [("x", (3, 2, 5), dtype)], options("Unpack", num=2, axis=1), 2) if dtype not in ("i64",) else None
        case(c, dtype, "PAD", [("x", (2, 3, 4), dtype), i32(0, 1, 2, 0, 1, 1).reshape(3, 2)], options("Pad"))
    case(c, "f32", "PADV2", [("x", (2, 3), "f32"), i32(0, 1, 2, 0).reshape(2, 2), np.array(1.5, np.float32)], options("PadV2"))
    case(c, "i8", "PADV2", [("x", (2, 3), "i8"), i32(0, 1, 2, 0).reshape(2, 2), np.array(9, np.int8)], options("PadV2"))
    case(c, "computed", "PAD", [("x", (2, 3), "f32"), [i32(0, 1, 2, 0).reshape(2, 2)]], options("Pad"))
    for dtype in ("f32", "i8", "i32"):
        for mode in (0, 1):
            case(c, f"{dtype}_{mode}", "MIRROR_PAD", [("x", (3, 4), dtype), i32(1, 2, 2, 1).reshape(2, 2)], options("MirrorPad", mode=mode))
    for dtype in ("f32", "i8", "u8", "i32"):
        case(c, dtype, "SPACE_TO_DEPTH", [("x", (2, 4, 6, 3), dtype)], options("SpaceToDepth", blockSize=2))
        case(c, dtype, "DEPTH_TO_SPACE", [("x", (2, 2, 3, 12), dtype)], options("DepthToSpace", blockSize=2))
        case(c, dtype, "SPACE_TO_BATCH_ND", [("x", (2, 4, 5, 3), dtype), i32(2, 3), i32(0, 0, 1, 0).reshape(2, 2)], options("SpaceToBatchND"))
        case(c, dtype, "BATCH_TO_SPACE_ND", [("x", (12, 2, 2, 3), dtype), i32(2, 3), i32(1, 0, 0, 2).reshape(2, 2)], options("BatchToSpaceND"))


def images(c):
    for dtype in ("f32", "i8", "u8", "i16"):
        for corners, centers in ((False, False), (True, False), (False, True)):
            for size in ((7, 9), (3, 2)):
                name = f"{dtype}_{int(corners)}{int(centers)}_{size[0]}"
                # LiteRT weighs 16-bit pixels with weights of ten bits.
                case(c, name, "RESIZE_BILINEAR", [("x", (2, 4, 5, 3), dtype), i32(*size)],
                     options("ResizeBilinear", alignCorners=corners, halfPixelCenters=centers), steps=2 if dtype == "i16" else 1)
                case(c, name, "RESIZE_NEAREST_NEIGHBOR", [("x", (2, 4, 5, 3), dtype), i32(*size)],
                     options("ResizeNearestNeighbor", alignCorners=corners, halfPixelCenters=centers))


def makers(c):
    for dtype in ("f32", "i32", "i64"):
        kind = TYPES[dtype][1]
        case(c, dtype, "FILL", [i32(2, 3), [np.array(7, kind)]], options("Fill"), out=dtype)
        case(c, dtype, "RANGE", [np.array(1, kind), np.array(9, kind), np.array(3, kind)], options("Range"), out=dtype) if dtype != "x" else None
        case(c, dtype, "ZEROS_LIKE", [("x", (2, 3), dtype)], options("ZerosLike"))
    for out in ("i32", "i64"):
        case(c, out, "SHAPE", [("x", (2, 3, 4), "f32")], options("Shape", outType=TYPES[out][0]), out=out)
    case(c, "f32", "RANK", [("x", (2, 3, 4), "f32")], options("Rank"), out="i32")
    case(c, "i32", "BROADCAST_ARGS", [[i32(3, 1, 4)], [i32(5, 1)]], None, out="i32")
    case(c, "f32_i32", "BITCAST", [("x", (2, 3), "f32")], options("Bitcast"), out="i32")
    case(c, "f32", "BUCKETIZE", [("x", (2, 3), "f32")], options("Bucketize", boundaries=np.array([-0.5, 0.0, 0.5], np.float32)), out="i32")


def segments(c):
    for dtype in ("f32", "i32"):
        case(c, dtype, "SEGMENT_SUM", [("x", (5, 2), dtype), i32(0, 0, 1, 2, 2)], options("SegmentSum"))
        for op in ("SUM", "PROD", "MAX", "MIN"):
            case(c, dtype, f"UNSORTED_SEGMENT_{op}", [("x", (5, 2), dtype), i32(2, 0, 1, 2, 0), i32(3).reshape(())],
                 options(f"UnsortedSegment{op.capitalize()}"))
    boxes = np.array([[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, -0.1, 1, 0.9], [0, 10, 1, 11], [0, 10.1, 1, 11.1]], np.float32)
    scores = np.array([0.9, 0.75, 0.6, 0.95, 0.5], np.float32)
    case(c, "f32", "NON_MAX_SUPPRESSION_V4", [[boxes], [scores], i32(3).reshape(()), np.array(0.5, np.float32), np.array(0.0, np.float32)],
         options("NonMaxSuppressionV4"), 2, out=("i32", "i32"))
    case(c, "f32", "NON_MAX_SUPPRESSION_V5", [[boxes], [scores], i32(4).reshape(()), np.array(0.5, np.float32), np.array(0.4, np.float32), np.array(0.0, np.float32)],
         options("NonMaxSuppressionV5"), 3, out=("i32", "f32", "i32"))
