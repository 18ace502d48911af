import EdgeTensors

/// The weighted mean of updates, summed in double precision over blocks that stay in the nearest cache: every update
/// is read once, and the sums never leave the core.
enum WeightedMean {
    /// 8 KiB of sums.
    private static let block = 1024

    /// - Parameter weights: They add up to 1.
    /// - Returns: the mean, and whether all of its numbers are finite; where not, some update was not.
    static func of(
        _ updates: [Update], _ weights: [Double], _ progress: ((Double) throws -> Void)?
    ) throws -> (update: Update, isFinite: Bool) {
        var isFinite = true
        let update = try TensorColumn.map(updates, progress) { tensors in
            if TensorColumn.isDouble(tensors) {
                let result = try mean(tensors, weights, of: Double.self)
                isFinite = try isFinite && result.firstNotFinite() == nil
                return result
            }
            let (result, finite) = try meanOfFloats(tensors, weights)
            isFinite = isFinite && finite
            return result
        }
        return (update, isFinite)
    }

    private static func meanOfFloats(_ tensors: [Tensor], _ weights: [Double]) throws -> (Tensor, isFinite: Bool) {
        let result = try mean(tensors, weights, of: Float.self)
        return (result, try result.firstNotFinite() == nil)
    }

    private static func mean<Element: TensorElement & BinaryFloatingPoint>(
        _ tensors: [Tensor], _ weights: [Double], of type: Element.Type
    ) throws -> Tensor {
        var result = try Tensor(zeros: tensors[0].shape, dtype: Element.dtype)
        let count = result.count
        try TensorColumn.withPointers(tensors, of: Element.self) { columns in
            try withUnsafeTemporaryAllocation(of: Double.self, capacity: block) { sums in
                guard let sums = sums.baseAddress else { return }
                try result.withMutableElements(of: Element.self) { out in
                    guard let out = out.baseAddress else { return }
                    var start = 0
                    while start < count {
                        let length = min(block, count - start)
                        sum(columns, weights, start, length, sums)
                        for index in 0..<length { out[start + index] = Element(sums[index]) }
                        start += length
                    }
                }
            }
        }
        return result
    }

    /// Four updates at a time, so that a sum is fetched and stored once for four numbers.
    @inline(__always)
    private static func sum<Element: BinaryFloatingPoint>(
        _ columns: [UnsafePointer<Element>], _ weights: [Double], _ start: Int, _ length: Int,
        _ sums: UnsafeMutablePointer<Double>
    ) {
        sums.update(repeating: 0, count: length)
        var row = 0
        while row + 4 <= columns.count {
            let (a, b) = (columns[row] + start, columns[row + 1] + start)
            let (c, d) = (columns[row + 2] + start, columns[row + 3] + start)
            let (u, v, w, x) = (weights[row], weights[row + 1], weights[row + 2], weights[row + 3])
            for index in 0..<length {
                let left = u * Double(a[index]) + v * Double(b[index])
                let right = w * Double(c[index]) + x * Double(d[index])
                sums[index] += left + right
            }
            row += 4
        }
        while row < columns.count {
            let (a, u) = (columns[row] + start, weights[row])
            for index in 0..<length { sums[index] += u * Double(a[index]) }
            row += 1
        }
    }
}
