"""Runs a model in onnxruntime or LiteRT. See Tests/Support/PeerModel.swift, which calls it.

Request (JSON on standard input): runtime, model, inputs (.npy, in the model's order), outputFolder, batched.
Answer (JSON on standard output): a list of {name, path, shape, dtype}, in the model's order.
"""

import json
import os
import sys

import numpy as np


def onnxruntime_runner(path):
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]

    def run(arrays):
        return session.run(None, dict(zip(names, arrays)))

    return run, [value.name for value in session.get_outputs()]


def litert_runner(path, reference):
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    resolver = OpResolverType.BUILTIN_REF if reference else OpResolverType.AUTO
    interpreter = Interpreter(path, num_threads=1, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    inputs = interpreter.get_input_details()
    outputs = interpreter.get_output_details()

    def run(arrays):
        # A network with state starts each run afresh.
        interpreter.reset_all_variables()
        for detail, array in zip(inputs, arrays):
            if tuple(detail["shape"]) != array.shape:
                interpreter.resize_tensor_input(detail["index"], array.shape)
                interpreter.allocate_tensors()
                detail["shape"] = np.array(array.shape)
        for detail, array in zip(inputs, arrays):
            interpreter.set_tensor(detail["index"], array)
        interpreter.invoke()
        return [interpreter.get_tensor(detail["index"]) for detail in outputs]

    return run, [detail["name"] for detail in outputs]


def main():
    request = json.load(sys.stdin)
    # What the runtimes print while they load must not get into the answer.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if request["runtime"] == "onnxruntime":
        run, names = onnxruntime_runner(request["model"])
    else:
        run, names = litert_runner(request["model"], request["runtime"] == "litert_reference")
    arrays = [np.load(path) for path in request["inputs"]]
    if request["batched"]:
        rows = [run([array[i : i + 1] for array in arrays]) for i in range(len(arrays[0]))]
        results = [np.concatenate(parts) for parts in zip(*rows)]
    else:
        results = run(arrays)
    os.makedirs(request["outputFolder"], exist_ok=True)
    described = []
    for index, (name, value) in enumerate(zip(names, results)):
        path = os.path.join(request["outputFolder"], f"out{index}.npy")
        np.save(path, value)
        described.append({"name": name, "path": path, "shape": list(value.shape), "dtype": str(value.dtype)})
    json.dump(described, answer)
    answer.close()


if __name__ == "__main__":
    main()
