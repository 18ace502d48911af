"""Batch-1 latency of the four MLPerf Tiny networks, one thread, against ONNX Runtime and LiteRT.

Rounds are interleaved: in each, every runtime runs the same input many times and reports its median; the table shows the median of
the rounds. ONNX Runtime and LiteRT are called from Python, as few of their users avoid; what such a call costs by itself is measured
with a network of one addition and printed beside, not subtracted. edgesh runs in a process of its own per round and is timed within.
"""

import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

import table
from process import measure

HERE = pathlib.Path(__file__).resolve().parent
DATA = pathlib.Path(os.environ.get("EDGESH_SHARED_DATA", HERE.parent.parent / "shared" / "data"))
ONNX, TFLITE = "models/onnx", "models/tflite/mlperf_tiny"

# name, float ONNX, float TFLite, int8 ONNX (where one is given), int8 TFLite
NETWORKS = [
    (
        "resnet8",
        f"{ONNX}/mlperf_tiny/resnet8_cifar10_f32.onnx",
        f"{TFLITE}/pretrainedResnet.tflite",
        f"{ONNX}/ort_quant/resnet8_cifar10_ort_qdq_perchannel.onnx",
        f"{TFLITE}/pretrainedResnet_quant.tflite",
    ),
    (
        "kws",
        f"{ONNX}/mlperf_tiny/kws_dscnn_f32.onnx",
        f"{TFLITE}/kws_ref_model_truefloat32.tflite",
        f"{ONNX}/ort_quant/kws_dscnn_ort_qdq_perchannel.onnx",
        f"{TFLITE}/kws_ref_model.tflite",
    ),
    ("vww", f"{ONNX}/mlperf_tiny/vww96_mbv1_025_f32.onnx", f"{TFLITE}/vww_96_float.tflite", None, f"{TFLITE}/vww_96_int8.tflite"),
    ("ad01", f"{ONNX}/mlperf_tiny/ad01_fcae_f32.onnx", f"{TFLITE}/ad01_fp32.tflite", None, f"{TFLITE}/ad01_int8.tflite"),
]
SECONDS_A_ROUND = 0.15


def onnxruntime_call(model):
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    binding = session.io_binding()

    def prepare(array):
        binding.bind_cpu_input(session.get_inputs()[0].name, array)
        binding.bind_output(session.get_outputs()[0].name, "cpu")
        return lambda: session.run_with_iobinding(binding)

    return prepare


@contextlib.contextmanager
def quiet():
    """LiteRT greets on the standard error."""
    kept = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(null)


def litert_call(model):
    with quiet():
        from ai_edge_litert.interpreter import Interpreter

        interpreter = Interpreter(str(model), num_threads=1)
        interpreter.allocate_tensors()

    def prepare(array):
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], array)
        return interpreter.invoke

    return prepare


def time_calls(call):
    """The median seconds of a call, over calls that fill a round."""
    for _ in range(5):
        call()
    times, end = [], time.perf_counter() + SECONDS_A_ROUND
    while time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def input_of(model, generator):
    """A random input as the model wants it, for its shape and type."""
    from ai_edge_litert.interpreter import Interpreter

    detail = Interpreter(str(model)).get_input_details()[0]
    if detail["dtype"] == np.int8:
        return generator.integers(-128, 128, detail["shape"], dtype=np.int8)
    return generator.random(detail["shape"], dtype=np.float32)


def addition(folder):
    """A network of one addition, which takes no time itself."""
    import onnx
    from onnx import TensorProto, helper

    value = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 1]) for n in "xy"]
    graph = helper.make_graph([helper.make_node("Add", ["x", "x"], ["y"])], "addition", value[:1], value[1:])
    path = folder / "addition.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    return path


class Edgesh:
    """Runs `networks/latency.edge`, which times a model within the process."""

    def __init__(self, program):
        self.program = program

    def round(self, model, array_path, quantize=False):
        script = str(HERE / "networks" / "latency.edge")
        command = [self.program, script, str(model), str(array_path), str(SECONDS_A_ROUND), "8" if quantize else "0"]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            raise SystemExit(f"{' '.join(command)}:\n{result.stderr}")
        return json.loads(result.stdout)["seconds"]


def latencies(edgesh, rounds, folder):
    own = Edgesh(edgesh)
    generator = np.random.default_rng(7)
    overhead_input = np.ones((1, 1), np.float32)
    ort_overhead = onnxruntime_call(addition(folder))(overhead_input)
    litert_overhead = litert_call(DATA / "models/tflite/tflm/hello_world_float.tflite")(overhead_input)
    overhead = {"onnxruntime": [], "litert": []}
    rows, ratios = [], {}
    for name, float_onnx, float_tflite, int8_onnx, int8_tflite in NETWORKS:
        arrays = {}
        for kind, model in [("f32", float_tflite), ("int8", int8_tflite)]:
            array = input_of(DATA / model, generator)
            path = folder / f"{name}-{kind}.npy"
            np.save(path, array)
            arrays[kind] = (array, path)
        calls = {
            "f32": {
                "edgesh": lambda: own.round(DATA / float_onnx, arrays["f32"][1]),
                "onnxruntime": onnxruntime_call(DATA / float_onnx)(arrays["f32"][0]),
                "litert": litert_call(DATA / float_tflite)(arrays["f32"][0]),
            },
            "int8, as given": {
                "edgesh": lambda: own.round(DATA / int8_tflite, arrays["int8"][1]),
                "onnxruntime": onnxruntime_call(DATA / int8_onnx)(arrays["f32"][0]) if int8_onnx else None,
                "litert": litert_call(DATA / int8_tflite)(arrays["int8"][0]),
            },
            "int8, quantized here": {
                "edgesh": lambda: own.round(DATA / float_onnx, arrays["f32"][1], quantize=True),
                "onnxruntime": None,
                "litert": None,
            },
        }
        times = {(kind, runtime): [] for kind, runtimes in calls.items() for runtime in runtimes}
        for _ in range(rounds):
            for kind, runtimes in calls.items():
                for runtime, call in runtimes.items():
                    if call is not None:
                        times[kind, runtime].append(call() if runtime == "edgesh" else time_calls(call))
            overhead["onnxruntime"].append(time_calls(ort_overhead))
            overhead["litert"].append(time_calls(litert_overhead))
        medians = {key: table.median(values) for key, values in times.items() if values}
        for kind in calls:
            # What edgesh quantized itself is compared with the int8 networks that are given.
            peer_kind = "int8, as given" if kind.startswith("int8") else kind
            cells = []
            for runtime in ("onnxruntime", "litert"):
                peer = medians.get((peer_kind, runtime))
                if peer is not None:
                    ratios.setdefault((kind, runtime), []).append(medians[kind, "edgesh"] / peer)
                cells.append((f"{peer * 1e6:.1f}", table.ratio(medians[kind, "edgesh"] / peer)) if peer else ("-", "-"))
            rows.append([f"{name} {kind}", f"{medians[kind, 'edgesh'] * 1e6:.1f}"] + [c[0] for c in cells] + [c[1] for c in cells])
    for kind in ("f32", "int8, as given", "int8, quantized here"):
        means = [ratios.get((kind, runtime)) for runtime in ("onnxruntime", "litert")]
        rows.append([f"geometric mean {kind}", "", "", ""] + [table.ratio(table.geometric_mean(m)) if m else "-" for m in means])
    return rows, {name: table.median(values) for name, values in overhead.items()}


def memory_of(edgesh, folder):
    """Peak memory of a process that loads ResNet-8 and runs it once."""
    _, float_onnx, float_tflite, _, int8_tflite = NETWORKS[0]
    script = str(HERE / "networks" / "latency.edge")
    python = [sys.executable, "-W", "ignore", str(pathlib.Path(__file__)), "--once"]
    rows = []
    for label, command in [
        ("edgesh f32", [edgesh, script, str(DATA / float_onnx), str(folder / "resnet8-f32.npy"), "0", "0"]),
        ("edgesh int8", [edgesh, script, str(DATA / int8_tflite), str(folder / "resnet8-int8.npy"), "0", "0"]),
        ("onnxruntime f32", [*python, "onnxruntime", str(DATA / float_onnx), str(folder / "resnet8-f32.npy")]),
        ("litert f32", [*python, "litert", str(DATA / float_tflite), str(folder / "resnet8-f32.npy")]),
        ("litert int8", [*python, "litert", str(DATA / int8_tflite), str(folder / "resnet8-int8.npy")]),
        ("python with numpy alone", [*python, "nothing"]),
    ]:
        rows.append([label, f"{table.median([measure(command).memory for _ in range(3)]) / 1e6:.1f}"])
    return rows


def run(edgesh, rounds):
    if not DATA.joinpath("models").is_dir():
        print(f"Networks: skipped, no shared data at {DATA}; set EDGESH_SHARED_DATA\n")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        rows, overhead = latencies(edgesh, rounds, folder)
        table.show(
            f"Networks: microseconds an inference, batch 1, one thread, median of {rounds} interleaved rounds",
            ["network", "edgesh", "onnxruntime", "litert", "/ onnxruntime", "/ litert"],
            rows,
            [
                f"A call of a network that does next to nothing: onnxruntime {overhead['onnxruntime'] * 1e6:.1f} us, "
                f"litert {overhead['litert'] * 1e6:.1f} us (part of the times above).",
                "onnxruntime int8: float input, QDQ per channel; given for resnet8 and kws only.",
            ],
        )
        table.show("Memory: peak megabytes of a process that loads ResNet-8 and runs it", ["process", "MB"], memory_of(edgesh, folder))


if __name__ == "__main__" and sys.argv[1:2] == ["--once"]:
    # The process whose memory `memory_of` measures.
    if sys.argv[2] != "nothing":
        prepare = {"onnxruntime": onnxruntime_call, "litert": litert_call}[sys.argv[2]]
        prepare(sys.argv[3])(np.load(sys.argv[4]))()
