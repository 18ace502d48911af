"""Trains the network of `examples/models/bearing.onnx` on signals of `bearing_signal.py`.

    python3 -m venv /tmp/training && /tmp/training/bin/pip install -r requirements.txt
    /tmp/training/bin/python train_bearing.py

The windows it trains on (numbers from 1,000,000 on) are not those that the examples judge it by (numbers from 0 on). One run takes
about ten minutes on two cores. The seed is fixed; another processor may still round differently and give slightly other weights.
"""

import argparse
import multiprocessing
import os

import jax
import jax.numpy as jnp
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import bearing_signal

FIRST_TRAINING_WINDOW = 1_000_000

# (kernel, stride, channels in, channels out) of the first convolution, then (kernel, stride, in, out) of the separable ones:
# a depthwise convolution over time followed by a pointwise one.
FIRST = (32, 4, 1, 16)
SEPARABLE = [(9, 2, 16, 24), (9, 2, 24, 32), (9, 2, 32, 48), (9, 2, 48, 64)]
MOMENTUM, EPSILON = 0.9, 1e-3


def initial(key):
    def weights(shape, fan_in):
        nonlocal key
        key, use = jax.random.split(key)
        return jax.random.normal(use, shape) * np.sqrt(2.0 / fan_in)

    def norm(channels):
        return {"scale": jnp.ones(channels), "shift": jnp.zeros(channels)}

    kernel, _, c_in, c_out = FIRST
    layers = [{"w": weights((c_out, c_in, kernel), kernel * c_in), **norm(c_out)}]
    for kernel, _, c_in, c_out in SEPARABLE:
        layers.append({"w": weights((c_in, 1, kernel), kernel), **norm(c_in)})
        layers.append({"w": weights((c_out, c_in, 1), c_in), **norm(c_out)})
    features = SEPARABLE[-1][3]
    dense = {"w": weights((len(bearing_signal.CLASSES), features), features), "b": jnp.zeros(4)}
    statistics = [{"mean": jnp.zeros(layer["scale"].size), "var": jnp.ones(layer["scale"].size)} for layer in layers]
    return {"layers": layers, "dense": dense}, statistics


def strides():
    yield FIRST[1]
    for _, stride, _, _ in SEPARABLE:
        yield stride
        yield 1


def padding(kernel, stride):
    total = kernel - stride
    return (total // 2, total - total // 2)


def convolve(x, w, stride):
    """A convolution on [batch, time, channels].

    Time is cut into frames of `stride` samples, so that every tap is a plain slice of frames: XLA compiles this, and its
    gradient, to much faster code for a processor than its own strided and grouped convolutions.
    """
    c_out, c_in, kernel = w.shape
    batch, time, channels = x.shape
    if kernel == 1:
        return x @ w[:, :, 0].T
    before, after = padding(kernel, stride)
    frames = -(-kernel // stride)
    w = jnp.pad(w, ((0, 0), (0, 0), (0, frames * stride - kernel)))
    x = jnp.pad(x, ((0, 0), (before, after + frames * stride - kernel), (0, 0)))
    x = x.reshape(batch, -1, stride, channels)
    steps = time // stride
    taps = [x[:, k : k + steps] for k in range(frames)]
    if c_in == 1 and channels == c_out:  # depthwise
        kernels = w[:, 0].T.reshape(frames, stride, channels)
        return sum((tap * kernels[k]).sum(2) for k, tap in enumerate(taps))
    patches = jnp.concatenate(taps, axis=2).reshape(batch, steps, -1)
    return patches @ w.transpose(2, 1, 0).reshape(-1, c_out)


def forward(parameters, statistics, x, training):
    """Logits, and the statistics of batch normalisation as they are after this batch."""
    updated = []
    for layer, known, stride in zip(parameters["layers"], statistics, strides()):
        x = convolve(x, layer["w"], stride)
        mean, var = (x.mean((0, 1)), x.var((0, 1))) if training else (known["mean"], known["var"])
        updated.append(
            {
                "mean": MOMENTUM * known["mean"] + (1 - MOMENTUM) * mean,
                "var": MOMENTUM * known["var"] + (1 - MOMENTUM) * var,
            }
        )
        scale = layer["scale"] / jnp.sqrt(var + EPSILON)
        x = jax.nn.relu(x * scale + (layer["shift"] - mean * scale))
    return x.mean(1) @ parameters["dense"]["w"].T + parameters["dense"]["b"], updated


def loss(parameters, statistics, x, y):
    logits, updated = forward(parameters, statistics, x, True)
    smooth = 0.95 * jax.nn.one_hot(y, 4) + 0.05 / 4
    return -(smooth * jax.nn.log_softmax(logits)).sum(1).mean(), updated


@jax.jit
def step(parameters, statistics, moments, count, rate, x, y):
    """One step of AdamW."""
    (value, statistics), gradient = jax.value_and_grad(loss, has_aux=True)(parameters, statistics, x, y)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, moments[0], gradient)
    second = jax.tree.map(lambda m, g: 0.999 * m + 0.001 * g * g, moments[1], gradient)

    def move(p, m, v):
        return p - rate * (m / (1 - 0.9**count) / (jnp.sqrt(v / (1 - 0.999**count)) + 1e-8) + 1e-3 * p)

    return jax.tree.map(move, parameters, first, second), statistics, (first, second), value


@jax.jit
def accuracy(parameters, statistics, x, y):
    return (forward(parameters, statistics, x, False)[0].argmax(1) == y).mean()


def windows(first, count):
    with multiprocessing.get_context("spawn").Pool() as pool:
        signals = pool.map(bearing_signal.window, range(first, first + count), chunksize=64)
    return np.array(signals, np.float32)[:, :, None], (np.arange(first, first + count) % 4).astype(np.int32)


def export(parameters, statistics, path):
    """Writes ONNX with batch normalisation folded into the convolutions. Time is the width of an image of height 1."""
    nodes, constants = [], []

    def constant(name, value):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name))
        return name

    names = ["conv"] + [f"{kind}{i + 1}" for i in range(len(SEPARABLE)) for kind in ("depthwise", "pointwise")]
    current = "signal"
    for name, layer, known, stride in zip(names, parameters["layers"], statistics, strides()):
        scale = np.array(layer["scale"] / jnp.sqrt(known["var"] + EPSILON))
        before, after = padding(layer["w"].shape[2], stride)
        nodes.append(
            helper.make_node(
                "Conv",
                [
                    current,
                    constant(f"{name}.weight", (np.array(layer["w"]) * scale[:, None, None])[:, :, None, :]),
                    constant(f"{name}.bias", np.array(layer["shift"]) - np.array(known["mean"]) * scale),
                ],
                [f"{name}.sum"],
                name=name,
                kernel_shape=[1, layer["w"].shape[2]],
                strides=[1, stride],
                pads=[0, before, 0, after],
                group=layer["w"].shape[0] if name.startswith("depthwise") else 1,
            )
        )
        nodes.append(helper.make_node("Relu", [f"{name}.sum"], [f"{name}.out"], name=f"{name}.relu"))
        current = f"{name}.out"
    dense = parameters["dense"]
    nodes += [
        helper.make_node("GlobalAveragePool", [current], ["pooled"], name="pool"),
        helper.make_node("Flatten", ["pooled"], ["features"], name="flatten", axis=1),
        helper.make_node(
            "Gemm",
            ["features", constant("dense.weight", dense["w"]), constant("dense.bias", dense["b"])],
            ["logits"],
            name="dense",
            transB=1,
        ),
        helper.make_node("Softmax", ["logits"], ["class"], name="softmax", axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "bearing",
        [helper.make_tensor_value_info("signal", TensorProto.FLOAT, ["batch", 1, 1, bearing_signal.LENGTH])],
        [helper.make_tensor_value_info("class", TensorProto.FLOAT, ["batch", len(bearing_signal.CLASSES)])],
        constants,
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="edgesh train_bearing.py"
    )
    helper.set_model_props(model, {"classes": ", ".join(bearing_signal.CLASSES), "rate": "12000 Hz"})
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=os.path.join(here, "..", "models", "bearing.onnx"))
    parser.add_argument("--windows", type=int, default=16_000)
    parser.add_argument("--epochs", type=int, default=18)
    options = parser.parse_args()

    x, y = windows(FIRST_TRAINING_WINDOW, options.windows)
    test_x, test_y = windows(0, 2_000)
    parameters, statistics = initial(jax.random.key(0))
    moments = (jax.tree.map(jnp.zeros_like, parameters), jax.tree.map(jnp.zeros_like, parameters))
    order = np.random.default_rng(0)
    batch, count = 64, 0
    total = options.epochs * (len(x) // batch)
    for epoch in range(options.epochs):
        losses = []
        for rows in order.permutation(len(x))[: len(x) // batch * batch].reshape(-1, batch):
            count += 1
            rate = 4e-3 * 0.5 * (1 + np.cos(np.pi * count / total)) * min(1, count / 500)
            # Each window is seen from another start and with either sign: both leave its class as it is.
            signal = x[rows] * order.choice([-1.0, 1.0], (batch, 1, 1)).astype(np.float32)
            signal = np.roll(signal, order.integers(0, 4), axis=1)
            parameters, statistics, moments, value = step(
                parameters, statistics, moments, count, rate, signal, y[rows]
            )
            losses.append(value)
        print(
            f"epoch {epoch + 1}: loss {np.mean(losses):.4f}, "
            f"test accuracy {accuracy(parameters, statistics, test_x, test_y):.4f}",
            flush=True,
        )
    export(parameters, statistics, options.out)
    print(f"wrote {options.out}: {os.path.getsize(options.out)} bytes")


if __name__ == "__main__":
    main()
