"""Operators that work element by element, reductions and normalisations."""

import numpy as np

from tflite_builder import Net, TYPES, options

# Scale and zero point of a quantized type in these cases.
STEP = {"i8": (0.02, -3), "u8": (0.02, 119), "i16": (0.0005, 0)}


def quantized(dtype, factor=1.0):
    if dtype not in STEP:
        return {}
    scale, zero = STEP[dtype]
    return {"scale": scale * factor, "zero": zero}


def values(c, shape, dtype, low=-1.0, high=1.0, raw=False):
    if dtype in ("f32", "f64", "f16"):
        return c.random.uniform(low, high, shape).astype(TYPES[dtype][1])
    if dtype in STEP and not raw:
        scale, zero = STEP[dtype]
        bounds = np.iinfo(TYPES[dtype][1])
        return np.clip(np.round(c.random.uniform(low, high, shape) / scale) + zero, bounds.min, bounds.max).astype(TYPES[dtype][1])
    return c.ints(shape, dtype, -9, 9) if dtype != "u8" else c.ints(shape, dtype, 0, 20)


def unary(c, op, dtype, opts=None, low=-1.0, high=1.0, out=None, result=None, shape=(2, 3, 5), label="", raw=False, **more):
    net = Net()
    quantization = {} if raw else quantized(dtype)
    x = net.input(shape, dtype, **quantization)
    result_type = result or dtype
    target = out if out is not None else ({} if raw else quantized(result_type))
    y = net.tensor(shape, result_type, **target)
    net.op(op, [x], [y], opts)
    net.outputs(y)
    c.run(f"{op.lower()}_{dtype}{label}", net, [values(c, shape, dtype, low, high, raw)], **more)


def binary(c, op, dtype, opts=None, shapes=((2, 3, 4), (2, 3, 4)), result=None, low=-1.0, high=1.0, label="", other=None, raw=False, const=False):
    net = Net()
    quantization = {} if raw else quantized(dtype)
    x = net.input(shapes[0], dtype, **quantization)
    second = values(c, shapes[1], dtype, *(other or (low, high)), raw)
    if other and dtype in ("i32", "i64", "i16", "i8"):
        second = c.ints(shapes[1], dtype, *other) if raw or dtype in ("i32", "i64") else second
    wide = quantized(dtype, 0.7) if not raw else {}
    if dtype == "i16" and not raw:
        wide = quantized(dtype)
    if wide:
        wide["zero"] = STEP[dtype][1]
    y = net.tensor(shapes[1], dtype, data=second, **wide) if const else net.input(shapes[1], dtype, **wide)
    out = net.tensor(np.broadcast_shapes(*shapes), result or dtype, **(quantized(result or dtype, 2) if not raw else {}))
    net.op(op, [x, y], [out], opts)
    net.outputs(out)
    inputs = [values(c, shapes[0], dtype, low, high, raw)] + ([] if const else [second])
    c.run(f"{op.lower()}_{dtype}{label}", net, inputs)


def reduction(c, op, dtype, axes, keep, shape=(2, 3, 4, 5), label="", out=None):
    net = Net()
    x = net.input(shape, dtype, **quantized(dtype))
    kept = [n if a not in [x % len(shape) for x in axes] else 1 for a, n in enumerate(shape)]
    if not keep:
        kept = [n for a, n in enumerate(shape) if a not in [x % len(shape) for x in axes]]
    y = net.tensor(kept, dtype, **(quantized(dtype) if out is None else out))
    net.op(op, [x, net.const(np.array(axes, np.int32))], [y], options("Reducer", keepDims=keep))
    net.outputs(y)
    c.run(f"{op.lower()}_{dtype}_{''.join(map(str, axes)).replace('-', 'm')}{'k' if keep else ''}{label}", net, [values(c, shape, dtype)])


def add(c):
    arithmetic(c)
    functions(c)
    reductions(c)
    conversions(c)


def arithmetic(c):
    broadcast = ((2, 3, 4), (3, 1))
    for dtype in ("f32", "i32", "i64", "i8", "u8", "i16"):
        for op, kind in (("ADD", "Add"), ("SUB", "Sub"), ("MUL", "Mul")):
            if dtype == "i64" and op == "ADD":
                pass
            for activation in (0, 1, 3) if dtype != "i64" else (0,):
                binary(c, op, dtype, options(kind, fusedActivationFunction=activation), label=f"_a{activation}")
            binary(c, op, dtype, options(kind, fusedActivationFunction=0), broadcast, label="_wide")
            if dtype in ("f32", "i8"):
                binary(c, op, dtype, options(kind, fusedActivationFunction=0), broadcast, label="_const", const=True)
    for dtype in ("f32", "i32"):
        binary(c, "DIV", dtype, options("Div"), other=(1, 2), label="")
        binary(c, "POW", dtype, options("Pow"), low=0.5, high=2, other=(0, 3) if dtype == "i32" else (-2, 2), label="")
    binary(c, "DIV", "u8", options("Div"), other=(0.5, 2))
    for dtype in ("f32", "i8", "u8", "i32", "i64", "i16"):
        for op in ("MAXIMUM", "MINIMUM"):
            # These two take one quantization for all.
            net = Net()
            x, y = net.input((2, 3, 4), dtype, **quantized(dtype)), net.input((3, 1), dtype, **quantized(dtype))
            z = net.tensor((2, 3, 4), dtype, **quantized(dtype))
            net.op(op, [x, y], [z], options("MaximumMinimum"))
            net.outputs(z)
            c.run(f"{op.lower()}_{dtype}", net, [values(c, (2, 3, 4), dtype), values(c, (3, 1), dtype)])
    for dtype in ("f32", "i32", "i8"):
        binary(c, "SQUARED_DIFFERENCE", dtype, options("SquaredDifference"), broadcast)
    for dtype in ("f32", "i32"):
        binary(c, "FLOOR_DIV", dtype, options("FloorDiv"), other=(1, 3))
        binary(c, "FLOOR_DIV", dtype, options("FloorDiv"), other=(-3, -1), label="_negative")
    for dtype in ("f32", "i32", "i64"):
        binary(c, "FLOOR_MOD", dtype, options("FloorMod"), low=-3, high=3, other=(1, 4))
        binary(c, "FLOOR_MOD", dtype, options("FloorMod"), low=-3, high=3, other=(-4, -1), label="_negative")
    binary(c, "ATAN2", "f32", options("ATan2"))
    for op, kind in (("EQUAL", "Equal"), ("NOT_EQUAL", "NotEqual"), ("LESS", "Less"), ("LESS_EQUAL", "LessEqual"),
                     ("GREATER", "Greater"), ("GREATER_EQUAL", "GreaterEqual")):
        for dtype in ("f32", "i32", "i64"):
            binary(c, op, dtype, options(kind), broadcast, result="bool")
        for dtype in ("i8", "u8"):
            net = Net()
            x, y = net.input((2, 3, 4), dtype, **quantized(dtype)), net.input((3, 1), dtype, **quantized(dtype))
            z = net.tensor((2, 3, 4), "bool")
            net.op(op, [x, y], [z], options(kind))
            net.outputs(z)
            c.run(f"{op.lower()}_{dtype}", net, [values(c, (2, 3, 4), dtype), values(c, (3, 1), dtype)])
    binary(c, "EQUAL", "bool", options("Equal"), result="bool")
    binary(c, "LOGICAL_AND", "bool", options("LogicalAnd"), broadcast)
    binary(c, "LOGICAL_OR", "bool", options("LogicalOr"), broadcast)
    unary(c, "LOGICAL_NOT", "bool", options("LogicalNot"))
    for dtype in ("i32", "i8", "u8"):
        binary(c, "BITWISE_XOR", dtype, options("BitwiseXor"), raw=True)
        binary(c, "RIGHT_SHIFT", dtype, options("RightShift"), raw=True, other=(0, 5))
    for dtype in ("f32", "i32"):
        net = Net()
        parts = [net.input((2, 3), dtype) for _ in range(3)]
        y = net.tensor((2, 3), dtype)
        net.op("ADD_N", parts, [y], options("AddN"))
        net.outputs(y)
        c.run(f"add_n_{dtype}", net, [values(c, (2, 3), dtype) for _ in range(3)])


def functions(c):
    for dtype in ("f32", "i8", "u8", "i16"):
        unary(c, "RELU", dtype)
        unary(c, "RELU6", dtype, low=-2, high=2)
        unary(c, "LEAKY_RELU", dtype, options("LeakyRelu", alpha=0.2))
        unit = {"i8": {"scale": 1 / 256, "zero": -128}, "u8": {"scale": 1 / 256, "zero": 0}, "i16": {"scale": 1 / 32768, "zero": 0}}
        both = {"i8": {"scale": 1 / 128, "zero": 0}, "u8": {"scale": 1 / 128, "zero": 128}, "i16": {"scale": 1 / 32768, "zero": 0}}
        unary(c, "LOGISTIC", dtype, low=-3, high=3, out=unit.get(dtype, {}))
        # LiteRT takes the hyperbolic tangent of 16 bits from a table, which may be two steps off.
        unary(c, "TANH", dtype, low=-3, high=3, out=both.get(dtype, {}), steps=2 if dtype == "i16" else 1)
        unary(c, "SOFTMAX", dtype, options("Softmax", beta=1.0), out=unit.get(dtype, {}))
        if dtype != "i16":
            unary(c, "SOFTMAX", dtype, options("Softmax", beta=0.5), out=unit.get(dtype, {}), label="_beta")
            unary(c, "RELU_N1_TO_1", dtype, low=-2, high=2)
            unary(c, "RELU_0_TO_1", dtype, low=-2, high=2)
            unary(c, "HARD_SWISH", dtype, low=-2, high=2)
            log = {"i8": {"scale": 16 / 256, "zero": 127}, "u8": {"scale": 16 / 256, "zero": 255}}
            unary(c, "LOG_SOFTMAX", dtype, options("LogSoftmax"), out=log.get(dtype, {}))
            unary(c, "GELU", dtype, options("Gelu", approximate=False))
            unary(c, "GELU", dtype, options("Gelu", approximate=True), label="_tanh")
            unary(c, "L2_NORMALIZATION", dtype, options("L2Norm"), out=both.get(dtype, {}), label="")
            for shared in (True, False):
                net = Net()
                x = net.input((2, 3, 5), dtype, **quantized(dtype))
                slope = (1, 1, 5) if shared else (2, 3, 5)
                a = net.tensor(slope, dtype, data=values(c, slope, dtype), **quantized(dtype))
                y = net.tensor((2, 3, 5), dtype, **quantized(dtype))
                net.op("PRELU", [x, a], [y])
                net.outputs(y)
                c.run(f"prelu_{dtype}{'' if shared else '_full'}", net, [values(c, (2, 3, 5), dtype)])
    unary(c, "SOFTMAX", "i8", options("Softmax", beta=1.0), out={"scale": 1 / 65536, "zero": -32768}, result="i16", label="_wide")
    for dtype in ("f32", "i8"):
        unary(c, "ELU", dtype)
    for dtype in ("f32", "i8", "i16"):
        unary(c, "EXP", dtype, options("Exp"), low=-1, high=0.5)
        unary(c, "RSQRT", dtype, low=0.2 if dtype != "i16" else 1, high=2)
    for dtype in ("f32", "i8", "i16"):
        unary(c, "ABS", dtype, options("Abs"))
    unary(c, "LOG", "f32", low=0.1, high=4)
    unary(c, "LOG", "i8", low=0.2, high=2)
    for dtype in ("f32", "i32", "i64"):
        unary(c, "NEG", dtype, options("Neg"))
    for op in ("SIN", "COS", "SQUARE", "FLOOR", "CEIL", "ROUND"):
        unary(c, op, "f32", low=-3, high=3)
    unary(c, "SQRT", "f32", low=0, high=3)
    unary(c, "ABS", "i32", options("Abs"))
    for dtype in ("f32", "f64", "i32"):
        unary(c, "SIGN", dtype, options("Sign"))
    net = Net()
    x = net.input((2, 3, 4, 8))
    y = net.tensor((2, 3, 4, 8))
    net.op("LOCAL_RESPONSE_NORMALIZATION", [x], [y], options("LocalResponseNormalization", radius=2, bias=1.5, alpha=0.3, beta=0.6))
    net.outputs(y)
    c.run("lrn", net, [c.f32(2, 3, 4, 8)])
    net = Net()
    x = net.input((2, 3))
    y = net.tensor((2, 3))
    net.op("FAKE_QUANT", [x], [y], options("FakeQuant", min=-0.9, max=0.8, numBits=8, narrowRange=False))
    net.outputs(y)
    c.run("fake_quant", net, [c.f32(2, 3)])


def reductions(c):
    for dtype in ("f32", "i8", "u8", "i16"):
        for op in ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN"):
            wide = None if op in ("REDUCE_MAX", "REDUCE_MIN") else quantized(dtype, 3 if op == "SUM" else 1)
            if op == "SUM" and dtype == "i16":
                continue
            reduction(c, op, dtype, [1, 2], True, out=wide)
            reduction(c, op, dtype, [-1], False, out=wide)
            if dtype == "f32":
                reduction(c, op, dtype, [0, 1, 2, 3], False)
    for dtype in ("i32", "i64"):
        for op in ("SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD"):
            reduction(c, op, dtype, [1], False, shape=(2, 3, 2))
    reduction(c, "REDUCE_PROD", "f32", [1, 2], True)
    for op in ("REDUCE_ANY", "REDUCE_ALL"):
        reduction(c, op, "bool", [1], False)
    for dtype in ("f32", "i8", "u8", "i32"):
        for op, kind in (("ARG_MAX", "ArgMax"), ("ARG_MIN", "ArgMin")):
            for out in ("i32", "i64"):
                net = Net()
                x = net.input((2, 5, 3), dtype, **quantized(dtype))
                y = net.tensor((2, 3), out)
                net.op(op, [x, net.const(np.array(1, np.int32))], [y], options(kind, outputType=TYPES[out][0]))
                net.outputs(y)
                c.run(f"{op.lower()}_{dtype}_{out}", net, [values(c, (2, 5, 3), dtype)])
    for exclusive in (False, True):
        for reverse in (False, True):
            for dtype in ("f32", "i32", "i64"):
                net = Net()
                x = net.input((2, 4, 3), dtype)
                y = net.tensor((2, 4, 3), dtype)
                net.op("CUMSUM", [x, net.const(np.array(1, np.int32))], [y], options("Cumsum", exclusive=exclusive, reverse=reverse))
                net.outputs(y)
                c.run(f"cumsum_{dtype}_{int(exclusive)}{int(reverse)}", net, [values(c, (2, 4, 3), dtype)])


def conversions(c):
    for source in ("f32", "i32", "i64", "u8", "i8", "i16", "bool", "f16"):
        for target in ("f32", "i32", "i64", "u8", "i8", "bool", "f16"):
            if source == target or (target == "f16" and source not in ("f32",)) or (source == "f16" and target != "f32"):
                continue
            net = Net()
            x = net.input((2, 7), source)
            y = net.tensor((2, 7), target)
            net.op("CAST", [x], [y], options("Cast", inDataType=TYPES[source][0], outDataType=TYPES[target][0]))
            net.outputs(y)
            given = values(c, (2, 7), source, 0, 5, raw=True)
            c.run(f"cast_{source}_{target}", net, [np.abs(given) if source in ("i8", "i16", "i32", "i64") else given], tolerance=1e-3)
    for dtype in ("i8", "u8", "i16"):
        unary(c, "QUANTIZE", "f32", out=quantized(dtype), result=dtype, label=f"_{dtype}")
        unary(c, "DEQUANTIZE", dtype, out={}, result="f32", label="")
    for source, target in (("i8", "u8"), ("u8", "i8"), ("i8", "i8"), ("i16", "i8"), ("i8", "i16"), ("i16", "i16")):
        other = quantized(target, 1.4)
        unary(c, "QUANTIZE", source, out=other, result=target, label=f"_{target}")
    for dtype, data in (("f16", c.f32(2, 3).astype(np.float16)), ("i8", c.ints((2, 3), "i8")), ("i4", c.ints((2, 4), "i8", -7, 7))):
        net = Net()
        x = net.input(data.shape)
        w = net.tensor(data.shape, dtype, data=data, **({} if dtype == "f16" else {"scale": 0.03, "zero": 0}))
        r = net.tensor(data.shape)
        y = net.tensor(data.shape)
        net.op("DEQUANTIZE", [w], [r])
        net.op("ADD", [x, r], [y], options("Add", fusedActivationFunction=0))
        net.outputs(y)
        c.run(f"dequantize_const_{dtype}", net, [c.f32(*data.shape)])
