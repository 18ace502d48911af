internal import CDNNL
internal import CEdgeKernels

extension Tensor {
    /// The matrix product by NumPy's rules: the last two axes are matrices, the axes before them are broadcast, and a tensor
    /// of one axis is a row on the left and a column on the right. The result is f32, or f64 where one operand is.
    public func matrixProduct(with other: Tensor) throws -> Tensor {
        guard rank > 0, other.rank > 0 else {
            throw TensorError.shapeMismatch("a scalar has no matrix product")
        }
        let left = rank == 1 ? try expanded(at: 0) : self
        let right = other.rank == 1 ? try other.expanded(at: 1) : other
        let (rows, inner) = (left.shape[left.rank - 2], left.shape[left.rank - 1])
        let columns = right.shape[right.rank - 1]
        guard right.shape[right.rank - 2] == inner else {
            throw TensorError.shapeMismatch("matrices of shapes \(shape) and \(other.shape) cannot be multiplied")
        }
        let outer = try Tensor.broadcastShape(Array(left.shape.dropLast(2)), Array(right.shape.dropLast(2)))
        let a = try left.broadcast(to: outer + [rows, inner])
        let b = try right.broadcast(to: outer + [inner, columns])
        let product =
            dtype == .f64 || other.dtype == .f64
            ? try a.exactProduct(b, outer: outer) : try a.floatProduct(b, outer: outer)
        var shape = product.shape
        if other.rank == 1 { shape.removeLast() }
        if rank == 1 { shape.remove(at: outer.count) }
        return try product.reshaped(shape)
    }

    private func floatProduct(_ other: Tensor, outer: [Int]) throws -> Tensor {
        let (rows, inner, columns) = (shape[rank - 2], shape[rank - 1], other.shape[other.rank - 1])
        var result = try Tensor(zeros: outer + [rows, columns], dtype: .f32)
        guard let m = Int32(exactly: rows), let n = Int32(exactly: columns), let k = Int32(exactly: inner) else {
            throw TensorError.tooLarge(shape: result.shape)
        }
        guard result.count > 0, inner > 0 else { return result }
        let scratch = try TensorStorage(byteCount: edge_gemm_f32_scratch(m, n, k))
        try converted(to: .f32).withElements(of: Float.self) { a in
            try other.converted(to: .f32).withElements(of: Float.self) { b in
                try result.withMutableElements(of: Float.self) { c in
                    guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
                    // From this size on blocking for the caches pays, and oneDNN's set-up no longer counts.
                    let isLarge = rows >= 64 && Double(rows) * Double(columns) * Double(inner) >= 1e8
                    for matrix in 0..<outer.reduce(1, *) {
                        let left = a + matrix * rows * inner
                        let right = b + matrix * inner * columns
                        let product = c + matrix * rows * columns
                        if isLarge,
                            edge_dnnl_gemm(
                                Int64(rows), Int64(columns), Int64(inner), left, Int64(inner), right, Int64(columns),
                                false, product, Int64(columns), 1)
                        {
                            continue
                        }
                        edge_gemm_f32(
                            edge_isa_detected(), m, n, k, left, inner, right, columns, false, product, columns,
                            scratch.base)
                    }
                }
            }
        }
        return result
    }

    private func exactProduct(_ other: Tensor, outer: [Int]) throws -> Tensor {
        let (rows, inner, columns) = (shape[rank - 2], shape[rank - 1], other.shape[other.rank - 1])
        let a = try numbers()
        let b = try other.numbers()
        var result = [Double](repeating: 0, count: outer.reduce(1, *) * rows * columns)
        for matrix in 0..<outer.reduce(1, *) {
            for row in 0..<rows {
                for step in 0..<inner {
                    let factor = a[(matrix * rows + row) * inner + step]
                    for column in 0..<columns {
                        result[(matrix * rows + row) * columns + column] +=
                            factor * b[(matrix * inner + step) * columns + column]
                    }
                }
            }
        }
        return try Tensor(result, shape: outer + [rows, columns])
    }
}
