import EdgeTensors

/// `Slice`: its ranges resolved against the extents, as ONNX defines them.
extension ShapeInference {
    /// The part of one axis that a slice takes.
    struct Cut {
        var axis: Int
        var start: Int
        var step: Int
        var count: Int
    }

    func inferSlice(_ node: Node) throws -> TensorType? {
        guard let source = type(node, 0) else { return nil }
        guard var shape = source.shape else { return TensorType(dtype: source.dtype, shape: nil) }
        guard let cuts = try cuts(node, shape) else {
            var touched = Array(shape.indices)
            if let values = integers(node, 3) { touched = try axes(values, rank: shape.count, of: node) }
            for axis in touched { shape[axis] = unknown(node, axis) }
            return TensorType(dtype: source.dtype, shape: shape)
        }
        for (axis, cut) in cuts { shape[axis] = cut.map { .fixed($0.count) } ?? unknown(node, axis) }
        return TensorType(dtype: source.dtype, shape: shape)
    }

    /// For each sliced axis its part; nil for an axis whose extent is not known, nil in all where the ranges are computed.
    func cuts(_ node: Node, _ shape: [Dimension]) throws -> [(Int, Cut?)]? {
        guard let starts = integers(node, 1), let ends = integers(node, 2) else { return nil }
        var targets = Array(0..<min(starts.count, shape.count))
        if node.input(3) != nil {
            guard let values = integers(node, 3) else { return nil }
            targets = try axes(values, rank: shape.count, of: node)
        }
        var steps = [Int](repeating: 1, count: starts.count)
        if node.input(4) != nil {
            guard let values = integers(node, 4) else { return nil }
            steps = values
        }
        guard starts.count == ends.count, starts.count == targets.count, starts.count == steps.count else {
            throw ModelError.shape(
                node, "\(starts.count) starts, \(ends.count) ends, \(targets.count) axes, \(steps.count) steps")
        }
        return try targets.enumerated().map { position, axis in
            guard let extent = shape[axis].fixedValue else { return (axis, nil) }
            let step = steps[position]
            guard step != 0 else { throw ModelError.shape(node, "a step is 0") }
            return (axis, Self.cut(axis, extent, starts[position], ends[position], step))
        }
    }

    static func cut(_ axis: Int, _ extent: Int, _ start: Int, _ end: Int, _ step: Int) -> Cut {
        // Clamped first: starts and ends as large as Int64 stand for "to the border".
        func resolved(_ value: Int, _ low: Int, _ high: Int) -> Int {
            let shifted = value < 0 ? (value < -extent ? -1 : value + extent) : value
            return min(max(shifted, low), high)
        }
        let pace = min(max(step, -extent - 1), extent + 1)
        if pace > 0 {
            let first = resolved(start, 0, extent)
            let last = resolved(end, 0, extent)
            return Cut(axis: axis, start: first, step: pace, count: max(0, (last - first + pace - 1) / pace))
        }
        let first = resolved(start, 0, max(0, extent - 1))
        let last = resolved(end, -1, extent - 1)
        return Cut(
            axis: axis, start: first, step: pace, count: extent == 0 ? 0 : max(0, (first - last - pace - 1) / -pace))
    }
}
