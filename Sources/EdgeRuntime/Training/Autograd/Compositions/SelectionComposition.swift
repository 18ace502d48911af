import EdgeModels
import EdgeTensors

/// Operators that choose elements: where they stand is found without a gradient, and they are taken from there with one.
enum SelectionComposition {
    /// `TopK`.
    static func expandLargest(_ builder: inout CompositionBuilder) throws {
        let node = builder.node
        guard let data = node.input(0) else { throw builder.refused("its input is missing") }
        let axis = try builder.axis(node.int("axis") ?? -1, rank: try builder.shape(0).count)
        let places = builder.add(.topK, node.inputs, node.attributes, results: 2)[1]
        builder.finish(.gatherElements, [data, places], ["axis": .int(axis)])
        builder.finish(.identity, [places], output: 1)
    }

    /// `MaxPool` with the places of the maxima.
    static func expandPlaces(_ builder: inout CompositionBuilder) throws {
        let node = builder.node
        builder.finish(.maxPool, node.inputs, node.attributes)
        let places = builder.add(.maxPool, node.inputs, node.attributes, results: 2)[1]
        builder.finish(.identity, [places], output: 1)
    }

    /// `Compress`, its choice known beforehand.
    static func expandCompress(_ builder: inout CompositionBuilder) throws {
        let node = builder.node
        guard let data = node.input(0), let choice = try builder.integers(1) else {
            throw builder.refused("its condition is missing")
        }
        var source = data
        var axis = 0
        if let given = node.int("axis") {
            axis = try builder.axis(given, rank: try builder.shape(0).count)
        } else {
            source = try builder.reshaped(data, [try builder.shape(0).reduce(1, *)])
        }
        let places = choice.indices.filter { choice[$0] != 0 }
        builder.finish(.gather, [source, try builder.integers(places)], ["axis": .int(axis)])
    }

    /// `MaxUnpool`.
    static func expandUnpool(_ builder: inout CompositionBuilder) throws {
        let node = builder.node
        let shape = try builder.shape(0)
        let rank = shape.count - 2
        guard rank >= 1, let kernel = node.ints("kernel_shape"), kernel.count == rank, let data = node.input(0),
            let places = node.input(1), let output = node.outputs.first
        else { throw builder.refused("its kernel does not fit shape \(shape)") }
        let strides = node.ints("strides") ?? [Int](repeating: 1, count: rank)
        let pads = node.ints("pads") ?? [Int](repeating: 0, count: 2 * rank)
        let target = try builder.shape(of: output)
        guard strides.count == rank, pads.count == 2 * rank, target.count == shape.count else {
            throw builder.refused("its kernel does not fit shape \(shape)")
        }
        var whole: [Int] = Array(shape[..<2])
        for axis in 0..<rank {
            let reach: Int = (shape[axis + 2] - 1) * strides[axis] + kernel[axis]
            whole.append(reach - pads[axis] - pads[axis + rank])
        }
        guard whole == target else {
            throw builder.refused("another shape than that of its indices has no gradient yet")
        }
        let count = shape.reduce(1, *)
        let empty = builder.constant(try Tensor(zeros: [target.reduce(1, *)]))
        let filled = builder.add(
            .scatterElements,
            [empty, try builder.reshaped(places, [count]), try builder.reshaped(data, [count])], ["axis": .int(0)])
        try builder.finish(reshaping: filled, to: target)
    }

    /// `Mod`: what is left of a quotient rounded to zero, or down.
    static func expandRemainder(_ builder: inout CompositionBuilder) throws {
        let node = builder.node
        guard let a = node.input(0), let b = node.input(1), builder.graph.type(of: a)?.dtype == .f32 else {
            throw builder.refused("integers have no gradient")
        }
        let quotient = builder.add(.div, [a, b])
        var whole = builder.add(.floor, [quotient])
        if node.int("fmod") == 1 {
            whole = builder.add(
                .mul, [builder.add(.sign, [quotient]), builder.add(.floor, [builder.add(.abs, [quotient])])])
        }
        builder.finish(.sub, [a, builder.add(.mul, [b, whole])])
    }

    /// `Max` and `Min` of more than two operands.
    static func expandOperands(_ builder: inout CompositionBuilder) throws {
        let node = builder.node
        guard var result = node.input(0), let last = node.inputs.last else {
            throw builder.refused("an operand is missing")
        }
        for operand in node.inputs.dropFirst().dropLast() { result = builder.add(node.op, [result, operand]) }
        builder.finish(node.op, [result, last])
    }
}
