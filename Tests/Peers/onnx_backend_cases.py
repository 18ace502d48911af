"""Writes ONNX's own backend tests into a folder: the node tests that the onnx package makes in memory, and the models it carries.

Reads a JSON request {"folder": …}; writes `cases.bin` (models and tensors, one behind the other) and `cases.json`, an index of it:
[{"suite", "name", "rtol", "atol", "random", "model": [offset, length], "inputs": [value], "outputs": [value]}]. A value is
{"type": ONNX's number of the element type, "shape", "data": [offset, length]}, {"sequence": [value]} or {"none": true}.
Strings are stored as JSON lists of texts. Prints {"cases": count}.
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases

request = json.load(sys.stdin)
folder = Path(request["folder"])
data_folder = Path(onnx.__file__).parent / "backend/test/data"
blob = open(folder / "cases.bin", "wb")
cases = []


def store(data):
    start = blob.tell()
    blob.write(data)
    return [start, len(data)]


def value(item):
    """A tensor, a sequence of them, or an absent optional."""
    if item is None:
        return {"none": True}
    if isinstance(item, (list, tuple)):
        return {"sequence": [value(part) for part in item]}
    if not isinstance(item, onnx.TensorProto):
        item = numpy_helper.from_array(np.asarray(item))
    if item.data_type == onnx.TensorProto.STRING:
        data = json.dumps([text.decode() for text in item.string_data]).encode()
    elif item.HasField("raw_data"):
        data = item.raw_data
    else:
        packed = numpy_helper.from_array(numpy_helper.to_array(item))
        assert packed.data_type == item.data_type, item.data_type
        data = packed.raw_data
    return {"type": item.data_type, "shape": list(item.dims), "data": store(data)}


def case(suite, name, model, inputs, outputs, rtol=1e-3, atol=1e-7):
    # What a random operator draws cannot be compared: its type and shape are.
    random = name.startswith("test_bernoulli")
    cases.append({
        "suite": suite, "name": name, "rtol": rtol, "atol": atol, "random": random, "model": store(model),
        "inputs": [value(item) for item in inputs], "outputs": [value(item) for item in outputs]})


def proto(path, kind):
    """A value of a data set, of the kind that the model declares for it."""
    data = path.read_bytes()
    if kind.HasField("sequence_type"):
        return numpy_helper.to_list(onnx.SequenceProto.FromString(data))
    if kind.HasField("optional_type"):
        return numpy_helper.to_optional(onnx.OptionalProto.FromString(data))
    return onnx.TensorProto.FromString(data)


def carried(suite):
    for path in sorted((data_folder / suite).iterdir()):
        if not (path / "model.onnx").exists():
            continue
        model = onnx.load(path / "model.onnx")
        for data_set in sorted(path.glob("test_data_set_*")):
            def values(kind, infos):
                count = len(list(data_set.glob(f"{kind}_*.pb")))
                return [proto(data_set / f"{kind}_{n}.pb", infos[n].type) for n in range(count)]
            number = data_set.name.rsplit("_", 1)[1]
            name = path.name if number == "0" else f"{path.name}_{number}"
            case(suite, name, (path / "model.onnx").read_bytes(), values("input", model.graph.input), values("output", model.graph.output))


def light():
    for path in sorted((data_folder / "light").glob("*.onnx")):
        model = onnx.load(path)
        weights = {tensor.name for tensor in model.graph.initializer}
        inputs = []
        for info in model.graph.input:
            if info.name not in weights:
                # As ONNX's own runner fills them: a ramp from 0 to 1.
                shape = [dimension.dim_value or 1 for dimension in info.type.tensor_type.shape.dim]
                count = int(np.prod(shape))
                inputs.append((np.arange(count).reshape(shape) / count).astype(np.float32))
        outputs = [onnx.TensorProto.FromString((path.parent / f"{path.stem}_output_{n}.pb").read_bytes()) for n in range(len(model.graph.output))]
        case("light", path.stem, path.read_bytes(), inputs, outputs)


for item in collect_testcases(None):
    inputs, outputs = item.data_sets[0]
    case("node", item.name, item.model.SerializeToString(), inputs, outputs, item.rtol, item.atol)
for suite in ("simple", "pytorch-converted", "pytorch-operator"):
    carried(suite)
light()
blob.close()
(folder / "cases.json").write_text(json.dumps(cases))
json.dump({"cases": len(cases)}, sys.stdout)
