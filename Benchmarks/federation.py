"""Joining updates: the rate of `aggregate` next to copying the same bytes (memcpy) and to NumPy.

Eight float models of 32 MiB are written as ONNX. A round is one process of edgesh that loads them and joins them several times, timed
within, and then, in this process, as many copies of the same bytes and averages by NumPy. The table shows medians over all rounds; the
ratio is edgesh's rate to that of memcpy over the same bytes (larger is faster).
"""

import ctypes
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy as np

import table

UPDATES, FLOATS, REPEATS = 8, 8 << 20, 3
STRATEGIES = ["fedavg", "median", "trimmed_mean", "krum", "dynamic_weighted"]

SCRIPT = """
let updates = build({updates}, index => load("{folder}/\\(index).onnx"))
for strategy in {strategies} {{
  for repeat in 0..{repeats} {{
    let start = clock()
    let joined = aggregate(updates, strategy: strategy)
    print("\\(strategy) \\((clock() - start) / 1s)")
  }}
}}
"""


def write_models(folder, arrays):
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    for index, array in enumerate(arrays):
        rows = array.reshape(1024, -1)
        ports = [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, rows.shape[0]]),
            helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, rows.shape[1]]),
        ]
        graph = helper.make_graph(
            [helper.make_node("MatMul", ["x", "w"], ["y"])], "m", ports[:1], ports[1:], [numpy_helper.from_array(rows, "w")]
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        (folder / f"{index}.onnx").write_bytes(model.SerializeToString())


def seconds_of(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def run(edgesh, rounds):
    generator = np.random.default_rng(1)
    arrays = [generator.standard_normal(FLOATS, dtype=np.float32) for _ in range(UPDATES)]
    targets = [np.empty_like(array) for array in arrays]
    weights = np.full(UPDATES, 1 / UPDATES)

    def copy_all():
        for array, target in zip(arrays, targets):
            ctypes.memmove(target.ctypes.data, array.ctypes.data, array.nbytes)

    copy_all()
    times = {name: [] for name in STRATEGIES + ["memcpy", "numpy"]}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        write_models(folder, arrays)
        script = folder / "join.edge"
        script.write_text(
            SCRIPT.format(updates=UPDATES, folder=folder, repeats=REPEATS, strategies=str(STRATEGIES).replace("'", '"'))
        )
        for _ in range(rounds):
            result = subprocess.run([edgesh, str(script)], capture_output=True, text=True, check=True)
            for line in result.stdout.splitlines():
                name, seconds = line.split()
                times[name].append(float(seconds))
            times["memcpy"] += [seconds_of(copy_all) for _ in range(REPEATS)]
            times["numpy"].append(seconds_of(lambda: np.average(np.stack(arrays), axis=0, weights=weights)))
    size = sum(array.nbytes for array in arrays)
    copying = statistics.median(times["memcpy"])
    rows = [
        [name, f"{statistics.median(values) * 1e3:.0f}", f"{size / statistics.median(values) / 1e9:.2f}"]
        + [f"{copying / statistics.median(values):.2f}"]
        for name, values in times.items()
    ]
    table.show(
        f"Federation: {UPDATES} updates of {FLOATS * 4 >> 20} MiB joined, median of {rounds} interleaved rounds",
        ["", "ms", "GB/s", "/ memcpy"],
        rows,
    )
