import EdgeTensors

/// Operators whose result shapes the executor works out: where all extents are known it is asked, so that no rule is written twice.
extension ShapeInference {
    /// The types of results, by lowering the node as if it were run; types alone where shapes are not known yet.
    ///
    /// - Parameter dtypes: the element type of each result.
    func inferByLowering(_ node: Node, dtypes: [DType?]) -> [TensorType?] {
        let unknown = dtypes.map { $0.map { TensorType(dtype: $0, shape: nil) } }
        var operands: [Operand?] = []
        for input in node.inputs {
            guard let input else {
                operands.append(nil)
                continue
            }
            guard let type = graph.type(of: input), let shape = type.fixedShape else { return unknown }
            var constant = graph.constants[input].flatMap { try? $0.atStart() }
            if constant == nil, let values = contents[input]?.map(\.fixedValue), !values.contains(nil) {
                constant = try? Tensor.integers(values.compactMap { $0 }, shape: shape, dtype: type.dtype)
            }
            operands.append(
                Operand(type: ConcreteType(type.dtype, shape, type.quantization), constant: constant))
        }
        let context = LoweringContext(
            node: node, operands: operands, declared: node.outputs.map { graph.type(of: $0) },
            options: ExecutionOptions())
        guard let lowered = try? Lowering.lower(context, states: StateStore()) else { return unknown }
        return lowered.outputs.map { TensorType(dtype: $0.dtype, shape: $0.shape.map(Dimension.fixed)) }
    }

    /// `Cast` and `BitCast`; a cast to the type of another value is settled once that type is known.
    func inferCast(_ node: inout Node) throws -> TensorType? {
        if node.string("to") == nil, node.op == .cast, node.input(1) != nil {
            guard let like = type(node, 1)?.dtype else { return nil }
            node.attributes["to"] = .string(like.rawValue)
            node.inputs.removeLast()
        }
        guard let name = node.string("to"), let dtype = DType(rawValue: name) else {
            throw ModelError.shape(node, "the type to cast to is missing")
        }
        return TensorType(dtype: dtype, shape: shape(node, 0))
    }

    func inferLayerNormalization(_ node: Node) throws -> [TensorType?] {
        guard let source = type(node, 0) else { return node.outputs.map { _ in nil } }
        let statistics: [Dimension]?
        if let shape = source.shape {
            let axis = try axis(node.int("axis") ?? -1, rank: shape.count, of: node)
            statistics = shape.enumerated().map { $0.offset < axis ? $0.element : .fixed(1) }
        } else {
            statistics = nil
        }
        let type = TensorType(dtype: source.dtype == .f64 ? .f64 : .f32, shape: statistics)
        return [TensorType(dtype: source.dtype, shape: source.shape), type, type]
    }
}
