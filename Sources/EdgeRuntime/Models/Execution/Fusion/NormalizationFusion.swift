import EdgeTensors

/// Layer normalization as exporters write it where the format has no operator for it: mean, difference, square, mean, epsilon, root,
/// quotient, then scale and bias.
enum NormalizationFusion {
    private struct Match {
        var input: ValueID
        var epsilon: Float
        /// The extent of the last axis.
        var columns: Int
    }

    static func apply(to graph: inout Graph) throws(ModelError) {
        let pattern = GraphPattern(graph)
        let uses = GraphUses(graph)
        for position in graph.nodes.indices where graph.nodes[position].op == .div {
            let node = graph.nodes[position]
            guard let match = match(node, pattern), let quotient = node.outputs.first else { continue }
            // What follows may be the scale, then the bias; each only where nothing else reads the step before it.
            var last = position
            var (scale, bias): (ValueID?, ValueID?) = (nil, nil)
            if let next = uses.onlyReader(of: quotient), graph.nodes[next].op == .mul,
                let factor = pattern.other(graph.nodes[next], than: quotient), isRow(factor, match.columns, graph)
            {
                (scale, last) = (factor, next)
                if let product = graph.nodes[next].outputs.first, let after = uses.onlyReader(of: product),
                    graph.nodes[after].op == .add, let summand = pattern.other(graph.nodes[after], than: product),
                    isRow(summand, match.columns, graph)
                {
                    (bias, last) = (summand, after)
                }
            }
            if scale == nil {
                let ones: Tensor
                do {
                    ones = try Tensor([Float](repeating: 1, count: match.columns), shape: [match.columns])
                } catch { throw .node(node, "\(error)") }
                scale = graph.addConstant(name: graph.uniqueValueName(node.name + ".scale"), ones)
            }
            graph.nodes[last].op = .layerNormalization
            graph.nodes[last].inputs = [match.input, scale] + (bias.map { [$0] } ?? [])
            graph.nodes[last].attributes = ["axis": .int(-1), "epsilon": .float(match.epsilon)]
        }
        graph.removeDeadNodes()
    }

    private static func match(_ node: Node, _ pattern: GraphPattern) -> Match? {
        guard let difference = node.input(0), let sub = pattern.node(making: difference, .sub), let x = sub.input(0),
            let mean = pattern.node(making: sub.input(1), .reduceMean), mean.input(0) == x,
            isLastAxis(mean, pattern, of: x),
            let root = pattern.node(making: node.input(1), .sqrt), let sum = pattern.node(making: root.input(0), .add)
        else { return nil }
        for (variance, epsilon) in [(sum.input(0), sum.input(1)), (sum.input(1), sum.input(0))] {
            guard let epsilon = pattern.number(epsilon), epsilon > 0,
                let average = pattern.node(making: variance, .reduceMean),
                let square = average.input(0), isSquare(square, of: difference, pattern),
                isLastAxis(average, pattern, of: square),
                let columns = pattern.graph.type(of: x)?.shape?.last?.fixedValue, columns > 0,
                pattern.graph.isPlainFloat(x)
            else { continue }
            return Match(input: x, epsilon: epsilon, columns: columns)
        }
        return nil
    }

    private static func isSquare(_ id: ValueID, of difference: ValueID, _ pattern: GraphPattern) -> Bool {
        if let power = pattern.node(making: id, .pow) {
            return power.input(0) == difference && pattern.isNumber(power.input(1), 2)
        }
        guard let product = pattern.node(making: id, .mul) else { return false }
        return product.input(0) == difference && product.input(1) == difference
    }

    private static func isLastAxis(_ node: Node, _ pattern: GraphPattern, of id: ValueID) -> Bool {
        guard (node.int("keepdims") ?? 1) != 0, let rank = pattern.graph.type(of: id)?.shape?.count,
            let axes = node.ints("axes") ?? node.input(1).flatMap({ pattern.graph.constants[$0]?.integerValues() })
        else { return false }
        return axes == [-1] || axes == [rank - 1]
    }

    /// A constant with one number for each element of the last axis and no other axes.
    private static func isRow(_ id: ValueID, _ columns: Int, _ graph: Graph) -> Bool {
        graph.isPlainFloat(id) && graph.constants[id]?.shape == [columns]
    }
}
