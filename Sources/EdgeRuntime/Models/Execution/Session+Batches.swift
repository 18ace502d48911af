import EdgeTensors

extension Tensor {
    /// A view of some rows.
    func firstAxis(from start: Int, count: Int) -> Tensor {
        Tensor(
            dtype: dtype, shape: [count] + shape.dropFirst(), strides: strides, offset: offset + start * strides[0],
            storage: storage)
    }

    /// Tensors behind one another along their first axis.
    static func joined(_ parts: [Tensor]) throws -> Tensor {
        guard let first = parts.first, first.rank > 0,
            parts.allSatisfy({
                $0.rank > 0 && $0.shape.dropFirst() == first.shape.dropFirst() && $0.dtype == first.dtype
            })
        else {
            throw ModelError(code: "M0310", message: "the outputs of several batches cannot be joined: no common shape")
        }
        var result = try Tensor(
            zeros: [parts.reduce(0) { $0 + $1.shape[0] }] + first.shape.dropFirst(), like: first)
        try result.withMutableBytes { target in
            var offset = 0
            for part in parts {
                try part.withBytes { source in
                    UnsafeMutableRawBufferPointer(rebasing: target[offset...]).copyMemory(from: source)
                    offset += source.count
                }
            }
        }
        return result
    }
}
