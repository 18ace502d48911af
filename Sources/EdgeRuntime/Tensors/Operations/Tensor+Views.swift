// Views share the block of the tensor they are taken from; none of them copies, save those of packed types, whose elements
// have no address of their own.

extension Tensor {
    /// The axis that an index names; negative ones count from the last.
    package func axis(_ index: Int) throws -> Int {
        let axis = index < 0 ? index + rank : index
        guard shape.indices.contains(axis) else {
            throw TensorError.badAxis(index, rank: rank)
        }
        return axis
    }

    /// A view with other shape, strides and offset; `body` gets a tensor whose elements have addresses.
    private func view(_ body: (Tensor) throws -> Tensor) throws -> Tensor {
        guard dtype.isPacked else { return try body(self) }
        return try body(converted(to: dtype.unpacked)).converted(to: dtype)
    }

    /// Every `step`-th element of an axis within a range; negative steps walk down from the range's last element.
    public func sliced(axis: Int, _ range: Range<Int>, step: Int = 1) throws -> Tensor {
        let axis = try self.axis(axis)
        guard range.lowerBound >= 0, range.upperBound <= shape[axis], step != 0 else {
            throw TensorError.outOfRange(
                "the slice \(range) by \(step) of an axis of \(shape[axis]) elements")
        }
        return try view { source in
            var shape = source.shape
            var strides = source.strides
            let stride = step.magnitude > UInt(Int.max) ? Int.max : Int(step.magnitude)
            shape[axis] = range.isEmpty ? 0 : (range.count - 1) / stride + 1
            let first = range.isEmpty ? 0 : step > 0 ? range.lowerBound : range.upperBound - 1
            let offset = source.offset + first * strides[axis]
            // The stride of a single element is never used and must not overflow.
            strides[axis] = shape[axis] > 1 ? strides[axis] * step : strides[axis]
            return Tensor(dtype: source.dtype, shape: shape, strides: strides, offset: offset, storage: source.storage)
        }
    }

    /// The part at one position of an axis, without that axis.
    public func selected(axis: Int, at position: Int) throws -> Tensor {
        let axis = try self.axis(axis)
        guard shape[axis] > 0, position >= 0, position < shape[axis] else {
            throw TensorError.outOfRange("position \(position) of an axis of \(shape[axis]) elements")
        }
        var result = shape
        result.remove(at: axis)
        let slice = try sliced(axis: axis, position..<position + 1)
        var strides = slice.strides
        strides.remove(at: axis)
        return Tensor(
            dtype: dtype, shape: result, strides: strides, offset: slice.offset, storage: slice.storage)
    }

    /// The axes in another order: axis `i` of the result is axis `order[i]` of this tensor. Reversed when nil.
    public func transposed(_ order: [Int]? = nil) throws -> Tensor {
        let order = try order.map { try $0.map { try axis($0) } } ?? Array(shape.indices.reversed())
        guard order.sorted() == Array(shape.indices) else {
            throw TensorError.shapeMismatch("\(order) is no order of \(rank) axes")
        }
        return try view { source in
            Tensor(
                dtype: source.dtype, shape: order.map { source.shape[$0] }, strides: order.map { source.strides[$0] },
                offset: source.offset, storage: source.storage)
        }
    }

    /// The same elements repeated along axes of extent 1 and new leading axes, by NumPy's rules.
    public func broadcast(to target: [Int]) throws -> Tensor {
        guard Tensor.elementCount(of: target) != nil else { throw TensorError.tooLarge(shape: target) }
        guard target.count >= rank else {
            throw TensorError.shapeMismatch("shape \(shape) cannot be broadcast to \(target)")
        }
        return try view { source in
            var strides = [Int](repeating: 0, count: target.count)
            for (axis, extent) in source.shape.enumerated() {
                let position = target.count - source.rank + axis
                guard extent == target[position] || extent == 1 else {
                    throw TensorError.shapeMismatch("shape \(shape) cannot be broadcast to \(target)")
                }
                strides[position] = extent == 1 ? 0 : source.strides[axis]
            }
            return Tensor(
                dtype: source.dtype, shape: target, strides: strides, offset: source.offset, storage: source.storage)
        }
    }

    /// With a new axis of extent 1 at a position.
    public func expanded(at position: Int) throws -> Tensor {
        let position = position < 0 ? position + rank + 1 : position
        guard (0...rank).contains(position) else { throw TensorError.badAxis(position, rank: rank + 1) }
        var shape = self.shape
        var strides = self.strides
        shape.insert(1, at: position)
        strides.insert(position < rank ? self.strides[position] * self.shape[position] : 1, at: position)
        return Tensor(dtype: dtype, shape: shape, strides: strides, offset: offset, storage: storage)
    }

    /// Without one axis of extent 1, or without all of them when nil.
    public func squeezed(axis: Int? = nil) throws -> Tensor {
        let removed: Set<Int>
        if let axis {
            let axis = try self.axis(axis)
            guard shape[axis] == 1 else {
                throw TensorError.shapeMismatch("axis \(axis) of \(shape) has more than one element")
            }
            removed = [axis]
        } else {
            removed = Set(shape.indices.filter { shape[$0] == 1 })
        }
        let kept = shape.indices.filter { !removed.contains($0) }
        return Tensor(
            dtype: dtype, shape: kept.map { shape[$0] }, strides: kept.map { strides[$0] }, offset: offset,
            storage: storage)
    }

    /// The shape that shapes have in common by NumPy's rules.
    public static func broadcastShape(_ shapes: [Int]...) throws -> [Int] {
        var result: [Int] = []
        for shape in shapes {
            var joined = shape.count > result.count ? shape : result
            for position in 0..<min(shape.count, result.count) {
                let left = result[result.count - 1 - position]
                let right = shape[shape.count - 1 - position]
                guard left == right || left == 1 || right == 1 else {
                    throw TensorError.shapeMismatch("shapes \(shapes) cannot be broadcast together")
                }
                joined[joined.count - 1 - position] = left == 1 ? right : left
            }
            result = joined
        }
        return result
    }
}
