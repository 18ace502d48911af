"""Writes Tests/EdgeTrainingTests/Golden/gradients.json: what PyTorch makes of every operator with a gradient, and of its gradients.

Run it with PyTorch installed (the CPU build will do):

    pip install torch==2.13.0
    python Tests/Peers/make_gradient_golden.py

Each case names an operator of ONNX with its attributes and operands. Operands are data (a number array whose gradient is given), or constants
that only say how the operator works. The gradient by each output is random, so that no sum hides a mistake.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

OUTPUT = pathlib.Path(__file__).resolve().parent.parent / "EdgeTrainingTests" / "Golden" / "gradients.json"
torch.manual_seed(7)
torch.set_num_threads(1)
CASES = []


class Constant:
    """An operand without a gradient."""

    def __init__(self, values, dtype):
        self.tensor = torch.tensor(values, dtype=dtype)


def ints(values):
    return Constant(values, torch.int64)


def floats(values):
    return Constant(values, torch.float32)


def numbers(*shape, low=-2.0, high=2.0, away=0.0):
    """Random numbers of a range with three decimals, none nearer to zero than `away`."""
    values = torch.round((torch.rand(shape) * (high - low) + low) * 1000) / 1000
    return torch.where(values.abs() < away, torch.sign(values) * away + values, values)


def array(tensor):
    kind = {torch.float32: "f32", torch.int64: "i64", torch.int32: "i32", torch.bool: "bool"}[tensor.dtype]
    data = tensor.detach().reshape(-1).tolist()
    return {"type": kind, "shape": list(tensor.shape), "data": [float(f"{float(value):.6g}") for value in data]}


def case(name, op, function, operands, outputs=1, training=True, tolerance=None, **attributes):
    tensors, entries = [], []
    for operand in operands:
        if operand is None or isinstance(operand, Constant):
            tensors.append(None if operand is None else operand.tensor)
        else:
            tensors.append(operand.clone().requires_grad_(True))
    results = function(*tensors)
    results = list(results) if isinstance(results, (tuple, list)) else [results]
    gradients = [numbers(*result.shape) for result in results]
    torch.autograd.backward(results, gradients)
    for operand, tensor in zip(operands, tensors):
        entry = None if operand is None else array(tensor)
        if entry is not None and not isinstance(operand, Constant):
            entry["gradient"] = array(tensor.grad)["data"]
        entries.append(entry)
    made = [dict(array(result), gradient=array(gradient)["data"]) for result, gradient in zip(results, gradients)]
    case = {"name": name, "op": op, "attributes": attributes, "operands": entries, "results": made, "training": training}
    if tolerance:
        case["tolerance"] = tolerance
    CASES.append(case)


def last(function):
    """The function on images with channels last."""

    def inner(x, *rest):
        order = [0, x.dim() - 1] + list(range(1, x.dim() - 1))
        back = [0] + list(range(2, x.dim())) + [1]
        return function(x.permute(order), *rest).permute(back)

    return inner


def functions():
    wide = lambda: numbers(3, 7, away=0.05)
    plain = {
        "Relu": F.relu, "Sigmoid": torch.sigmoid, "Tanh": torch.tanh, "Softplus": F.softplus, "Softsign": F.softsign,
        "HardSwish": F.hardswish, "Mish": F.mish, "Gelu": F.gelu, "Exp": torch.exp, "Erf": torch.erf, "Neg": torch.neg,
        "Abs": torch.abs, "Sin": torch.sin, "Cos": torch.cos, "Atan": torch.atan, "Sinh": torch.sinh,
        "Cosh": torch.cosh, "Asinh": torch.asinh, "Reciprocal": torch.reciprocal,
        "Selu": F.selu,
    }
    for op, function in plain.items():
        case(op, op, function, [wide()])
    case("Tan", "Tan", torch.tan, [numbers(3, 7, low=-1, high=1)])
    case("Gelu, by tanh", "Gelu", lambda x: F.gelu(x, approximate="tanh"), [wide()], approximate="tanh")
    case("LeakyRelu", "LeakyRelu", lambda x: F.leaky_relu(x, 0.2), [wide()], alpha=0.2)
    case("Elu", "Elu", lambda x: F.elu(x, 1.3), [wide()], alpha=1.3)
    case("Celu", "Celu", lambda x: F.celu(x, 1.5), [wide()], alpha=1.5)
    case("Swish", "Swish", lambda x: x * torch.sigmoid(1.2 * x), [wide()], alpha=1.2)
    case("HardSigmoid", "HardSigmoid", lambda x: (0.3 * x + 0.4).clamp(0, 1), [wide()], alpha=0.3, beta=0.4)
    case("ThresholdedRelu", "ThresholdedRelu", lambda x: F.threshold(x, 0.7, 0.0), [wide()], alpha=0.7)
    case("Shrink", "Shrink", lambda x: F.softshrink(x, 0.5), [wide()], lambd=0.5, bias=0.5)
    case("Clip", "Clip", lambda x, low, high: x.clamp(-0.9, 1.1), [wide(), floats(-0.9), floats(1.1)])
    case("Log", "Log", torch.log, [numbers(3, 7, low=0.2)])
    case("Sqrt", "Sqrt", torch.sqrt, [numbers(3, 7, low=0.2)])
    for op, function in {"Asin": torch.asin, "Acos": torch.acos, "Atanh": torch.atanh}.items():
        case(op, op, function, [numbers(3, 7, low=-0.8, high=0.8)])
    case("Acosh", "Acosh", torch.acosh, [numbers(3, 7, low=1.2, high=3)])
    case("Relu, 300 elements", "Relu", F.relu, [numbers(300, away=0.01)])


def arithmetic():
    binary = {"Add": torch.add, "Sub": torch.sub, "Mul": torch.mul, "Max": torch.maximum, "Min": torch.minimum}
    shapes = [((2, 3, 4), (2, 3, 4)), ((2, 3, 4), (4,)), ((2, 3, 4), (3, 1)), ((3, 1), (2, 3, 4)), ((2, 1, 4), (1, 3, 1)),
              ((4, 17), (1,)), ((5, 33), (33,))]
    for op, function in binary.items():
        for first, second in shapes:
            case(f"{op} {first} {second}", op, function, [numbers(*first), numbers(*second)])
    for first, second in shapes[:4]:
        case(f"Div {first} {second}", "Div", torch.div, [numbers(*first), numbers(*second, low=0.5)])
        case(f"Pow {first} {second}", "Pow", torch.pow, [numbers(*first, low=0.3), numbers(*second)])
    case("Pow by 2", "Pow", lambda x, y: x.pow(2), [numbers(3, 5), floats(2.0)])
    slope = lambda x, w: torch.where(x >= 0, x, x * w)
    case("PRelu", "PRelu", slope, [numbers(2, 3, 4, away=0.05), numbers(3, 1)])
    case("PRelu, one slope", "PRelu", slope, [numbers(2, 3, 4, away=0.05), numbers(1)])
    choice = Constant([[True], [False], [True]], torch.bool)
    case("Where", "Where", torch.where, [choice, numbers(2, 3, 4), numbers(4)])


def windows():
    def conv(name, shape, weights, bias=True, channels_last=False, padding=None, **options):
        rank = len(shape) - 2
        pads = padding or [0] * (2 * rank)
        function = F.conv1d if rank == 1 else F.conv2d

        def run(x, w, b=None):
            # PyTorch's pads begin with the last axis.
            given = [value for axis in reversed(range(rank)) for value in (pads[axis], pads[rank + axis])]
            return function(F.pad(x, given), w, b, **options)

        attributes = {"pads": pads, "group": options.get("groups", 1)}
        for key, value in (("stride", "strides"), ("dilation", "dilations")):
            if key in options:
                given = options[key]
                attributes[value] = list(given) if isinstance(given, tuple) else [given] * rank
        x = numbers(*shape)
        if channels_last:
            attributes["layout"] = "NHWC"
            x = x.permute([0] + list(range(2, rank + 2)) + [1]).contiguous()
        operands = [x, numbers(*weights)] + ([numbers(weights[0])] if bias else [])
        case(name, "Conv", last(run) if channels_last else run, operands, **attributes)

    conv("Conv 2-D", (2, 3, 6, 5), (4, 3, 3, 3), padding=[1, 1, 1, 1])
    conv("Conv 2-D, channels last", (2, 3, 6, 5), (4, 3, 3, 3), channels_last=True, padding=[0, 1, 1, 0])
    conv("Conv, stride and dilation", (1, 2, 9, 8), (3, 2, 3, 2), stride=(2, 1), dilation=(1, 2), padding=[1, 0, 0, 1])
    conv("Conv, groups", (2, 4, 5, 5), (6, 2, 3, 3), groups=2, bias=False)
    conv("Conv, depthwise", (2, 5, 6, 6), (5, 1, 3, 3), groups=5, padding=[1, 1, 1, 1])
    conv("Conv, depthwise, stride 2", (2, 8, 7, 7), (8, 1, 3, 3), groups=8, stride=2, padding=[1, 1, 1, 1])
    conv("Conv, depthwise, multiplier 2", (1, 3, 5, 4), (6, 1, 2, 2), groups=3)
    conv("Conv, pointwise", (2, 17, 3, 3), (19, 17, 1, 1))
    conv("Conv 1-D", (2, 3, 11), (5, 3, 4), stride=2, padding=[2, 1])
    conv("Conv 1-D, depthwise, channels last", (2, 4, 9), (4, 1, 3), groups=4, channels_last=True, dilation=2)

    def transposed(name, shape, weights, extra=0, groups=1, stride=1, padding=0, channels_last=False):
        rank = len(shape) - 2
        function = F.conv_transpose1d if rank == 1 else F.conv_transpose2d
        run = lambda x, w, b: function(x, w, b, stride=stride, padding=padding, output_padding=extra, groups=groups)
        attributes = {"strides": [stride] * rank, "pads": [padding] * 2 * rank, "group": groups,
                      "output_padding": [extra] * rank}
        x = numbers(*shape)
        if channels_last:
            attributes["layout"] = "NHWC"
            x = x.permute([0] + list(range(2, rank + 2)) + [1]).contiguous()
        case(name, "ConvTranspose", last(run) if channels_last else run, [x, numbers(*weights), numbers(weights[1] * groups)],
             **attributes)

    transposed("ConvTranspose", (2, 3, 4, 3), (3, 5, 3, 3), stride=2, padding=1, extra=1)
    transposed("ConvTranspose, groups, channels last", (1, 4, 3, 3), (4, 3, 2, 2), groups=2, stride=2, channels_last=True)
    transposed("ConvTranspose 1-D", (2, 3, 5), (3, 2, 4), stride=3, padding=1)
    for op, function in {"MaxPool": F.max_pool2d, "AveragePool": lambda x, *a, **k: F.avg_pool2d(x, *a, **k)}.items():
        case(op, op, lambda x: function(x, 2), [numbers(2, 3, 6, 5)], kernel_shape=[2, 2], strides=[2, 2])
        case(f"{op}, padded", op, lambda x: function(x, 3, 2, 1) if op == "MaxPool" else
             F.avg_pool2d(x, 3, 2, 1, count_include_pad=False), [numbers(1, 2, 7, 6)], kernel_shape=[3, 3], strides=[2, 2],
             pads=[1, 1, 1, 1])
    case("AveragePool, padding counts", "AveragePool", lambda x: F.avg_pool2d(x, 3, 2, 1), [numbers(1, 2, 7, 6)],
         kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)
    case("MaxPool 1-D", "MaxPool", lambda x: F.max_pool1d(x, 3, 2), [numbers(2, 4, 9)], kernel_shape=[3], strides=[2])
    case("AveragePool, channels last", "AveragePool", last(lambda x: F.avg_pool2d(x, 2, 1)), [numbers(2, 4, 5, 3)],
         kernel_shape=[2, 2], strides=[1, 1], layout="NHWC")
    case("GlobalAveragePool", "GlobalAveragePool", lambda x: x.mean((2, 3), keepdim=True), [numbers(2, 3, 4, 5)])
    case("GlobalMaxPool", "GlobalMaxPool", lambda x: x.amax((2, 3), keepdim=True), [numbers(2, 3, 4, 5)])


def normalisations():
    mean, variance = floats([0.1, -0.2, 0.3]), floats([0.7, 1.3, 0.9])
    for name, shape, training in [("training", (4, 3, 3, 2), True), ("inference", (4, 3, 3, 2), False), ("rows", (9, 3), True)]:
        def batch(x, scale, bias, m, v):
            # The running statistics are not looked at afterwards.
            return F.batch_norm(x, m.clone(), v.clone(), scale, bias, training, 0.1, 1e-3)

        case(f"BatchNormalization, {name}", "BatchNormalization", batch, [numbers(*shape), numbers(3), numbers(3), mean, variance],
             training=training, epsilon=1e-3, momentum=0.9)
    case("LayerNormalization", "LayerNormalization", lambda x, s, b: F.layer_norm(x, (7,), s, b, 1e-4),
         [numbers(2, 3, 7), numbers(7), numbers(7)], axis=-1, epsilon=1e-4)
    case("LayerNormalization, 2 axes", "LayerNormalization", lambda x, s: F.layer_norm(x, (5, 4), s, None, 1e-5),
         [numbers(3, 5, 4), numbers(5, 4)], axis=1)
    case("RMSNormalization", "RMSNormalization", lambda x, s: F.rms_norm(x, (19,), s, 1e-5), [numbers(4, 19), numbers(19)])
    case("InstanceNormalization", "InstanceNormalization", lambda x, s, b: F.instance_norm(x, None, None, s, b, eps=1e-4),
         [numbers(2, 3, 4, 5), numbers(3), numbers(3)], epsilon=1e-4)
    case("GroupNormalization", "GroupNormalization", lambda x, s, b: F.group_norm(x, 3, s, b, 1e-4),
         [numbers(2, 6, 3, 4), numbers(6), numbers(6)], num_groups=3, epsilon=1e-4)


def dense():
    def gemm(a, b, c, ta, tb, alpha, beta):
        return alpha * ((a.T if ta else a) @ (b.T if tb else b)) + beta * c

    for ta in (0, 1):
        for tb in (0, 1):
            case(f"Gemm {ta}{tb}", "Gemm", lambda a, b, c: gemm(a, b, c, ta, tb, 0.7, 1.3),
                 [numbers(*((5, 9) if ta else (9, 5))), numbers(*((37, 5) if tb else (5, 37))), numbers(37)], transA=ta, transB=tb,
                 alpha=0.7, beta=1.3)
    case("Gemm, whole bias", "Gemm", lambda a, b, c: gemm(a, b, c, 0, 1, 1, 1), [numbers(3, 4), numbers(2, 4), numbers(3, 2)],
         transB=1)
    case("Gemm, column of biases", "Gemm", lambda a, b, c: gemm(a, b, c, 0, 0, 1, 1),
         [numbers(3, 4), numbers(4, 2), numbers(3, 1)])
    shapes = [((3, 4), (4, 5)), ((2, 3, 4), (4, 5)), ((2, 3, 4), (2, 4, 5)), ((2, 1, 3, 4), (3, 4, 2)), ((3, 4), (2, 4, 5)),
              ((4,), (4, 5)), ((3, 4), (4,)), ((17, 33), (33, 65))]
    for a, b in shapes:
        case(f"MatMul {a} {b}", "MatMul", torch.matmul, [numbers(*a), numbers(*b)])
    case("Einsum", "Einsum", lambda a, b: torch.einsum("bij,bjk->bik", a, b), [numbers(2, 3, 4), numbers(2, 4, 5)],
         equation="bij,bjk->bik")
    case("Einsum, attention", "Einsum", lambda a, b: torch.einsum("bthd,bshd->bhts", a, b),
         [numbers(2, 3, 2, 4), numbers(2, 5, 2, 4)], equation="bthd,bshd->bhts")


def reductions():
    for axis in (-1, 0, 1):
        case(f"Softmax {axis}", "Softmax", lambda x: x.softmax(axis), [numbers(3, 4, 6)], axis=axis)
        case(f"LogSoftmax {axis}", "LogSoftmax", lambda x: x.log_softmax(axis), [numbers(3, 4, 6)], axis=axis)
    reduce = {
        "ReduceSum": lambda x, axes, keep: x.sum(axes, keepdim=keep), "ReduceMean": lambda x, axes, keep: x.mean(axes, keepdim=keep),
        "ReduceMax": lambda x, axes, keep: x.amax(axes, keepdim=keep), "ReduceMin": lambda x, axes, keep: x.amin(axes, keepdim=keep),
        "ReduceL1": lambda x, axes, keep: x.abs().sum(axes, keepdim=keep),
        "ReduceL2": lambda x, axes, keep: x.square().sum(axes, keepdim=keep).sqrt(),
        "ReduceSumSquare": lambda x, axes, keep: x.square().sum(axes, keepdim=keep),
        "ReduceLogSumExp": lambda x, axes, keep: x.logsumexp(axes, keepdim=keep),
    }
    for op, function in reduce.items():
        for axes, keep in (((1,), True), ((0, 2), False), ((0, 1, 2), True)):
            case(f"{op} {axes}", op, lambda x, _: function(x, axes, keep), [numbers(3, 4, 5, away=0.05), ints(list(axes))],
                 keepdims=int(keep))
    case("ReduceLogSum", "ReduceLogSum", lambda x, _: x.sum(1).log(), [numbers(3, 4, low=0.2), ints([1])], keepdims=0)
    case("ReduceProd", "ReduceProd", lambda x, _: x.prod(1), [numbers(3, 4), ints([1])], keepdims=0)
    zeros = torch.tensor([[0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [1.0, -2.0, 3.0]])
    case("ReduceProd with zeros", "ReduceProd", lambda x, _: x.prod(1), [zeros, ints([1])], keepdims=0)
    case("CumSum", "CumSum", lambda x, _: x.cumsum(1), [numbers(3, 5, 2), Constant(1, torch.int64)])
    case("CumSum, reverse, exclusive", "CumSum", lambda x, _: x.flip(1).cumsum(1).flip(1) - x, [numbers(3, 5), Constant(1, torch.int64)],
         reverse=1, exclusive=1)


def movements():
    case("Gather", "Gather", lambda x, i: x[i], [numbers(5, 3), ints([[0, 2, 2], [4, 0, 1]])])
    case("Gather 1", "Gather", lambda x, i: x[:, i], [numbers(2, 5, 3), ints([1, -1, 1])], axis=1)
    case("GatherElements", "GatherElements", lambda x, i: x.gather(1, i), [numbers(3, 4), ints([[0, 0], [3, 1], [2, 2]])], axis=1)
    case("GatherND", "GatherND", lambda x, i: x[i[:, 0], i[:, 1]], [numbers(3, 4, 2), ints([[0, 1], [2, 3], [0, 1]])])
    case("Slice", "Slice", lambda x, *_: x[1:3, :, 0:6:2], [numbers(4, 3, 6), ints([1, 0]), ints([3, 6]), ints([0, 2]), ints([1, 2])])
    case("Slice backwards", "Slice", lambda x, *_: x.flip(1), [numbers(2, 5), ints([-1]), ints([-100]), ints([1]), ints([-1])])
    case("Concat", "Concat", lambda *x: torch.cat(x, 1), [numbers(2, 3, 4), numbers(2, 1, 4), numbers(2, 2, 4)], axis=1)
    case("Split", "Split", lambda x, _: x.split([2, 3, 1], 1), [numbers(3, 6), ints([2, 3, 1])], axis=1)
    case("Pad", "Pad", lambda x, *_: F.pad(x, (2, 0, 1, 3)), [numbers(2, 3, 4), ints([0, 1, 2, 0, 3, 0])])
    case("Pad, reflected", "Pad", lambda x, _: F.pad(x, (2, 1), mode="reflect"), [numbers(2, 3, 5), ints([0, 0, 2, 0, 0, 1])],
         mode="reflect")
    case("Pad, edge", "Pad", lambda x, _: F.pad(x, (2, 1), mode="replicate"), [numbers(2, 3, 5), ints([0, 0, 2, 0, 0, 1])],
         mode="edge")
    case("Reshape", "Reshape", lambda x, _: x.reshape(4, 6), [numbers(2, 3, 4), ints([4, -1])])
    case("Flatten", "Flatten", lambda x: x.flatten(1), [numbers(2, 3, 4)], axis=1)
    case("Squeeze", "Squeeze", lambda x, _: x.squeeze(1), [numbers(3, 1, 4), ints([1])])
    case("Unsqueeze", "Unsqueeze", lambda x, _: x.unsqueeze(1), [numbers(3, 4), ints([1])])
    case("Identity", "Identity", lambda x: x * 1, [numbers(3, 4)])
    case("Cast", "Cast", lambda x: x * 1, [numbers(3, 4)], to="f32")
    case("Expand", "Expand", lambda x, _: x.expand(2, 3, 4), [numbers(3, 1), ints([2, 3, 4])])
    case("Tile", "Tile", lambda x, _: x.repeat(2, 3), [numbers(2, 3), ints([2, 3])])
    case("Transpose", "Transpose", lambda x: x.permute(2, 0, 1), [numbers(2, 3, 4)], perm=[2, 0, 1])
    case("Transpose, heads", "Transpose", lambda x: x.permute(0, 2, 1, 3), [numbers(2, 3, 4, 5)], perm=[0, 2, 1, 3])
    case("DepthToSpace", "DepthToSpace", lambda x: F.pixel_shuffle(x, 2), [numbers(2, 8, 3, 2)], blocksize=2, mode="CRD")
    case("SpaceToDepth", "SpaceToDepth", lambda x: x.reshape(1, 2, 2, 2, 3, 2).permute(0, 3, 5, 1, 2, 4).reshape(1, 8, 2, 3),
         [numbers(1, 2, 4, 6)], blocksize=2)
    case("Trilu", "Trilu", lambda x: x.tril(), [numbers(2, 4, 4)], upper=0)


def resizes():
    none = None
    case("Resize, nearest", "Resize", lambda x, *_: F.interpolate(x, scale_factor=2, mode="nearest"),
         [numbers(2, 3, 3, 4), none, floats([1.0, 1.0, 2.0, 2.0])], mode="nearest", coordinate_transformation_mode="asymmetric",
         nearest_mode="floor")
    for align, mode in ((False, "half_pixel"), (True, "align_corners")):
        case(f"Resize, linear, {mode}", "Resize",
             lambda x, *_: F.interpolate(x, size=(7, 6), mode="bilinear", align_corners=align),
             [numbers(2, 3, 3, 4), none, none, ints([2, 3, 7, 6])], mode="linear", coordinate_transformation_mode=mode)
    case("Resize, cubic", "Resize", lambda x, *_: F.interpolate(x, size=(5, 7), mode="bicubic", align_corners=False),
         [numbers(1, 2, 4, 4), none, none, ints([1, 2, 5, 7])], mode="cubic", coordinate_transformation_mode="half_pixel")


def recurrences():
    def order(weights, places):
        """Rows of gates from ONNX's order to PyTorch's."""
        parts = weights.chunk(len(places))
        return torch.cat([parts[place] for place in places])

    def layer(kind, x, w, r, b, h, c, directions, places):
        module = {"LSTM": torch.lstm, "GRU": torch.gru, "RNN": torch.rnn_tanh}[kind]
        flat = []
        for direction in range(directions):
            half = b.shape[1] // 2
            flat += [order(w[direction], places), order(r[direction], places), order(b[direction][:half], places),
                     order(b[direction][half:], places)]
        state = (h, c) if kind == "LSTM" else h
        results = module(x, state, flat, True, 1, 0.0, False, directions == 2, False)
        steps, batch, _ = x.shape
        y = results[0].reshape(steps, batch, directions, -1).permute(0, 2, 1, 3)
        return (y, *results[1:])

    for kind, gates, places in (("LSTM", 4, (0, 2, 3, 1)), ("GRU", 3, (1, 0, 2)), ("RNN", 1, (0,))):
        for direction, count in (("forward", 1), ("bidirectional", 2)):
            steps, batch, width, hidden = 4, 3, 5, 6
            operands = [numbers(steps, batch, width), numbers(count, gates * hidden, width), numbers(count, gates * hidden, hidden),
                        numbers(count, 2 * gates * hidden), None, numbers(count, batch, hidden)]
            extra = {"linear_before_reset": 1} if kind == "GRU" else {}
            if kind == "LSTM":
                operands.append(numbers(count, batch, hidden))
            case(f"{kind}, {direction}", kind,
                 lambda x, w, r, b, _, h, c=None: layer(kind, x, w, r, b, h, c, count, places), operands, direction=direction,
                 hidden_size=hidden, **extra)

    def reset_first(x, w, r, b, _, h):
        state, made = h[0], []
        z, k, n = (part for part in range(3))
        W, R, wb, rb = w[0].chunk(3), r[0].chunk(3), b[0][:12].chunk(3), b[0][12:].chunk(3)
        for step in reversed(range(x.shape[0])):
            gate = lambda g: x[step] @ W[g].T + wb[g]
            update = torch.sigmoid(gate(z) + state @ R[z].T + rb[z])
            reset = torch.sigmoid(gate(k) + state @ R[k].T + rb[k])
            candidate = torch.tanh(gate(n) + (reset * state) @ R[n].T + rb[n])
            state = (1 - update) * candidate + update * state
            made.append(state)
        return torch.stack(made[::-1]).unsqueeze(1), state.unsqueeze(0)

    case("GRU, reset first, reverse", "GRU", reset_first,
         [numbers(3, 2, 5), numbers(1, 12, 5), numbers(1, 12, 4), numbers(1, 24), None, numbers(1, 2, 4)], direction="reverse",
         hidden_size=4)


def attentions():
    def attend(q, k, v, mask=None, **options):
        return F.scaled_dot_product_attention(q, k, v, mask, **options)

    heads = lambda *shape: [numbers(*shape) for _ in range(3)]
    case("Attention", "Attention", attend, heads(2, 3, 5, 4))
    case("Attention, causal", "Attention", lambda *x: attend(*x, is_causal=True), heads(2, 2, 5, 4), is_causal=1)
    case("Attention, scaled", "Attention", lambda *x: attend(*x, scale=0.3), heads(1, 2, 3, 4), scale=0.3)
    case("Attention, mask of numbers", "Attention", attend, heads(2, 2, 3, 4) + [numbers(3, 3)])
    mask = Constant([[True, False, True], [False, True, True], [True, True, True]], torch.bool)
    case("Attention, mask of truths", "Attention", attend, heads(2, 2, 3, 4) + [mask])
    case("Attention, grouped queries", "Attention", lambda *x: attend(*x, enable_gqa=True),
         [numbers(2, 4, 3, 5), numbers(2, 2, 6, 5), numbers(2, 2, 6, 3)])

    def packed(q, k, v):
        apart = lambda x: x.unflatten(2, (2, -1)).transpose(1, 2)
        return attend(apart(q), apart(k), apart(v)).transpose(1, 2).flatten(2)

    case("Attention, packed heads", "Attention", packed, heads(2, 3, 8), q_num_heads=2, kv_num_heads=2)

    def capped(q, k, v):
        scores = 2 * torch.tanh(q @ k.transpose(-1, -2) / 2 / 2)
        return scores.softmax(-1) @ v

    case("Attention, capped", "Attention", capped, heads(1, 2, 3, 4), softcap=2.0)

    def past(q, k, v, _, a, b):
        return attend(q, torch.cat([a, k], 2), torch.cat([b, v], 2))

    case("Attention, past", "Attention", past, heads(1, 2, 3, 4) + [None, numbers(1, 2, 2, 4), numbers(1, 2, 2, 4)])

    def turn(x, c, s, half, interleaves):
        first, second = (x[..., :2 * half:2], x[..., 1:2 * half:2]) if interleaves else (x[..., :half], x[..., half:2 * half])
        a, b = c * first - s * second, s * first + c * second
        pairs = torch.stack([a, b], -1).flatten(-2) if interleaves else torch.cat([a, b], -1)
        return torch.cat([pairs, x[..., 2 * half:]], -1)

    for interleaves in (0, 1):
        angles = [numbers(2, 3, 2), numbers(2, 3, 2)]
        case(f"RotaryEmbedding {interleaves}", "RotaryEmbedding",
             lambda x, c, s: turn(x, c[:, None], s[:, None], 2, interleaves), [numbers(2, 2, 3, 4)] + angles, interleaved=interleaves)
    case("RotaryEmbedding, places, some elements", "RotaryEmbedding",
         lambda x, c, s, p: turn(x.unflatten(2, (2, 6)), c[p][:, :, None], s[p][:, :, None], 2, False).flatten(2),
         [numbers(2, 3, 12), numbers(7, 2), numbers(7, 2), ints([[0, 1, 5], [2, 2, 6]])], num_heads=2, rotary_embedding_dim=4)


def neighbours():
    case("LpNormalization 2", "LpNormalization", lambda x: F.normalize(x, 2, 1), [numbers(3, 5, 2)], axis=1, p=2)
    case("LpNormalization 1", "LpNormalization", lambda x: F.normalize(x, 1, -1), [numbers(3, 5, away=0.05)], axis=-1, p=1)
    for size in (3, 4):
        # Of an even number of neighbours PyTorch takes one more before, ONNX one more behind.
        near = lambda x: F.pad(x.square(), (0, 0, 0, 0, (size - 1) // 2, size // 2)).unfold(1, size, 1).mean(-1)
        case(f"LRN {size}", "LRN", lambda x: x / (1.5 + 0.1 * near(x)) ** 0.6, [numbers(2, 6, 2, 3)], size=size, alpha=0.1,
             beta=0.6, bias=1.5)
    positive = lambda *shape: numbers(*shape, low=0.2)
    case("LpPool", "LpPool", lambda x: F.lp_pool2d(x, 2, 2), [numbers(2, 3, 4, 6, away=0.1)], kernel_shape=[2, 2], strides=[2, 2])
    case("LpPool 3", "LpPool", lambda x: F.lp_pool2d(x, 3, 3, 2), [positive(1, 2, 5, 7)], kernel_shape=[3, 3], strides=[2, 2], p=3)
    case("GlobalLpPool", "GlobalLpPool", lambda x: x.square().sum((2, 3), keepdim=True).sqrt(), [numbers(2, 3, 2, 4)])
    def conv(x, w, b):
        return F.conv3d(F.pad(x, (1, 0, 0, 1, 1, 1)), w, b, (2, 1, 2), 0, (1, 2, 1))

    case("Conv 3-D", "Conv", conv, [numbers(2, 4, 5, 6, 5), numbers(3, 4, 3, 2, 3), numbers(3)], strides=[2, 1, 2],
         dilations=[1, 2, 1], pads=[1, 0, 1, 1, 1, 0])
    case("Conv 3-D, groups", "Conv", lambda x, w: F.conv3d(x, w, groups=2), [numbers(1, 4, 3, 4, 4), numbers(6, 2, 2, 2, 2)], group=2)
    case("MaxPool 3-D", "MaxPool", lambda x: F.max_pool3d(x, 3, 2, 1), [numbers(1, 2, 5, 6, 5)], kernel_shape=[3, 3, 3],
         strides=[2, 2, 2], pads=[1] * 6)
    case("AveragePool 3-D", "AveragePool", lambda x: F.avg_pool3d(x, 2, 2, 1, count_include_pad=False), [numbers(1, 2, 5, 4, 6)],
         kernel_shape=[2, 2, 2], strides=[2, 2, 2], pads=[1] * 6)


def losses():
    target, weights = ints([1, 0, 3, 1, 2]), [0.5, 1.5, 1.0, 2.0]
    for reduction in ("none", "sum", "mean"):
        case(f"SoftmaxCrossEntropyLoss, {reduction}", "SoftmaxCrossEntropyLoss",
             lambda x, t, w: F.cross_entropy(x, t, w, reduction=reduction), [numbers(5, 4), target, floats(weights)],
             reduction=reduction)
    case("SoftmaxCrossEntropyLoss, ignored", "SoftmaxCrossEntropyLoss", lambda x, t: F.cross_entropy(x, t, ignore_index=-100),
         [numbers(2, 4, 3), ints([[1, -100, 3], [-100, 0, 2]])], ignore_index=-100)
    case("NegativeLogLikelihoodLoss", "NegativeLogLikelihoodLoss", lambda x, t: F.nll_loss(x, t), [numbers(5, 4), target])
    case("NegativeLogLikelihoodLoss, weights, ignored", "NegativeLogLikelihoodLoss",
         lambda x, t, w: F.nll_loss(x, t, w, ignore_index=3), [numbers(5, 4), target, floats(weights)], ignore_index=3)


def signals():
    parts = lambda x: torch.view_as_real(x)
    case("DFT", "DFT", lambda x, _, a: parts(torch.fft.fft(x[..., 0], dim=1)), [numbers(2, 6, 1), None, Constant(1, torch.int64)])
    case("DFT, onesided, longer", "DFT", lambda x, *_: parts(torch.fft.rfft(x[..., 0], 8, dim=0)),
         [numbers(6, 3, 1), Constant(8, torch.int64), Constant(0, torch.int64)], onesided=1)
    case("DFT, inverse", "DFT", lambda x, *_: parts(torch.fft.ifft(torch.view_as_complex(x), dim=1)),
         [numbers(2, 5, 2), None, Constant(1, torch.int64)], inverse=1)
    case("STFT", "STFT", lambda x, _, w: parts(torch.stft(x, 6, 3, window=w, center=False, return_complex=True)).transpose(1, 2),
         [numbers(2, 17), Constant(3, torch.int64), numbers(6)], onesided=1)
    for align in (0, 1):
        case(f"AffineGrid {align}", "AffineGrid", lambda x, _: F.affine_grid(x, [2, 3, 4, 5], align_corners=bool(align)),
             [numbers(2, 2, 3), ints([2, 3, 4, 5])], align_corners=align)
        for padding in ("zeros", "border", "reflection"):
            case(f"GridSample {padding} {align}", "GridSample",
                 lambda x, g: F.grid_sample(x, g, "bilinear", padding, bool(align)),
                 [numbers(2, 3, 4, 5), numbers(2, 3, 2, 2, low=-1.6, high=1.6)], mode="linear", padding_mode=padding,
                 align_corners=align)
    case("GridSample, nearest", "GridSample", lambda x, g: F.grid_sample(x, g, "nearest", "zeros", False),
         [numbers(1, 2, 4, 5), numbers(1, 3, 4, 2, low=-1.2, high=1.2)], mode="nearest")
    case("GridSample 3-D", "GridSample", lambda x, g: F.grid_sample(x, g, "bilinear", "zeros", True),
         [numbers(1, 2, 3, 4, 5), numbers(1, 2, 3, 2, 3, low=-1.2, high=1.2)], mode="linear", align_corners=1)


def choices():
    i = ints([[0, 2, 1], [1, 0, 2]])
    case("ScatterElements", "ScatterElements", lambda x, i, u: x.scatter(1, i, u), [numbers(3, 4), i, numbers(2, 3)], axis=1)
    case("ScatterElements, add", "ScatterElements", lambda x, i, u: x.scatter_add(0, i, u),
         [numbers(3, 4), ints([[0, 2, 2], [2, 0, 2]]), numbers(2, 3)], axis=0, reduction="add")
    place = ints([[1, 0], [2, 3]])
    case("ScatterND", "ScatterND", lambda x, i, u: x.index_put((i[:, 0], i[:, 1]), u), [numbers(3, 4, 2), place, numbers(2, 2)])
    case("ScatterND, add", "ScatterND", lambda x, i, u: x.index_put((i[:, 0],), u, accumulate=True),
         [numbers(3, 4), ints([[1], [1], [0]]), numbers(3, 4)], reduction="add")
    distinct = lambda *shape: (torch.randperm(torch.Size(shape).numel()).reshape(shape) * 0.1 - 1).float()
    case("TopK", "TopK", lambda x, _: x.topk(3, 1)[0], [distinct(2, 6, 2), ints([3])], axis=1)
    case("TopK, smallest", "TopK", lambda x, _: x.topk(2, -1, largest=False)[0], [distinct(4, 5), ints([2])], largest=0)
    case("Compress", "Compress", lambda x, _: x[:, [0, 2]], [numbers(2, 4), Constant([True, False, True, False], torch.bool)], axis=1)
    case("MaxUnpool", "MaxUnpool", lambda x, i: F.max_unpool2d(x, torch.tensor([[[[5, 7], [8, 15]]]]), 2),
         [numbers(1, 1, 2, 2), ints([[[[5, 7], [8, 15]]]])], kernel_shape=[2, 2], strides=[2, 2])
    case("Mod", "Mod", torch.fmod, [numbers(3, 5, low=-5, high=5), numbers(5, away=0.7)], fmod=1)
    for op, function in {"Max": torch.maximum, "Min": torch.minimum}.items():
        case(f"{op} of three", op, lambda x, y, z: function(function(x, y), z), [numbers(3, 4), numbers(4), numbers(3, 1)])
    along = Constant(1, torch.int64)
    case("CumProd", "CumProd", lambda x, _: x.cumprod(1), [numbers(3, 4, 2), along])
    with_zeros = torch.tensor([[1.0, 0.0, 3.0, 2.0], [0.0, 0.0, 1.0, 4.0]])
    case("CumProd, zeros, reverse", "CumProd", lambda x, _: x.flip(1).cumprod(1).flip(1), [with_zeros, along], reverse=1)
    case("CumProd, exclusive", "CumProd", lambda x, _: torch.cat([x[:, :1] * 0 + 1, x[:, :-1].cumprod(1)], 1), [numbers(3, 4), along],
         exclusive=1)


def unusual_recurrences():
    def cell(x, w, r, b, lengths, h, c, p=None, clip=None, coupled=False, inner=torch.tanh, gate=torch.sigmoid):
        """ONNX's formulas, one direction."""
        size, state, memory, made = r.shape[2], h[0], c[0], []
        bound = lambda value: value if clip is None else value.clamp(-clip, clip)
        for step in range(x.shape[0]):
            sums = x[step] @ w[0].T + state @ r[0].T + b[0][:4 * size] + b[0][4 * size:]
            i, o, f, z = sums.chunk(4, 1)
            pi, po, pf = p[0].chunk(3) if p is not None else (0, 0, 0)
            enters = gate(bound(i + pi * memory))
            keeps = 1 - enters if coupled else gate(bound(f + pf * memory))
            next_memory = keeps * memory + enters * inner(bound(z))
            next_state = gate(bound(o + po * next_memory)) * inner(next_memory)
            if lengths is not None:
                alive = (step < lengths)[:, None]
                made.append(torch.where(alive, next_state, torch.zeros_like(next_state)))
                state, memory = torch.where(alive, next_state, state), torch.where(alive, next_memory, memory)
            else:
                made.append(next_state)
                state, memory = next_state, next_memory
        return torch.stack(made).unsqueeze(1), state.unsqueeze(0), memory.unsqueeze(0)

    def operands(lengths=None, peepholes=True):
        return [numbers(3, 2, 4), numbers(1, 20, 4), numbers(1, 20, 5), numbers(1, 40), lengths, numbers(1, 2, 5), numbers(1, 2, 5),
                numbers(1, 15) if peepholes else None]

    case("LSTM, peepholes", "LSTM", cell, operands(), hidden_size=5)
    case("LSTM, clipped, coupled", "LSTM", lambda *x: cell(*x, clip=0.8, coupled=True), operands(), hidden_size=5, clip=0.8,
         input_forget=1)
    case("LSTM, lengths", "LSTM", cell, operands(Constant([3, 1], torch.int32), False)[:7], hidden_size=5)
    hard = lambda x: (0.3 * x + 0.4).clamp(0, 1)
    case("LSTM, other activations", "LSTM", lambda *x: cell(*x, inner=F.softsign, gate=torch.relu),
         operands(peepholes=False)[:7], hidden_size=5, activations=["Relu", "Softsign", "Softsign"])
    first = lambda *x: tuple(y.permute(2, 0, 1, 3) if y.dim() == 4 else y.transpose(0, 1) for y in cell(
        x[0].transpose(0, 1), *x[1:5], x[5].transpose(0, 1), x[6].transpose(0, 1), None))
    case("LSTM, batch first", "LSTM", first,
         [numbers(2, 3, 4), numbers(1, 20, 4), numbers(1, 20, 5), numbers(1, 40), None, numbers(2, 1, 5), numbers(2, 1, 5)],
         hidden_size=5, layout=1)

    def gated(x, w, r, b, _, h):
        state, made, size = h[0], [], 3
        for step in range(x.shape[0]):
            wx = x[step] @ w[0].T + b[0][:9]
            rh = state @ r[0].T + b[0][9:]
            update, reset = hard(wx[:, :3] + rh[:, :3]), hard(wx[:, 3:6] + rh[:, 3:6])
            candidate = torch.tanh(wx[:, 6:] + (reset * state) @ r[0][6:].T + b[0][15:])
            state = (1 - update) * candidate + update * state
            made.append(state)
        return torch.stack(made).unsqueeze(1), state.unsqueeze(0)

    case("GRU, other activations", "GRU", gated,
         [numbers(3, 2, 4), numbers(1, 9, 4), numbers(1, 9, 3), numbers(1, 18), None, numbers(1, 2, 3)], hidden_size=3,
         activations=["HardSigmoid", "Tanh"], activation_alpha=[0.3], activation_beta=[0.4])

    def plain(x, w, r, b, _, h):
        results, states = [], []
        for direction in (0, 1):
            state, made = h[direction], []
            for step in (range(3), range(2, -1, -1))[direction]:
                state = torch.relu(x[step] @ w[direction].T + state @ r[direction].T + b[direction][:5] + b[direction][5:])
                made.append(state)
            results.append(torch.stack(made if direction == 0 else made[::-1]))
            states.append(state)
        return torch.stack(results, 1), torch.stack(states)

    case("RNN, rectified, both ways", "RNN", plain,
         [numbers(3, 2, 4), numbers(2, 5, 4), numbers(2, 5, 5), numbers(2, 10), None, numbers(2, 2, 5)], hidden_size=5,
         activations=["Relu", "Relu"], direction="bidirectional")


for family in (functions, arithmetic, windows, normalisations, dense, reductions, movements, resizes, recurrences, attentions,
               neighbours, losses, signals, choices, unusual_recurrences):
    family()
OUTPUT.parent.mkdir(parents=True, exist_ok=True)
header = f"Made by Tests/Peers/make_gradient_golden.py with PyTorch {torch.__version__}"
text = json.dumps({"origin": header, "cases": CASES}, separators=(",", ":")).replace(".0,", ",").replace(".0]", "]")
OUTPUT.write_text(text.replace('{"name"', '\n{"name"') + "\n", encoding="utf-8")
print(len(CASES), "cases,", OUTPUT.stat().st_size, "bytes")
