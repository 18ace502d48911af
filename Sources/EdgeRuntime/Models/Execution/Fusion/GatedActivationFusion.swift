import EdgeTensors

/// Functions that exporters write as several nodes: GELU, by erf and by tanh, and SiLU (`x * sigmoid(x)`).
///
/// A product is taken apart into its factors first, so that it does not matter in which order they are multiplied.
enum GatedActivationFusion {
    static func apply(to graph: inout Graph) {
        let pattern = GraphPattern(graph)
        for position in graph.nodes.indices where graph.nodes[position].op == .mul {
            let node = graph.nodes[position]
            guard let output = node.outputs.first, let replacement = match(output, pattern),
                pattern.sameShape(replacement.input, output), graph.isPlainFloat(replacement.input),
                graph.type(of: output)?.dtype == .f32
            else { continue }
            graph.nodes[position].op = replacement.op
            graph.nodes[position].inputs = [replacement.input]
            graph.nodes[position].attributes = replacement.attributes
        }
        graph.removeDeadNodes()
    }

    private struct Replacement {
        var op: Operator
        var input: ValueID
        var attributes: [String: Attribute] = [:]
    }

    private static func match(_ output: ValueID, _ pattern: GraphPattern) -> Replacement? {
        // The product as it stands, then taken apart once and twice: a factor may be a product that belongs together.
        for depth in 1...2 {
            let (scale, values) = pattern.split(pattern.factors(of: output, depth: depth))
            guard values.count == 2 else { continue }
            for (x, gate) in [(values[0], values[1]), (values[1], values[0])] {
                if abs(scale - 1) < 1e-6, let sigmoid = pattern.node(making: gate, .sigmoid), sigmoid.input(0) == x {
                    return Replacement(op: .swish, input: x)
                }
                guard abs(scale - 0.5) < 1e-6, let sum = pattern.node(making: gate, .add),
                    let curve = pattern.summand(of: sum, plus: 1)
                else { continue }
                if let erf = pattern.node(making: curve, .erf), let inner = erf.input(0), isScaled(inner, x, pattern) {
                    return Replacement(op: .gelu, input: x)
                }
                if let tanh = pattern.node(making: curve, .tanh), let inner = tanh.input(0), isCubic(inner, x, pattern)
                {
                    return Replacement(op: .gelu, input: x, attributes: ["approximate": .string("tanh")])
                }
            }
        }
        return nil
    }

    /// Whether a value is x divided by the root of 2.
    private static func isScaled(_ id: ValueID, _ x: ValueID, _ pattern: GraphPattern) -> Bool {
        if let quotient = pattern.node(making: id, .div) {
            return quotient.input(0) == x && pattern.isNumber(quotient.input(1), 1.414_213_6)
        }
        guard let product = pattern.node(making: id, .mul), let factor = pattern.other(product, than: x) else {
            return false
        }
        return pattern.isNumber(factor, 0.707_106_8)
    }

    /// Whether a value is `sqrt(2 / pi) * (x + 0.044715 * x^3)`.
    private static func isCubic(_ id: ValueID, _ x: ValueID, _ pattern: GraphPattern) -> Bool {
        guard let product = pattern.node(making: id, .mul), product.inputs.count == 2 else { return false }
        for (factor, sum) in [(product.input(0), product.input(1)), (product.input(1), product.input(0))] {
            guard pattern.isNumber(factor, 0.797_884_6), let sum = pattern.node(making: sum, .add),
                let cubic = pattern.other(sum, than: x)
            else { continue }
            let (scale, values) = pattern.split(pattern.factors(of: cubic, depth: 3))
            guard abs(scale - 0.044715) < 1e-6 else { continue }
            if values == [x, x, x] { return true }
            if values.count == 1, let power = pattern.node(making: values[0], .pow) {
                return power.input(0) == x && pattern.isNumber(power.input(1), 3)
            }
        }
        return false
    }
}
