/// The multiplications of one run of a node, as the literature counts MACs: of dense, convolutional and recurrent layers only.
enum MultiplicationCount {
    static func of(_ node: Node, in graph: Graph) -> Int {
        of(node) { id in id.flatMap { graph.type(of: $0)?.shape }?.map { $0.fixedValue ?? 1 } }
    }

    /// - Parameter shape: the extents of a value, nil where they are not known.
    static func of(_ node: Node, shape: (ValueID?) -> [Int]?) -> Int {
        guard let input = shape(node.input(0)), let output = shape(node.outputs.first) else { return 0 }
        switch node.op {
        case .conv:
            // Weights are [out, in / group, kernel…]: each element of the output takes one filter without its first axis.
            guard let weights = shape(node.input(1)) else { return 0 }
            return product(output + weights.dropFirst())
        case .convTranspose:
            // Weights are [in, out / group, kernel…]: each element of the input is spread over one filter.
            guard let weights = shape(node.input(1)) else { return 0 }
            return product(input + weights.dropFirst())
        case .gemm:
            let inner = node.int("transA") == 1 ? input.first : input.last
            return product(output + [inner ?? 1])
        case .matMul: return product(output + [input.last ?? 1])
        case .lstm, .gru, .rnn:
            // Per step and sample every weight of the input's and the state's matrices is used once.
            guard let weights = shape(node.input(1)), let recurrent = shape(node.input(2)), input.count == 3 else {
                return 0
            }
            return product([input[0], input[1], product(weights).saturatingSum(product(recurrent))])
        case .sequenceLSTM:
            guard input.count == 3 else { return 0 }
            // Inputs 1…4 are the gates' input weights, 5…8 their recurrent weights, 16 the projection.
            let weights = (Array(1...8) + [16]).reduce(0) { sum, position in
                shape(node.input(position)).map { sum.saturatingSum(product($0)) } ?? sum
            }
            return product([input[0], input[1], weights])
        case .scan:
            guard let body = node.graph("body") else { return 0 }
            let steps = node.inputs.compactMap { shape($0) }.last?.first ?? 1
            return product([steps, body.nodes.reduce(0) { $0.saturatingSum(of($1, in: body)) }])
        default: return 0
        }
    }

    /// The product, or the largest number where it does not fit.
    private static func product(_ factors: [Int]) -> Int {
        factors.reduce(1) { result, factor in
            let (product, overflow) = result.multipliedReportingOverflow(by: max(0, factor))
            return overflow ? .max : product
        }
    }
}
