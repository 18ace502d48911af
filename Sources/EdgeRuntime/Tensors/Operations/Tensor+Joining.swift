extension Tensor {
    /// The parts at these positions of an axis, in this order; positions may repeat.
    public func gathered(axis: Int = 0, at positions: [Int]) throws -> Tensor {
        let axis = try self.axis(axis)
        if dtype.isPacked {
            return try converted(to: dtype.unpacked).gathered(axis: axis, at: positions).converted(to: dtype)
        }
        for position in positions where position < 0 || position >= shape[axis] {
            throw TensorError.outOfRange("position \(position) of an axis of \(shape[axis]) elements")
        }
        var target = shape
        target[axis] = positions.count
        var result = try Tensor(zeros: target, like: self)
        let outer = shape[..<axis].reduce(1, *)
        let run = shape[(axis + 1)...].reduce(1, *) * (dtype.bits / 8)
        let extent = shape[axis]
        guard run > 0, outer > 0 else { return result }
        try withBytes { source in
            try result.withMutableBytes { bytes in
                guard let from = source.baseAddress, let to = bytes.baseAddress else { return }
                for block in 0..<outer {
                    for (index, position) in positions.enumerated() {
                        (to + (block * positions.count + index) * run)
                            .copyMemory(from: from + (block * extent + position) * run, byteCount: run)
                    }
                }
            }
        }
        return result
    }

    /// Tensors of one type joined along an axis; the other extents must agree.
    public static func concatenated(_ parts: [Tensor], axis: Int = 0) throws -> Tensor {
        guard let first = parts.first else { throw TensorError.shapeMismatch("there is nothing to concatenate") }
        let axis = try first.axis(axis)
        var target = first.shape
        target[axis] = 0
        for part in parts {
            guard part.dtype == first.dtype else {
                throw TensorError.wrongType(expected: first.dtype, found: part.dtype)
            }
            let fits =
                part.rank == first.rank
                && part.shape.indices.allSatisfy { $0 == axis || part.shape[$0] == first.shape[$0] }
            guard fits else {
                throw TensorError.shapeMismatch(
                    "shapes \(first.shape) and \(part.shape) cannot be concatenated along axis \(axis)")
            }
            let (extent, overflow) = target[axis].addingReportingOverflow(part.shape[axis])
            guard !overflow else { throw TensorError.tooLarge(shape: part.shape) }
            target[axis] = extent
        }
        if first.dtype.isPacked {
            return try concatenated(parts.map { try $0.converted(to: first.dtype.unpacked) }, axis: axis).converted(
                to: first.dtype)
        }
        let parts = first.dtype == .text ? try Tensor.sharingTexts(parts) : parts
        var result = try Tensor(zeros: target, like: parts[0])
        let outer = target[..<axis].reduce(1, *)
        let inner = target[(axis + 1)...].reduce(1, *) * (first.dtype.bits / 8)
        let row = target[axis] * inner
        var start = 0
        for part in parts {
            let run = part.shape[axis] * inner
            guard run > 0, outer > 0 else { continue }
            try part.withBytes { source in
                try result.withMutableBytes { bytes in
                    guard let from = source.baseAddress, let to = bytes.baseAddress else { return }
                    for block in 0..<outer {
                        (to + block * row + start).copyMemory(from: from + block * run, byteCount: run)
                    }
                }
            }
            start += run
        }
        return result
    }

    /// Tensors of one shape and type as the parts of a new axis.
    public static func stacked(_ parts: [Tensor], axis: Int = 0) throws -> Tensor {
        try concatenated(parts.map { try $0.expanded(at: axis) }, axis: axis)
    }
}
