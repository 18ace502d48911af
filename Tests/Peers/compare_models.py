"""Runs pairs of model files on the same inputs and says how far their results lie apart.

Request (JSON on standard input): a list of {original, written, inputs}; `inputs` are .npy files, or empty for random ones.
Answer (JSON on standard output): a list of {error, differences, magnitudes, steps}, one entry an output; `steps` is the largest
difference in steps of the original's integers (0 for floats). Written ONNX files also pass onnx.checker.
"""

import json
import os
import sys

import numpy as np

TYPES = {
    "tensor(float)": np.float32,
    "tensor(int8)": np.int8,
    "tensor(uint8)": np.uint8,
    "tensor(int16)": np.int16,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_,
    "tensor(double)": np.float64,
    "tensor(float16)": np.float16,
}


def open_onnx(path, check):
    import onnx
    import onnxruntime as ort

    if check:
        onnx.checker.check_model(onnx.load(path), full_check=True)
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    inputs = [([d if isinstance(d, int) else 1 for d in i.shape], TYPES[i.type], None) for i in session.get_inputs()]
    names = [i.name for i in session.get_inputs()]
    return inputs, lambda arrays: session.run(None, dict(zip(names, arrays)))


def open_tflite(path):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(path, num_threads=1)
    interpreter.allocate_tensors()
    details = interpreter.get_input_details()
    inputs = [(list(d["shape"]), d["dtype"], d["quantization"]) for d in details]

    def run(arrays):
        interpreter.reset_all_variables()
        for detail, array in zip(details, arrays):
            interpreter.set_tensor(detail["index"], array)
        interpreter.invoke()
        return [interpreter.get_tensor(d["index"]) for d in interpreter.get_output_details()]

    return inputs, run


def open_model(path, check=False):
    return open_onnx(path, check) if path.endswith(".onnx") else open_tflite(path)


def compare(pair):
    inputs, run = open_model(pair["original"])
    wanted, other = open_model(pair["written"], check=True)
    if pair["inputs"]:
        arrays = [np.load(p) for p in pair["inputs"]]
    else:
        random = np.random.default_rng(7)
        arrays = [
            random.random(shape, dtype=np.float32)
            if dtype == np.float32
            else random.integers(*((0, 256) if dtype == np.uint8 else (-128, 128)), size=shape).astype(dtype)
            for shape, dtype, _ in inputs
        ]
    arrays = [a.reshape(shape).astype(dtype) for a, (shape, dtype, _) in zip(arrays, inputs)]
    expected = run(arrays)
    found = other([a.reshape(shape).astype(dtype) for a, (shape, dtype, _) in zip(arrays, wanted)])
    assert len(expected) == len(found), f"{len(expected)} outputs became {len(found)}"
    differences, magnitudes, steps = [], [], []
    for a, b in zip(expected, found):
        assert a.shape == b.shape, f"shape {a.shape} became {b.shape}"
        gap = float(np.abs(a.astype(np.float64) - b.astype(np.float64)).max(initial=0))
        differences.append(gap)
        magnitudes.append(float(np.abs(a.astype(np.float64)).max(initial=0)))
        steps.append(gap if a.dtype.kind in "iu" else 0.0)
    return {"error": "", "differences": differences, "magnitudes": magnitudes, "steps": steps}


def main():
    requests = json.load(sys.stdin)
    # What the runtimes print while they load must not get into the answer.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    results = []
    for pair in requests:
        try:
            results.append(compare(pair))
        except Exception as error:  # noqa: BLE001 - whatever a runtime objects to is the finding
            results.append({"error": f"{type(error).__name__}: {error}", "differences": [], "magnitudes": [], "steps": []})
    json.dump(results, answer)
    answer.close()


if __name__ == "__main__":
    main()
