import EdgeModels
import EdgeTensors

/// `LpNormalization`, `LRN`, `LpPool` and `GlobalLpPool`.
enum NormComposition {
    /// Keeps roots and quotients of nothing finite.
    private static let least: Float = 1e-30

    static func expandNormalization(_ builder: inout CompositionBuilder) throws {
        let node = builder.node
        let axis = try builder.axis(node.int("axis") ?? -1, rank: try builder.shape(0).count)
        let order = node.int("p") ?? 2
        guard order == 1 || order == 2 else { throw builder.refused("a norm of order \(order) is not known") }
        let norm = builder.add(
            order == 1 ? .reduceL1 : .reduceL2, [node.input(0), try builder.integers([axis])], ["keepdims": .int(1)])
        builder.finish(.div, [node.input(0), builder.add(.maximum, [norm, try builder.number(least)])])
    }

    /// Each element divided by a power of the squares of its neighbours in other channels: means over windows of channels.
    static func expandLocalResponse(_ builder: inout CompositionBuilder) throws {
        let node = builder.node
        let shape = try builder.shape(0)
        guard shape.count >= 2, let size = node.int("size"), size > 0, size < 1 << 20 else {
            throw builder.refused("it needs channels and a size")
        }
        let before = (size - 1) / 2
        let squares = builder.add(.mul, [node.input(0), node.input(0)])
        let flat = try builder.reshaped(squares, [shape[0], 1, shape[1], shape[2...].reduce(1, *)])
        let means = builder.add(
            .averagePool, [flat],
            [
                "kernel_shape": .ints([size, 1]), "strides": .ints([1, 1]), "count_include_pad": .int(1),
                "pads": .ints([before, 0, size - 1 - before, 0]),
            ])
        let scaled = builder.add(
            .mul, [try builder.reshaped(means, shape), try builder.number(node.float("alpha") ?? 1e-4)])
        let bounded = builder.add(.add, [scaled, try builder.number(node.float("bias") ?? 1)])
        let power = builder.add(.pow, [bounded, try builder.number(node.float("beta") ?? 0.75)])
        builder.finish(.div, [node.input(0), power])
    }

    static func expandPool(_ builder: inout CompositionBuilder) throws {
        let node = builder.node
        let shape = try builder.shape(0)
        let order = node.int("p") ?? 2
        guard order > 0, shape.count >= 3 else { throw builder.refused("a norm of order \(order) is not known") }
        guard (node.int("ceil_mode") ?? 0) == 0 else {
            throw builder.refused("windows beyond the border have no gradient yet")
        }
        guard let data = node.input(0) else { throw builder.refused("its input is missing") }
        var powers = order == 2 ? builder.add(.mul, [data, data]) : builder.add(.abs, [data])
        if order > 2 { powers = builder.add(.pow, [powers, try builder.number(Float(order))]) }
        let sums: ValueID
        if node.op == .globalLpPool {
            let axes = try builder.integers(Array(2..<shape.count))
            sums = builder.add(.reduceSum, [powers, axes], ["keepdims": .int(1)])
        } else {
            guard let kernel = node.ints("kernel_shape") else { throw builder.refused("it needs a window") }
            var attributes = node.attributes
            attributes["p"] = nil
            attributes["count_include_pad"] = .int(1)
            let means = builder.add(.averagePool, [powers], attributes)
            sums = builder.add(.mul, [means, try builder.number(kernel.reduce(1) { $0 * Float($1) })])
        }
        if order == 1 { return builder.finish(.identity, [sums]) }
        let bounded = builder.add(.maximum, [sums, try builder.number(least)])
        if order == 2 { return builder.finish(.sqrt, [bounded]) }
        builder.finish(.pow, [bounded, try builder.number(1 / Float(order))])
    }
}
