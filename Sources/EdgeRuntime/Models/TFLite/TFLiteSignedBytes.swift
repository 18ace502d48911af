import EdgeTensors

extension Graph {
    /// Makes signed bytes of unsigned ones, which TFLite's current kernels want: the same numbers, zero points 128 lower. Inputs and outputs keep
    /// their type. A network of unsigned bytes throughout, weights with zero points of their own included, stays as it is: older kernels take it.
    mutating func useSignedBytes() throws {
        let unsigned = values.indices.map(ValueID.init).filter {
            type(of: $0)?.dtype == .u8 && type(of: $0)?.quantization != nil
        }
        let weights = nodes.compactMap { node in
            [.conv, .convTranspose, .gemm, .matMul].contains(node.op) ? node.input(1) : nil
        }
        let lopsided = weights.contains { id in
            constants[id] != nil
                && type(of: id)?.quantization?.zeroPoints.contains { $0 != (type(of: id)?.dtype == .u8 ? 128 : 0) }
                    == true
        }
        guard !unsigned.isEmpty,
            !lopsided || weights.contains(where: { constants[$0] != nil && type(of: $0)?.dtype != .u8 })
        else { return }
        let borders = Set(inputs + outputs)
        for id in unsigned {
            guard var type = type(of: id), var quantization = type.quantization else { continue }
            quantization.zeroPoints = quantization.zeroPoints.map { $0 - 128 }
            if borders.contains(id) {
                type.dtype = .i8
                type.quantization = quantization
                try addConversion(of: id, to: type)
            } else {
                if let tensor = constants[id], let stored = tensor.integerValues() {
                    constants[id] = try Tensor.integers(stored.map { $0 - 128 }, shape: tensor.shape, dtype: .i8)
                }
                self[id].type?.dtype = .i8
                self[id].type?.quantization = quantization
            }
        }
    }

    /// Keeps a border's type: the nodes inside use a signed twin.
    private mutating func addConversion(of id: ValueID, to type: TensorType) throws {
        let name = self[id].name
        let twin = addValue(name: uniqueValueName("\(name)_signed"), type: type)
        let isInput = inputs.contains(id)
        for position in nodes.indices {
            for input in nodes[position].inputs.indices where nodes[position].inputs[input] == id {
                nodes[position].inputs[input] = twin
            }
            if let output = nodes[position].outputs.firstIndex(of: id) { nodes[position].outputs[output] = twin }
        }
        let node = Node(
            name: uniqueNodeName("\(name)/signed"), op: .quantizeLinear, inputs: [isInput ? id : twin],
            outputs: [isInput ? twin : id])
        nodes.insert(node, at: isInput ? 0 : nodes.count)
    }
}
