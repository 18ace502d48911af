"""Makes models with operators of ONNX Runtime's own domain, and models that its optimiser and its quantizer wrote, and runs each there.

Reads a JSON request {"folder": …}; writes NAME.onnx, NAME.in0.npy … and NAME.out0.npy … into the folder and prints the cases as JSON:
[{"name": …, "inputs": n, "outputs": n, "tolerance": greatest difference against the largest element}].
"""
import json
import logging
import sys
import warnings

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

request = json.load(sys.stdin)
folder = request["folder"]
random = np.random.default_rng(7)
cases = []
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
MICROSOFT = "com.microsoft"


def f32(*shape, low=-1.0, high=1.0):
    return random.uniform(low, high, shape).astype(np.float32)


def i64(*values):
    return np.array(values, dtype=np.int64)


def i32(*values):
    return np.array(values, dtype=np.int32)


def u8(*shape):
    return random.integers(0, 256, shape).astype(np.uint8)


def i8(*shape):
    return random.integers(-127, 128, shape).astype(np.int8)


def scalar(value, dtype=np.float32):
    return np.array(value, dtype)


def element_type(array):
    return helper.np_dtype_to_tensor_dtype(array.dtype)


def run(model, given, level=ort.GraphOptimizationLevel.ORT_DISABLE_ALL):
    options = ort.SessionOptions()
    options.graph_optimization_level = level
    options.log_severity_level = 4
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, dict(given))


def store(name, model, given, tolerance=1e-4, answers=None):
    answers = run(model, given) if answers is None else answers
    onnx.save(model, f"{folder}/{name}.onnx")
    for i, (_, value) in enumerate(given):
        np.save(f"{folder}/{name}.in{i}.npy", np.ascontiguousarray(value).reshape(value.shape))
    for i, answer in enumerate(answers):
        answer = np.asarray(answer)
        np.save(f"{folder}/{name}.out{i}.npy", np.ascontiguousarray(answer).reshape(answer.shape))
    cases.append({"name": name, "inputs": len(given), "outputs": len(answers), "tolerance": tolerance})


def make(op, inputs, attributes, constants, outputs, domain, types=None):
    """A model of one node. `inputs`: arrays, or None where absent; `constants`: positions that become initializers, all but those where negative."""
    names = ["" if value is None else f"x{i}" for i, value in enumerate(inputs)]
    results = [f"y{i}" if i in outputs else "" for i in range(max(outputs) + 1)]
    stored = {i for i in range(len(inputs)) if i in constants}
    node = helper.make_node(op, names, results, name="node", domain=domain, **attributes)
    given = [(n, v) for i, (n, v) in enumerate(zip(names, inputs)) if v is not None and i not in stored]
    kept = [numpy_helper.from_array(v, n) for i, (n, v) in enumerate(zip(names, inputs)) if v is not None and i in stored]
    graph = helper.make_graph(
        [node], "case", [helper.make_tensor_value_info(n, element_type(v), v.shape) for n, v in given],
        [helper.make_tensor_value_info(n, (types or {}).get(i, TensorProto.FLOAT), None) for i, n in enumerate(results) if n], kept)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)], ir_version=8), given


def case(name, op, inputs, attributes=None, constants=(), outputs=(0,), domain=MICROSOFT, types=None, tolerance=1e-4):
    model, given = make(op, inputs, attributes or {}, constants, outputs, domain, types)
    store(name, model, given, tolerance)


def layers():
    case("gelu", "Gelu", [f32(3, 7, low=-4, high=4)])
    case("bias_gelu", "BiasGelu", [f32(3, 7, low=-4, high=4), f32(7)], constants=(1,))
    case("fast_gelu", "FastGelu", [f32(3, 7, low=-4, high=4)])
    case("fast_gelu_bias", "FastGelu", [f32(3, 7, low=-4, high=4), f32(7)])
    case("quick_gelu", "QuickGelu", [f32(3, 7, low=-4, high=4)])
    case("quick_gelu_alpha", "QuickGelu", [f32(3, 7, low=-4, high=4)], {"alpha": 1.0})
    for n, (activation, parameters) in enumerate([
        ("Relu", []), ("Sigmoid", []), ("Tanh", []), ("LeakyRelu", [0.2]), ("Clip", [-0.3, 0.6]), ("HardSigmoid", [0.3, 0.4]),
    ]):
        attributes = {"activation": activation, "kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
        if parameters:
            attributes["activation_params"] = parameters
        inputs = [f32(2, 4, 6, 5), f32(8, 2, 3, 3), f32(8)]
        if n % 2 == 0:
            inputs.append(f32(2, 8, 6, 5))
        case(f"fused_conv{n}", "FusedConv", inputs, {**attributes, "group": 2}, (1, 2))
    case("fused_conv_sum", "FusedConv", [f32(1, 3, 6, 5), f32(4, 3, 1, 1), None, f32(1, 4, 6, 5)], {"kernel_shape": [1, 1]}, (1,))
    for n, attributes in enumerate([{"activation": "Relu"}, {"activation": "LeakyRelu", "activation_alpha": 0.1, "transB": 1}, {"activation": "Tanh", "alpha": 0.5, "beta": 2.0}]):
        weights = f32(6, 5) if attributes.get("transB") else f32(5, 6)
        case(f"fused_gemm{n}", "FusedGemm", [f32(3, 5), weights, f32(6)], attributes, (1, 2))
    case("fused_mat_mul", "FusedMatMul", [f32(2, 3, 4), f32(2, 4, 5)], {"alpha": 0.25})
    case("fused_mat_mul_b", "FusedMatMul", [f32(2, 3, 4), f32(5, 4)], {"transB": 1}, (1,))
    case("fused_mat_mul_ab", "FusedMatMul", [f32(2, 4, 3), f32(2, 5, 4)], {"transA": 1, "transB": 1, "alpha": 2.0})
    case("fused_mat_mul_batch_a", "FusedMatMul", [f32(3, 2, 4), f32(2, 4, 5)], {"transBatchA": 1})
    case("fused_mat_mul_batch_b", "FusedMatMul", [f32(2, 3, 4), f32(5, 2, 4)], {"transBatchB": 1, "transB": 1})
    case("expand_dims", "ExpandDims", [f32(3, 4), i32(1).reshape(())], constants=(1,))
    case("trilu", "Trilu", [f32(2, 4, 5), scalar(1, np.int64)], {"upper": 0}, (1,))
    case("range", "Range", [scalar(2), scalar(9), scalar(1.5)])
    case("range_of_one", "Range", [scalar(2, np.int64), scalar(9, np.int64)], types={0: TensorProto.INT64})
    case("pad", "Pad", [f32(3, 4), i64(0, 1, 2, 0), scalar(0.5)], {"mode": "constant"}, (1, 2))
    case("gather_nd", "GatherND", [f32(3, 4), np.array([[0, 1], [2, 3]], np.int64)])
    case("conv_transpose_with_pads", "ConvTransposeWithDynamicPads", [f32(1, 3, 5, 4), f32(3, 2, 3, 3), i64(1, 1, 1, 1), f32(2)], {"kernel_shape": [3, 3], "strides": [2, 2], "output_padding": [1, 1]}, (1, 2, 3))


def normalisations():
    case("simplified", "SimplifiedLayerNormalization", [f32(2, 3, 8), f32(8)], {"axis": -1, "epsilon": 1e-5}, (1,), domain="")
    for n, (skip, bias) in enumerate([((2, 3, 8), False), ((1, 3, 8), True), ((3, 8), True)]):
        inputs = [f32(2, 3, 8), f32(*skip), f32(8), f32(8)] + ([f32(8)] if bias else [])
        case(f"skip{n}", "SkipLayerNormalization", inputs, {"epsilon": 1e-5}, (2, 3, 4), outputs=(0, 3) if n else (0,))
    case("skip_simplified", "SkipSimplifiedLayerNormalization", [f32(2, 3, 8), f32(2, 3, 8), f32(8), f32(8)], {"epsilon": 1e-6}, (2, 3), outputs=(0, 3))
    case("skip_no_beta", "SkipLayerNormalization", [f32(2, 3, 8), f32(2, 3, 8), f32(8)], {}, (2,))
    ids = random.integers(0, 9, (2, 5)).astype(np.int32)
    tables = [f32(9, 8), f32(7, 8), f32(2, 8), f32(8), f32(8)]
    segments = random.integers(0, 2, (2, 5)).astype(np.int32)
    mask = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 0]], np.int32)
    integer = {1: TensorProto.INT32}
    case("embed", "EmbedLayerNormalization", [ids, segments, *tables, mask], {"epsilon": 1e-5}, range(2, 7), outputs=(0, 1), types=integer)
    case("embed_plain", "EmbedLayerNormalization", [ids, None, tables[0], tables[1], None, tables[3], tables[4]], {}, range(2, 7), outputs=(0, 1, 2), types=integer)
    case("embed_positions", "EmbedLayerNormalization", [ids, segments, *tables, None, random.integers(0, 7, (2, 5)).astype(np.int32)], {}, range(2, 7), outputs=(0, 1), types=integer)
    integers = [i8(9, 8), i8(7, 8), i8(2, 8), i8(8), i8(8)]
    scales = [scalar(s) for s in (0.01, 0.02, 0.015, 0.01, 0.02)]
    points = [scalar(p, np.int8) for p in (0, 1, -2, 3, 0)]
    case("embed_quantized", "QEmbedLayerNormalization", [ids, segments, *integers, mask, *scales, *points], {"epsilon": 1e-5}, [*range(2, 7), *range(8, 18)], outputs=(0, 1), types=integer)
    # onnxruntime runs GroupNorm on graphics processors alone: its own GroupNormalization stands for it.
    data, scale, bias = f32(2, 4, 3, 6), f32(6), f32(6)
    for name, last, activation in (("group_norm", 1, 1), ("group_norm_first", 0, 0)):
        model, given = make("GroupNorm", [data if last else data.transpose(0, 3, 1, 2), scale, bias], {"groups": 3, "channels_last": last, "activation": activation, "epsilon": 1e-4}, (1, 2), (0,), MICROSOFT)
        x = data.transpose(0, 3, 1, 2).reshape(2, 3, -1).astype(np.float64)
        y = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-4)
        y = y.reshape(2, 6, 4, 3) * scale.reshape(6, 1, 1) + bias.reshape(6, 1, 1)
        y = y / (1 + np.exp(-y)) if activation else y
        store(name, model, given, answers=[(y.transpose(0, 2, 3, 1) if last else y).astype(np.float32)])


def attentions():
    batch, length, width, heads = 2, 5, 12, 3
    size = width // heads

    def attention(name, mask=None, attributes=None, past=None, addend=None, weights=3 * width, **more):
        inputs = [f32(batch, length, width), f32(width, weights), f32(weights), mask, past, addend]
        while inputs[-1] is None:
            inputs.pop()
        case(f"attention_{name}", "Attention", inputs, {"num_heads": heads, **(attributes or {})}, (1, 2), **more)

    attention("plain")
    attention("causal", attributes={"unidirectional": 1})
    attention("scaled", attributes={"scale": 0.3})
    attention("sizes", attributes={"qkv_hidden_sizes": [12, 12, 24]}, weights=48)
    marks = np.array([[1, 1, 1, 1, 0], [1, 1, 0, 0, 0]], np.int32)
    attention("marks", marks)
    attention("marks_causal", marks, {"unidirectional": 1})
    attention("lengths", i32(4, 2))
    attention("bounds", i32(4, 5, 1, 2))
    attention("marks_of_queries", random.integers(0, 2, (batch, length, length)).astype(np.int32) | np.eye(length, dtype=np.int32))
    # onnxruntime takes a square mask on graphics processors alone: its part that counts stands for it.
    square = random.integers(0, 2, (batch, 1, 9, 9)).astype(np.int32)
    same = [f32(batch, length, width), f32(width, 3 * width), f32(3 * width)]
    model, given = make("Attention", [*same, np.ascontiguousarray(square[:, 0, :length, :length])], {"num_heads": heads}, (1, 2), (0,), MICROSOFT)
    answers = run(model, given)
    model, given = make("Attention", [*same, square], {"num_heads": heads}, (1, 2), (0,), MICROSOFT)
    store("attention_square", model, given, answers=answers)
    attention("addend", marks, addend=f32(batch, heads, length, length))
    attention("addend_of_one", addend=f32(1, heads, length, length))
    past = f32(2, batch, heads, 4, size)
    attention("past", attributes={"unidirectional": 1}, past=past, outputs=(0, 1))
    attention("past_marks", random.integers(0, 2, (batch, length + 4)).astype(np.int32), past=past, outputs=(0, 1))
    attention("present", outputs=(0, 1))

    def multi(name, inputs, attributes=None, constants=(), **more):
        case(f"multi_{name}", "MultiHeadAttention", inputs, {"num_heads": heads, **(attributes or {})}, constants, **more)

    q, k, v = f32(batch, 4, width), f32(batch, length, width), f32(batch, length, width)
    multi("plain", [q, k, v])
    multi("wide_values", [q, k, f32(batch, length, 2 * width), f32(4 * width)], constants=(3,))
    multi("bias", [q, k, v, f32(3 * width)], constants=(3,))
    # Packed keys are for graphics processors alone too; apart they are the same.
    def parts(value):
        return [np.ascontiguousarray(value[:, :, :, n]).reshape(*value.shape[:2], -1) for n in range(value.shape[3])]

    for name, packed, apart in [
        ("packed_keys", [q, pair := f32(batch, length, heads, 2, size)], [q, *parts(pair)]),
        ("packed", [triple := f32(batch, length, heads, 3, size)], parts(triple)),
    ]:
        model, given = make("MultiHeadAttention", apart, {"num_heads": heads}, (), (0,), MICROSOFT)
        answers = run(model, given)
        model, given = make("MultiHeadAttention", packed, {"num_heads": heads}, (), (0,), MICROSOFT)
        store(f"multi_{name}", model, given, answers=answers)

    multi("marks", [q, k, v, None, marks])
    multi("lengths", [q, k, v, None, i32(4, 3)])
    multi("addend", [q, k, v, None, None, f32(1, heads, 4, length)])
    multi("marks_addend", [q, k, v, f32(3 * width), marks, f32(batch, heads, 4, length)], {"scale": 0.4})
    multi("cross", [q, f32(batch, heads, length, size), f32(batch, heads, length, size)])
    multi("past", [v, k, v, None, None, None, f32(batch, heads, 3, size), f32(batch, heads, 3, size)], {"unidirectional": 1}, outputs=(0, 1, 2))

    tables = [f32(16, 4), f32(16, 4)]
    positions = random.integers(0, 16, (2, 3)).astype(np.int64)
    case("rotary", "RotaryEmbedding", [f32(2, 3, 16), positions, *tables], {}, (2, 3))
    case("rotary_offset", "RotaryEmbedding", [f32(2, 3, 16), i64(5), *tables], {"interleaved": 1}, (2, 3))
    case("rotary_heads", "RotaryEmbedding", [f32(2, 2, 3, 8), positions, *tables], {}, (2, 3))
    case("rotary_part", "RotaryEmbedding", [f32(2, 3, 24), positions, *tables], {"rotary_embedding_dim": 8, "num_heads": 2}, (2, 3))

    def grouped(name, inputs, attributes=None, outputs=(0, 1, 2)):
        case(f"grouped_{name}", "GroupQueryAttention", inputs, {"num_heads": 4, "kv_num_heads": 2, **(attributes or {})}, (), outputs=outputs)

    size = 16

    def tensors(new):
        return [f32(batch, new, 4 * size), f32(batch, new, 2 * size), f32(batch, new, 2 * size)]

    empty = [np.zeros((batch, 2, 0, size), np.float32)] * 2
    cache = [f32(16, size // 2), f32(16, size // 2)]
    full = i32(4, 4).reshape(batch, 1)
    total = np.array(5, np.int32)
    grouped("prompt", [*tensors(5), *empty, full, total])
    grouped("prompt_rotated", [*tensors(5), *empty, full, total, *cache], {"do_rotary": 1})
    grouped("prompt_window", [*tensors(5), *empty, full, total], {"local_window_size": 2})
    grouped("prompt_softcap", [*tensors(5), *empty, full, total], {"softcap": 1.5, "scale": 0.5})
    held = [f32(batch, 2, 4, size), f32(batch, 2, 4, size)]
    grouped("next", [*tensors(1), *held, full, total, *cache], {"do_rotary": 1})
    grouped("next_interleaved", [*tensors(1), *held, full, total, *cache], {"do_rotary": 1, "rotary_interleaved": 1})
    grouped("packed", [f32(batch, 1, 8 * size), None, None, *held, full, total, *cache], {"do_rotary": 1})


def quantized():
    a, b = u8(3, 5), i8(5, 4)
    zero = scalar(0, np.int8)
    byte = {0: TensorProto.UINT8}
    wide = random.integers(-3000, 3000, (4,)).astype(np.int32)
    per_column = f32(4, low=0.01, high=0.03)
    zeros = np.zeros(4, np.int8)
    case("q_gemm", "QGemm", [a, scalar(0.02), scalar(130, np.uint8), b, scalar(0.01), zero, wide, scalar(0.03), scalar(120, np.uint8)], {}, range(1, 9), types=byte, tolerance=1.01 / 255)
    case("q_gemm_float", "QGemm", [a, scalar(0.02), scalar(130, np.uint8), b.T.copy(), per_column, zeros, wide], {"transB": 1}, range(1, 7))
    case("q_gemm_alpha", "QGemm", [a, scalar(0.02), scalar(130, np.uint8), b, per_column, zeros], {"alpha": 0.5}, range(1, 6))
    case("q_where", "QLinearWhere", [f32(3, 4) > 0, u8(3, 4), scalar(0.02), scalar(100, np.uint8), u8(4), scalar(0.03), scalar(7, np.uint8), scalar(0.04), scalar(90, np.uint8)], {}, (2, 3, 5, 6, 7, 8), types=byte, tolerance=1.01 / 255)
    case("integer_to_float", "MatMulIntegerToFloat", [a, b, scalar(0.02), scalar(0.01), scalar(130, np.uint8), zero, f32(4)], {}, (1, 3, 5, 6))
    case("integer_to_float_columns", "MatMulIntegerToFloat", [u8(2, 3, 5), b, scalar(0.02), per_column, scalar(130, np.uint8), zeros], {}, (1, 3, 5))
    case("dynamic_product", "DynamicQuantizeMatMul", [f32(2, 3, 5), b, per_column, zeros, f32(4)], {}, (1, 2, 3, 4))
    case("dynamic_product_plain", "DynamicQuantizeMatMul", [f32(3, 5), b, scalar(0.01)], {}, (1, 2))
    attributes = {"num_heads": 3}
    qattention = [u8(2, 5, 12), i8(12, 36), f32(36), scalar(0.01), scalar(0.008)]
    case("q_attention", "QAttention", [*qattention, None, scalar(128, np.uint8), zero], attributes, (1, 2, 3, 4, 6, 7))
    case("q_attention_marks", "QAttention", [*qattention, np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 0]], np.int32), scalar(128, np.uint8), zero], {**attributes, "unidirectional": 1}, (1, 2, 3, 4, 6, 7))
    hidden = 6
    lstm = [f32(4, 2, 5), i8(1, 5, 4 * hidden), i8(1, hidden, 4 * hidden), f32(1, 8 * hidden), None, f32(1, 2, hidden), f32(1, 2, hidden), None, np.array([0.01], np.float32), np.zeros(1, np.int8), np.array([0.01], np.float32), np.zeros(1, np.int8)]
    case("dynamic_lstm", "DynamicQuantizeLSTM", lstm, {"hidden_size": hidden}, (1, 2, 3, 8, 9, 10, 11), outputs=(0, 1, 2), tolerance=0.02)
    case("nhwc_max_pool", "NhwcMaxPool", [u8(1, 6, 5, 3)], {"kernel_shape": [3, 2], "strides": [2, 1], "pads": [1, 0, 0, 1]}, types=byte)
    case("nhwc_conv", "QLinearConv", [u8(1, 6, 5, 3), scalar(0.02), scalar(120, np.uint8), i8(4, 3, 3, 3), per_column, zeros, scalar(0.05), scalar(128, np.uint8), wide], {"channels_last": 1, "kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}, range(1, 9), types=byte, tolerance=1.01 / 255)


for group in (layers, normalisations, attentions, quantized):
    group()
print(json.dumps(cases))
