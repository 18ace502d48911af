"""Counts what a model file holds, by onnx's own shape inference. See Tests/EdgeCompressionTests/PrunedFileTests.swift, which calls it.

Request (JSON on standard input): model, a path.
Answer (JSON on standard output): {macs, weightBytes}: multiplications of Conv, Gemm and MatMul with one sample, and the bytes of all float weights.
"""

import json
import math
import sys

import numpy as np
import onnx
from onnx import numpy_helper, shape_inference


def main():
    request = json.load(sys.stdin)
    model = shape_inference.infer_shapes(onnx.load(request["model"]), strict_mode=True, data_prop=True)
    graph = model.graph
    weights = {value.name: numpy_helper.to_array(value) for value in graph.initializer}
    shapes = {name: list(array.shape) for name, array in weights.items()}
    for value in list(graph.value_info) + list(graph.input) + list(graph.output):
        shapes[value.name] = [d.dim_value or 1 for d in value.type.tensor_type.shape.dim]
    macs = 0
    for node in graph.node:
        if node.op_type == "Conv":
            macs += math.prod(shapes[node.output[0]]) * math.prod(shapes[node.input[1]][1:])
        elif node.op_type in ("Gemm", "MatMul"):
            macs += math.prod(shapes[node.output[0]]) * shapes[node.input[0]][-1]
    used = {name for node in graph.node for name in node.input}
    count = sum(a.nbytes for name, a in weights.items() if name in used and a.dtype == np.float32)
    json.dump({"macs": macs, "weightBytes": count}, sys.stdout)


main()
