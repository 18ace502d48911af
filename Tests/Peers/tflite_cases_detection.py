"""The last steps of detectors, weights with blocks of zeros, layers of two directions, spectra, biased transposed convolutions, and operators
written out in subgraphs."""

import struct

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from flatbuffers import flexbuffers

from tflite_builder import Net, options


def add(c):
    suppression(c)
    detectors(c)
    sparse(c)
    bidirectional(c)
    spectra(c)
    biased_transposed(c)
    subgraphs(c)


def boxes(c, count):
    corners = c.f32(count, 2, low=0, high=0.7)
    return np.concatenate([corners, corners + c.f32(count, 2, low=0.1, high=0.4)], axis=1).astype(np.float32)


def suppression(c):
    for name, soft, count, most, overlap, threshold in [
        ("v4", None, 12, 5, 0.3, 0.1), ("v4_few", None, 6, 9, 0.2, 0.5), ("v4_none", None, 4, 3, 0.5, 2.0),
        ("v5", 0.0, 12, 6, 0.4, 0.1), ("v5_soft", 0.5, 14, 8, 0.5, 0.2), ("v5_softer", 1.5, 9, 9, 0.9, 0.0),
    ]:
        net = Net()
        inputs = [net.input((count, 4)), net.input((count,)), net.const(np.array(most, np.int32)), net.tensor((), data=np.float32(overlap)), net.tensor((), data=np.float32(threshold))]
        if soft is not None:
            inputs.append(net.tensor((), data=np.float32(soft)))
        indices, number = net.tensor((most,), "i32"), net.tensor((), "i32")
        results = [indices, number] if soft is None else [indices, net.tensor((most,)), number]
        net.op("NON_MAX_SUPPRESSION_V4" if soft is None else "NON_MAX_SUPPRESSION_V5", inputs, results, options("NonMaxSuppressionV4" if soft is None else "NonMaxSuppressionV5"))
        net.outputs(*results)
        c.run(f"non_max_suppression_{name}", net, *[[boxes(c, count), c.f32(count, low=0)] for _ in range(2)])


def detectors(c):
    anchors = 10
    for name, classes, background, settings in [
        ("plain", 3, 1, {}), ("no_background", 2, 0, {}), ("two_classes_each", 4, 1, {"max_classes_per_detection": 2}),
        ("regular", 3, 1, {"use_regular_nms": True, "detections_per_class": 4}), ("keypoints", 1, 1, {"coordinates": 6}),
        ("quantized", 3, 1, {"quantized": True}),
    ]:
        settings = dict(settings)
        coordinates, quantized = settings.pop("coordinates", 4), settings.pop("quantized", False)
        # As many as there are in any case: what LiteRT leaves behind the last is not defined.
        given = {
            "max_detections": 3, "max_classes_per_detection": 1, "detections_per_class": 100, "use_regular_nms": False, "nms_score_threshold": 0.0,
            "nms_iou_threshold": 0.6, "num_classes": classes, "y_scale": 10.0, "x_scale": 10.0, "h_scale": 5.0, "w_scale": 5.0, **settings}
        net = Net()
        centres = np.concatenate([c.f32(anchors, 2, low=0.1, high=0.9), c.f32(anchors, 2, low=0.05, high=0.3)], axis=1)
        shape, scores = (1, anchors, coordinates), (1, anchors, classes + background)
        if quantized:
            inputs = [net.input(shape, "u8", scale=0.05, zero=128), net.input(scores, "u8", scale=1 / 256, zero=0), net.tensor((anchors, 4), "u8", data=c.ints((anchors, 4), "u8", 10, 255), scale=1 / 256, zero=0)]
            runs = [[c.ints(shape, "u8", 0, 255), c.ints(scores, "u8", 0, 255)]]
        else:
            inputs = [net.input(shape), net.input(scores), net.tensor((anchors, 4), data=centres)]
            runs = [[c.f32(*shape, low=-3, high=3), c.f32(*scores, low=0)] for _ in range(2)]
        count = given["max_detections"] * given["max_classes_per_detection"]
        results = [net.tensor((1, count, 4)), net.tensor((1, count)), net.tensor((1, count)), net.tensor((1,))]
        net.custom("TFLite_Detection_PostProcess", inputs, results, bytes(flexbuffers.Dumps(given)))
        net.outputs(*results)
        c.run(f"detection_{name}", net, *runs)


def sparse(c):
    def dimension(size, segments=None, indices=None):
        made = schema.DimensionMetadataT()
        made.format, made.denseSize = (1 if segments is not None else 0), size
        if segments is not None:
            for field, values in (("arraySegments", segments), ("arrayIndices", indices)):
                vector = schema.Uint8VectorT() if max(values) < 256 else schema.Int32VectorT()
                vector.values = np.asarray(values, np.uint8 if max(values) < 256 else np.int32)
                setattr(made, field + "Type", schema.SparseIndexVector.Uint8Vector if max(values) < 256 else schema.SparseIndexVector.Int32Vector)
                setattr(made, field, vector)
        return made

    def compressed(matrix, block):
        """The blocks of some columns that are not zero, row by row."""
        rows, columns = matrix.shape
        segments, indices, values = [0], [], []
        for row in matrix:
            for n, part in enumerate(row.reshape(columns // block, block)):
                if np.any(part):
                    indices.append(n)
                    values.extend(part)
            segments.append(len(indices))
        made = schema.SparsityParametersT()
        made.traversalOrder = np.array([0, 1, 2] if block > 1 else [0, 1], np.int32)
        made.blockMap = np.array([1] if block > 1 else [], np.int32)
        made.dimMetadata = [dimension(rows), dimension(0, segments, indices)] + ([dimension(block)] if block > 1 else [])
        return made, np.array(values)

    for block in (1, 4):
        matrix = c.f32(6, 16)
        mask = np.repeat(c.random.integers(0, 2, (6, 16 // block)), block, axis=1)
        mask[:, :block] = 1
        for kind in ("f32", "f16"):
            net = Net()
            x = net.input((2, 16))
            sparsity, values = compressed(matrix * mask, block)
            stored = net.tensor((6, 16), kind, data=values)
            net.graph.tensors[stored].sparsity = sparsity
            weights = net.tensor((6, 16), kind)
            net.op("DENSIFY", [stored], [weights], options("Densify"))
            if kind == "f16":
                wide = net.tensor((6, 16))
                net.op("DEQUANTIZE", [weights], [wide], options("Dequantize"))
                weights = wide
            y = net.tensor((2, 6))
            net.op("FULLY_CONNECTED", [x, weights, net.tensor((6,), data=c.f32(6))], [y], options("FullyConnected"))
            net.outputs(y)
            c.run(f"densify_{kind}_{block}", net, [c.f32(2, 16)])


def bidirectional(c, units=5, wide=4, steps=3, batch=2):
    def matrix(net, *shape):
        return net.tensor(shape, data=c.f32(*shape))

    for time_major in (False, True):
        for merges in (False, True):
            shape = (steps, batch) if time_major else (batch, steps)
            net = Net()
            x = net.input((*shape, wide))
            parts = []
            for _ in range(2):
                parts += [matrix(net, units, wide), matrix(net, units, units), matrix(net, units), net.tensor((batch, units), variable=True)]
            results = [net.tensor((*shape, 2 * units))] if merges else [net.tensor((*shape, units)) for _ in range(2)]
            net.op("BIDIRECTIONAL_SEQUENCE_RNN", [x, *parts, None, None, None], results, options("BidirectionalSequenceRNN", timeMajor=time_major, mergeOutputs=merges, fusedActivationFunction=4))
            net.outputs(*results)
            c.run(f"bidirectional_rnn_{int(time_major)}{int(merges)}", net, *[[c.f32(*shape, wide)] for _ in range(2)])

            if merges and not time_major:
                # LiteRT gives other numbers from time to time where it joins outputs batch by batch, even for the same data.
                continue
            net = Net()
            x = net.input((*shape, wide))
            layers = []
            for _ in range(2):
                layers += [matrix(net, units, wide) for _ in range(4)] + [matrix(net, units, units) for _ in range(4)] + [None] * 3
                layers += [matrix(net, units) for _ in range(4)] + [None, None]
            states = [net.tensor((batch, units), variable=True) for _ in range(4)]
            results = [net.tensor((*shape, 2 * units))] if merges else [net.tensor((*shape, units)) for _ in range(2)]
            net.op("BIDIRECTIONAL_SEQUENCE_LSTM", [x, *layers, *states] + [None] * 9, results, options("BidirectionalSequenceLSTM", timeMajor=time_major, mergeOutputs=merges, fusedActivationFunction=4, cellClip=0.0, projClip=0.0))
            net.outputs(*results)
            c.run(f"bidirectional_lstm_{int(time_major)}{int(merges)}", net, *[[c.f32(*shape, wide)] for _ in range(3)], reset=2)


def spectra(c):
    for name, shape, lengths in [("square", (4, 8), (4, 8)), ("batch", (2, 3, 8, 16), (8, 16)), ("longer", (3, 5), (4, 8))]:
        spectrum = (*shape[:-2], lengths[0], lengths[1] // 2 + 1)
        for part in ("REAL", "IMAG", "COMPLEX_ABS"):
            net = Net()
            x = net.input(shape)
            inside, y = net.tensor(spectrum, "c64"), net.tensor(spectrum)
            net.op("RFFT2D", [x, net.const(np.array(lengths, np.int32))], [inside], options("Rfft2d"))
            net.op(part, [inside], [y])
            net.outputs(y)
            c.run(f"rfft2d_{name}_{part.lower()}", net, [c.f32(*shape)])
    # As spectrograms of sound have them: an axis of one taken away, the imaginary parts dropped.
    net = Net()
    x = net.input((3, 1, 16))
    spectrum, rows, y = net.tensor((3, 1, 9), "c64"), net.tensor((3, 9), "c64"), net.tensor((3, 9))
    net.op("RFFT2D", [x, net.const(np.array([1, 16], np.int32))], [spectrum], options("Rfft2d"))
    net.op("SQUEEZE", [spectrum], [rows], options("Squeeze", squeezeDims=[1]))
    net.op("CAST", [rows], [y], options("Cast", inDataType=8, outDataType=0))
    net.outputs(y)
    c.run("rfft2d_cast", net, [c.f32(3, 1, 16)])


def biased_transposed(c):
    """MediaPipe's operator; its options are the padding and the strides."""
    for name, padding, stride, kernel, size in [("same", 1, (2, 2), 2, (8, 10)), ("valid", 2, (2, 1), 3, (9, 7)), ("overlapping", 1, (2, 2), 3, (8, 10))]:
        net = Net()
        x, y = net.input((1, 4, 5, 3)), net.tensor((1, *size, 4))
        weights, bias = net.tensor((4, kernel, kernel, 3), data=c.f32(4, kernel, kernel, 3)), net.tensor((4,), data=c.f32(4))
        net.custom("Convolution2DTransposeBias", [x, weights, bias], [y], struct.pack("<iii", padding, stride[1], stride[0]))
        net.outputs(y)
        c.run(f"biased_transposed_{name}", net, [c.f32(1, 4, 5, 3)], resolver="BUILTIN")


def subgraphs(c):
    for name, number in [("ADD", 2), ("MULTIPLY", 2), ("MAXIMUM", 2), ("MINIMUM", 2)]:
        for kind in ("f32", "i32"):
            net = Net()
            inputs = [net.input((2, 3), kind) for _ in range(number)]
            y = net.tensor((2, 3), kind)
            net.op(f"STABLEHLO_{name}", inputs, [y])
            net.outputs(y)
            c.run(f"stablehlo_{name.lower()}_{kind}", net, [c.f32(2, 3) if kind == "f32" else c.ints((2, 3), "i32", -50, 50) for _ in range(number)])
    net = Net()
    inputs = [net.input((4,), "bool") for _ in range(2)]
    y = net.tensor((4,), "bool")
    net.op("STABLEHLO_AND", inputs, [y])
    net.outputs(y)
    c.run("stablehlo_and", net, [c.ints((4,), "bool") for _ in range(2)])
    net = Net()
    inputs = [net.input((4,), "i32"), net.input((4,), "i32")]
    y = net.tensor((4,), "i32")
    net.op("STABLEHLO_SHIFT_LEFT", inputs, [y])
    net.outputs(y)
    c.run("stablehlo_shift_left", net, [c.ints((4,), "i32", 0, 99), c.ints((4,), "i32", 0, 9)])
    net = Net()
    x = net.input((2, 3))
    y = net.tensor((4, 6))
    net.op("STABLEHLO_PAD", [x, net.tensor((), data=np.float32(0.5))], [y], options("StablehloPad", edgePaddingLow=np.array([1, 0], np.int64), edgePaddingHigh=np.array([1, 3], np.int64), interiorPadding=np.array([0, 0], np.int64)))
    net.outputs(y)
    c.run("stablehlo_pad", net, [c.f32(2, 3)])
    net = Net()
    x = net.input((2, 3))
    once, y = net.tensor((2, 3)), net.tensor((2, 3))
    for source, target in ((x, once), (once, y)):
        net.op("STABLEHLO_COMPOSITE", [source], [target], options("StableHLOComposite", name="odml.silu", decompositionSubgraphIndex=1, compositeAttributes=np.frombuffer(bytes(flexbuffers.Dumps({"x": 1})), np.uint8)))
    net.outputs(y)
    net.begin("silu")
    x = net.input((2, 3))
    gate, y = net.tensor((2, 3)), net.tensor((2, 3))
    net.op("LOGISTIC", [x], [gate])
    net.op("MUL", [x, gate], [y], options("Mul"))
    net.outputs(y)
    c.run("stablehlo_composite", net, [c.f32(2, 3)])
