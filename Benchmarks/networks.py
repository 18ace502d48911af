"""Batch-1 latency, load time and peak memory of networks, one thread, against ONNX Runtime and LiteRT.

Rounds are interleaved: in each, every runtime runs the same input many times and reports its fastest run; the table shows the median
of the rounds. (On a machine that does other work, too, a median of runs would tell how busy it is.) ONNX Runtime and LiteRT are called
from Python, as few of their users avoid; what such a call costs by itself is measured with a network of one addition and printed
beside, not subtracted. edgesh runs in a process of its own per round and is timed within.
"""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

import numpy as np

import table
import transformer
from process import ProgramFailed, measure

HERE = pathlib.Path(__file__).resolve().parent
DATA = pathlib.Path(os.environ.get("EDGESH_SHARED_DATA", HERE.parent.parent / "shared" / "data"))
ONNX, TFLITE = "models/onnx", "models/tflite"
SECONDS_A_ROUND = 0.15


@dataclass
class Network:
    """A network in the files that each runtime can read; paths below DATA, or absolute."""

    name: str
    float_onnx: str
    float_tflite: str = ""
    int8_onnx: str = ""
    int8_tflite: str = ""


NETWORKS = [
    Network(
        "resnet8",
        f"{ONNX}/mlperf_tiny/resnet8_cifar10_f32.onnx",
        f"{TFLITE}/mlperf_tiny/pretrainedResnet.tflite",
        f"{ONNX}/ort_quant/resnet8_cifar10_ort_qdq_perchannel.onnx",
        f"{TFLITE}/mlperf_tiny/pretrainedResnet_quant.tflite",
    ),
    Network(
        "kws",
        f"{ONNX}/mlperf_tiny/kws_dscnn_f32.onnx",
        f"{TFLITE}/mlperf_tiny/kws_ref_model_truefloat32.tflite",
        f"{ONNX}/ort_quant/kws_dscnn_ort_qdq_perchannel.onnx",
        f"{TFLITE}/mlperf_tiny/kws_ref_model.tflite",
    ),
    Network(
        "vww",
        f"{ONNX}/mlperf_tiny/vww96_mbv1_025_f32.onnx",
        f"{TFLITE}/mlperf_tiny/vww_96_float.tflite",
        "",
        f"{TFLITE}/mlperf_tiny/vww_96_int8.tflite",
    ),
    Network(
        "ad01",
        f"{ONNX}/mlperf_tiny/ad01_fcae_f32.onnx",
        f"{TFLITE}/mlperf_tiny/ad01_fp32.tflite",
        "",
        f"{TFLITE}/mlperf_tiny/ad01_int8.tflite",
    ),
    Network("mobilenetv2", f"{ONNX}/vision/mobilenet_v2_0.35_128_tfs_channel_first.onnx"),
    Network("yunet", f"{ONNX}/vision/yunet_n_320_320.onnx"),
    Network(
        "ultraface",
        f"{ONNX}/vision/version-RFB-320_simplified.onnx",
        f"{TFLITE}/vision/version-RFB-320_without_postprocessing.tflite",
    ),
    Network("silero", f"{ONNX}/audio/silero_vad_openvino_16k.onnx"),
]


def onnxruntime_call(model):
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    ort.set_default_logger_severity(3)
    session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    binding = session.io_binding()

    def prepare(*arrays):
        for declared, array in zip(session.get_inputs(), arrays):
            binding.bind_cpu_input(declared.name, array)
        for output in session.get_outputs():
            binding.bind_output(output.name, "cpu")
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

    def prepare(*arrays):
        for detail, array in zip(interpreter.get_input_details(), arrays):
            interpreter.set_tensor(detail["index"], array)
        return interpreter.invoke

    return prepare


PEERS = {"onnxruntime": onnxruntime_call, "litert": litert_call}


def time_calls(call):
    """The seconds of the fastest call, of calls that fill a round."""
    for _ in range(3):
        call()
    best, end = float("inf"), time.perf_counter() + SECONDS_A_ROUND
    while time.perf_counter() < end:
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best


def inputs_of(model, generator):
    """Random inputs as a network wants them, by its shapes and types."""
    if str(model).endswith(".tflite"):
        from ai_edge_litert.interpreter import Interpreter

        with quiet():
            details = [(d["shape"], d["dtype"]) for d in Interpreter(str(model)).get_input_details()]
    else:
        import onnx

        graph = onnx.load(str(model)).graph
        stored = {tensor.name for tensor in graph.initializer}
        shapes = [i.type.tensor_type.shape.dim for i in graph.input if i.name not in stored]
        details = [([d.dim_value or 1 for d in shape], np.float32) for shape in shapes]
    return [
        generator.integers(-128, 128, shape, dtype=np.int8) if dtype == np.int8 else generator.random(shape, dtype=np.float32)
        for shape, dtype in details
    ]


def addition(folder):
    """A network of one addition, which takes no time itself."""
    import onnx
    from onnx import TensorProto, helper

    value = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 1]) for n in "xy"]
    graph = helper.make_graph([helper.make_node("Add", ["x", "x"], ["y"])], "addition", value[:1], value[1:])
    path = folder / "addition.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    return path


def quantized_by_onnxruntime(model, arrays, path):
    """The network in ONNX Runtime's own int8 form: QDQ, weights per channel (from opset 13 on); None where it cannot."""
    import logging

    import onnx
    from onnxruntime import quantization

    opset = max(entry.version for entry in onnx.load(str(model)).opset_import if entry.domain in ("", "ai.onnx"))

    class Reader(quantization.CalibrationDataReader):
        def __init__(self):
            graph = onnx.load(str(model)).graph
            stored = {tensor.name for tensor in graph.initializer}
            names = [i.name for i in graph.input if i.name not in stored]
            self.samples = iter([dict(zip(names, arrays))])

        def get_next(self):
            return next(self.samples, None)

    logging.disable(logging.WARNING)
    try:
        with quiet():
            quantization.quantize_static(
                str(model), str(path), Reader(), quant_format=quantization.QuantFormat.QDQ, per_channel=opset >= 13,
                activation_type=quantization.QuantType.QUInt8, weight_type=quantization.QuantType.QInt8)
        onnxruntime_call(path)
    except Exception as error:  # Its quantizer fails in many ways on networks that it does not know.
        print(f"  onnxruntime does not quantize {pathlib.Path(model).stem}: {type(error).__name__}")
        return None
    finally:
        logging.disable(logging.NOTSET)
    return path


class Edgesh:
    """Runs `networks/latency.edge`, which times a model within the process."""

    def __init__(self, program):
        self.program = program

    def command(self, model, paths, seconds=0, bits=0):
        return [self.program, str(HERE / "networks" / "latency.edge"), str(model), str(seconds), str(bits), *map(str, paths)]

    def round(self, model, paths, bits=0):
        command = self.command(model, paths, SECONDS_A_ROUND, bits)
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            raise SystemExit(f"{' '.join(command)}:\n{result.stderr}")
        return json.loads(result.stdout)


def absolute(path):
    return DATA / path if path else None


def peer_once(runtime, model, paths):
    """A process of its own that loads a model and runs it once: its memory, and the seconds from the file to the first result."""
    command = [sys.executable, "-W", "ignore", str(pathlib.Path(__file__)), "--once", runtime, str(model), *map(str, paths)]
    cost = measure(command)
    return cost.memory, float(cost.output)


def best_peer(medians, kind):
    return min((medians[kind, runtime] for runtime in PEERS if (kind, runtime) in medians), default=None)


def measure_network(network, own, rounds, folder, generator):
    """Times by kind and runtime, and the rows of both tables."""
    arrays, paths = {}, {}
    for kind, models in (("f32 onnx", network.float_onnx), ("f32 tflite", network.float_tflite), ("int8", network.int8_tflite)):
        if not models:
            continue
        # Float networks of one shape take the same input.
        known = arrays.get("f32 onnx")
        made = inputs_of(absolute(models), generator)
        arrays[kind] = known if known and kind == "f32 tflite" and [a.shape for a in known] == [a.shape for a in made] else made
        paths[kind] = []
        for index, array in enumerate(arrays[kind]):
            paths[kind].append(folder / f"{network.name}-{kind.replace(' ', '-')}-{index}.npy")
            np.save(paths[kind][-1], array)
    float_onnx, float_tflite = absolute(network.float_onnx), absolute(network.float_tflite)
    int8_tflite = absolute(network.int8_tflite)
    int8_onnx = absolute(network.int8_onnx) or quantized_by_onnxruntime(
        float_onnx, arrays["f32 onnx"], folder / f"{network.name}-qdq.onnx")

    peers = {"f32": {"onnxruntime": (float_onnx, "f32 onnx")}, "int8": {}}
    if float_tflite:
        peers["f32"]["litert"] = (float_tflite, "f32 tflite")
    if int8_onnx:
        peers["int8"]["onnxruntime"] = (int8_onnx, "f32 onnx")
    if int8_tflite:
        peers["int8"]["litert"] = (int8_tflite, "int8")
    owns = {"f32": (float_onnx, "f32 onnx", 0)}
    # The int8 network that is given, else what edgesh makes of the float one, as ONNX Runtime does.
    owns["int8"] = (int8_tflite, "int8", 0) if int8_tflite else (float_onnx, "f32 onnx", 8)

    calls = {
        (kind, runtime): PEERS[runtime](model)(*arrays[key])
        for kind, runtimes in peers.items() for runtime, (model, key) in runtimes.items()
    }
    times, loads = {}, {}
    for _ in range(rounds):
        for kind, (model, key, bits) in owns.items():
            answer = own.round(model, paths[key], bits)
            times.setdefault((kind, "edgesh"), []).append(answer["seconds"])
            loads.setdefault((kind, "edgesh"), []).append(answer["load"])
        for key, call in calls.items():
            times.setdefault(key, []).append(time_calls(call))
    medians = {key: table.median(values) for key, values in times.items()}
    latency_rows, load_rows = [], []
    for kind in ("f32", "int8"):
        model, key, bits = owns[kind]
        mine = medians[kind, "edgesh"]
        best = best_peer(medians, kind)
        cells = [f"{medians[kind, r] * 1e6:.1f}" if (kind, r) in medians else "-" for r in PEERS]
        latency_rows.append(
            [f"{network.name} {kind}{' (own)' if bits else ''}", f"{mine * 1e6:.1f}", *cells]
            + [table.ratio(mine / medians[kind, r]) if (kind, r) in medians else "-" for r in PEERS]
            + [table.ratio(mine / best) if best else "-"])
        if bits:
            continue
        row = [f"{network.name} {kind}", f"{measure(own.command(model, paths[key])).memory / 1e6:.1f}"]
        load_cells = [f"{table.median(loads[kind, 'edgesh']) * 1e3:.1f}"]
        for runtime in PEERS:
            if runtime in peers[kind]:
                peer_model, peer_key = peers[kind][runtime]
                memory, load = peer_once(runtime, peer_model, paths[peer_key])
                row.append(f"{memory / 1e6:.1f}")
                load_cells.append(f"{load * 1e3:.1f}")
            else:
                row.append("-")
                load_cells.append("-")
        load_rows.append(row + load_cells)
    return {kind: (medians[kind, "edgesh"], best_peer(medians, kind)) for kind in ("f32", "int8")}, latency_rows, load_rows


def run(edgesh, rounds):
    if not DATA.joinpath("models").is_dir():
        print(f"Networks: skipped, no shared data at {DATA}; set EDGESH_SHARED_DATA\n")
        return
    own, generator = Edgesh(edgesh), np.random.default_rng(7)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        made = folder / "transformer.onnx"
        transformer.write(made)
        overhead_input = np.ones((1, 1), np.float32)
        ort_overhead = onnxruntime_call(addition(folder))(overhead_input)
        litert_overhead = litert_call(DATA / "models/tflite/tflm/hello_world_float.tflite")(overhead_input)
        overhead = time_calls(ort_overhead), time_calls(litert_overhead)
        latency_rows, load_rows, ratios = [], [], {"f32": [], "int8": []}
        for network in [*NETWORKS, Network("transformer", str(made))]:
            try:
                found, latency, load = measure_network(network, own, rounds, folder, generator)
            except ProgramFailed as error:
                raise SystemExit(str(error)) from error
            latency_rows += latency
            load_rows += load
            for kind, (mine, best) in found.items():
                if best:
                    ratios[kind].append(mine / best)
        for kind, found in ratios.items():
            if found:
                latency_rows.append([f"geometric mean {kind}", "", "", "", "", "", table.ratio(table.geometric_mean(found))])
        table.show(
            f"Networks: microseconds an inference, batch 1, one thread, median of {rounds} interleaved rounds",
            ["network", "edgesh", "onnxruntime", "litert", "/ onnxruntime", "/ litert", "/ the better"],
            latency_rows,
            [
                f"A call of a network that does next to nothing: onnxruntime {overhead[0] * 1e6:.1f} us, "
                f"litert {overhead[1] * 1e6:.1f} us (part of the times above).",
                "int8: the TFLite network that is given; (own): quantized by edgesh from the float one. onnxruntime: float input, QDQ per",
                "channel, quantized by its own tool where no such network is given.",
            ],
        )
        nothing = measure([sys.executable, "-W", "ignore", str(pathlib.Path(__file__)), "--once", "nothing"]).memory
        table.show(
            "Loading: peak megabytes of a process that loads a network and runs it once; milliseconds from the file to the first result",
            ["network", "edgesh MB", "onnxruntime MB", "litert MB", "edgesh ms", "onnxruntime ms", "litert ms"],
            load_rows,
            [f"Python with numpy alone: {nothing / 1e6:.1f} MB (part of the peers' figures). Their libraries are loaded before the clock starts."],
        )


def once(runtime, model, paths):
    """The process that `peer_once` measures."""
    __import__({"onnxruntime": "onnxruntime", "litert": "ai_edge_litert.interpreter"}[runtime])
    arrays = [np.load(path) for path in paths]
    start = time.perf_counter()
    PEERS[runtime](model)(*arrays)()
    print(time.perf_counter() - start)


if __name__ == "__main__" and sys.argv[1:2] == ["--once"]:
    if sys.argv[2] != "nothing":
        once(sys.argv[2], sys.argv[3], sys.argv[4:])
