import EdgeTensors

/// `Scaler`, `Normalizer`, `Imputer` and `Binarizer`: features in, as many features out.
enum ScalingSteps {
    /// The features along the second axis (the first of a list), those before and behind it.
    private struct Layout {
        let outer: Int
        let features: Int
        let inner: Int

        init(_ context: LoweringContext) throws(ModelError) {
            let shape = try context.operand(0).shape
            guard let last = shape.last else { throw context.fail("it takes features, found a single number") }
            outer = shape.count == 1 ? 1 : shape[0]
            features = shape.count == 1 ? last : shape[1]
            inner = shape.dropFirst(2).reduce(1, *)
        }
    }

    private static func floats(_ node: Node, _ name: String) -> [Double] {
        if case .floats(let values)? = node.attributes[name] { values.map(Double.init) } else { [] }
    }

    /// Checks what does not depend on the input.
    static func check(_ node: Node) throws(ModelError) {
        switch node.op {
        case .normalizer:
            guard ["MAX", "L1", "L2"].contains(node.string("norm") ?? "MAX") else {
                throw node.bad("it has the norm `\(node.string("norm") ?? "")`")
            }
        case .imputer:
            guard !floats(node, "imputed_value_floats").isEmpty || !(node.ints("imputed_value_int64s") ?? []).isEmpty
            else { throw node.bad("the values that it fills in are missing") }
        default: break
        }
    }

    /// `Scaler`: `(x - offset) * scale`, each for all features or one by one.
    static func scaler(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let layout = try Layout(context)
        let offset = floats(context.node, "offset")
        let scale = floats(context.node, "scale")
        let allowed = [1, layout.features]
        guard allowed.contains(offset.count), allowed.contains(scale.count) else {
            throw context.fail(
                "it has \(offset.count) offsets and \(scale.count) scales for \(layout.features) features")
        }
        let result = try context.result(.f32, try context.operand(0).shape)
        return try .real(context, [result]) { values throws(ModelError) in
            var output = values[0]
            for position in output.indices {
                let feature = position / max(layout.inner, 1) % layout.features
                let centred = Float(output[position]) - Float(offset[offset.count == 1 ? 0 : feature])
                output[position] = Double(centred * Float(scale[scale.count == 1 ? 0 : feature]))
            }
            return [output]
        }
    }

    /// `Normalizer`: the features of a row divided by their norm; a row of norm 0 stays as it is.
    static func normalizer(_ context: LoweringContext) throws(ModelError) -> Lowered {
        try check(context.node)
        let layout = try Layout(context)
        let norm = context.node.string("norm") ?? "MAX"
        let result = try context.result(.f32, try context.operand(0).shape)
        return try .real(context, [result]) { values throws(ModelError) in
            var output = values[0]
            for outer in 0..<layout.outer {
                for inner in 0..<layout.inner {
                    let first = outer * layout.features * layout.inner + inner
                    let row = (0..<layout.features).map { output[first + $0 * layout.inner] }
                    let size: Double =
                        switch norm {
                        case "L1": row.reduce(0) { $0 + abs($1) }
                        case "L2": row.reduce(0) { $0 + $1 * $1 }.squareRoot()
                        default: row.max() ?? 0
                        }
                    guard size != 0 else { continue }
                    for feature in 0..<layout.features { output[first + feature * layout.inner] /= size }
                }
            }
            return [output]
        }
    }

    /// `Imputer`: one value, which stands for a missing one, replaced by another, for all features or one by one.
    static func imputer(_ context: LoweringContext) throws(ModelError) -> Lowered {
        try check(context.node)
        let layout = try Layout(context)
        let operand = try context.operand(0)
        let isFloat = operand.dtype.isFloat
        let filled =
            isFloat
            ? floats(context.node, "imputed_value_floats")
            : (context.node.ints("imputed_value_int64s") ?? []).map(Double.init)
        let missing =
            isFloat
            ? Double(context.node.float("replaced_value_float") ?? 0)
            : Double(context.node.int("replaced_value_int64") ?? 0)
        guard filled.count == 1 || filled.count == layout.features else {
            throw context.fail("it fills in \(filled.count) values for \(layout.features) features")
        }
        let result = try context.result(operand.dtype, operand.shape)
        return try .real(context, [result]) { values throws(ModelError) in
            var output = values[0]
            for position in output.indices
            where output[position] == missing || (missing.isNaN && output[position].isNaN) {
                output[position] = filled[filled.count == 1 ? 0 : position / max(layout.inner, 1) % layout.features]
            }
            return [output]
        }
    }

    /// `Binarizer`: 1 above the threshold, else 0.
    static func binarizer(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let operand = try context.operand(0)
        let threshold = Double(context.node.float("threshold") ?? 0)
        let result = try context.result(operand.dtype, operand.shape)
        return try .real(context, [result]) { values throws(ModelError) in
            [values[0].map { $0 > threshold ? 1 : 0 }]
        }
    }
}
