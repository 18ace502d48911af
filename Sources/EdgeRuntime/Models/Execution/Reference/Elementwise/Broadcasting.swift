import EdgeTensors

/// Walks the elements of a result together with those of its operands, which are repeated along axes where they are 1 (NumPy's rules).
struct Broadcasting {
    /// The shape of the result.
    let shape: [Int]
    private let extents: [Int]
    /// For each operand, the distance of neighbours on each (merged) axis.
    private let strides: [[Int]]

    /// Nil where the shapes do not fit together.
    init?(_ shapes: [[Int]]) {
        guard let shape = Self.shape(of: shapes) else { return nil }
        self.shape = shape
        var extents: [Int] = []
        var strides = [[Int]](repeating: [], count: shapes.count)
        let full = shapes.map { Self.strides(of: $0, in: shape) }
        for axis in shape.indices where shape[axis] != 1 {
            let current = full.map { $0[axis] }
            let merges = !extents.isEmpty && shapes.indices.allSatisfy { strides[$0].last == current[$0] * shape[axis] }
            if merges { extents[extents.count - 1] *= shape[axis] } else { extents.append(shape[axis]) }
            for operand in shapes.indices {
                if merges {
                    strides[operand][extents.count - 1] = current[operand]
                } else {
                    strides[operand].append(current[operand])
                }
            }
        }
        if extents.isEmpty {
            extents = [1]
            strides = strides.map { _ in [1] }
        }
        self.extents = extents
        self.strides = strides
    }

    /// The common shape of several, nil where they do not fit together.
    static func shape(of shapes: [[Int]]) -> [Int]? {
        let rank = shapes.map(\.count).max() ?? 0
        var result = [Int](repeating: 1, count: rank)
        for shape in shapes {
            for (axis, extent) in zip(result.indices.suffix(shape.count), shape) where extent != 1 {
                guard result[axis] == 1 || result[axis] == extent else { return nil }
                result[axis] = extent
            }
        }
        return result
    }

    private static func strides(of operand: [Int], in shape: [Int]) -> [Int] {
        let own = Tensor.contiguousStrides(of: operand)
        let missing = shape.count - operand.count
        return shape.indices.map { axis in
            axis < missing || operand[axis - missing] == 1 ? 0 : own[axis - missing]
        }
    }

    /// The count of rows, the extent of each, and the distances of two operands' elements inside a row and between rows, where at
    /// most two merged axes are left; nil where there are more.
    var matrix: (rows: Int, columns: Int, rowStrides: [Int], columnStrides: [Int])? {
        switch extents.count {
        case 1: (1, extents[0], strides.map { _ in 0 }, strides.map { $0[0] })
        case 2: (extents[0], extents[1], strides.map { $0[0] }, strides.map { $0[1] })
        default: nil
        }
    }

    /// Calls `row` for each run of neighbours on the last axis: the position in the result, and for each operand its position and step.
    ///
    /// - Parameter row: (result position, count, positions, steps).
    @inline(__always) func forEachRow(
        _ row: (Int, Int, UnsafeMutableBufferPointer<Int>, UnsafeMutableBufferPointer<Int>) -> Void
    ) {
        guard !shape.contains(0) else { return }
        let last = extents.count - 1
        let operands = strides.count
        withUnsafeTemporaryAllocation(of: Int.self, capacity: extents.count + 2 * operands) { memory in
            memory.initialize(repeating: 0)
            let counters = UnsafeMutableBufferPointer(rebasing: memory[0..<extents.count])
            let positions = UnsafeMutableBufferPointer(rebasing: memory[extents.count..<extents.count + operands])
            let steps = UnsafeMutableBufferPointer(rebasing: memory[(extents.count + operands)...])
            for operand in 0..<operands { steps[operand] = strides[operand][last] }
            var target = 0
            while true {
                row(target, extents[last], positions, steps)
                target += extents[last]
                var axis = last - 1
                while axis >= 0 {
                    counters[axis] += 1
                    for operand in 0..<operands { positions[operand] += strides[operand][axis] }
                    if counters[axis] < extents[axis] { break }
                    for operand in 0..<operands { positions[operand] -= strides[operand][axis] * extents[axis] }
                    counters[axis] = 0
                    axis -= 1
                }
                if axis < 0 { return }
            }
        }
    }
}
