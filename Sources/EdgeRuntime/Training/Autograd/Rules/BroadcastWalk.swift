import CEdgeKernels

/// How operands that are repeated to a common shape are walked: axes that no operand tells apart are joined.
struct BroadcastWalk {
    var walk: edge_walk

    /// - Parameter operands: up to three shapes that broadcast to `shape`; missing ones stand still.
    /// - Returns: nil for more axes than the kernels take.
    init?(shape: [Int], operands: [[Int]]) {
        let strides = operands.map { operand -> [Int] in
            let lead = shape.count - operand.count
            var result = [Int](repeating: 0, count: shape.count)
            var step = 1
            for axis in operand.indices.reversed() {
                result[lead + axis] = operand[axis] == 1 ? 0 : step
                step *= operand[axis]
            }
            return result
        }
        var extents: [Int] = []
        var steps = operands.map { _ in [Int]() }
        for axis in shape.indices where shape[axis] != 1 {
            // An axis joins the one before it where a step on that one is a walk through all of this one.
            let joins =
                !extents.isEmpty
                && operands.indices.allSatisfy { steps[$0][extents.count - 1] == strides[$0][axis] * shape[axis] }
            if joins {
                extents[extents.count - 1] *= shape[axis]
                for operand in operands.indices { steps[operand][extents.count - 1] = strides[operand][axis] }
            } else {
                extents.append(shape[axis])
                for operand in operands.indices { steps[operand].append(strides[operand][axis]) }
            }
        }
        guard extents.count <= Int(EDGE_LARGEST_RANK), operands.count <= 3 else { return nil }
        walk = edge_walk()
        walk.rank = Int32(extents.count)
        withUnsafeMutableBytes(of: &walk.extents) { Self.fill($0, extents) }
        if operands.count > 0 { withUnsafeMutableBytes(of: &walk.a_steps) { Self.fill($0, steps[0]) } }
        if operands.count > 1 { withUnsafeMutableBytes(of: &walk.b_steps) { Self.fill($0, steps[1]) } }
        if operands.count > 2 { withUnsafeMutableBytes(of: &walk.c_steps) { Self.fill($0, steps[2]) } }
    }

    private static func fill(_ bytes: UnsafeMutableRawBufferPointer, _ values: [Int]) {
        let target = bytes.bindMemory(to: Int.self)
        for (position, value) in values.enumerated() where position < target.count { target[position] = value }
    }
}
