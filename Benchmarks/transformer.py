"""Writes a small transformer encoder with random weights as ONNX, in the nodes that PyTorch's exporter writes below opset 17.

Layer normalisation is means and roots there, GELU is erf and products, attention is reshaping, transposing and two products.
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Network:
    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.stored = [], []

    def constant(self, array):
        self.stored.append(numpy_helper.from_array(np.asarray(array), f"constant_{len(self.stored)}"))
        return self.stored[-1].name

    def weights(self, *shape):
        return self.constant((self.random.standard_normal(shape) / np.sqrt(shape[0])).astype(np.float32))

    def scalar(self, value):
        return self.constant(np.array(value, np.float32))

    def node(self, op, *inputs, **attributes):
        name = f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return name

    def dense(self, value, inputs, outputs):
        return self.node("Add", self.node("MatMul", value, self.weights(inputs, outputs)), self.weights(outputs))

    def norm(self, value, width):
        difference = self.node("Sub", value, self.node("ReduceMean", value, axes=[-1]))
        variance = self.node("ReduceMean", self.node("Pow", difference, self.scalar(2)), axes=[-1])
        root = self.node("Sqrt", self.node("Add", variance, self.scalar(1e-5)))
        scaled = self.node("Mul", self.node("Div", difference, root), self.weights(width))
        return self.node("Add", scaled, self.weights(width))

    def gelu(self, value):
        erf = self.node("Erf", self.node("Div", value, self.scalar(np.sqrt(2))))
        gated = self.node("Mul", value, self.node("Add", erf, self.scalar(1)))
        return self.node("Mul", gated, self.scalar(0.5))

    def attention(self, value, width, heads):
        def part(order):
            split = self.constant(np.array([0, -1, heads, width // heads], np.int64))
            return self.node("Transpose", self.node("Reshape", self.dense(value, width, width), split), perm=order)

        queries, keys, values = part([0, 2, 1, 3]), part([0, 2, 3, 1]), part([0, 2, 1, 3])
        scores = self.node("Div", self.node("MatMul", queries, keys), self.scalar(np.sqrt(width // heads)))
        mixed = self.node("MatMul", self.node("Softmax", scores, axis=-1), values)
        joined = self.constant(np.array([0, -1, width], np.int64))
        return self.dense(self.node("Reshape", self.node("Transpose", mixed, perm=[0, 2, 1, 3]), joined), width, width)


def write(path, steps=64, width=128, heads=4, layers=3, classes=10):
    network = Network(seed=11)
    value = "input"
    for _ in range(layers):
        value = network.node("Add", value, network.attention(network.norm(value, width), width, heads))
        inner = network.gelu(network.dense(network.norm(value, width), width, 4 * width))
        value = network.node("Add", value, network.dense(inner, 4 * width, width))
    value = network.node("ReduceMean", network.norm(value, width), axes=[1], keepdims=0)
    output = network.dense(value, width, classes)
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        network.nodes, "transformer", [info("input", TensorProto.FLOAT, [1, steps, width])],
        [info(output, TensorProto.FLOAT, [1, classes])], network.stored)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=7), path)


if __name__ == "__main__":
    write(sys.argv[1])
