"""Makes ONNX models of rarer structure: functions of their own, weights stored without their zeros, sequences, optional values; runs each in onnxruntime.

Reads a JSON request {"folder": …}; writes NAME.onnx, NAME.in0.npy … and NAME.out0.npy … into the folder and prints the cases as JSON:
[{"name": …, "inputs": n, "outputs": n, "tolerance": greatest difference against the largest element}]. A case with "refused" is a model that
nobody should read, with the code of the error that says so.
"""
import json
import sys

import ml_dtypes
import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

request = json.load(sys.stdin)
folder = request["folder"]
random = np.random.default_rng(5)
cases = []
info = helper.make_tensor_value_info


def f32(*shape, low=-1.0, high=1.0):
    return random.uniform(low, high, shape).astype(np.float32)


def i64(*values):
    return np.array(values, dtype=np.int64)


def node(op, inputs, outputs, domain="", **attributes):
    return helper.make_node(op, inputs, outputs, domain=domain, **attributes)


def store(name, nodes, given, outputs, stored=(), functions=(), sparse=(), kinds=None, opset=18):
    graph = helper.make_graph(
        nodes, name, [info(n, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape) for n, v in given],
        [info(n, (kinds or {}).get(n, TensorProto.FLOAT), None) for n in outputs],
        [numpy_helper.from_array(value, n) for n, value in stored], sparse_initializer=list(sparse))
    model = helper.make_model(
        graph, functions=list(functions), opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid("own", 1)], ir_version=10)
    options = ort.SessionOptions()
    options.log_severity_level = 4
    answers = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"]).run(None, dict(given))
    onnx.save(model, f"{folder}/{name}.onnx")
    for i, (_, value) in enumerate(given):
        np.save(f"{folder}/{name}.in{i}.npy", np.ascontiguousarray(value).reshape(value.shape))
    for i, answer in enumerate(answers):
        answer = np.asarray(answer)
        np.save(f"{folder}/{name}.out{i}.npy", np.ascontiguousarray(answer).reshape(answer.shape))
    cases.append({"name": name, "inputs": len(given), "outputs": len(answers), "tolerance": 1e-4})


def functions():
    imports = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]

    def function(name, inputs, outputs, nodes, attributes=(), defaults=()):
        return helper.make_function("own", name, inputs, outputs, nodes, imports, list(attributes), list(defaults))

    def referring(op, inputs, outputs, **names):
        made = helper.make_node(op, inputs, outputs)
        for name, (source, kind) in names.items():
            attribute = onnx.AttributeProto()
            attribute.name, attribute.ref_attr_name, attribute.type = name, source, kind
            made.attribute.append(attribute)
        return made

    silu = function("Silu", ["x"], ["y"], [node("Sigmoid", ["x"], ["gate"]), node("Mul", ["x", "gate"], ["y"])])
    leaky = function("Leaky", ["x"], ["y"], [referring("LeakyRelu", ["x"], ["y"], alpha=("slope", onnx.AttributeProto.FLOAT))], ["slope"])
    standard = function("Standard", ["x"], ["y"], [referring("LeakyRelu", ["x"], ["y"], alpha=("slope", onnx.AttributeProto.FLOAT))], [], [helper.make_attribute("slope", 0.25)])
    twice = function("Twice", ["x"], ["y"], [node("Silu", ["x"], ["once"], "own"), node("Silu", ["once"], ["y"], "own")])
    both = function("Both", ["x"], ["sum", "product"], [node("Add", ["x", "x"], ["sum"]), node("Mul", ["x", "x"], ["product"])])
    bias = function("Bias", ["x", "b"], ["y"], [node("Clip", ["x", "", "b"], ["y"])])
    branch = function("Branch", ["x", "c"], ["y"], [
        node("Neg", ["x"], ["minus"]),
        node("If", ["c"], ["y"],
             then_branch=helper.make_graph([node("Exp", ["minus"], ["r"])], "yes", [], [info("r", TensorProto.FLOAT, None)]),
             else_branch=helper.make_graph([node("Silu", ["minus"], ["r2"], "own")], "no", [], [info("r2", TensorProto.FLOAT, None)]))])
    x = [("x", f32(3, 4))]
    store("function", [node("Silu", ["x"], ["y"], "own")], x, ["y"], functions=[silu])
    store("function_attribute", [node("Leaky", ["x"], ["y"], "own", slope=0.5)], x, ["y"], functions=[leaky])
    store("function_default", [node("Standard", ["x"], ["a"], "own"), node("Standard", ["a"], ["y"], "own", slope=0.75)], x, ["y"], functions=[standard])
    store("function_nested", [node("Twice", ["x"], ["a"], "own"), node("Twice", ["a"], ["y"], "own")], x, ["y"], functions=[silu, twice])
    store("function_two_outputs", [node("Both", ["x"], ["a", "b"], "own")], x, ["a", "b"], functions=[both])
    store("function_one_of_two", [node("Both", ["x"], ["", "b"], "own")], x, ["b"], functions=[both])
    store("function_optional", [node("Bias", ["x", "b"], ["y"], "own")], x, ["y"], stored=[("b", np.float32(0.25))], functions=[bias])
    for truth in (False, True):
        store(f"function_branch{int(truth)}", [node("Branch", ["x", "c"], ["y"], "own")], [*x, ("c", np.array(truth))], ["y"], functions=[silu, branch])


def sparse_weights():
    dense = f32(4, 6) * random.integers(0, 2, (4, 6)).astype(np.float32)
    rows, columns = np.nonzero(dense)
    values = numpy_helper.from_array(dense[rows, columns], "w")
    for name, places in (("flat", rows * 6 + columns), ("pairs", np.stack([rows, columns], 1))):
        stored = helper.make_sparse_tensor(values, numpy_helper.from_array(places.astype(np.int64), "places"), [4, 6])
        store(f"sparse_{name}", [node("MatMul", ["x", "w"], ["y"])], [("x", f32(3, 4))], ["y"], sparse=[stored])
        constant = helper.make_node("Constant", [], ["k"], sparse_value=stored)
        store(f"sparse_constant_{name}", [constant, node("MatMul", ["x", "k"], ["y"])], [("x", f32(3, 4))], ["y"])


def sequences():
    x = [("x", f32(2, 6, 3))]

    def at(position, source="s", target="y"):
        return node("SequenceAt", [source, position], [target])

    places = [("zero", np.int64(0)), ("one", np.int64(1)), ("last", np.int64(-1)), ("two", np.int64(2)), ("sizes", i64(1, 3, 2))]
    for name, extra, attributes in (("sizes", ["sizes"], {"axis": 1}), ("chunks", ["two"], {"axis": 1}), ("single", [], {"axis": -1}), ("squeezed", [], {"axis": 1, "keepdims": 0})):
        store(f"sequence_{name}", [node("SplitToSequence", ["x", *extra], ["s"], **attributes), at("one", target="a"), at("last", target="b"), node("SequenceLength", ["s"], ["n"])], x, ["a", "b", "n"], places, kinds={"n": TensorProto.INT64})
        store(f"sequence_{name}_joined", [node("SplitToSequence", ["x", *extra], ["s"], **attributes), node("ConcatFromSequence", ["s"], ["y"], axis=1)], x, ["y"], places)
    made = node("SequenceConstruct", ["x", "m", "x"], ["s"])
    minus = node("Neg", ["x"], ["m"])
    store("sequence_stacked", [minus, made, node("ConcatFromSequence", ["s"], ["y"], axis=0, new_axis=1)], x, ["y"])
    store("sequence_inserted", [minus, node("SequenceEmpty", [], ["e"], dtype=TensorProto.FLOAT), node("SequenceInsert", ["e", "x"], ["f"]), node("SequenceInsert", ["f", "m", "zero"], ["s"]), node("ConcatFromSequence", ["s"], ["y"], axis=2)], x, ["y"], places)
    store("sequence_erased", [minus, made, node("SequenceErase", ["s", "zero"], ["t"]), node("SequenceErase", ["t"], ["u"]), node("Identity", ["u"], ["v"]), at("zero", "v")], x, ["y"], places)
    store("optional_value", [node("OptionalHasElement", ["x"], ["h"]), node("OptionalGetElement", ["x"], ["y"])], x, ["y", "h"], kinds={"h": TensorProto.BOOL})


def hostile():
    """Models that have no end, or claim more than they hold."""
    imports = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]

    def refused(name, code, nodes, outputs, functions=(), sparse=(), stored=()):
        graph = helper.make_graph(
            nodes, name, [info("x", TensorProto.FLOAT, [2])], [info(n, TensorProto.FLOAT, None) for n in outputs],
            [numpy_helper.from_array(value, n) for n, value in stored], sparse_initializer=list(sparse))
        model = helper.make_model(graph, functions=list(functions), opset_imports=imports, ir_version=9)
        onnx.save(model, f"{folder}/{name}.onnx")
        cases.append({"name": name, "inputs": 1, "outputs": 0, "tolerance": 0, "refused": code})

    def call(name, count=1):
        return [node(name, ["x" if n == 0 else f"v{n}"], ["y" if n == count - 1 else f"v{n + 1}"], "own") for n in range(count)]

    def function(name, nodes):
        return helper.make_function("own", name, ["x"], ["y"], nodes, imports)

    refused("function_of_itself", "M0005", call("Self"), ["y"], [function("Self", call("Self"))])
    doubling = [function(f"F{n}", call(f"F{n + 1}", 2)) for n in range(30)] + [function("F30", [node("Neg", ["x"], ["y"])])]
    refused("functions_that_double", "M0005", call("F0"), ["y"], doubling)
    for name, code, places, shape in (("outside", "M0003", i64(7), [4]), ("claims", "M0008", i64(7), [1 << 30])):
        values = numpy_helper.from_array(f32(1), "w")
        stored = helper.make_sparse_tensor(values, numpy_helper.from_array(places, "places"), shape)
        refused(f"sparse_{name}", code, [node("Add", ["x", "w"], ["y"])], ["y"], sparse=[stored])
    made = node("SequenceConstruct", ["x"], ["s"])
    refused("sequence_behind", "M0005", [made, node("SequenceAt", ["s", "far"], ["y"])], ["y"], stored=[("far", np.int64(1 << 62))])
    refused("sequence_output", "M0008", [made], ["s"])
    refused("sequence_added", "M0004", [made, node("Add", ["s", "x"], ["y"])], ["y"])


def narrow_floats():
    """Numbers of eight bits: quantized and back, as stored weights, cast with what is out of range kept out."""
    kinds = {"e4m3fn": ml_dtypes.float8_e4m3fn, "e4m3fnuz": ml_dtypes.float8_e4m3fnuz, "e5m2": ml_dtypes.float8_e5m2, "e5m2fnuz": ml_dtypes.float8_e5m2fnuz}
    wide = np.concatenate([f32(40, low=-700, high=700), f32(20, low=-1e-2, high=1e-2), np.array([0, -0.0, np.inf, -np.inf, np.nan, 9e4], np.float32)])
    for name, kind in kinds.items():
        there_and_back = [node("QuantizeLinear", ["x", "scale", "zero"], ["q"]), node("DequantizeLinear", ["q", "scale", "zero"], ["y"])]
        zero = ("zero", np.zeros((), kind))
        store(f"narrow_{name}", there_and_back, [("x", f32(5, 6))], ["y"], [("scale", np.float32(0.02)), zero], opset=19)
        rows = [("scale", f32(5, low=0.01, high=1)), ("zero", np.zeros(5, kind))]
        for each in there_and_back:
            each.attribute.append(helper.make_attribute("axis", 0))
        store(f"narrow_{name}_rows", there_and_back, [("x", f32(5, 6))], ["y"], rows, opset=19)
        weights = [("w", f32(6, 4).astype(kind)), ("scale", f32(3, 4, low=0.5, high=2))]
        multiply = [node("DequantizeLinear", ["w", "scale"], ["r"], axis=0, block_size=2), node("MatMul", ["x", "r"], ["y"])]
        store(f"narrow_{name}_blocks", multiply, [("x", f32(3, 6))], ["y"], weights, opset=21)
        for saturate in (0, 1):
            cast = [node("Cast", ["x"], ["n"], to=helper.np_dtype_to_tensor_dtype(np.dtype(kind)), saturate=saturate), node("Cast", ["n"], ["y"], to=TensorProto.FLOAT)]
            # ONNX Runtime makes NaN of what e5m2 has an infinity for (61440 and more); the standard says infinity.
            given = wide[np.abs(wide) < 6e4] if name == "e5m2" else wide
            store(f"narrow_{name}_cast{saturate}", cast, [("x", given)], ["y"], opset=19)


for group in (functions, sparse_weights, sequences, narrow_floats, hostile):
    group()
print(json.dumps(cases))
