import EdgeTensors

extension Graph {
    /// Settles softmax of ONNX before opset 13, which took everything from `axis` on as one row: the same as today's where
    /// all but one of these extents are 1, else between two reshapes.
    mutating func resolveLegacySoftmax() throws {
        var position = 0
        while position < nodes.count {
            var node = nodes[position]
            guard let legacy = node.int("legacy_axis"), let data = node.input(0), let output = node.outputs.first else {
                position += 1
                continue
            }
            node.attributes["legacy_axis"] = nil
            if let axis = equivalentAxis(legacy, shape: type(of: data)?.shape) {
                node.attributes["axis"] = .int(axis)
                nodes[position] = node
                position += 1
                continue
            }
            let name = node.name
            let extents = addValue(name: "\(name)/shape", type: TensorType(dtype: .i64, shape: nil))
            let rows = addValue(
                name: "\(name)/rows",
                type: self.type(of: data).map { TensorType(dtype: $0.dtype, shape: nil, quantization: $0.quantization) }
            )
            let normalised = addValue(
                name: "\(name)/normalised",
                type: self.type(of: output).map {
                    TensorType(dtype: $0.dtype, shape: nil, quantization: $0.quantization)
                })
            node.inputs = [rows]
            node.outputs = [normalised]
            node.attributes["axis"] = .int(-1)
            nodes.replaceSubrange(
                position...position,
                with: [
                    Node(name: "\(name)/shape", op: .shape, inputs: [data], outputs: [extents]),
                    Node(
                        name: "\(name)/flatten", op: .flatten, inputs: [data], outputs: [rows],
                        attributes: ["axis": .int(legacy)]),
                    node,
                    Node(name: "\(name)/reshape", op: .reshape, inputs: [normalised, extents], outputs: [output]),
                ])
            position += 4
            try inferShapes()
            position = 0
        }
    }

    private func equivalentAxis(_ legacy: Int, shape: [Dimension]?) -> Int? {
        guard let shape else { return nil }
        let axis = legacy < 0 ? legacy + shape.count : legacy
        guard axis >= 0, axis < shape.count else { return nil }
        let wide = (axis..<shape.count).filter { shape[$0] != .fixed(1) }
        return wide.isEmpty ? shape.count - 1 : wide.count == 1 ? wide[0] : nil
    }
}
