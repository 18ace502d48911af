"""Writes the seeds that the fuzzers start from: small valid files that together use most of what the readers know.

    .venv/bin/python Tests/Fuzz/make_corpus.py

Written again, the files are the same to the byte.
"""

import json
import pathlib
import shutil
import struct
import sys
import tempfile
import zlib

import flatbuffers
import numpy as np
import onnx
from ai_edge_litert import schema_py_generated as tfl
from onnx import TensorProto, helper, numpy_helper

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"
random = np.random.default_rng(1)


def weights(*shape):
    return random.standard_normal(shape).astype(np.float32)


# ONNX


def onnx_file(name, nodes, inputs, outputs, constants=(), opset=13, domains=()):
    """`inputs` and `outputs`: (name, shape) or (name, shape, element type)."""

    def values(list):
        return [helper.make_tensor_value_info(v[0], v[2] if len(v) > 2 else TensorProto.FLOAT, v[1]) for v in list]

    graph = helper.make_graph(
        nodes, name, values(inputs), values(outputs), [numpy_helper.from_array(a, n) for n, a in constants]
    )
    opsets = [helper.make_opsetid("", opset)] + [helper.make_opsetid(domain, 1) for domain in domains]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="make_corpus.py")
    if not domains:
        onnx.checker.check_model(model, full_check=True)
    (CORPUS / "onnx" / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def control_files():
    """Branches and loops, and a tensor that is stored beside the file."""
    node, value = helper.make_node, helper.make_tensor_value_info
    more = helper.make_graph([node("Add", ["x", "x"], ["t"])], "more", [], [value("t", TensorProto.FLOAT, [2])])
    less = helper.make_graph([node("Neg", ["x"], ["e"])], "less", [], [value("e", TensorProto.FLOAT, [2])])
    body = helper.make_graph(
        [node("Add", ["before", "x"], ["after"]), node("Identity", ["on"], ["goes_on"]), node("Identity", ["after"], ["row"])],
        "body",
        [value("i", TensorProto.INT64, []), value("on", TensorProto.BOOL, []), value("before", TensorProto.FLOAT, [2])],
        [value("goes_on", TensorProto.BOOL, []), value("after", TensorProto.FLOAT, [2]), value("row", TensorProto.FLOAT, [2])],
    )
    onnx_file(
        "control",
        [
            node("If", ["flag"], ["chosen"], then_branch=more, else_branch=less),
            node("Loop", ["count", "", "chosen"], ["last", "rows"], body=body),
        ],
        [("x", [2]), ("flag", [], TensorProto.BOOL)],
        [("last", [2]), ("rows", ["n", 2])],
        [("count", np.array(3, np.int64))],
    )
    stored = TensorProto(name="w", dims=[2], data_type=1, data_location=1)
    for key, text in (("location", "w.bin"), ("offset", "4"), ("length", "8")):
        entry = stored.external_data.add()
        entry.key, entry.value = key, text
    graph = helper.make_graph(
        [node("Add", ["x", "w"], ["y"])], "external", [value("x", TensorProto.FLOAT, [2])], [value("y", TensorProto.FLOAT, [2])], [stored]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    (CORPUS / "onnx" / "external.onnx").write_bytes(model.SerializeToString(deterministic=True))


def onnx_files():
    node = helper.make_node
    control_files()
    image, classes = ("x", [1, 2, 8, 8]), ("y", [1, 3])
    onnx_file(
        "convolutions",
        [
            node("Conv", ["x", "w1", "b1"], ["c1"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2]),
            node("BatchNormalization", ["c1", "s", "b", "m", "v"], ["n1"]),
            node("Clip", ["n1", "low", "high"], ["r1"]),
            node("Conv", ["r1", "w2"], ["c2"], kernel_shape=[3, 3], group=4, auto_pad="SAME_UPPER"),
            node("LeakyRelu", ["c2"], ["r2"], alpha=0.1),
            node("Add", ["r2", "r1"], ["sum"]),
            node("MaxPool", ["sum"], ["p1"], kernel_shape=[2, 2], strides=[2, 2]),
            node("GlobalAveragePool", ["p1"], ["p2"]),
            node("Flatten", ["p2"], ["f"]),
            node("Gemm", ["f", "w3", "b3"], ["g"], transB=1),
            node("Softmax", ["g"], ["y"]),
        ],
        [image],
        [classes],
        [
            ("w1", weights(4, 2, 3, 3)),
            ("b1", weights(4)),
            ("s", weights(4)),
            ("b", weights(4)),
            ("m", weights(4)),
            ("v", np.ones(4, np.float32)),
            ("low", np.float32(0)),
            ("high", np.float32(6)),
            ("w2", weights(4, 1, 3, 3)),
            ("w3", weights(3, 4)),
            ("b3", weights(3)),
        ],
    )
    onnx_file(
        "movement",
        [
            node("Transpose", ["x"], ["t"], perm=[0, 2, 3, 1]),
            node("Slice", ["t", "starts", "ends", "axes"], ["s"]),
            node("Pad", ["s", "pads"], ["p"]),
            node("Reshape", ["p", "shape"], ["r"]),
            node("Split", ["r", "sizes"], ["a", "b"], axis=1),
            node("Concat", ["b", "a"], ["c"], axis=1),
            node("Unsqueeze", ["c", "axis0"], ["u"]),
            node("Squeeze", ["u", "axis0"], ["q"]),
            node("Gather", ["q", "index"], ["g"], axis=1),
            node("ReduceMean", ["g"], ["y"], axes=[1], keepdims=1),
        ],
        [image],
        [("y", [1, 1])],
        [
            ("starts", np.array([1], np.int64)),
            ("ends", np.array([7], np.int64)),
            ("axes", np.array([1], np.int64)),
            ("pads", np.array([0, 0, 0, 0, 0, 1, 1, 0], np.int64)),
            ("shape", np.array([1, -1], np.int64)),
            ("sizes", np.array([40, 86], np.int64)),
            ("axis0", np.array([0], np.int64)),
            ("index", np.array([0, 5, 7], np.int64)),
        ],
    )
    scale, zero = ("scale", np.float32(0.05)), ("zero", np.int8(3))
    onnx_file(
        "quantize_dequantize",
        [
            node("QuantizeLinear", ["x", "scale", "zero"], ["xq"]),
            node("DequantizeLinear", ["xq", "scale", "zero"], ["xd"]),
            node("DequantizeLinear", ["wq", "ws", "wz"], ["wd"], axis=0),
            node("DequantizeLinear", ["bq", "bs", "bz"], ["bd"]),
            node("Conv", ["xd", "wd", "bd"], ["c"], kernel_shape=[1, 1]),
            node("Relu", ["c"], ["r"]),
            node("QuantizeLinear", ["r", "scale", "zero"], ["rq"]),
            node("DequantizeLinear", ["rq", "scale", "zero"], ["y"]),
        ],
        [image],
        [("y", [1, 3, 8, 8])],
        [
            scale,
            zero,
            ("wq", random.integers(-127, 128, (3, 2, 1, 1), dtype=np.int8)),
            ("ws", np.array([0.01, 0.02, 0.03], np.float32)),
            ("wz", np.zeros(3, np.int8)),
            ("bq", np.array([1, 2, 3], np.int32)),
            ("bs", np.float32(0.0005)),
            ("bz", np.int32(0)),
        ],
    )
    onnx_file(
        "quantized_operators",
        [
            node("QuantizeLinear", ["x", "scale", "zero"], ["xq"]),
            node("QLinearConv", ["xq", "scale", "zero", "wq", "ws", "wz", "ys", "yz", "bq"], ["cq"], kernel_shape=[3, 3]),
            node("QLinearAdd", ["cq", "ys", "yz", "cq", "ys", "yz", "ys", "yz"], ["aq"], domain="com.microsoft"),
            node("DequantizeLinear", ["aq", "ys", "yz"], ["y"]),
        ],
        [image],
        [("y", [1, 3, 6, 6])],
        [
            ("scale", np.float32(0.05)),
            ("zero", np.uint8(128)),
            ("wq", random.integers(-127, 128, (3, 2, 3, 3), dtype=np.int8)),
            ("ws", np.array([0.01, 0.02, 0.03], np.float32)),
            ("wz", np.zeros(3, np.int8)),
            ("ys", np.float32(0.1)),
            ("yz", np.uint8(100)),
            ("bq", np.array([1, 2, 3], np.int32)),
        ],
        domains=["com.microsoft"],
    )
    onnx_file(
        "elementwise",
        [
            node("Constant", [], ["k"], value=numpy_helper.from_array(weights(4))),
            node("Mul", ["x", "k"], ["a"]),
            node("Sub", ["a", "k"], ["b"]),
            node("Div", ["b", "k"], ["c"]),
            node("Sigmoid", ["c"], ["d"]),
            node("Tanh", ["d"], ["e"]),
            node("Exp", ["e"], ["f"]),
            node("Sqrt", ["f"], ["g"]),
            node("Pow", ["g", "two"], ["h"]),
            node("MatMul", ["h", "w"], ["i"]),
            node("Cast", ["i"], ["j"], to=TensorProto.INT64),
            node("Identity", ["j"], ["y"]),
        ],
        [("x", ["batch", 4])],
        [("y", ["batch", 2], TensorProto.INT64)],
        [("two", np.float32(2)), ("w", weights(4, 2))],
    )
    onnx_file(
        "recurrent",
        [
            node("LSTM", ["x", "w", "r", "b"], ["h", "last", ""], hidden_size=3),
            node("Squeeze", ["last", "axis"], ["y"]),
        ],
        [("x", [5, 1, 2])],
        [("y", [1, 3])],
        [
            ("w", weights(1, 12, 2)),
            ("r", weights(1, 12, 3)),
            ("b", weights(1, 24)),
            ("axis", np.array([0], np.int64)),
        ],
    )
    body = helper.make_graph(
        [node("MatMul", ["i", "w"], ["m"]), node("Add", ["s", "m"], ["t"]), node("Identity", ["t"], ["o"])],
        "step",
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 3]) for n in ("s", "i")],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 3]) for n in ("t", "o")],
    )
    onnx_file(
        "scan",
        [node("Scan", ["s0", "x"], ["y", "all"], body=body, num_scan_inputs=1)],
        [("x", [5, 1, 3])],
        [("y", [1, 3])],
        [("s0", np.zeros((1, 3), np.float32)), ("w", weights(3, 3))],
    )
    for pooling in ("AveragePool", "MaxPool"):
        onnx_file(
            pooling.lower(),
            [node(pooling, ["x"], ["p"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], ceil_mode=1, strides=[2, 2])],
            [image],
            [("p", [1, 2, 5, 5])],
        )


# TensorFlow Lite


class TFLiteFile:
    """Collects tensors and operators and writes them by the schema's own classes."""

    def __init__(self, name):
        self.name = name
        self.model = tfl.ModelT()
        self.model.version = 3
        self.model.description = "make_corpus.py"
        self.model.buffers = [tfl.BufferT()]
        self.model.operatorCodes = []
        self.graph = tfl.SubGraphT()
        self.graph.name = "main"
        self.graph.tensors, self.graph.operators = [], []
        self.model.subgraphs = [self.graph]

    def tensor(self, name, shape, dtype=tfl.TensorType.FLOAT32, data=None, scale=None, zero=None, axis=0):
        tensor = tfl.TensorT()
        tensor.name, tensor.shape, tensor.type = name, list(shape), dtype
        tensor.buffer = 0
        if data is not None:
            buffer = tfl.BufferT()
            buffer.data = list(np.ascontiguousarray(data).tobytes())
            self.model.buffers.append(buffer)
            tensor.buffer = len(self.model.buffers) - 1
        if scale is not None:
            quantization = tfl.QuantizationParametersT()
            quantization.scale = list(np.atleast_1d(scale).astype(float))
            quantization.zeroPoint = [int(z) for z in np.atleast_1d(0 if zero is None else zero)]
            quantization.quantizedDimension = axis
            tensor.quantization = quantization
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def constant(self, name, data, **quantization):
        kinds = {
            "float32": tfl.TensorType.FLOAT32,
            "int8": tfl.TensorType.INT8,
            "int32": tfl.TensorType.INT32,
        }
        return self.tensor(name, data.shape, kinds[str(data.dtype)], data, **quantization)

    def operator(self, kind, inputs, outputs, options=None, **fields):
        code = tfl.OperatorCodeT()
        code.builtinCode = getattr(tfl.BuiltinOperator, kind)
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        code.version = 1
        self.model.operatorCodes.append(code)
        operator = tfl.OperatorT()
        operator.opcodeIndex = len(self.model.operatorCodes) - 1
        operator.inputs, operator.outputs = inputs, outputs
        if options is not None:
            operator.builtinOptionsType = getattr(tfl.BuiltinOptions, options)
            operator.builtinOptions = getattr(tfl, options + "T")()
            for field, value in fields.items():
                setattr(operator.builtinOptions, field, value)
        self.graph.operators.append(operator)

    def write(self, inputs, outputs):
        self.graph.inputs, self.graph.outputs = inputs, outputs
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        data = bytes(builder.Output())
        # LiteRT is the judge of what is a valid file.
        from ai_edge_litert.interpreter import Interpreter

        interpreter = Interpreter(model_content=data)
        interpreter.allocate_tensors()
        interpreter.invoke()
        (CORPUS / "tflite" / f"{self.name}.tflite").write_bytes(data)


def tflite_files():
    int8, relu, same = tfl.TensorType.INT8, tfl.ActivationFunctionType.RELU, tfl.Padding.SAME

    file = TFLiteFile("convolutions")
    x = file.tensor("x", [1, 8, 8, 2])
    c = file.tensor("c", [1, 4, 4, 4])
    d = file.tensor("d", [1, 4, 4, 4])
    s = file.tensor("s", [1, 4, 4, 4])
    p = file.tensor("p", [1, 1, 1, 4])
    r = file.tensor("r", [1, 4])
    f = file.tensor("f", [1, 3])
    y = file.tensor("y", [1, 3])
    w1, b1 = file.constant("w1", weights(4, 3, 3, 2)), file.constant("b1", weights(4))
    w2, b2 = file.constant("w2", weights(1, 3, 3, 4)), file.constant("b2", weights(4))
    w3, b3 = file.constant("w3", weights(3, 4)), file.constant("b3", weights(3))
    shape = file.constant("shape", np.array([1, 4], np.int32))
    file.operator("CONV_2D", [x, w1, b1], [c], "Conv2DOptions", padding=same, strideW=2, strideH=2, fusedActivationFunction=relu)
    file.operator(
        "DEPTHWISE_CONV_2D", [c, w2, b2], [d], "DepthwiseConv2DOptions", padding=same, strideW=1, strideH=1, depthMultiplier=1
    )
    file.operator("ADD", [c, d], [s], "AddOptions")
    file.operator("AVERAGE_POOL_2D", [s], [p], "Pool2DOptions", strideW=4, strideH=4, filterWidth=4, filterHeight=4)
    file.operator("RESHAPE", [p, shape], [r], "ReshapeOptions", newShape=[1, 4])
    file.operator("FULLY_CONNECTED", [r, w3, b3], [f], "FullyConnectedOptions")
    file.operator("SOFTMAX", [f], [y], "SoftmaxOptions", beta=1.0)
    file.write([x], [y])

    file = TFLiteFile("quantized")
    x = file.tensor("x", [1, 6, 6, 2], int8, scale=0.05, zero=-3)
    c = file.tensor("c", [1, 6, 6, 3], int8, scale=0.1, zero=5)
    m = file.tensor("m", [1, 3, 3, 3], int8, scale=0.1, zero=5)
    f = file.tensor("f", [1, 4], int8, scale=0.2, zero=0)
    y = file.tensor("y", [1, 4], int8, scale=1 / 256, zero=-128)
    channel = np.array([0.01, 0.02, 0.03])
    w1 = file.constant("w1", random.integers(-127, 128, (3, 3, 3, 2), dtype=np.int8), scale=channel, zero=[0, 0, 0])
    b1 = file.constant("b1", np.array([10, -20, 30], np.int32), scale=channel * 0.05, zero=[0, 0, 0])
    w2 = file.constant("w2", random.integers(-127, 128, (4, 27), dtype=np.int8), scale=0.02, zero=0)
    file.operator("CONV_2D", [x, w1, b1], [c], "Conv2DOptions", padding=same, strideW=1, strideH=1)
    file.operator("MAX_POOL_2D", [c], [m], "Pool2DOptions", strideW=2, strideH=2, filterWidth=2, filterHeight=2)
    file.operator("FULLY_CONNECTED", [m, w2, -1], [f], "FullyConnectedOptions")
    file.operator("SOFTMAX", [f], [y], "SoftmaxOptions", beta=1.0)
    file.write([x], [y])

    file = TFLiteFile("movement")
    x = file.tensor("x", [1, 4, 4, 2])
    a = file.tensor("a", [1, 6, 6, 2])
    b = file.tensor("b", [1, 6, 6, 4])
    c = file.tensor("c", [1, 4])
    y = file.tensor("y", [1, 4])
    pads = file.constant("pads", np.array([[0, 0], [1, 1], [1, 1], [0, 0]], np.int32))
    axes = file.constant("axes", np.array([1, 2], np.int32))
    k = file.constant("k", weights(4))
    file.operator("PAD", [x, pads], [a], "PadOptions")
    file.operator("CONCATENATION", [a, a], [b], "ConcatenationOptions", axis=3)
    file.operator("MEAN", [b, axes], [c], "ReducerOptions")
    file.operator("MUL", [c, k], [y], "MulOptions", fusedActivationFunction=relu)
    file.write([x], [y])


# What the tests compare with LiteRT, as far as it takes other ways through the reader.
TFLITE_CASES = {
    "state": [
        "if", "while", "while_growing", "variable_initial", "svdf_i8_2", "sequence_rnn_hybrid_0", "basic_lstm_u8",
        "sequence_lstm_f32_normed", "lstm_hybrid_coupled",
    ],
    "movement": [
        "strided_slice_f32_mixed", "strided_slice_computed", "slice_computed", "pad_computed", "mirror_pad_i8_1", "one_hot_f32",
        "topk_v2_i8", "scatter_nd_f32", "gather_f32_batch", "unsorted_segment_max_f32", "dynamic_update_slice_f32",
        "sparse_to_dense_f32", "matrix_set_diag_f32", "broadcast_args_i32", "split_v_f32", "resize_bilinear_i8_01_7",
    ],
    "layers": ["conv_2d_i8w4_same", "conv_2d_i16_valid", "fully_connected_hybrid4_plain", "conv_3d_transpose_1", "batch_matmul_i8_right"],
    "elements": ["fake_quant", "floor_mod_f32", "atan2_f32", "lrn", "dequantize_const_i4", "gelu_i8", "bucketize_f32"],
}


def tflite_cases():
    sys.path.insert(0, str(CORPUS.parent.parent / "Peers"))
    import importlib

    from tflite_builder import Cases

    for group, names in TFLITE_CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            importlib.import_module(f"tflite_cases_{group}").add(Cases(folder, 1))
            for name in names:
                file = pathlib.Path(folder) / f"{name}.tflite"
                if file.exists():
                    shutil.copy(file, CORPUS / "tflite" / f"case_{name}.tflite")


# Tensors


def safetensors():
    def file(name, tensors, metadata=None):
        header, data = ({"__metadata__": metadata} if metadata else {}), b""
        for key, kind, shape, part in tensors:
            header[key] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(part)]}
            data += part
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        (CORPUS / "safetensors" / f"{name}.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)

    file("plain", [("w", "F32", [2, 2], bytes(16)), ("b", "F64", [1], bytes(8))])
    file("types", [(k, k, [2], bytes(2 * n)) for k, n in (("BF16", 2), ("F16", 2), ("I8", 1), ("BOOL", 1), ("U64", 8), ("I16", 2))])
    file("metadata", [("näme \"\u20ac\"", "I32", [], bytes(4)), ("none", "U8", [0, 3], b"")], {"format": "pt", "a\n": "b"})
    file("empty", [])


# Scripts


SCRIPTS = {
    "values": 'let xs = [1, 2.5, "three", null, true, 5ms, hex"01 FF"]\nprint(xs[1..3], {a: 1, ...{b: 2}}, 0x1F, 1e9, r"raw")\n',
    "functions": "fn f(a, b = 2, *, c: int = 3) { a + b * c }\nprint(f(1), f(1, c: 5), [1, 2] |> map(x => f(x)))\n",
    "control": (
        "var n = 0\nfor [i, x] in [[1, 2], [3, 4]] { n += i * x }\nwhile n > 3 { n -= 1; if n == 5 { break } }\n"
        'print(match n { 0 => "zero"\n 1..=5 => "few"\n [a, ...rest] if a > 1 => a\n {kind} => kind\n _ => "many" })\n'
    ),
    "errors": 'try { defer { print("left") }\n fail("no", code: "X1") } catch e { print(e.message, e.code) }\n',
    "updates": "var r = {a: [1, {b: 2}]}\nr.a[1].b += 40\nlet s = r\nr.a[0] = 9\nprint(r, s, 1 in r.a, r.c ?? 7)\n",
    "strings": 'let w = "wörld"\nprint("hello \\(w |> upper) \\u{1F600}", """\n  two\n  lines\n  """)\n',
    "mistakes": "let x = quantise(1, bits: 4\nfn (\n]]} 5ms + 1KiB 1 < 2 < 3 `\n",
}


def scripts():
    for name, text in SCRIPTS.items():
        (CORPUS / "language" / f"{name}.edge").write_text(text, encoding="utf-8")


# Protocols


def protocols():
    """The vectors of the grammar files: a byte that chooses the grammar, one for the direction, the message."""
    folder = CORPUS.parent.parent.parent / "stdlib" / "protocols"
    names = sorted(path.stem for path in folder.glob("*.yaml") if not path.name.startswith("_"))
    for index, name in enumerate(names):
        number = 0
        for line in (folder / f"{name}.yaml").read_text(encoding="utf-8").splitlines():
            key, _, content = line.strip().removeprefix("- ").partition(": ")
            if key == "hex" and line.startswith("  - "):
                data = bytes.fromhex(content)
            elif key == "text" and line.startswith("  - "):
                data = content.strip('"').encode().decode("unicode_escape").encode("latin-1")
            else:
                continue
            (CORPUS / "protocols" / f"{name}-{number}").write_bytes(bytes([index, 0]) + data)
            number += 1
    for name in ("modbus-rtu", "coap"):
        (CORPUS / "protocols" / f"grammar-{name}").write_bytes(b"\xff\x00" + (folder / f"{name}.yaml").read_bytes())


def main():
    for folder in ("onnx", "tflite", "safetensors", "language", "protocols"):
        (CORPUS / folder).mkdir(parents=True, exist_ok=True)
    onnx_files()
    tflite_files()
    tflite_cases()
    safetensors()
    scripts()
    protocols()


if __name__ == "__main__":
    main()
