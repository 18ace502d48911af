/// How the elements along an axis become one.
public enum Reduction: String, Sendable, CaseIterable {
    case sum, mean, minimum, maximum
}

extension Tensor {
    /// Reduces some axes (all when nil) to one number each; `keepingAxes` leaves them with extent 1.
    ///
    /// Sums run in double precision. The result has the tensor's type, i64 for sums of integers, f64 for means of them.
    /// - Throws: `TensorError` for a minimum, maximum or mean of nothing.
    public func reduced(_ reduction: Reduction, axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
        let removed = try Set(axes.map { try $0.map { try axis($0) } } ?? Array(shape.indices))
        let kept = shape.indices.filter { !removed.contains($0) }
        let width = removed.reduce(1) { $0 * shape[$1] }
        let outer = kept.map { shape[$0] }
        guard width > 0 || reduction == .sum else {
            throw TensorError.shapeMismatch("there is no \(reduction.rawValue) of no elements")
        }
        let ordered = try transposed(kept + removed.sorted())
        let result = shape.indices.compactMap { removed.contains($0) ? (keepingAxes ? 1 : nil) : shape[$0] }
        let rows = outer.reduce(1, *)
        if !dtype.isFloat, reduction != .mean {
            let integers = try ordered.integers()
            let values = (0..<rows).map { row in
                Tensor.reduce(integers[row * width..<(row + 1) * width], reduction)
            }
            return try Tensor(integers: values, shape: result, dtype: reduction == .sum ? .i64 : dtype)
        }
        let numbers = try ordered.numbers()
        let values = (0..<rows).map { row in
            Tensor.reduce(numbers[row * width..<(row + 1) * width], reduction)
        }
        return try Tensor(numbers: values, shape: result, dtype: dtype.isFloat ? dtype : .f64)
    }

    private static func reduce(_ row: ArraySlice<Int64>, _ reduction: Reduction) -> Int64 {
        switch reduction {
        case .sum, .mean: row.reduce(0) { BinaryOperation.add.apply($0, $1) }
        case .minimum: row.min() ?? 0
        case .maximum: row.max() ?? 0
        }
    }

    private static func reduce(_ row: ArraySlice<Double>, _ reduction: Reduction) -> Double {
        switch reduction {
        case .sum: row.reduce(0, +)
        case .mean: row.reduce(0, +) / Double(row.count)
        case .minimum: row.dropFirst().reduce(row.first ?? 0) { BinaryOperation.minimum.apply($0, $1) }
        case .maximum: row.dropFirst().reduce(row.first ?? 0) { BinaryOperation.maximum.apply($0, $1) }
        }
    }

    public func sum(axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
        try reduced(.sum, axes: axes, keepingAxes: keepingAxes)
    }

    public func mean(axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
        try reduced(.mean, axes: axes, keepingAxes: keepingAxes)
    }

    public func minimum(axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
        try reduced(.minimum, axes: axes, keepingAxes: keepingAxes)
    }

    public func maximum(axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
        try reduced(.maximum, axes: axes, keepingAxes: keepingAxes)
    }

    /// The position of the largest element along an axis, the first of equal ones, as i64. NaN counts as the largest.
    public func argmax(axis: Int = -1) throws -> Tensor {
        let axis = try self.axis(axis)
        let width = shape[axis]
        guard width > 0 else { throw TensorError.shapeMismatch("there is no largest of no elements") }
        let order = shape.indices.filter { $0 != axis } + [axis]
        let numbers = try transposed(order).numbers()
        var result = shape
        result.remove(at: axis)
        let positions = (0..<numbers.count / width).map { row -> Int64 in
            var best = 0
            for position in 1..<max(width, 1) {
                let (candidate, current) = (numbers[row * width + position], numbers[row * width + best])
                if candidate > current || (candidate.isNaN && !current.isNaN) { best = position }
            }
            return Int64(best)
        }
        return try Tensor(positions, shape: result)
    }
}
