"""Makes many one-node ONNX models on odd shapes and attributes and runs each in onnxruntime.

Reads a JSON request {"folder": …, "seed": …}; writes NAME.onnx, NAME.in0.npy … and NAME.out0.npy … into the folder and prints
the cases as JSON: [{"name": …, "inputs": n, "outputs": n}].
"""
import json
import sys

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

request = json.load(sys.stdin)
folder = request["folder"]
random = np.random.default_rng(request["seed"])
cases = []


def f32(*shape, low=-1.0, high=1.0):
    return random.uniform(low, high, shape).astype(np.float32)


def i64(*values):
    return np.array(values, dtype=np.int64)


def element_type(array):
    return helper.np_dtype_to_tensor_dtype(array.dtype)


def case(name, op, inputs, attributes=None, constants=(), outputs=1, opset=18, body=None):
    """One model. `inputs`: arrays, or None where absent; `constants`: positions that become initializers."""
    attributes = attributes or {}
    names = ["" if value is None else f"x{i}" for i, value in enumerate(inputs)]
    results = [f"y{i}" for i in range(outputs)]
    node = helper.make_node(op, names, results, name="node", **attributes)
    given = [(n, v) for i, (n, v) in enumerate(zip(names, inputs)) if v is not None and i not in constants]
    stored = [numpy_helper.from_array(v, n) for i, (n, v) in enumerate(zip(names, inputs)) if v is not None and i in constants]
    graph = helper.make_graph(
        [node], "case",
        [helper.make_tensor_value_info(n, element_type(v), v.shape) for n, v in given],
        [helper.make_empty_tensor_value_info(n) for n in results], stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)
    finish(name, model, given)


def finish(name, model, given):
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    answers = session.run(None, dict(given))
    # The types that onnxruntime found are written into the file: outputs of a model must have one.
    del model.graph.output[:]
    for result, answer in zip(session.get_outputs(), answers):
        model.graph.output.append(helper.make_tensor_value_info(result.name, element_type(answer), answer.shape))
    onnx.save(model, f"{folder}/{name}.onnx")
    for i, (_, value) in enumerate(given):
        np.save(f"{folder}/{name}.in{i}.npy", np.ascontiguousarray(value).reshape(value.shape))
    for i, answer in enumerate(answers):
        answer = np.asarray(answer)
        np.save(f"{folder}/{name}.out{i}.npy", np.ascontiguousarray(answer).reshape(answer.shape))
    cases.append({"name": name, "inputs": len(given), "outputs": len(answers)})


def convolutions():
    for n, (shape, weights, attributes) in enumerate([
        ((2, 3, 7, 5), (4, 3, 3, 3), {"pads": [1, 1, 1, 1]}),
        ((1, 4, 9, 8), (6, 2, 3, 2), {"group": 2, "strides": [2, 3], "pads": [0, 1, 2, 0]}),
        ((1, 8, 11, 6), (8, 1, 3, 3), {"group": 8, "strides": [2, 2], "auto_pad": "SAME_UPPER"}),
        ((1, 3, 6, 7), (16, 3, 1, 1), {}),
        ((2, 5, 12), (7, 5, 4), {"strides": [2], "dilations": [2], "pads": [3, 1]}),
        ((1, 2, 4, 5, 6), (3, 2, 2, 3, 2), {"pads": [1, 0, 1, 0, 1, 0]}),
        ((1, 4, 8, 8), (8, 1, 3, 3), {"group": 4, "auto_pad": "SAME_LOWER", "strides": [3, 3]}),
        ((1, 17, 5, 5), (33, 17, 5, 5), {"pads": [2, 2, 2, 2], "dilations": [1, 1]}),
    ]):
        for bias in (False, True):
            extra = [f32(weights[0])] if bias else []
            case(f"conv{n}{'b' if bias else ''}", "Conv", [f32(*shape), f32(*weights)] + extra, attributes, (1, 2))
    case("conv_dynamic", "Conv", [f32(1, 3, 6, 6), f32(4, 3, 3, 3)])
    for n, (shape, weights, attributes) in enumerate([
        ((1, 3, 4, 5), (3, 2, 3, 3), {}),
        ((2, 4, 5, 4), (4, 3, 3, 2), {"strides": [2, 3], "pads": [1, 0, 1, 1], "output_padding": [1, 2]}),
        ((1, 4, 6), (4, 1, 3), {"group": 2, "dilations": [2]}),
        ((1, 2, 3, 3), (2, 2, 3, 3), {"strides": [2, 2], "auto_pad": "SAME_UPPER"}),
        ((1, 2, 3, 3), (2, 2, 3, 3), {"strides": [2, 2], "output_shape": [8, 7]}),
        ((1, 6, 5, 4), (6, 17, 4, 4), {"strides": [2, 2], "pads": [1, 1, 1, 1]}),
        ((2, 4, 3, 5), (4, 3, 2, 2), {"strides": [2, 2], "group": 2}),
        ((1, 3, 7), (3, 4, 5), {"strides": [3], "output_padding": [2], "pads": [2, 1]}),
        ((1, 4, 3, 3), (4, 1, 3, 3), {"strides": [2, 2], "group": 4, "pads": [2, 0, 0, 2]}),
        ((1, 8, 6, 5), (8, 5, 3, 3), {"pads": [1, 1, 1, 1]}),
        ((1, 3, 4, 4), (3, 2, 2, 1), {"strides": [3, 1]}),
        ((1, 3, 6, 6), (3, 2, 2, 3), {"pads": [2, 0, 2, 3]}),
    ]):
        case(f"conv_transpose{n}", "ConvTranspose", [f32(*shape), f32(*weights), f32(weights[1] * attributes.get("group", 1))], attributes, (1, 2))


def pools():
    for n, (shape, attributes) in enumerate([
        ((2, 3, 7, 5), {"kernel_shape": [3, 2]}),
        ((1, 4, 9, 8), {"kernel_shape": [2, 3], "strides": [2, 2], "pads": [1, 1, 0, 1]}),
        ((1, 5, 10, 7), {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1}),
        ((1, 2, 11), {"kernel_shape": [4], "strides": [3], "pads": [1, 2]}),
        ((1, 2, 8, 9), {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"}),
        ((1, 2, 4, 5, 6), {"kernel_shape": [2, 2, 2]}),
    ]):
        case(f"max_pool{n}", "MaxPool", [f32(*shape)], attributes)
        case(f"average_pool{n}", "AveragePool", [f32(*shape)], attributes)
        if "auto_pad" not in attributes:
            case(f"average_pool_padded{n}", "AveragePool", [f32(*shape)], {**attributes, "count_include_pad": 1, "ceil_mode": 0})
    case("max_pool_dilated", "MaxPool", [f32(1, 2, 9, 9)], {"kernel_shape": [3, 2], "dilations": [2, 3]})
    case("global_average", "GlobalAveragePool", [f32(2, 5, 4, 3)])
    case("global_max", "GlobalMaxPool", [f32(2, 5, 4, 3)])
    case("batch_normalization", "BatchNormalization", [f32(2, 4, 3, 5), f32(4), f32(4), f32(4), f32(4, low=0.1)], {}, (1, 2, 3, 4))


def resizes():
    n = 0
    for mode in ("nearest", "linear", "cubic"):
        for transform in ("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"):
            for scales in ([1, 1, 2, 3], [1, 1, 1.7, 0.6]):
                attributes = {"mode": mode, "coordinate_transformation_mode": transform}
                if mode == "nearest":
                    attributes["nearest_mode"] = ["floor", "round_prefer_floor", "round_prefer_ceil", "ceil"][n % 4]
                case(f"resize{n}", "Resize", [f32(1, 2, 5, 6), None, np.array(scales, np.float32)], attributes, (2,))
                n += 1
    case("resize_sizes", "Resize", [f32(1, 2, 5, 6), None, None, i64(1, 2, 9, 4)], {"mode": "linear"}, (3,))


def dense():
    case("gemm", "Gemm", [f32(3, 5), f32(5, 4)])
    case("gemm_constant", "Gemm", [f32(3, 5), f32(4, 5), f32(4)], {"transB": 1}, (1, 2))
    case("gemm_scaled", "Gemm", [f32(5, 3), f32(5, 4), f32(3, 1)], {"transA": 1, "alpha": 0.5, "beta": 2.0}, (1, 2))
    case("gemm_scalar", "Gemm", [f32(1, 640), f32(640, 33), f32(1)], {}, (1, 2))
    for n, (a, b) in enumerate([((3, 4), (4, 5)), ((2, 3, 4), (4, 5)), ((2, 1, 3, 4), (5, 4, 2)), ((4,), (4, 3)), ((2, 3, 4), (4,)), ((4,), (4,)), ((1, 1), (1, 1))]):
        case(f"mat_mul{n}", "MatMul", [f32(*a), f32(*b)])
        case(f"mat_mul_constant{n}", "MatMul", [f32(*a), f32(*b)], {}, (1,))


def elementwise():
    shapes = [((2, 3, 4), (2, 3, 4)), ((2, 3, 4), (4,)), ((2, 3, 4), (3, 1)), ((1,), (5, 2)), ((3, 1, 4, 1), (2, 1, 5)), ((), (2, 2)), ((0, 3), (3,))]
    for op in ("Add", "Sub", "Mul", "Div", "Equal", "Less", "Greater"):
        for n, (a, b) in enumerate(shapes):
            case(f"{op.lower()}{n}", op, [f32(*a), f32(*b)])
        case(f"{op.lower()}_integers", op, [random.integers(-9, 9, (3, 4)), random.integers(1, 5, (4,))])
        case(f"{op.lower()}_narrow", op, [random.integers(-9, 9, (3, 4), dtype=np.int32), random.integers(1, 5, (3, 1), dtype=np.int32)])
    case("pow", "Pow", [f32(3, 4, low=0.1), f32(4)])
    case("pow_integer", "Pow", [f32(3, 4), i64(2)], {}, (1,))
    case("max", "Max", [f32(3, 1), f32(4), f32(2, 1, 1)])
    case("min", "Min", [f32(3, 1), f32(4), f32(3, 4)])
    case("max_one", "Max", [f32(3, 2)])
    case("prelu", "PRelu", [f32(2, 3, 4), f32(3, 1)], {}, (1,))
    for n, (shape, weights, attributes, kind) in enumerate([
        ((1, 3, 7, 6), (4, 3, 3, 3), {"pads": [1, 1, 1, 1]}, np.uint8),
        ((2, 6, 5, 5), (9, 2, 3, 2), {"group": 3, "strides": [2, 1], "pads": [0, 1, 2, 0]}, np.uint8),
        ((1, 200, 4, 3), (5, 200, 3, 3), {}, np.uint8),
    ]):
        given = [random.integers(0, 256, shape).astype(kind), random.integers(-128, 128, weights).astype(np.int8), np.array(117, kind), np.array(-3, np.int8)]
        case(f"conv_integer{n}", "ConvInteger", given, attributes, (1, 2, 3))
        case(f"conv_integer{n}_computed_zero", "ConvInteger", given, attributes, (1, 3))
    case("prelu_image", "PRelu", [f32(1, 9, 13, 11), f32(9, 1, 1)], {}, (1,))
    case("prelu_last", "PRelu", [f32(1, 13, 11, 9), f32(9)], {}, (1,))
    case("prelu_all", "PRelu", [f32(3, 5, 4), f32(3, 5, 4)])
    case("and", "And", [f32(3, 4) > 0, f32(4) > 0])
    case("or", "Or", [f32(3, 1) > 0, f32(3, 4) > 0])
    case("not", "Not", [f32(3, 4) > 0])
    case("where", "Where", [f32(3, 1) > 0, f32(2, 1, 4), f32(3, 4)])
    case("where_integers", "Where", [f32(4) > 0, random.integers(0, 9, (3, 4)), i64(7)])
    for op in ("Relu", "LeakyRelu", "Elu", "HardSigmoid", "HardSwish", "Sigmoid", "Tanh", "Exp", "Neg", "Abs", "Floor", "Ceil", "Round", "Reciprocal", "Erf"):
        case(op.lower(), op, [f32(3, 17, low=-4, high=4)])
    case("leaky_relu_alpha", "LeakyRelu", [f32(7)], {"alpha": 0.3})
    case("hard_sigmoid_alpha", "HardSigmoid", [f32(7, low=-4, high=4)], {"alpha": 0.4, "beta": 0.1})
    case("elu_alpha", "Elu", [f32(7)], {"alpha": 0.3})
    case("sqrt", "Sqrt", [f32(5, low=0)])
    case("log", "Log", [f32(5, low=0.1)])
    case("neg_integers", "Neg", [random.integers(-9, 9, (3, 4))])
    case("clip", "Clip", [f32(3, 5), np.float32(-0.2), np.float32(0.4)], {}, (1, 2))
    case("clip_low", "Clip", [f32(3, 5), np.float32(-0.2)], {}, (1,))
    case("clip_integers", "Clip", [random.integers(-9, 9, (3, 4), dtype=np.int32), np.int32(-3), np.int32(4)], {}, (1, 2))
    for target in (TensorProto.INT64, TensorProto.INT32, TensorProto.INT8, TensorProto.UINT8, TensorProto.BOOL, TensorProto.DOUBLE):
        case(f"cast{target}", "Cast", [f32(3, 5, low=0, high=100)], {"to": target})
    case("cast_back", "Cast", [random.integers(-9, 9, (3, 4))], {"to": TensorProto.FLOAT})


def reductions():
    for op in ("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin"):
        for n, (axes, keep) in enumerate([((1,), 1), ((0, 2), 0), ((-1,), 0), (None, 1), ((2, 3), 1), ((1, 2), 0)]):
            case(f"{op.lower()}{n}", op, [f32(2, 3, 4, 5)] + ([] if axes is None else [i64(*axes)]), {"keepdims": keep}, (1,))
    for n, axis in enumerate((0, 1, -1)):
        case(f"softmax{n}", "Softmax", [f32(3, 4, 5, low=-5, high=5)], {"axis": axis})
        case(f"log_softmax{n}", "LogSoftmax", [f32(3, 4, 5)], {"axis": axis})
        case(f"arg_max{n}", "ArgMax", [f32(3, 4, 5)], {"axis": axis, "keepdims": n % 2})
    case("arg_max_last", "ArgMax", [random.integers(0, 3, (4, 6))], {"axis": 1, "select_last_index": 1})


def movement():
    case("reshape", "Reshape", [f32(2, 3, 4), i64(0, -1, 2)], {}, (1,))
    case("flatten", "Flatten", [f32(2, 3, 4)], {"axis": 2})
    case("flatten_negative", "Flatten", [f32(2, 3, 4)], {"axis": -1})
    for n, order in enumerate([(0, 2, 3, 1), (3, 2, 1, 0), (0, 1, 3, 2), (1, 0, 2, 3)]):
        case(f"transpose{n}", "Transpose", [f32(2, 3, 4, 5)], {"perm": order})
    case("transpose_plain", "Transpose", [random.integers(0, 9, (3, 4, 2))])
    case("squeeze", "Squeeze", [f32(1, 3, 1, 4), i64(0, -2)], {}, (1,))
    case("squeeze_all", "Squeeze", [f32(1, 3, 1, 4)])
    case("unsqueeze", "Unsqueeze", [f32(3, 4), i64(0, -1)], {}, (1,))
    case("concat", "Concat", [f32(2, 3, 4), f32(2, 1, 4), f32(2, 2, 4)], {"axis": 1})
    case("concat_last", "Concat", [random.integers(0, 9, (2, 3)), random.integers(0, 9, (2, 1))], {"axis": -1})
    case("split", "Split", [f32(2, 7, 3), i64(1, 4, 2)], {"axis": 1}, (1,), outputs=3)
    case("split_even", "Split", [f32(2, 7, 3)], {"axis": 1, "num_outputs": 3}, outputs=3)
    for n, (starts, ends, axes, steps) in enumerate([
        ((1, 0), (3, 2), (0, 2), (1, 1)), ((-1,), (-9999,), (1,), (-2,)), ((0, 1), (99, -1), (1, 2), (2, 1)), ((3,), (1,), (0,), (1,)), ((-2,), (2**62,), (-1,), (1,)),
    ]):
        case(f"slice{n}", "Slice", [f32(4, 5, 6), i64(*starts), i64(*ends), i64(*axes), i64(*steps)], {}, (1, 2, 3, 4))
    case("gather", "Gather", [f32(3, 4, 5), i64(2, 0, -1)], {"axis": 1})
    case("gather_matrix", "Gather", [f32(3, 4, 5), random.integers(0, 3, (2, 2), dtype=np.int32)], {"axis": 0})
    case("gather_scalar", "Gather", [random.integers(0, 9, (3, 4)), np.array(1, np.int64)], {"axis": 0})
    for mode in ("constant", "edge", "reflect", "wrap"):
        case(f"pad_{mode}", "Pad", [f32(2, 4, 5), i64(0, 2, 1, 1, 1, 3)], {"mode": mode}, (1,), opset=19)
    case("pad_value", "Pad", [f32(2, 4, 5), i64(0, 2, 1, 1, 1, 3), np.float32(1.5)], {}, (1, 2))
    case("pad_crop", "Pad", [f32(2, 4, 5), i64(0, -1, 1, 0, -1, -2)], {}, (1,))
    case("pad_axes", "Pad", [f32(2, 4, 5), i64(2, 1), np.float32(0), i64(-1)], {}, (1, 2, 3))
    case("expand", "Expand", [f32(3, 1), i64(2, 1, 4)], {}, (1,))
    case("tile", "Tile", [f32(2, 3), i64(2, 3)], {}, (1,))
    case("shape", "Shape", [f32(2, 3, 4)])
    case("shape_part", "Shape", [f32(2, 3, 4)], {"start": 1, "end": -1})
    case("constant_of_shape", "ConstantOfShape", [i64(2, 3)], {"value": numpy_helper.from_array(np.array([7], np.int64))}, (0,))
    case("range", "Range", [np.array(1, np.int64), np.array(9, np.int64), np.array(3, np.int64)], {}, (0, 1, 2))
    case("range_down", "Range", [np.array(5, np.float32), np.array(-1, np.float32), np.array(-1.5, np.float32)], {}, (0, 1, 2))
    case("space_to_depth", "SpaceToDepth", [f32(1, 3, 4, 6)], {"blocksize": 2})
    case("depth_to_space", "DepthToSpace", [f32(1, 12, 2, 3)], {"blocksize": 2, "mode": "DCR"})
    case("depth_to_space_crd", "DepthToSpace", [f32(1, 12, 2, 3)], {"blocksize": 2, "mode": "CRD"})
    case("identity", "Identity", [f32(2, 3)])
    case("dropout", "Dropout", [f32(2, 3)])
    case("shape_depends_on_data", "Reshape", [f32(2, 6), i64(3, 4)])
    case("expand_depends_on_data", "Expand", [f32(3, 1), i64(3, 4)])


def quantization():
    case("quantize", "QuantizeLinear", [f32(3, 4), np.float32(0.01), np.uint8(128)], {}, (1, 2))
    case("quantize_signed", "QuantizeLinear", [f32(3, 4), np.float32(0.008), np.int8(-3)], {}, (1, 2))
    case("quantize_channels", "QuantizeLinear", [f32(3, 4), f32(4, low=0.01, high=0.05), np.zeros(4, np.int8)], {"axis": 1}, (1, 2))
    case("dequantize", "DequantizeLinear", [random.integers(0, 255, (3, 4), dtype=np.uint8), np.float32(0.01), np.uint8(128)], {}, (1, 2))
    case("dequantize_channels", "DequantizeLinear", [random.integers(-128, 127, (3, 4), dtype=np.int8), f32(3, low=0.01, high=0.05), np.zeros(3, np.int8)], {"axis": 0}, (1, 2))


def recurrence():
    steps, batch, size, hidden = 5, 3, 4, 6
    for op, gates in (("LSTM", 4), ("GRU", 3), ("RNN", 1)):
        for direction, count in (("forward", 1), ("reverse", 1), ("bidirectional", 2)):
            results = 3 if op == "LSTM" else 2
            weights = [f32(count, gates * hidden, size), f32(count, gates * hidden, hidden), f32(count, 2 * gates * hidden)]
            states = [f32(count, batch, hidden)] * (2 if op == "LSTM" else 1)
            case(f"{op.lower()}_{direction}", op, [f32(steps, batch, size)] + weights + [None] + states, {"hidden_size": hidden, "direction": direction}, (1, 2, 3), outputs=results)
        case(f"{op.lower()}_lengths", op, [f32(steps, batch, size), f32(1, gates * hidden, size), f32(1, gates * hidden, hidden), None, np.array([5, 2, 3], np.int32)], {"hidden_size": hidden}, (1, 2), outputs=results)
    case("gru_reset_after", "GRU", [f32(steps, batch, size), f32(1, 3 * hidden, size), f32(1, 3 * hidden, hidden), f32(1, 6 * hidden)], {"hidden_size": hidden, "linear_before_reset": 1}, (1, 2, 3), outputs=2)
    case("gru_reset_after_both_ways", "GRU", [f32(steps, batch, size), f32(2, 3 * hidden, size), f32(2, 3 * hidden, hidden), f32(2, 6 * hidden)], {"hidden_size": hidden, "linear_before_reset": 1, "direction": "bidirectional"}, (1, 2, 3), outputs=2)
    case("lstm_wide", "LSTM", [f32(steps, 1, 33), f32(1, 4 * 37, 33), f32(1, 4 * 37, 37), f32(1, 8 * 37)], {"hidden_size": 37}, (1, 2, 3), outputs=3)
    case("lstm_tanh_gates", "LSTM", [f32(steps, batch, size), f32(1, 4 * hidden, size), f32(1, 4 * hidden, hidden)], {"hidden_size": hidden, "activations": ["Tanh", "Sigmoid", "Tanh"]}, (1, 2), outputs=3)
    case("lstm_peepholes", "LSTM", [f32(steps, batch, size), f32(1, 4 * hidden, size), f32(1, 4 * hidden, hidden), f32(1, 8 * hidden), None, None, None, f32(1, 3 * hidden)], {"hidden_size": hidden}, (1, 2, 3, 7), outputs=3)
    case("lstm_clip", "LSTM", [f32(steps, batch, size), f32(1, 4 * hidden, size), f32(1, 4 * hidden, hidden)], {"hidden_size": hidden, "clip": 0.3}, (1, 2), outputs=3)
    case("rnn_relu", "RNN", [f32(steps, batch, size), f32(1, hidden, size), f32(1, hidden, hidden)], {"hidden_size": hidden, "activations": ["Relu"]}, (1, 2), outputs=2)


def control():
    info = helper.make_tensor_value_info
    body = helper.make_graph(
        [helper.make_node("Add", ["s", "x"], ["t"]), helper.make_node("Mul", ["t", "factor"], ["u"]), helper.make_node("Identity", ["u"], ["y"])], "body",
        [info("s", TensorProto.FLOAT, [3]), info("x", TensorProto.FLOAT, [3])], [info("u", TensorProto.FLOAT, [3]), info("y", TensorProto.FLOAT, [3])])
    for n, attributes in enumerate([{}, {"scan_input_axes": [1], "scan_output_axes": [1]}, {"scan_input_directions": [1], "scan_output_directions": [1]}]):
        sequence = f32(3, 5) if "scan_input_axes" in attributes else f32(5, 3)
        node = helper.make_node("Scan", ["s0", "xs"], ["last", "all"], body=body, num_scan_inputs=1, name="scan", **attributes)
        graph = helper.make_graph(
            [node], "case", [info("s0", TensorProto.FLOAT, [3]), info("xs", TensorProto.FLOAT, sequence.shape), info("factor", TensorProto.FLOAT, [3])],
            [helper.make_empty_tensor_value_info("last"), helper.make_empty_tensor_value_info("all")])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
        finish(f"scan{n}", model, [("s0", f32(3)), ("xs", sequence), ("factor", f32(3))])
    loop = helper.make_graph(
        [helper.make_node("Add", ["v", "step"], ["w"]), helper.make_node("Less", ["w", "limit"], ["go"]), helper.make_node("Identity", ["w"], ["seen"])], "body",
        [info("i", TensorProto.INT64, []), info("c", TensorProto.BOOL, []), info("v", TensorProto.FLOAT, [])],
        [info("go", TensorProto.BOOL, []), info("w", TensorProto.FLOAT, []), info("seen", TensorProto.FLOAT, [])])
    graph = helper.make_graph(
        [helper.make_node("Loop", ["trips", "start", "v0"], ["end", "all"], body=loop, name="loop")], "case",
        [info("trips", TensorProto.INT64, []), info("start", TensorProto.BOOL, []), info("v0", TensorProto.FLOAT, []), info("step", TensorProto.FLOAT, []), info("limit", TensorProto.FLOAT, [])],
        [helper.make_empty_tensor_value_info("end"), helper.make_empty_tensor_value_info("all")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    finish("loop", model, [("trips", np.array(9, np.int64)), ("start", np.array(True)), ("v0", np.array(0.5, np.float32)), ("step", np.array(1.25, np.float32)), ("limit", np.array(5, np.float32))])
    branches = [helper.make_graph([helper.make_node(op, ["a", "b"], ["r"])], op, [], [info("r", TensorProto.FLOAT, None)]) for op in ("Add", "Sub")]
    for n, truth in enumerate((True, False)):
        graph = helper.make_graph(
            [helper.make_node("If", ["c"], ["r0"], then_branch=branches[0], else_branch=branches[1], name="if")], "case",
            [info("c", TensorProto.BOOL, []), info("a", TensorProto.FLOAT, [2]), info("b", TensorProto.FLOAT, [2])], [helper.make_empty_tensor_value_info("r0")])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
        finish(f"if{n}", model, [("c", np.array(truth)), ("a", f32(2)), ("b", f32(2))])


def networks():
    """Small networks whose parts fuse: convolution, normalisation, sums, activations."""
    info = helper.make_tensor_value_info
    for n in range(12):
        nodes, stored = [], []

        def constant(array):
            stored.append(numpy_helper.from_array(array, f"k{len(stored)}"))
            return stored[-1].name

        def node(op, inputs, **attributes):
            nodes.append(helper.make_node(op, inputs, [f"v{len(nodes)}"], name=f"{op}{len(nodes)}", **attributes))
            return nodes[-1].output[0]

        channels = int(random.choice([3, 4, 8, 16]))
        value = node("Conv", ["x", constant(f32(channels, 3, 3, 3))], pads=[1, 1, 1, 1])
        for _ in range(4):
            kind = random.integers(0, 7)
            if kind == 0:
                value = node("Relu", [value])
            elif kind == 1:
                value = node("BatchNormalization", [value] + [constant(f32(channels, low=0.2)) for _ in range(4)])
            elif kind == 2:
                other = node("Conv", [value, constant(f32(channels, 1, 3, 3))], group=channels, pads=[1, 1, 1, 1])
                value = node("Add", [other, value])
            elif kind == 3:
                value = node("Add", [value, constant(f32(1, channels, 1, 1))])
            elif kind == 4:
                value = node("Clip", [value, constant(np.float32(-1)), constant(np.float32(1.5))])
            elif kind == 5:
                padded = node("Pad", [value, constant(i64(0, 0, 1, 0, 0, 0, 1, 2))])
                value = node("Conv", [padded, constant(f32(channels, channels, 3, 3)), constant(f32(channels))])
            else:
                value = node("Conv", [value, constant(f32(channels, channels, 1, 1)), constant(f32(channels))])
        value = node("GlobalAveragePool", [value])
        value = node("Flatten", [value])
        value = node("MatMul", [value, constant(f32(channels, 5))])
        value = node("Add", [value, constant(f32(5))])
        value = node("Softmax", [value])
        graph = helper.make_graph(nodes, "network", [info("x", TensorProto.FLOAT, [2, 3, 12, 10])], [helper.make_empty_tensor_value_info(value)], stored)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
        finish(f"network{n}", model, [("x", f32(2, 3, 12, 10))])


def compositions():
    """What exporters write as several nodes: attention, layer normalisation, GELU, SiLU; the engine joins them."""
    info = helper.make_tensor_value_info

    def network(name, build, shape):
        nodes, stored = [], []

        def constant(array):
            stored.append(numpy_helper.from_array(array, f"k{len(stored)}"))
            return stored[-1].name

        def node(op, *inputs, **attributes):
            nodes.append(helper.make_node(op, inputs, [f"v{len(nodes)}"], name=f"{op}{len(nodes)}", **attributes))
            return nodes[-1].output[0]

        value = build(node, constant)
        graph = helper.make_graph(nodes, name, [info("x", TensorProto.FLOAT, shape)], [helper.make_empty_tensor_value_info(value)], stored)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        finish(name, model, [("x", f32(*shape, low=-3, high=3))])

    def scalar(value):
        return np.array(value, np.float32)

    def norm(node, constant, value, width, square="Pow", scaled=2):
        mean = node("ReduceMean", value, axes=[-1])
        difference = node("Sub", value, mean)
        squared = node("Pow", difference, constant(scalar(2))) if square == "Pow" else node("Mul", difference, difference)
        variance = node("ReduceMean", squared, axes=[2])
        result = node("Div", difference, node("Sqrt", node("Add", variance, constant(scalar(1e-5)))))
        if scaled > 0:
            result = node("Mul", result, constant(f32(width)))
        return node("Add", result, constant(f32(width))) if scaled > 1 else result

    for scaled in range(3):
        network(f"norm_{scaled}", lambda node, constant: norm(node, constant, "x", 19, "Mul" if scaled else "Pow", scaled), (2, 5, 19))
    network("norm_read_twice", lambda node, constant: node("Add", norm(node, constant, "x", 8), node("ReduceMean", "x", axes=[-1])), (2, 3, 8))

    def gelu(node, constant, x, order):
        erf = node("Erf", node("Div", x, constant(scalar(np.sqrt(2)))) if order != 1 else node("Mul", x, constant(scalar(np.sqrt(0.5)))))
        gate = node("Add", erf, constant(scalar(1))) if order else node("Add", constant(scalar(1)), erf)
        half = constant(scalar(0.5))
        if order == 0:
            return node("Mul", node("Mul", x, gate), half)
        if order == 1:
            return node("Mul", node("Mul", x, half), gate)
        return node("Mul", x, node("Mul", half, gate))

    for order in range(3):
        network(f"gelu_erf_{order}", lambda node, constant: gelu(node, constant, "x", order), (3, 21))

    def gelu_tanh(node, constant, power):
        cube = node("Pow", "x", constant(scalar(3))) if power else node("Mul", "x", node("Mul", "x", "x"))
        inner = node("Add", "x", node("Mul", constant(scalar(0.044715)), cube))
        gate = node("Add", node("Tanh", node("Mul", constant(scalar(np.sqrt(2 / np.pi))), inner)), constant(scalar(1)))
        return node("Mul", node("Mul", constant(scalar(0.5)), "x"), gate)

    for power in (False, True):
        network(f"gelu_tanh_{int(power)}", lambda node, constant: gelu_tanh(node, constant, power), (3, 21))
    # Close to a GELU, and none.
    network("not_gelu", lambda node, constant: node("Mul", node("Mul", "x", node("Add", node("Erf", node("Mul", "x", constant(scalar(0.9)))), constant(scalar(1)))), constant(scalar(0.5))), (3, 21))
    network("silu", lambda node, constant: node("Mul", node("Sigmoid", "x"), "x"), (3, 21))
    network("same_twice", lambda node, constant: node("Add", node("Tanh", "x"), node("Mul", node("Tanh", "x"), node("Exp", "x"))), (3, 21))

    def attention(node, constant, heads, width, scale, residual):
        def split(order):
            linear = node("Add", node("MatMul", "x", constant(f32(width, width))), constant(f32(width)))
            parts = node("Reshape", linear, constant(i64(0, -1, heads, width // heads)))
            return node("Transpose", parts, perm=order)

        queries, keys, values = split([0, 2, 1, 3]), split([0, 2, 3, 1]), split([0, 2, 1, 3])
        scores = node("MatMul", queries, keys)
        scores = node("Div", scores, constant(scalar(3))) if scale else node("Mul", constant(scalar(0.3)), scores)
        mixed = node("MatMul", node("Softmax", scores, axis=-1), values)
        joined = node("Reshape", node("Transpose", mixed, perm=[0, 2, 1, 3]), constant(i64(0, -1, width)))
        result = node("Add", node("MatMul", joined, constant(f32(width, width))), constant(f32(width)))
        return node("Add", "x", result) if residual else result

    network("attention", lambda node, constant: attention(node, constant, 4, 24, True, True), (2, 7, 24))
    network("attention_one_head", lambda node, constant: attention(node, constant, 1, 20, False, False), (1, 18, 20))
    network("product_of_columns", lambda node, constant: node("MatMul", node("Transpose", "x", perm=[0, 2, 1]), "x"), (2, 5, 7))
    network("product_of_rows", lambda node, constant: node("Transpose", node("MatMul", "x", node("Transpose", "x", perm=[0, 2, 1])), perm=[0, 2, 1]), (2, 5, 7))
    network("product_moved", lambda node, constant: node("Transpose", node("MatMul", "x", "x"), perm=[1, 0, 2]), (3, 5, 5))


for group in (compositions, convolutions, pools, resizes, dense, elementwise, reductions, movement, quantization, recurrence, control, networks):
    group()
print(json.dumps(cases))
