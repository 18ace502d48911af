"""Makes ONNX models whose matrix products have weights of few bits and runs each in onnxruntime.

Reads a JSON request {"folder": …, "seed": …}; writes NAME.onnx, NAME.in0.npy, NAME.out0.npy into the folder and prints the cases
as JSON: [{"name": …, "tolerance": …}]: the largest difference allowed, as a share of the largest output.
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


def packed(numbers, bits):
    """Unsigned numbers along the last axis, several a byte, the first in the lowest bits."""
    share = 8 // bits
    numbers = np.pad(numbers, [(0, 0)] * (numbers.ndim - 1) + [(0, -numbers.shape[-1] % share)]).astype(np.uint8)
    parts = numbers.reshape(*numbers.shape[:-1], -1, share)
    return np.bitwise_or.reduce(parts << (np.arange(share, dtype=np.uint8) * bits), axis=-1).astype(np.uint8)


def run(name, nodes, stored, data, columns, tolerance, opset=21):
    graph = helper.make_graph(
        nodes, "case", [helper.make_tensor_value_info("x", helper.np_dtype_to_tensor_dtype(data.dtype), data.shape)],
        [helper.make_tensor_value_info("y", helper.np_dtype_to_tensor_dtype(data.dtype), [*data.shape[:-1], columns])], stored)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)], ir_version=10)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    # As they stand: onnxruntime would make products of dequantized weights a MatMulNBits of accuracy level 4.
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    answer = session.run(None, {"x": data})[0]
    onnx.save(model, f"{folder}/{name}.onnx")
    np.save(f"{folder}/{name}.in0.npy", data)
    np.save(f"{folder}/{name}.out0.npy", answer)
    cases.append({"name": name, "tolerance": tolerance})


def product(name, rows, depth, columns, bits=4, block=32, zeros=None, bias=False, level=0, lead=(), half=False, order=False):
    """A MatMulNBits. `zeros`: None, "packed" or "float"."""
    blocks = -(-depth // block)
    numbers = random.integers(0, 1 << bits, (columns, blocks, block))
    kind = np.float16 if half else np.float32
    # Scales of either sign, and one of zero, as quantizers write them.
    scales = random.normal(0, 0.1, (columns, blocks)).astype(kind)
    scales.flat[0] = 0
    stored = [numpy_helper.from_array(packed(numbers, bits), "b"), numpy_helper.from_array(scales.reshape(-1), "s")]
    inputs = ["x", "b", "s", "", "", ""]
    if zeros == "packed":
        stored.append(numpy_helper.from_array(packed(random.integers(0, 1 << bits, (columns, blocks)), bits).reshape(-1), "z"))
        inputs[3] = "z"
    if zeros == "float":
        stored.append(numpy_helper.from_array(random.uniform(0, 1 << bits, columns * blocks).astype(kind), "z"))
        inputs[3] = "z"
    if order:
        stored.append(numpy_helper.from_array((np.arange(depth) // block).astype(np.int32), "g"))
        inputs[4] = "g"
    if bias:
        stored.append(numpy_helper.from_array(random.normal(0, 1, columns).astype(kind), "c"))
        inputs[5] = "c"
    while not inputs[-1]:
        inputs.pop()
    node = helper.make_node(
        "MatMulNBits", inputs, ["y"], name="product", domain="com.microsoft", K=depth, N=columns, bits=bits, block_size=block,
        accuracy_level=level)
    data = random.normal(0, 1, (*lead, rows, depth)).astype(kind)
    # Level 4 rounds activations to 8 bits in both, each in its own way; half precision rounds sums.
    run(name, [node], stored, data, columns, 0.02 if level == 4 else 0.005 if half else 2e-5)


product("nbits4", 1, 128, 48)
product("nbits4_uneven", 3, 100, 33)
product("nbits4_odd", 2, 37, 17, block=16)
product("nbits4_one_block", 1, 24, 9, block=256)
product("nbits4_zeros", 5, 160, 31, zeros="packed")
product("nbits4_float_zeros", 2, 96, 20, zeros="float")
product("nbits4_bias", 4, 64, 70, bias=True)
product("nbits4_batch", 3, 64, 18, lead=(2,), bias=True)
product("nbits4_order", 2, 64, 18, order=True)
product("nbits4_half", 2, 64, 32, half=True, bias=True)
product("nbits4_bytes", 1, 256, 64, level=4)
product("nbits4_bytes_rows", 9, 200, 64, level=4, bias=True)
product("nbits4_bytes_batch", 3, 128, 64, level=4, lead=(2,))
product("nbits4_bytes_zeros", 2, 128, 64, level=4, zeros="packed")
product("nbits8", 2, 100, 21, bits=8)
product("nbits8_zeros", 2, 96, 21, bits=8, zeros="packed")
product("nbits8_bytes", 2, 256, 64, bits=8, level=4)
product("nbits2", 3, 100, 21, bits=2)
product("nbits2_zeros", 2, 96, 21, bits=2, zeros="packed")


def blocks_qdq(name, rows, depth, columns, kind, block=32, zeros=False, lead=()):
    """A product whose weights are dequantized in blocks along their first axis, as onnxruntime's tools write them."""
    count = -(-depth // block)
    low, high, bits = {TensorProto.INT4: (-8, 8, 4), TensorProto.UINT4: (0, 16, 4), TensorProto.INT8: (-128, 128, 8)}[kind]

    def tensor(label, numbers):
        return helper.make_tensor(label, kind, numbers.shape, numbers.reshape(-1).tolist())

    scales = random.uniform(0.05, 0.1, (count, columns)).astype(np.float32)
    stored = [tensor("q", random.integers(low, high, (depth, columns))), numpy_helper.from_array(scales, "s")]
    if zeros:
        stored.append(tensor("z", random.integers(low, high, (count, columns))))
    nodes = [
        helper.make_node("DequantizeLinear", ["q", "s", "z"][:3 if zeros else 2], ["w"], name="weights", axis=0, block_size=block),
        helper.make_node("MatMul", ["x", "w"], ["y"], name="product")]
    run(name, nodes, stored, random.normal(0, 1, (*lead, rows, depth)).astype(np.float32), columns, 2e-5)


blocks_qdq("qdq_int4", 1, 128, 48, TensorProto.INT4)
blocks_qdq("qdq_int4_odd", 3, 64, 33, TensorProto.INT4, block=16)
blocks_qdq("qdq_int4_batch", 3, 64, 34, TensorProto.INT4, lead=(2,))
blocks_qdq("qdq_uint4", 2, 96, 18, TensorProto.UINT4, zeros=True)
blocks_qdq("qdq_int8", 2, 96, 18, TensorProto.INT8, block=16, zeros=True)

json.dump(cases, sys.stdout)
