"""Makes small networks, lets ONNX Runtime's optimiser and quantizer rewrite them in every way they know, and runs what they wrote there.

Reads a JSON request {"folder": …} and, for networks of a user's own, {"models": [path, …]} beside it; writes NAME.onnx, NAME.in0.npy … and
NAME.out0.npy … into the folder and prints the cases as JSON:
[{"name": …, "inputs": n, "outputs": n, "tolerance": greatest difference against the largest element, "operators": [name, …]}].
A rewriting that the tools themselves refuse is left out and named on standard error.
"""
import json
import logging
import os
import sys
import warnings

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import quantization
from onnxruntime.transformers import float16, optimizer

request = json.load(sys.stdin)
folder = request["folder"]
random = np.random.default_rng(11)
cases = []
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
TYPES = {"tensor(float)": np.float32, "tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(float16)": np.float16, "tensor(bool)": np.bool_}


def f32(*shape, low=-1.0, high=1.0):
    return random.uniform(low, high, shape).astype(np.float32)


def i64(*values):
    return np.array(values, dtype=np.int64)


class Builder:
    def __init__(self):
        self.nodes, self.stored = [], []

    def constant(self, array):
        self.stored.append(numpy_helper.from_array(array, f"k{len(self.stored)}"))
        return self.stored[-1].name

    def node(self, op, *inputs, **attributes):
        inputs = [self.constant(value) if isinstance(value, np.ndarray) else value for value in inputs]
        self.nodes.append(helper.make_node(op, inputs, [f"v{len(self.nodes)}"], name=f"{op}{len(self.nodes)}", **attributes))
        return self.nodes[-1].output[0]

    def finish(self, name, inputs, outputs, opset=17):
        graph = helper.make_graph(
            self.nodes, name, [helper.make_tensor_value_info(n, kind, shape) for n, kind, shape in inputs],
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in outputs], self.stored)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
        model = onnx.shape_inference.infer_shapes(model)
        onnx.checker.check_model(model)
        path = f"{folder}/{name}_plain.onnx"
        onnx.save(model, path)
        return path


def convolutions():
    """Convolutions with normalisation, residuals and the activations that fuse."""
    b = Builder()
    value = "x"
    channels = 3
    for n, activation in enumerate(("Relu", "LeakyRelu", "Sigmoid", "Tanh", "HardSigmoid", "Clip")):
        value = b.node("Conv", value, f32(8, channels, 3, 3), f32(8), pads=[1, 1, 1, 1])
        channels = 8
        if n == 1:
            value = b.node("BatchNormalization", value, f32(8, low=0.5), f32(8), f32(8), f32(8, low=0.5))
        bounds = [np.array(-0.5, np.float32), np.array(0.8, np.float32)] if activation == "Clip" else []
        value = b.node(activation, value, *bounds)
    other = b.node("Conv", value, f32(8, 1, 3, 3), f32(8), group=8, pads=[1, 1, 1, 1])
    value = b.node("Relu", b.node("Add", other, value))
    value = b.node("MaxPool", value, kernel_shape=[2, 2], strides=[2, 2])
    value = b.node("Concat", value, b.node("Mul", value, value), axis=1)
    value = b.node("AveragePool", value, kernel_shape=[2, 2])
    value = b.node("ConvTranspose", value, f32(16, 4, 2, 2), strides=[2, 2])
    value = b.node("Resize", value, "", np.array([1, 1, 2, 2], np.float32), mode="nearest")
    value = b.node("Where", b.node("Greater", value, np.array(0, np.float32)), value, b.node("Neg", value))
    value = b.node("Flatten", b.node("GlobalAveragePool", value))
    value = b.node("Relu", b.node("Gemm", value, f32(4, 10), f32(10)))
    return b.finish("convolutions", [("x", TensorProto.FLOAT, [1, 3, 12, 10])], [b.node("Softmax", b.node("Gemm", value, f32(10, 5)), axis=-1)])


def transformer():
    """Words, positions, two layers of attention with a mask, and a head: as exporters write BERT."""
    b = Builder()
    width, heads, length = 32, 4, 7

    def norm(value):
        centred = b.node("Sub", value, b.node("ReduceMean", value, axes=[-1]))
        variance = b.node("ReduceMean", b.node("Pow", centred, np.array(2, np.float32)), axes=[-1])
        deviation = b.node("Sqrt", b.node("Add", variance, np.array(1e-5, np.float32)))
        return b.node("Add", b.node("Mul", b.node("Div", centred, deviation), f32(width)), f32(width))

    def linear(value, inputs, outputs):
        return b.node("Add", b.node("MatMul", value, f32(inputs, outputs, low=-0.4, high=0.4)), f32(outputs))

    def split(value, order):
        return b.node("Transpose", b.node("Reshape", value, i64(0, 0, heads, width // heads)), perm=order)

    words = b.node("Gather", f32(20, width), "ids", axis=0)
    value = norm(b.node("Add", words, f32(1, length, width)))
    marks = b.node("Cast", b.node("Unsqueeze", b.node("Unsqueeze", "mask", i64(1)), i64(2)), to=TensorProto.FLOAT)
    bias = b.node("Mul", b.node("Sub", np.array(1, np.float32), marks), np.array(-10000, np.float32))
    for _ in range(2):
        queries = split(linear(value, width, width), [0, 2, 1, 3])
        keys = split(linear(value, width, width), [0, 2, 3, 1])
        values = split(linear(value, width, width), [0, 2, 1, 3])
        scores = b.node("Div", b.node("MatMul", queries, keys), np.array((width // heads) ** 0.5, np.float32))
        mixed = b.node("MatMul", b.node("Softmax", b.node("Add", scores, bias), axis=-1), values)
        joined = b.node("Reshape", b.node("Transpose", mixed, perm=[0, 2, 1, 3]), i64(0, 0, width))
        value = norm(b.node("Add", linear(joined, width, width), value))
        hidden = linear(value, width, 2 * width)
        gate = b.node("Add", b.node("Erf", b.node("Div", hidden, np.array(2 ** 0.5, np.float32))), np.array(1, np.float32))
        hidden = b.node("Mul", b.node("Mul", hidden, gate), np.array(0.5, np.float32))
        value = norm(b.node("Add", linear(hidden, 2 * width, width), value))
    return b.finish("transformer", [("ids", TensorProto.INT64, [2, length]), ("mask", TensorProto.INT64, [2, length])], [linear(value, width, 3)])


def recurrent():
    b = Builder()
    hidden = 8
    b.nodes.append(helper.make_node("LSTM", ["x", b.constant(f32(1, 4 * hidden, 5)), b.constant(f32(1, 4 * hidden, hidden)), b.constant(f32(1, 8 * hidden))], ["states"], name="lstm", hidden_size=hidden))
    b.nodes.append(helper.make_node("GRU", ["x", b.constant(f32(1, 3 * hidden, 5)), b.constant(f32(1, 3 * hidden, hidden))], ["", "last"], name="gru", hidden_size=hidden))
    value = b.node("Gather", b.node("Squeeze", "states", i64(1)), np.array(-1, np.int64), axis=0)
    value = b.node("Add", value, b.node("Squeeze", "last", i64(0)))
    return b.finish("recurrent", [("x", TensorProto.FLOAT, [6, 2, 5])], [b.node("Gemm", value, f32(hidden, 3), f32(3))])


def session(path, saved=None, level=ort.GraphOptimizationLevel.ORT_DISABLE_ALL):
    options = ort.SessionOptions()
    options.graph_optimization_level = level
    options.log_severity_level = 4
    if saved:
        options.optimized_model_filepath = saved
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def feed(path):
    """Numbers for the inputs of a model: small ones, ones and zeros for a mask, words below 20."""
    result = {}
    for info in session(path).get_inputs():
        shape = [extent if isinstance(extent, int) and extent > 0 else 1 for extent in info.shape]
        kind = TYPES[info.type]
        if np.issubdtype(kind, np.floating):
            result[info.name] = random.uniform(-1, 1, shape).astype(kind)
        else:
            result[info.name] = random.integers(0, 2 if "mask" in info.name else 20, shape).astype(kind)
            if "mask" in info.name:
                result[info.name].flat[0] = 1
    return result


class Samples(quantization.CalibrationDataReader):
    def __init__(self, feeds):
        self.feeds = iter(feeds)

    def get_next(self):
        return next(self.feeds, None)


def rewrite(path):
    """Every model that the tools make of one: name, path, tolerance."""
    name = os.path.basename(path)[:-5].removesuffix("_plain")
    feeds = [feed(path) for _ in range(3)]

    def target(kind):
        return f"{folder}/{name}_{kind}.onnx"

    def extended():
        session(path, target("extended"), ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED)

    def static(form, activations, weights, channels):
        def make():
            kind = f"{form.name.lower()}_{activations.name.lower()}_{weights.name.lower()}{'_channels' if channels else ''}"
            quantization.quantize_static(
                path, target(kind), Samples(feeds), quant_format=form, activation_type=activations, weight_type=weights, per_channel=channels)
        return make

    def dynamic(weights):
        def make():
            quantization.quantize_dynamic(path, target(f"dynamic_{weights.name.lower()}"), weight_type=weights, per_channel=weights == quantization.QuantType.QInt8)
        return make

    def half(keeps):
        def make():
            onnx.save(float16.convert_float_to_float16(onnx.load(path), keep_io_types=keeps), target("float16_inside" if keeps else "float16"))
        return make

    def transformed():
        made = optimizer.optimize_model(path, model_type="bert", num_heads=4, hidden_size=32, opt_level=0)
        made.save_model_to_file(target("bert"))
        made.convert_float_to_float16(keep_io_types=True)
        made.save_model_to_file(target("bert_float16"))

    def optimised(source, kind):
        def make():
            session(target(source), target(kind), ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED)
        return make

    forms, types = quantization.QuantFormat, quantization.QuantType
    steps = [(extended, ["extended"], 1e-4)]
    for form in (forms.QDQ, forms.QOperator):
        for activations, weights, channels in ((types.QUInt8, types.QUInt8, False), (types.QUInt8, types.QInt8, True), (types.QInt8, types.QInt8, True)):
            kind = f"{form.name.lower()}_{activations.name.lower()}_{weights.name.lower()}{'_channels' if channels else ''}"
            steps.append((static(form, activations, weights, channels), [kind], 0.05))
    steps.append((optimised("qdq_quint8_qint8_channels", "qdq_optimised"), ["qdq_optimised"], 0.05))
    for weights in (types.QUInt8, types.QInt8):
        steps.append((dynamic(weights), [f"dynamic_{weights.name.lower()}"], 0.05))
    steps.append((optimised("dynamic_qint8", "dynamic_optimised"), ["dynamic_optimised"], 0.05))
    steps += [(half(False), ["float16"], 0.02), (half(True), ["float16_inside"], 0.02)]
    if name.startswith("transformer"):
        steps.append((transformed, ["bert", "bert_float16"], 0.02))
    for make, kinds, tolerance in steps:
        try:
            make()
        except Exception as error:
            print(f"{name} {kinds}: {str(error)[:200]}", file=sys.stderr)
            continue
        for kind in kinds:
            try:
                run(f"{name}_{kind}", feeds[0], tolerance)
            except Exception as error:
                print(f"{name} {kind}: {str(error)[:200]}", file=sys.stderr)


def run(name, given, tolerance):
    path = f"{folder}/{name}.onnx"
    running = session(path)
    inputs = [given[info.name].astype(TYPES[info.type]) for info in running.get_inputs()]
    answers = running.run(None, {info.name: value for info, value in zip(running.get_inputs(), inputs)})
    for i, value in enumerate(inputs):
        np.save(f"{folder}/{name}.in{i}.npy", np.ascontiguousarray(value).reshape(value.shape))
    for i, answer in enumerate(answers):
        np.save(f"{folder}/{name}.out{i}.npy", np.ascontiguousarray(answer).reshape(answer.shape))
    operators = sorted({f"{node.domain}:{node.op_type}" if node.domain else node.op_type for node in onnx.load(path).graph.node})
    cases.append({"name": name, "inputs": len(inputs), "outputs": len(answers), "tolerance": tolerance, "operators": operators})


for path in request.get("models") or [convolutions(), transformer(), recurrent()]:
    rewrite(path)
json.dump(cases, sys.stdout)
