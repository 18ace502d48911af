import EdgeTensors

/// Refuses a graph whose values and nodes do not fit together, so that the stages behind it need not ask.
enum GraphCheck {
    /// - Throws: `ModelError` naming what is wrong.
    static func check(_ graph: Graph) throws(ModelError) {
        let valid = graph.values.indices
        var made = Set<ValueID>(graph.constants.keys)
        for input in graph.inputs + Array(graph.captures.keys) + Array(graph.variables) {
            guard valid.contains(input.index) else { throw .malformedGraph("an input is not a value of it") }
            made.insert(input)
        }
        for constant in graph.constants.keys {
            guard valid.contains(constant.index) else { throw .malformedGraph("a constant is not a value of it") }
        }
        for (id, tensor) in graph.constants {
            if let quantization = graph.type(of: id)?.quantization {
                try check(quantization, shape: tensor.shape, value: graph.name(of: id))
            }
        }
        for node in graph.nodes {
            for case let input? in node.inputs where !made.contains(input) {
                throw .malformedGraph(
                    "node `\(node.name)` reads `\(graph.name(of: input))`, which is made by no node before it")
            }
            for output in node.outputs {
                guard valid.contains(output.index), made.insert(output).inserted else {
                    throw .malformedGraph("value `\(graph.name(of: output))` is made twice")
                }
                if let type = graph.type(of: output), let quantization = type.quantization {
                    try check(quantization, shape: type.fixedShape, value: graph.name(of: output))
                }
            }
        }
        for output in graph.outputs where !made.contains(output) {
            throw .malformedGraph("output `\(graph.name(of: output))` is made by no node")
        }
    }

    private static func check(_ quantization: Quantization, shape: [Int]?, value: String) throws(ModelError) {
        let scales = quantization.scales.count
        var fits = scales > 0 && quantization.zeroPoints.count == scales
        if let axis = quantization.axis {
            if let shape {
                if shape.indices.contains(axis) {
                    if let groupSize = quantization.groupSize {
                        var groups = shape
                        groups[axis] = groupSize > 0 ? (shape[axis] + groupSize - 1) / groupSize : 0
                        fits = fits && groupSize > 0 && groups.reduce(1, *) == scales
                    } else {
                        fits = fits && shape[axis] == scales
                    }
                } else {
                    fits = false
                }
            }
        } else {
            fits = fits && scales == 1
        }
        guard fits else {
            throw .malformedGraph("the quantization of `\(value)` (\(scales) scales) does not fit its shape")
        }
    }
}
