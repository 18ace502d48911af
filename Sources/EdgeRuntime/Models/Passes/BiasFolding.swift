import EdgeTensors

extension Graph {
    /// Makes one `Gemm` of a matrix product and the addition of a row.
    ///
    /// Quantized products are left alone: they round in between.
    public mutating func foldBiases() throws {
        let readers = consumers()
        let captured = nodes.reduce(into: Set(outputs)) { $0.formUnion(capturedValues(of: $1)) }
        for position in nodes.indices where nodes[position].op == .matMul {
            let product = nodes[position]
            guard let middle = product.outputs.first, !captured.contains(middle), let only = readers[middle],
                only.count == 1,
                nodes[only[0]].op == .add, let sum = nodes[only[0]].outputs.first,
                type(of: middle)?.quantization == nil,
                let left = product.input(0), let right = product.input(1), type(of: left)?.shape?.count == 2,
                let weights = type(of: right)?.fixedShape, weights.count == 2,
                let bias = nodes[only[0]].inputs.compactMap({ $0 }).first(where: { $0 != middle }),
                let row = type(of: bias)?.fixedShape, row == [weights[1]] || row == [1, weights[1]],
                isSettled(bias, before: position)
            else { continue }
            nodes[position] = Node(
                name: product.name, op: .gemm, inputs: [left, right, bias], outputs: [sum],
                attributes: product.attributes)
            nodes[only[0]].inputs = []
            nodes[only[0]].outputs = []
        }
        nodes.removeAll { $0.outputs.isEmpty }
    }

    /// Whether a value is known before a node runs: a constant, or one dequantized ahead of it.
    private func isSettled(_ id: ValueID, before position: Int) -> Bool {
        constants[id] != nil
            || nodes[..<position].contains { node in
                node.op == .dequantizeLinear && node.outputs.first == id
                    && node.input(0).map { constants[$0] != nil } == true
            }
    }
}
