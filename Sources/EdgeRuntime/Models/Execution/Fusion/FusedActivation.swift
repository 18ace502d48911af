import EdgeTensors

/// A clamp that fusion moved into the node before it, as attributes of that node.
enum FusedActivation {
    static let low = "fused_low"
    static let high = "fused_high"
    /// The position of the operand that is added before the clamp.
    static let residual = "fused_residual"

    /// The bounds of a node's result, as real numbers; infinite where there are none.
    static func bounds(_ node: Node) -> (low: Float, high: Float) {
        (node.float(low) ?? -.infinity, node.float(high) ?? .infinity)
    }

    /// Adds the fused residual and clamp to a plain implementation that does not know them.
    static func apply(_ context: LoweringContext, to lowered: Lowered) throws(ModelError) -> Lowered {
        let (low, high) = bounds(context.node)
        let position = context.node.int(residual)
        guard low != -.infinity || high != .infinity || position != nil else { return lowered }
        guard let result = lowered.outputs.first, result.dtype == .f32, lowered.results == nil else {
            throw context.fail("a fused activation does not fit its result")
        }
        if let position, try context.floatOperand(position).shape != result.shape {
            throw context.fail("a fused sum does not fit its result")
        }
        var fused = lowered
        let count = result.count
        let body = lowered.body
        fused.isView = false
        if position != nil { fused.inPlace = [] }
        fused.body = { memory throws(ModelError) in
            try body(memory)
            let target = memory.output(0, as: Float.self)
            if let position {
                let added = memory.input(position, as: Float.self)
                for element in 0..<count { target[element] += added[element] }
            }
            for element in 0..<count { target[element] = min(max(target[element], low), high) }
        }
        return fused
    }
}
