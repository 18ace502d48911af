"""Recurrence with states kept from run to run, variables, several subgraphs."""

import numpy as np

from tflite_builder import Net, TYPES, options


def add(c):
    recurrences(c)
    svdf(c)
    variables(c)
    control(c)


def weights(c, net, shape, kind, scale=0.01):
    if kind == "f32":
        return net.tensor(shape, data=c.f32(*shape))
    return net.tensor(shape, "i8", data=c.ints(shape, "i8", -127, 127), scale=scale, zero=0)


def recurrences(c):
    units, wide, steps, batch = 5, 4, 3, 2
    for kind in ("f32", "hybrid"):
        for activation in (1, 4):
            net = Net()
            x = net.input((batch, wide))
            h = net.tensor((batch, units), variable=True)
            y = net.tensor((batch, units))
            net.op("RNN", [x, weights(c, net, (units, wide), kind), weights(c, net, (units, units), kind), net.tensor((units,), data=c.f32(units)), h],
                   [y], options("RNN", fusedActivationFunction=activation))
            net.outputs(y)
            c.run(f"rnn_{kind}_{activation}", net, *[[c.f32(batch, wide)] for _ in range(4)], reset=3, tolerance=1e-4 if kind == "f32" else 0.02)
        for time_major in (False, True):
            shape = (steps, batch) if time_major else (batch, steps)
            net = Net()
            x = net.input((*shape, wide))
            h = net.tensor((batch, units), variable=True)
            y = net.tensor((*shape, units))
            net.op("UNIDIRECTIONAL_SEQUENCE_RNN",
                   [x, weights(c, net, (units, wide), kind), weights(c, net, (units, units), kind), net.tensor((units,), data=c.f32(units)), h],
                   [y], options("SequenceRNN", timeMajor=time_major, fusedActivationFunction=4))
            net.outputs(y)
            c.run(f"sequence_rnn_{kind}_{int(time_major)}", net, *[[c.f32(*shape, wide)] for _ in range(3)], reset=2, tolerance=1e-4 if kind == "f32" else 0.02)
        for form in ("plain", "coupled", "peephole", "projected", "normed"):
            for sequence in (True, False):
                lstm(c, kind, form, sequence)
    for kind in ("f32", "u8"):
        basic_lstm(c, kind)


def lstm(c, kind, form, sequence, units=6, wide=4, steps=3, batch=2):
    net = Net()
    outs = 3 if form == "projected" else units
    shape = (steps, batch, wide) if sequence else (batch, wide)
    x = net.input(shape)
    coupled = form == "coupled"

    def matrix(rows, columns, absent=False):
        return None if absent else weights(c, net, (rows, columns), kind)

    def vector(count, low=-0.5, high=0.5, absent=False, stored="f32"):
        if absent:
            return None
        return net.tensor((count,), data=c.f32(count, low=low, high=high))

    # Peepholes of hybrid networks are bytes, too.
    def peephole(absent):
        if absent:
            return None
        if kind == "hybrid":
            return net.tensor((units,), "i8", data=c.ints((units,), "i8", -127, 127), scale=0.004, zero=0)
        return vector(units)

    inputs = [x]
    inputs += [matrix(units, wide, coupled and g == 0) for g in range(4)]
    inputs += [matrix(units, outs, coupled and g == 0) for g in range(4)]
    inputs += [peephole(form != "peephole") for _ in range(3)]
    inputs += [vector(units, absent=coupled and g == 0) for g in range(4)]
    inputs += [matrix(outs, units, form != "projected"), vector(outs, absent=form != "projected")]
    inputs += [net.tensor((batch, outs), variable=True), net.tensor((batch, units), variable=True)]
    if form == "normed":
        inputs += [vector(units, 0.5, 1.5) for _ in range(4)]
    y = net.tensor(shape[:-1] + (outs,))
    fields = {"fusedActivationFunction": 4, "cellClip": 3.0, "projClip": 0.0}
    if sequence:
        net.op("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, [y], options("UnidirectionalSequenceLSTM", timeMajor=True, **fields), version=2)
    else:
        net.op("LSTM", inputs, [y], options("LSTM", kernelType=0, **fields), version=2)
    net.outputs(y)
    c.run(f"{'sequence_lstm' if sequence else 'lstm'}_{kind}_{form}", net, *[[c.f32(*shape)] for _ in range(3)], reset=2,
          tolerance=1e-4 if kind == "f32" else 0.02)


def basic_lstm(c, kind, units=4, wide=3, batch=2):
    """The kernel that takes its state as an input and gives it as an output."""
    net = Net()
    unit = {} if kind == "f32" else {"scale": 1 / 128, "zero": 128}
    cell = {} if kind == "f32" else {"scale": 1 / 2048, "zero": 0}
    data, state = ("f32", "f32") if kind == "f32" else ("u8", "i16")
    x = net.input((batch, wide), data, **unit)
    h = net.input((batch, units), data, **unit)
    s = net.input((batch, units), state, **cell)
    if kind == "f32":
        w, b = net.tensor((4 * units, wide + units), data=c.f32(4 * units, wide + units)), net.tensor((4 * units,), data=c.f32(4 * units))
    else:
        w = net.tensor((4 * units, wide + units), "u8", data=c.ints((4 * units, wide + units), "u8", 0, 255), scale=0.008, zero=128)
        b = net.tensor((4 * units,), "i32", data=c.ints((4 * units,), "i32", -900, 900), scale=0.008 / 128, zero=0)
    made = [net.tensor((batch, units), data, **unit), net.tensor((batch, units), state, **cell),
            net.tensor((batch, wide + units), data, **unit),
            net.tensor((batch, 4 * units), "f32" if kind == "f32" else "i16", **({} if kind == "f32" else {"scale": 1 / 4096, "zero": 0}))]
    net.op("LSTM", [x, h, w, b, s], made, options("LSTM", fusedActivationFunction=4, kernelType=1), version=2)
    net.outputs(made[0], made[1])
    given = [c.f32(batch, wide), c.f32(batch, units), c.f32(batch, units)] if kind == "f32" else [
        c.ints((batch, wide), "u8", 0, 255), c.ints((batch, units), "u8", 0, 255), c.ints((batch, units), "i16", -4000, 4000)]
    c.run(f"basic_lstm_{kind}", net, given, steps=1 if kind == "f32" else 2)


def svdf(c, batch=2, wide=5, units=3, memory=4):
    for kind in ("f32", "hybrid", "i8"):
        for rank in (1, 2):
            filters = units * rank
            net = Net()
            if kind == "i8":
                x = net.input((batch, wide), "i8", scale=0.01, zero=-3)
                feature = net.tensor((filters, wide), "i8", data=c.ints((filters, wide), "i8", -127, 127), scale=0.006, zero=0)
                time = net.tensor((filters, memory), "i16", data=c.ints((filters, memory), "i16", -3000, 3000), scale=0.0003, zero=0)
                bias = net.tensor((units,), "i32", data=c.ints((units,), "i32", -900, 900), scale=0.0003 * 0.0002, zero=0)
                state = net.tensor((batch, memory * filters), "i16", scale=0.0002, zero=0, variable=True)
                y = net.tensor((batch, units), "i8", scale=0.02, zero=4)
                given = [[c.ints((batch, wide), "i8", -128, 127)] for _ in range(5)]
            else:
                x = net.input((batch, wide))
                feature = weights(c, net, (filters, wide), kind)
                time = weights(c, net, (filters, memory), kind)
                bias = net.tensor((units,), data=c.f32(units))
                state = net.tensor((batch, memory * filters), variable=True)
                y = net.tensor((batch, units))
                given = [[c.f32(batch, wide)] for _ in range(5)]
            net.op("SVDF", [x, feature, time, bias, state], [y], options("SVDF", rank=rank, fusedActivationFunction=1), version=3 if kind == "i8" else 1)
            net.outputs(y)
            c.run(f"svdf_{kind}_{rank}", net, *given, reset=4, tolerance=0.05 if kind == "hybrid" else 1e-4)


def variables(c):
    """A counter that begins at what CALL_ONCE gives it, and a sum of what was seen."""
    net = Net()
    x = net.input((2,))
    handle, seen, following = net.tensor((), "resource"), net.tensor((2,)), net.tensor((2,))
    net.op("CALL_ONCE", [], [], options("CallOnce", initSubgraphIndex=1))
    net.op("VAR_HANDLE", [], [handle], options("VarHandle", container="", sharedName="sum"))
    net.op("READ_VARIABLE", [handle], [seen], options("ReadVariable"))
    net.op("ADD", [seen, x], [following], options("Add", fusedActivationFunction=0))
    net.op("ASSIGN_VARIABLE", [handle, following], [], options("AssignVariable"))
    net.outputs(following)
    net.begin("init")
    inner, value = net.tensor((), "resource"), net.const(np.array([1.5, -2], np.float32), "f32")
    net.op("VAR_HANDLE", [], [inner], options("VarHandle", container="", sharedName="sum"))
    net.op("ASSIGN_VARIABLE", [inner, value], [], options("AssignVariable"))
    c.run("variable_initial", net, *[[c.f32(2)] for _ in range(3)])


def control(c):
    net = Net()
    flag, x, y = net.input((), "bool"), net.input((2, 3)), net.input((2, 3))
    z = net.tensor((2, 3))
    net.op("IF", [flag, x, y], [z], options("If", thenSubgraphIndex=1, elseSubgraphIndex=2))
    net.outputs(z)
    for name, op, kind in (("then", "ADD", "Add"), ("else", "MUL", "Mul")):
        net.begin(name)
        a, b = net.input((2, 3)), net.input((2, 3))
        r = net.tensor((2, 3))
        net.op(op, [a, b], [r], options(kind, fusedActivationFunction=0))
        net.outputs(r)
    c.run("if", net, *[[np.array(truth), c.f32(2, 3), c.f32(2, 3)] for truth in (True, False)])

    # while i < n: i += 1; x = x * w + captured constant
    net = Net()
    i, n, x = net.input((1,), "i32"), net.input((1,), "i32"), net.input((2, 3))
    out = [net.tensor((1,), "i32"), net.tensor((1,), "i32"), net.tensor((2, 3))]
    net.op("WHILE", [i, n, x], out, options("While", condSubgraphIndex=1, bodySubgraphIndex=2))
    net.outputs(out[0], out[2])
    net.begin("condition")
    i, n, x = net.input((1,), "i32"), net.input((1,), "i32"), net.input((2, 3))
    less = net.tensor((1,), "bool")
    net.op("LESS", [i, n], [less], options("Less"))
    net.outputs(less)
    net.begin("body")
    i, n, x = net.input((1,), "i32"), net.input((1,), "i32"), net.input((2, 3))
    following, product, result = net.tensor((1,), "i32"), net.tensor((2, 3)), net.tensor((2, 3))
    net.op("ADD", [i, net.const(np.array([1], np.int32))], [following], options("Add", fusedActivationFunction=0))
    net.op("MUL", [x, net.tensor((2, 3), data=c.f32(2, 3))], [product], options("Mul", fusedActivationFunction=0))
    net.op("ADD", [product, net.tensor((3,), data=c.f32(3))], [result], options("Add", fusedActivationFunction=0))
    net.outputs(following, n, result)
    c.run("while", net, *[[np.array([0], np.int32), np.array([count], np.int32), c.f32(2, 3)] for count in (0, 1, 5)])

    # while shape grows: x = concat(x, x)
    net = Net()
    i, x = net.input((), "i32"), net.input((1, 2), signature=(-1, 2))
    out = [net.tensor((), "i32"), net.tensor((1, 2), signature=(-1, 2))]
    net.op("WHILE", [i, x], out, options("While", condSubgraphIndex=1, bodySubgraphIndex=2))
    net.outputs(out[1])
    net.begin("condition")
    i, x = net.input((), "i32"), net.input((1, 2), signature=(-1, 2))
    less = net.tensor((), "bool")
    net.op("LESS", [i, net.const(np.array(2, np.int32))], [less], options("Less"))
    net.outputs(less)
    net.begin("body")
    i, x = net.input((), "i32"), net.input((1, 2), signature=(-1, 2))
    following, result = net.tensor((), "i32"), net.tensor((1, 2), signature=(-1, 2))
    net.op("ADD", [i, net.const(np.array(1, np.int32))], [following], options("Add", fusedActivationFunction=0))
    net.op("CONCATENATION", [x, x], [result], options("Concatenation", axis=0, fusedActivationFunction=0))
    net.outputs(following, result)
    c.run("while_growing", net, [np.array(0, np.int32), c.f32(1, 2)])
