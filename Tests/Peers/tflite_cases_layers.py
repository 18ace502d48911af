"""Convolutions, dense layers, pooling and matrix products in every combination of types."""

import numpy as np

from tflite_builder import Net, TYPES, options

DATA = {"f32": {}, "i8": {"scale": 0.02, "zero": -4}, "u8": {"scale": 0.02, "zero": 120}, "i16": {"scale": 0.0005, "zero": 0}}
RESULT = {"f32": {}, "i8": {"scale": 0.05, "zero": 5}, "u8": {"scale": 0.05, "zero": 131}, "i16": {"scale": 0.0004, "zero": 0}}
# Combinations of types: activations, weights, bias.
KINDS = {
    "f32": ("f32", "f32", "f32"), "i8": ("i8", "i8", "i32"), "u8": ("u8", "u8", "i32"), "i16": ("i16", "i8", "i64"),
    "i16b": ("i16", "i8", "i32"), "i8w4": ("i8", "i4", "i32"), "hybrid": ("f32", "i8", "f32"), "hybrid4": ("f32", "i4", "f32"),
}


def activations(c, shape, dtype):
    if dtype == "f32":
        return c.f32(*shape)
    return c.ints(shape, dtype, *{"i8": (-128, 127), "u8": (0, 255), "i16": (-2000, 2000)}[dtype])


def weights(c, net, shape, kind, channels, axis):
    data, stored, bias = KINDS[kind]
    if stored == "f32":
        return net.tensor(shape, data=c.f32(*shape)), None
    per_channel = kind not in ("u8", "i16t")
    count = channels if per_channel else 1
    limit = {"i8": 127, "i4": 7, "u8": 127}[stored]
    scales = (c.random.uniform(0.5, 1.5, count) * 0.9 / limit).astype(np.float32)
    if stored == "u8":
        return net.tensor(shape, "u8", data=c.ints(shape, "u8", 0, 255), scale=0.007, zero=125), np.array([0.007], np.float32)
    values = c.ints(shape, "i8", -limit, limit)
    return net.tensor(shape, stored, data=values, scale=scales, zero=np.zeros(count, np.int64), axis=axis), scales


def bias(c, net, count, kind, scales):
    data, _, stored = KINDS[kind]
    if stored == "f32":
        return net.tensor((count,), data=c.f32(count))
    total = np.broadcast_to(DATA[data]["scale"] * scales, (count,) if len(scales) > 1 else (1,)).astype(np.float32)
    values = np.round(c.random.uniform(-0.5, 0.5, count) / total)
    return net.tensor((count,), stored, data=values, scale=total, zero=np.zeros(len(total), np.int64))


def layer(c, op, kind, name, shape, filters, channels, axis, opts, with_bias=True, first=None, before=None, version=1, steps=1, tolerance=1e-4):
    net = Net()
    data = KINDS[kind][0]
    x = net.input(shape, data, **DATA[data])
    w, scales = weights(c, net, filters, kind, channels, axis)
    inputs = [x, w] if before is None else [before(net), w, x]
    if with_bias:
        inputs.append(bias(c, net, channels, kind, scales))
    y = net.tensor((), data, **RESULT[data])
    if kind == "i16b":
        # Without this word LiteRT takes the bias of 16-bit layers for 64-bit numbers.
        opts[1].quantizedBiasType = TYPES["i32"][0]
    net.op(op, inputs, [y], opts, version=version)
    net.outputs(y)
    # What LiteRT does unless told otherwise decides how hybrid layers round their data.
    c.run(f"{op.lower()}_{kind}_{name}", net, [activations(c, shape, data)], steps=steps, tolerance=tolerance,
          resolver="AUTO" if kind.startswith("hybrid") else None)


def convolution(c, kind, name, *, shape=(2, 7, 6, 3), out=5, kernel=(3, 3), stride=(1, 1), dilation=(1, 1), padding=0, activation=0, **more):
    layer(
        c, "CONV_2D", kind, name, shape, (out, *kernel, shape[3] // more.pop("groups", 1)), out, 0,
        options("Conv2D", padding=padding, strideH=stride[0], strideW=stride[1], dilationHFactor=dilation[0],
                dilationWFactor=dilation[1], fusedActivationFunction=activation), **more)


def depthwise(c, kind, name, *, shape=(2, 7, 6, 4), multiplier=1, kernel=(3, 3), stride=(1, 1), dilation=(1, 1), padding=0, activation=0, **more):
    layer(
        c, "DEPTHWISE_CONV_2D", kind, name, shape, (1, *kernel, shape[3] * multiplier), shape[3] * multiplier, 3,
        options("DepthwiseConv2D", padding=padding, strideH=stride[0], strideW=stride[1], dilationHFactor=dilation[0],
                dilationWFactor=dilation[1], depthMultiplier=multiplier, fusedActivationFunction=activation), **more)


def dense(c, kind, name, *, shape=(3, 10), out=6, activation=0, keep=False, asymmetric=False, **more):
    layer(
        c, "FULLY_CONNECTED", kind, name, shape, (out, shape[-1]), out, 0,
        options("FullyConnected", fusedActivationFunction=activation, weightsFormat=0, keepNumDims=keep,
                asymmetricQuantizeInputs=asymmetric), **more)


def transposed(c, kind, name, *, stride=(2, 2), padding=0, with_bias=True, size=None, activation=0):
    shape, kernel, out = (2, 4, 5, 3), (3, 3), 4
    size = size or [n * s if padding == 0 else n * s + 3 - s for n, s in zip(shape[1:3], stride)]
    layer(
        c, "TRANSPOSE_CONV", kind, name, shape, (out, *kernel, 3), out, 0,
        options("TransposeConv", padding=padding, strideH=stride[0], strideW=stride[1], fusedActivationFunction=activation),
        with_bias=with_bias, before=lambda net: net.const(np.array([shape[0], *size, out], np.int32)), version=3)


def pool(c, op, dtype, name, *, kernel=(3, 3), stride=(2, 2), padding=0, activation=0, shape=(2, 7, 6, 3)):
    net = Net()
    x = net.input(shape, dtype, **DATA[dtype])
    y = net.tensor((), dtype, **DATA[dtype])
    net.op(op, [x], [y], options(
        "Pool2D", padding=padding, strideH=stride[0], strideW=stride[1], filterHeight=kernel[0], filterWidth=kernel[1],
        fusedActivationFunction=activation))
    net.outputs(y)
    c.run(f"{op.lower()}_{dtype}_{name}", net, [activations(c, shape, dtype)])


def product(c, kind, name, left, right, adj_x=False, adj_y=False, constant=False, asymmetric=False):
    data, stored = {"f32": ("f32", "f32"), "i8": ("i8", "i8"), "i16": ("i16", "i16"), "hybrid": ("f32", "i8")}[kind]
    net = Net()
    x = net.input(left, data, **DATA[data])
    given = [activations(c, left, data)]
    if kind == "hybrid" or constant:
        values = c.ints(right, "i8", -127, 127) if kind == "hybrid" else activations(c, right, stored)
        w = net.tensor(right, stored, data=values, **({"scale": 0.008, "zero": 0} if kind == "hybrid" else DATA[stored]))
    else:
        w = net.input(right, stored, **DATA[stored])
        given.append(activations(c, right, stored))
    y = net.tensor((), data, **RESULT[data])
    net.op("BATCH_MATMUL", [x, w], [y], options("BatchMatMul", adjX=adj_x, adjY=adj_y, asymmetricQuantizeInputs=asymmetric))
    net.outputs(y)
    c.run(f"batch_matmul_{kind}_{name}", net, given, resolver="AUTO" if kind == "hybrid" else None)


def add(c):
    for kind in ("f32", "i8", "u8", "i16", "i16b", "i8w4", "hybrid", "hybrid4"):
        convolution(c, kind, "same")
        if kind == "hybrid4":
            continue
        convolution(c, kind, "valid", padding=1, stride=(2, 1), activation=1)
        convolution(c, kind, "point", kernel=(1, 1), activation=3)
        if kind not in ("hybrid",):
            convolution(c, kind, "dilated", padding=1, dilation=(2, 2), kernel=(2, 2))
        if kind == "f32":
            convolution(c, kind, "grouped", shape=(2, 7, 6, 4), out=6, groups=2)
    for kind in ("f32", "i8", "u8", "i16", "i8w4", "hybrid"):
        depthwise(c, kind, "same")
        depthwise(c, kind, "valid", padding=1, stride=(2, 2), activation=3)
        depthwise(c, kind, "many", multiplier=2, shape=(1, 5, 5, 3))
        if kind in ("f32", "i8", "u8"):
            depthwise(c, kind, "dilated", dilation=(2, 2))
    for kind in ("f32", "i8", "u8", "i16", "i16b", "i8w4", "hybrid", "hybrid4"):
        dense(c, kind, "plain")
        dense(c, kind, "relu", activation=1, with_bias=False)
        if kind not in ("hybrid", "hybrid4"):
            dense(c, kind, "wide", shape=(2, 3, 10))
            dense(c, kind, "kept", shape=(2, 3, 10), keep=True)
    dense(c, "hybrid", "asymmetric", asymmetric=True)
    dense(c, "hybrid", "kept", shape=(2, 3, 10), keep=True)
    for kind in ("f32", "i8", "u8", "i16", "hybrid"):
        if kind == "hybrid":
            continue
        transposed(c, kind, "same")
        transposed(c, kind, "valid", padding=1, stride=(1, 2))
        transposed(c, kind, "plain", with_bias=False)
    for dtype in ("f32", "i8", "u8", "i16"):
        for op in ("AVERAGE_POOL_2D", "MAX_POOL_2D"):
            pool(c, op, dtype, "same")
            pool(c, op, dtype, "valid", padding=1, stride=(1, 1), kernel=(2, 3))
            pool(c, op, dtype, "relu", activation=1, stride=(3, 2))
    pool(c, "L2_POOL_2D", "f32", "same")
    pool(c, "L2_POOL_2D", "f32", "valid", padding=1, stride=(1, 1))
    for kind in ("f32", "i8", "i16"):
        product(c, kind, "plain", (2, 3, 4), (2, 4, 5))
        product(c, kind, "left", (2, 4, 3), (2, 4, 5), adj_x=True)
        product(c, kind, "right", (3, 2, 3, 4), (1, 2, 5, 4), adj_y=True)
    product(c, "f32", "constant", (2, 3, 4), (4, 5), constant=True)
    product(c, "i8", "constant", (2, 3, 4), (1, 4, 5), constant=True)
    product(c, "hybrid", "plain", (2, 3, 4), (2, 4, 5))
    product(c, "hybrid", "right", (2, 3, 4), (2, 5, 4), adj_y=True)
    product(c, "hybrid", "asymmetric", (2, 3, 4), (2, 4, 5), asymmetric=True)
    for op, filters in (("CONV_3D", (2, 2, 3, 2, 4)), ("CONV_3D_TRANSPOSE", (2, 2, 3, 4, 2))):
        for padding in (0, 1):
            net = Net()
            x = net.input((1, 4, 5, 6, 2))
            w = net.tensor(filters, data=c.f32(*filters))
            b = net.tensor((4,), data=c.f32(4))
            y = net.tensor(())
            opts = options("Conv3D", padding=padding, strideD=1, strideH=2, strideW=1, dilationDFactor=1, dilationHFactor=1,
                           dilationWFactor=1, fusedActivationFunction=1)
            if op == "CONV_3D":
                net.op(op, [x, w, b], [y], opts)
            else:
                size = [4, 10, 6] if padding == 0 else [5, 10, 8]
                net.op(op, [net.const(np.array([1, *size, 4], np.int32)), w, x, b], [y], opts)
            net.outputs(y)
            c.run(f"{op.lower()}_{padding}", net, [c.f32(1, 4, 5, 6, 2)])
