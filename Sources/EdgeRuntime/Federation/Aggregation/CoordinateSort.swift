import EdgeTensors

/// Strategies that look at each coordinate alone, among its sorted values.
struct CoordinateSort {
    /// What is taken of the sorted values of a coordinate.
    enum Choice {
        /// The middle one, or the mean of the two in the middle.
        case median
        /// The mean of all but the `cut` smallest and the `cut` largest.
        case trimmedMean(cut: Int)
    }

    /// Half of a usual second-level cache for the block that is sorted.
    private static let blockBytes = 128 << 10

    private let choice: Choice

    init(_ choice: Choice) { self.choice = choice }

    /// All numbers must be finite.
    func of(_ updates: [Update], _ progress: ((Double) throws -> Void)?) throws -> Update {
        let network = SortingNetwork(rows: updates.count)
        return try TensorColumn.map(updates, progress) { tensors in
            TensorColumn.isDouble(tensors)
                ? try joined(tensors, network, of: Double.self) : try joined(tensors, network, of: Float.self)
        }
    }

    private func joined<Element: TensorElement & BinaryFloatingPoint>(
        _ tensors: [Tensor], _ network: SortingNetwork, of type: Element.Type
    ) throws -> Tensor {
        var result = try Tensor(zeros: tensors[0].shape, dtype: Element.dtype)
        let count = result.count
        let block = max(64, min(4096, CoordinateSort.blockBytes / MemoryLayout<Element>.size / tensors.count))
        let taken = taken(of: tensors.count)
        let share = 1 / Double(taken.count)
        var rows = [Element](repeating: 0, count: block * tensors.count)
        var sums = [Double](repeating: 0, count: block)
        try TensorColumn.withPointers(tensors, of: Element.self) { columns in
            try result.withMutableElements(of: Element.self) { out in
                rows.withUnsafeMutableBufferPointer { rows in
                    sums.withUnsafeMutableBufferPointer { sums in
                        guard let out = out.baseAddress, let rows = rows.baseAddress, let sums = sums.baseAddress else {
                            return
                        }
                        var start = 0
                        while start < count {
                            let length = min(block, count - start)
                            for (row, column) in columns.enumerated() {
                                (rows + row * block).update(from: column + start, count: length)
                            }
                            for (low, high) in network.comparisons {
                                exchange(rows + low * block, rows + high * block, length)
                            }
                            sums.update(repeating: 0, count: length)
                            for row in taken {
                                let values = rows + row * block
                                for index in 0..<length { sums[index] += Double(values[index]) }
                            }
                            for index in 0..<length { out[start + index] = Element(sums[index] * share) }
                            start += length
                        }
                    }
                }
            }
        }
        return result
    }

    /// The sorted values whose mean is the result.
    private func taken(of count: Int) -> ClosedRange<Int> {
        switch choice {
        case .median: (count - 1) / 2...count / 2
        case .trimmedMean(let cut): cut...count - 1 - cut
        }
    }

    /// The smaller numbers to the first row, the larger ones to the second.
    @inline(__always)
    private func exchange<Element: BinaryFloatingPoint>(
        _ low: UnsafeMutablePointer<Element>, _ high: UnsafeMutablePointer<Element>, _ length: Int
    ) {
        for index in 0..<length {
            let (a, b) = (low[index], high[index])
            low[index] = b < a ? b : a
            high[index] = b < a ? a : b
        }
    }
}
