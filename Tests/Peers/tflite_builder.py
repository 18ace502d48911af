"""Builds small .tflite files from the schema that LiteRT ships, runs them in LiteRT and keeps inputs and answers.

`Net` collects tensors and operators of one file (several subgraphs, signatures); `Cases` runs nets and writes, for a folder,
NAME.tflite, NAME.S.inN.npy and NAME.S.outN.npy for the runs S = 0, 1, … of one interpreter, whose state goes on between them.
"""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

TYPES = {
    "f32": (schema.TensorType.FLOAT32, np.float32),
    "f16": (schema.TensorType.FLOAT16, np.float16),
    "f64": (schema.TensorType.FLOAT64, np.float64),
    "i32": (schema.TensorType.INT32, np.int32),
    "i64": (schema.TensorType.INT64, np.int64),
    "i16": (schema.TensorType.INT16, np.int16),
    "i8": (schema.TensorType.INT8, np.int8),
    "u8": (schema.TensorType.UINT8, np.uint8),
    "u32": (schema.TensorType.UINT32, np.uint32),
    "bool": (schema.TensorType.BOOL, np.bool_),
    "i4": (schema.TensorType.INT4, np.int8),
    "c64": (schema.TensorType.COMPLEX64, np.complex64),
    "resource": (schema.TensorType.RESOURCE, np.int32),
}


def options(kind, **fields):
    """The options of an operator: `options("Pool2D", padding=0, …)`."""
    made = getattr(schema, kind + "OptionsT")()
    for name, value in fields.items():
        assert hasattr(made, name), f"{kind} has no {name}"
        setattr(made, name, value)
    return kind, made


def packed(values):
    """Signed numbers of four bits, the first in the lower half of a byte."""
    flat = np.append(values.ravel(), [0] * (values.size % 2)).astype(np.int8).view(np.uint8) & 15
    return (flat[0::2] | flat[1::2] << 4).astype(np.uint8)


class Net:
    def __init__(self):
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.description = "case"
        self.model.operatorCodes = []
        self.model.subgraphs = []
        self.model.buffers = [schema.BufferT()]
        self.model.signatureDefs = []
        self.begin("main")

    def begin(self, name):
        """Starts a further subgraph; its number is the answer."""
        self.graph = schema.SubGraphT()
        self.graph.name = name
        self.graph.tensors, self.graph.operators = [], []
        self.graph.inputs, self.graph.outputs = [], []
        self.model.subgraphs.append(self.graph)
        return len(self.model.subgraphs) - 1

    def tensor(self, shape, dtype="f32", data=None, scale=None, zero=0, axis=0, name=None, variable=False, signature=None):
        tensor = schema.TensorT()
        tensor.name = name or f"t{len(self.model.subgraphs) - 1}_{len(self.graph.tensors)}"
        tensor.shape = list(shape)
        tensor.type = TYPES[dtype][0]
        tensor.isVariable = variable
        tensor.buffer = 0
        if signature is not None:
            tensor.shapeSignature = list(signature)
        if data is not None:
            stored = schema.BufferT()
            array = packed(data) if dtype == "i4" else np.ascontiguousarray(data, dtype=TYPES[dtype][1])
            stored.data = np.frombuffer(array.tobytes(), dtype=np.uint8)
            self.model.buffers.append(stored)
            tensor.buffer = len(self.model.buffers) - 1
        if scale is not None:
            quantization = schema.QuantizationParametersT()
            quantization.scale = np.atleast_1d(np.asarray(scale, dtype=np.float32))
            quantization.zeroPoint = np.broadcast_to(np.asarray(zero, dtype=np.int64), quantization.scale.shape)
            quantization.quantizedDimension = axis
            tensor.quantization = quantization
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def input(self, *arguments, **more):
        index = self.tensor(*arguments, **more)
        self.graph.inputs.append(index)
        return index

    def const(self, values, dtype="i32", **more):
        values = np.asarray(values)
        return self.tensor(values.shape, dtype, data=values, **more)

    def op(self, name, inputs, outputs, opts=None, version=1, intermediates=None):
        code = schema.OperatorCodeT()
        number = getattr(schema.BuiltinOperator, name)
        code.builtinCode, code.deprecatedBuiltinCode, code.version = number, min(number, 127), version
        self.model.operatorCodes.append(code)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.model.operatorCodes) - 1
        operator.inputs = [-1 if i is None else i for i in inputs]
        operator.outputs = list(outputs)
        if intermediates is not None:
            operator.intermediates = list(intermediates)
        if opts is not None:
            kind, made = opts
            # Newer options stand in a second union.
            second = getattr(schema.BuiltinOptions2, kind + "Options", None)
            if hasattr(schema.BuiltinOptions, kind + "Options"):
                operator.builtinOptionsType = getattr(schema.BuiltinOptions, kind + "Options")
                operator.builtinOptions = made
            else:
                operator.builtinOptions2Type, operator.builtinOptions2 = second, made
        self.graph.operators.append(operator)

    def custom(self, name, inputs, outputs, data):
        """An operator that the schema has no number for, its options as bytes."""
        self.op("CUSTOM", inputs, outputs)
        self.model.operatorCodes[-1].customCode = name
        self.graph.operators[-1].customOptions = np.frombuffer(data, np.uint8)

    def outputs(self, *indices):
        self.graph.outputs = list(indices)

    def signature(self, key, subgraph, inputs, outputs):
        made = schema.SignatureDefT()
        made.signatureKey, made.subgraphIndex, made.inputs, made.outputs = key, subgraph, [], []
        for target, names in ((made.inputs, inputs), (made.outputs, outputs)):
            for name, index in names.items():
                entry = schema.TensorMapT()
                entry.name, entry.tensorIndex = name, index
                target.append(entry)
        self.model.signatureDefs.append(made)

    def bytes(self):
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


class Cases:
    def __init__(self, folder, seed):
        self.folder = folder
        self.random = np.random.default_rng(seed)
        self.made = []
        self.refused = []

    def f32(self, *shape, low=-1.0, high=1.0):
        return self.random.uniform(low, high, shape).astype(np.float32)

    def ints(self, shape, dtype, low=None, high=None):
        kind = TYPES[dtype][1]
        if kind == np.bool_:
            return self.random.integers(0, 2, shape).astype(np.bool_)
        bounds = np.iinfo(kind)
        low = max(bounds.min, -1000) if low is None else low
        high = min(bounds.max, 1000) if high is None else high
        return self.random.integers(low, high, shape, endpoint=True).astype(kind)

    def run(self, name, net, *runs, tolerance=1e-4, steps=1, resolver=None, keep_shapes=False, reset=None):
        """Runs a net on each list of inputs, one after the other, and writes the case."""
        try:
            self._run(name, net, runs, tolerance, steps, resolver, keep_shapes, reset)
        except Exception as error:  # noqa: BLE001 - a net that LiteRT refuses is a mistake of the script, told at the end
            self.refused.append(f"{name}: {error}")

    def _run(self, name, net, runs, tolerance, steps, resolver, keep_shapes, reset):
        resolver = getattr(OpResolverType, resolver or "BUILTIN_WITHOUT_DEFAULT_DELEGATES")
        interpreter = Interpreter(model_content=net.bytes(), num_threads=1, experimental_op_resolver_type=resolver)
        interpreter.allocate_tensors()
        inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
        for number, arrays in enumerate(runs):
            if number == reset:
                interpreter.reset_all_variables()
            for position, (detail, array) in enumerate(zip(inputs, arrays)):
                interpreter.set_tensor(detail["index"], array)
                np.save(f"{self.folder}/{name}.{number}.in{position}.npy", array)
            interpreter.invoke()
            for position, detail in enumerate(outputs):
                # numpy makes one axis of none.
                answer = interpreter.get_tensor(detail["index"])
                np.save(f"{self.folder}/{name}.{number}.out{position}.npy", np.asarray(answer))
        if not keep_shapes:
            for detail in interpreter.get_tensor_details():
                if detail["index"] < len(net.model.subgraphs[0].tensors) and len(net.model.subgraphs) == 1:
                    net.model.subgraphs[0].tensors[detail["index"]].shape = [int(n) for n in detail["shape"]]
        with open(f"{self.folder}/{name}.tflite", "wb") as file:
            file.write(net.bytes())
        self.made.append({
            "name": name, "inputs": len(inputs), "outputs": len(outputs), "runs": len(runs), "tolerance": tolerance,
            "steps": steps, "reset": -1 if reset is None else reset,
        })
