import EdgeModels
import EdgeTensors

/// Windows over three axes: those over planes, and one over depth.
enum VolumeComposition {
    private static let depthLimit = 64

    private struct Window {
        var kernel: [Int]
        var strides: [Int]
        var dilations: [Int]
        var pads: [Int]
        /// Of the input and the output, batch and channels included.
        var input: [Int]
        var output: [Int]
    }

    static func expand(_ builder: inout CompositionBuilder) throws {
        let node = builder.node
        guard let data = node.input(0), let result = node.outputs.first, node.outputs.count == 1,
            node.layout == .channelsFirst, ["NOTSET", nil].contains(node.string("auto_pad"))
        else { throw builder.refused("windows over three axes have no gradient in this form yet") }
        let kernel = node.op == .conv ? Array(try builder.shape(1).dropFirst(2)) : node.ints("kernel_shape") ?? []
        let window = Window(
            kernel: kernel, strides: node.ints("strides") ?? [1, 1, 1],
            dilations: node.ints("dilations") ?? [1, 1, 1], pads: node.ints("pads") ?? [0, 0, 0, 0, 0, 0],
            input: try builder.shape(of: data), output: try builder.shape(of: result))
        guard kernel.count == 3, window.strides.count == 3, window.dilations.count == 3, window.pads.count == 6,
            window.input.count == 5, window.output.count == 5, kernel[0] <= depthLimit,
            (node.int("ceil_mode") ?? 0) == 0
        else { throw builder.refused("windows over three axes have no gradient in this form yet") }
        if node.op == .conv { return try convolution(data, window, &builder) }
        try pool(data, window, &builder)
    }

    /// The sum over the kernel's planes, each a convolution of the images at its depth.
    private static func convolution(
        _ data: ValueID, _ window: Window, _ builder: inout CompositionBuilder
    ) throws {
        let node = builder.node
        guard let weights = node.input(1) else { throw builder.refused("its weights are missing") }
        let (input, output) = (window.input, window.output)
        let padded = builder.add(
            .pad, [data, try builder.integers([0, 0, window.pads[0], 0, 0, 0, 0, window.pads[3], 0, 0])])
        var attributes = node.attributes
        attributes["kernel_shape"] = .ints(Array(window.kernel[1...]))
        attributes["strides"] = .ints(Array(window.strides[1...]))
        attributes["dilations"] = .ints(Array(window.dilations[1...]))
        attributes["pads"] = .ints([window.pads[1], window.pads[2], window.pads[4], window.pads[5]])
        var total: ValueID?
        for plane in 0..<window.kernel[0] {
            let first = plane * window.dilations[0]
            let last = first + (output[2] - 1) * window.strides[0] + 1
            let images = try builder.sliced(padded, axis: 2, first..<last, step: window.strides[0])
            let flat = try builder.reshaped(
                builder.transposed(images, [0, 2, 1, 3, 4]), [input[0] * output[2], input[1], input[3], input[4]])
            let slice = try builder.element(weights, axis: 2, plane)
            // The bias is added once.
            let operands = [flat, slice] + (plane == 0 && node.input(2) != nil ? [node.input(2)] : [])
            let made = builder.add(.conv, operands, attributes)
            total = total.map { builder.add(.add, [$0, made]) } ?? made
        }
        guard let total else { throw builder.refused("its kernel is empty") }
        let apart = try builder.reshaped(total, [output[0], output[2], output[1], output[3], output[4]])
        builder.finish(.transpose, [apart], ["perm": .ints([0, 2, 1, 3, 4])])
    }

    /// Maxima and means over a box are those over its rows of those over its planes.
    private static func pool(_ data: ValueID, _ window: Window, _ builder: inout CompositionBuilder) throws {
        let node = builder.node
        let (input, output) = (window.input, window.output)
        var flat = node.attributes
        flat["kernel_shape"] = .ints(Array(window.kernel[1...]))
        flat["strides"] = .ints(Array(window.strides[1...]))
        flat["dilations"] = .ints(Array(window.dilations[1...]))
        flat["pads"] = .ints([window.pads[1], window.pads[2], window.pads[4], window.pads[5]])
        let images = try builder.reshaped(data, [input[0], input[1] * input[2], input[3], input[4]])
        let planes = builder.add(node.op, [images], flat)
        var deep = node.attributes
        deep["kernel_shape"] = .ints([window.kernel[0], 1])
        deep["strides"] = .ints([window.strides[0], 1])
        deep["dilations"] = .ints([window.dilations[0], 1])
        deep["pads"] = .ints([window.pads[0], 0, window.pads[3], 0])
        let columns = try builder.reshaped(planes, [input[0], input[1], input[2], output[3] * output[4]])
        try builder.finish(reshaping: builder.add(node.op, [columns], deep), to: output)
    }
}
