"""A vector times a 4096 x 4096 matrix of 4, 2 and 8-bit weights in blocks of 32, one thread, against ONNX Runtime's MatMulNBits and
against reading the same bytes.

Such a product reads each weight once, so that the rate at which memory is read bounds it. One layer stays in a large cache between
runs; a chain of sixteen does not, and is what a network of that size meets. Beside each stands the time in which NumPy sums as many bytes (as 64-bit integers) from a buffer of that size: a plain read, one
thread, in the same round.
"""

import pathlib
import tempfile
import time

import numpy as np

import table
from networks import Edgesh, onnxruntime_call, time_calls

SIZE, BLOCK = 4096, 32
# Bits, and how ONNX Runtime may compute: 4 rounds activations to 8 bits, as edgesh then does; 0 keeps them.
CONTESTS = [(4, 4), (4, 0), (2, 4), (2, 0), (8, 4)]
# ONNX Runtime unpacks 2-bit weights to floats one by one, hundreds of times slower: not waited for.
WITHOUT_PEER = {(2, 0)}


def bytes_read(bits, layers):
    """Weights and their scales."""
    return layers * (SIZE * SIZE * bits // 8 + SIZE * SIZE // BLOCK * 4)


def write(path, bits, level, layers, generator):
    """A chain of products with random weights, each layer's output about as large as its input."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, stored = [], []
    for layer in range(layers):
        words = generator.integers(0, 256, (SIZE, SIZE // BLOCK, BLOCK * bits // 8), dtype=np.uint8)
        spread = np.sqrt(((1 << bits) ** 2 - 1) / 12)
        scales = (generator.choice([-1, 1], SIZE * SIZE // BLOCK) / spread / np.sqrt(SIZE)).astype(np.float32)
        stored += [numpy_helper.from_array(words, f"w{layer}"), numpy_helper.from_array(scales, f"s{layer}")]
        nodes.append(helper.make_node(
            "MatMulNBits", [f"x{layer}", f"w{layer}", f"s{layer}"], [f"x{layer + 1}"], name=f"layer{layer}",
            domain="com.microsoft", K=SIZE, N=SIZE, bits=bits, block_size=BLOCK, accuracy_level=level))
    ends = [helper.make_tensor_value_info(f"x{n}", TensorProto.FLOAT, [1, SIZE]) for n in (0, layers)]
    graph = helper.make_graph(nodes, "products", ends[:1], ends[1:], stored)
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=10), str(path))


def time_reading(buffer):
    """The seconds in which a buffer is read once, the fastest of a few."""
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        buffer.sum()
        best = min(best, time.perf_counter() - start)
    return best


def measure(own, rounds, folder, layers, generator):
    """Rows of the table, and edgesh's and the better peer's time for 4 bits."""
    vector = generator.standard_normal((1, SIZE)).astype(np.float32)
    given = folder / "vector.npy"
    np.save(given, vector)
    models, calls, buffers, times = {}, {}, {}, {}
    for bits, level in CONTESTS:
        models[bits, level] = folder / f"products-{layers}-{bits}-{level}.onnx"
        write(models[bits, level], bits, level, layers, generator)
        buffers[bits] = np.ones(bytes_read(bits, layers) // 8, np.uint64)
        if (bits, level) in WITHOUT_PEER:
            continue
        try:
            calls[bits, level] = onnxruntime_call(models[bits, level])(vector)
        except Exception as error:  # Not every version knows every width.
            print(f"  onnxruntime has no {bits}-bit product at accuracy level {level}: {type(error).__name__}")
    for _ in range(rounds):
        for key, model in models.items():
            times.setdefault(("edgesh", *key), []).append(own.round(model, [given])["seconds"])
            if key in calls:
                times.setdefault(("onnxruntime", *key), []).append(time_calls(calls[key]))
        for bits, buffer in buffers.items():
            times.setdefault(("read", bits), []).append(time_reading(buffer))
    # The fastest round: a machine that does other work slows these down by whole factors.
    best = {key: min(values) / layers for key, values in times.items()}
    rows = []
    for bits, level in CONTESTS:
        mine, read = best["edgesh", bits, level], best["read", bits]
        peer = best.get(("onnxruntime", bits, level))
        better = min((best[key] for key in best if key[0] == "onnxruntime" and key[1] == bits), default=None)
        rows.append([
            f"{bits} bits, {'8-bit' if level == 4 else 'float'} activations", f"{mine * 1e6:.0f}",
            f"{bytes_read(bits, 1) / mine / 1e9:.1f}", f"{read * 1e6:.0f}", table.ratio(mine / read),
            f"{peer * 1e6:.0f}" if peer else "-", table.ratio(mine / peer) if peer else "-",
            table.ratio(mine / better) if better else "-"])
    return rows


def run(edgesh, rounds):
    own, generator = Edgesh(edgesh), np.random.default_rng(5)
    headings = ["weights", "edgesh", "GB/s", "read", "/ read", "ort", "/ ort", "/ better ort"]
    for layers, place in ((1, "one matrix, which stays in a cache that holds it"), (16, "one of a chain of sixteen")):
        with tempfile.TemporaryDirectory() as name:
            rows = measure(own, rounds, pathlib.Path(name), layers, generator)
        table.show(
            f"Vector times {SIZE} x {SIZE}, blocks of {BLOCK}, microseconds: {place}", headings, rows,
            ["read: numpy sums as many bytes; better ort: the faster of ONNX Runtime's accuracy levels 4 and 0"])
