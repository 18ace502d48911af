"""Runs models that were read and written again in onnxruntime, on the inputs of ONNX's backend tests.

Reads a JSON request {"cases": folder of onnx_backend_cases.py, "models": folder with NAME.onnx, "names": […]}; prints
{"compared": count, "problems": {NAME: text}}. A test whose own model onnxruntime refuses, or answers otherwise than ONNX expects, is left out, and so is one
with packed elements.
"""
import json
import sys
from pathlib import Path

import ml_dtypes
import numpy as np
import onnxruntime as ort
from onnx import TensorProto, helper

request = json.load(sys.stdin)
names = set(request["names"])
folder = Path(request["cases"])
blob = (folder / "cases.bin").read_bytes()
options = ort.SessionOptions()
options.log_severity_level = 4


def array(value):
    start, length = value["data"]
    if value["type"] == TensorProto.STRING:
        return np.array(json.loads(blob[start : start + length]), dtype=object).reshape(value["shape"])
    dtype = ml_dtypes.bfloat16 if value["type"] == TensorProto.BFLOAT16 else helper.tensor_dtype_to_np_dtype(value["type"])
    return np.frombuffer(blob[start : start + length], dtype=dtype).reshape(value["shape"])


def is_plain(value):
    """Whether Python can hand the elements to onnxruntime: not packed ones, nor floats of eight bits."""
    kind = TensorProto.DataType.Name(value["type"])
    return not kind.startswith(("FLOAT8", "FLOAT4")) and kind not in ("INT4", "UINT4", "INT2", "UINT2")


def difference(model, inputs, outputs):
    """What a model gives that is not expected, as a text; None where all is well."""
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    given = {info.name: value for info, value in zip(session.get_inputs(), inputs, strict=True)}
    answers = session.run(None, given)
    if len(answers) != len(outputs):
        return f"{len(answers)} outputs, expected {len(outputs)}"
    for number, (answer, expected) in enumerate(zip(answers, outputs)):
        answer = np.asarray(answer)
        if answer.shape != expected.shape or answer.dtype != expected.dtype:
            return f"output {number} is {answer.dtype}{list(answer.shape)}, expected {expected.dtype}{list(expected.shape)}"
        if expected.dtype == object:
            if not np.array_equal(answer, expected):
                return f"output {number} differs"
            continue
        if not np.allclose(answer.astype(np.float64), expected.astype(np.float64), rtol=1e-3, atol=1e-5, equal_nan=True):
            return f"output {number} differs"
    return None


compared = 0
problems = {}
for case in json.loads((folder / "cases.json").read_text()):
    if case["name"] not in names or case["random"]:
        continue
    if not all(is_plain(value) for value in case["inputs"] + case["outputs"]):
        continue
    inputs = [array(value) for value in case["inputs"]]
    outputs = [array(value) for value in case["outputs"]]
    start, length = case["model"]
    try:
        if difference(blob[start : start + length], inputs, outputs) is not None:
            continue
    except Exception:
        continue
    compared += 1
    try:
        problem = difference((Path(request["models"]) / f"{case['name']}.onnx").read_bytes(), inputs, outputs)
    except Exception as error:
        problem = str(error)[:300]
    if problem is not None:
        problems[case["name"]] = problem
json.dump({"compared": compared, "problems": problems}, sys.stdout)
