import EdgeTensors

extension Graph {
    /// Computes nodes whose inputs are all constants, as far as their results stay small (64 MiB in all).
    public mutating func foldConstants() throws {
        var budget = 64 << 20
        let kept = Set(outputs)
        var left: [Node] = []
        for node in nodes {
            guard node.outputs.count == 1, let output = node.outputs.first, !kept.contains(output),
                !node.inputs.isEmpty,
                node.inputs.allSatisfy({ $0.map { constants[$0] != nil } ?? true }),
                type(of: output)?.quantization == nil,
                let shape = type(of: output)?.fixedShape, let count = Tensor.elementCount(of: shape),
                count * 4 <= budget,
                let result = try? ConstantEvaluator(graph: self).evaluate(node), result.shape == shape
            else {
                left.append(node)
                continue
            }
            budget -= result.byteCount
            constants[output] = result
            self[output].type = TensorType(dtype: result.dtype, shape: result.shape.map(Dimension.fixed))
        }
        nodes = left
        removeDeadNodes()
    }
}

/// Computes the operators that stand between constants in practice: reshaping, casting, dequantizing, plain arithmetic.
private struct ConstantEvaluator {
    let graph: Graph

    func evaluate(_ node: Node) throws -> Tensor? {
        guard let first = node.input(0), let tensor = graph.constants[first] else { return nil }
        let output = node.outputs.first.flatMap { graph.type(of: $0) }
        guard let shape = output?.fixedShape else { return nil }
        let quantized = node.inputs.contains { $0.flatMap { graph.type(of: $0)?.quantization } != nil }
        switch node.op {
        case .dequantizeLinear where node.inputs.count == 1:
            guard let quantization = graph.type(of: first)?.quantization else { return nil }
            return try Tensor(quantization.realValues(of: tensor), shape: tensor.shape)
        case _ where quantized: return nil
        case .identity, .dropout: return tensor
        case .reshape, .flatten, .squeeze, .unsqueeze: return try tensor.reshaped(shape)
        case .transpose: return try tensor.permuted(node.ints("perm") ?? Array((0..<tensor.rank).reversed()))
        case .cast: return try cast(tensor, to: output?.dtype)
        case .constantOfShape: return try filled(node, shape)
        case .add, .sub, .mul, .div: return try arithmetic(node, shape)
        case .sqrt: return try map(tensor) { $0.squareRoot() }
        case .neg: return try map(tensor) { -$0 }
        case .reciprocal: return try map(tensor) { 1 / $0 }
        default: return nil
        }
    }

    private func cast(_ tensor: Tensor, to dtype: DType?) throws -> Tensor? {
        guard let dtype else { return nil }
        if dtype == tensor.dtype { return tensor }
        if dtype == .f32 { return try tensor.realValues().map { try Tensor($0, shape: tensor.shape) } }
        guard !dtype.isFloat, let values = tensor.integerValues() else { return nil }
        return try Tensor.integers(values, shape: tensor.shape, dtype: dtype)
    }

    private func filled(_ node: Node, _ shape: [Int]) throws -> Tensor? {
        var value = try Tensor(scalar: Float(0))
        if case .tensor(let given)? = node.attributes["value"] { value = given }
        let count = shape.reduce(1, *)
        if let number = value.integerValues()?.first {
            return try Tensor.integers([Int](repeating: number, count: count), shape: shape, dtype: value.dtype)
        }
        guard value.dtype == .f32, let number = value.realValues()?.first else { return nil }
        return try Tensor([Float](repeating: number, count: count), shape: shape)
    }

    private func map(_ tensor: Tensor, _ function: (Float) -> Float) throws -> Tensor? {
        guard tensor.dtype == .f32, let values = tensor.realValues() else { return nil }
        return try Tensor(values.map(function), shape: tensor.shape)
    }

    private func arithmetic(_ node: Node, _ shape: [Int]) throws -> Tensor? {
        guard let left = node.input(0).flatMap({ graph.constants[$0] }),
            let right = node.input(1).flatMap({ graph.constants[$0] }),
            left.dtype == .f32, right.dtype == .f32, let a = left.realValues(), let b = right.realValues()
        else { return nil }
        let leftSteps = steps(left.shape, shape)
        let rightSteps = steps(right.shape, shape)
        var index = [Int](repeating: 0, count: shape.count)
        var result: [Float] = []
        result.reserveCapacity(shape.reduce(1, *))
        for _ in 0..<shape.reduce(1, *) {
            let x = a[zip(index, leftSteps).reduce(0) { $0 + $1.0 * $1.1 }]
            let y = b[zip(index, rightSteps).reduce(0) { $0 + $1.0 * $1.1 }]
            result.append(node.op == .add ? x + y : node.op == .sub ? x - y : node.op == .mul ? x * y : x / y)
            for axis in shape.indices.reversed() {
                index[axis] += 1
                if index[axis] < shape[axis] { break }
                index[axis] = 0
            }
        }
        return try Tensor(result, shape: shape)
    }

    /// The strides of a tensor seen under a larger shape: nothing along axes that it is repeated on.
    private func steps(_ shape: [Int], _ target: [Int]) -> [Int] {
        let own = Tensor.contiguousStrides(of: shape)
        let missing = target.count - shape.count
        return target.indices.map { axis in axis < missing || shape[axis - missing] == 1 ? 0 : own[axis - missing] }
    }
}
