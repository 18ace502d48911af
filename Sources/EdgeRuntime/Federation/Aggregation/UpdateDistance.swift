import EdgeTensors

/// Squared Euclidean distances between updates, summed in double precision over blocks that stay in the cache.
enum UpdateDistance {
    /// 16 KiB of one update: a few dozen updates stay in the second-level cache while all pairs are compared.
    private static let block = 4096

    /// The distances of all pairs, symmetric.
    static func pairs(_ updates: [Update], _ progress: ((Double) throws -> Void)?) throws -> [[Double]] {
        let count = updates.count
        var distances = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
        try forEachTensor(updates, progress) { columns, length in
            for first in 0..<count {
                for second in first + 1..<max(count, first + 1) {
                    distances[first][second] += distance(columns[first], columns[second], length)
                }
            }
        }
        for first in 0..<count { for second in 0..<first { distances[first][second] = distances[second][first] } }
        return distances
    }

    /// The distances of all updates to one of the same tensors.
    static func distances(
        of updates: [Update], to centre: Update, _ progress: ((Double) throws -> Void)?
    ) throws -> [Double] {
        var result = [Double](repeating: 0, count: updates.count)
        try forEachTensor(updates + [centre], progress) { columns, length in
            for index in result.indices { result[index] += distance(columns[index], columns[updates.count], length) }
        }
        return result
    }

    /// Gives blocks of each tensor in double precision, one pointer an update.
    private static func forEachTensor(
        _ updates: [Update], _ progress: ((Double) throws -> Void)?,
        _ body: ([UnsafePointer<Double>], Int) -> Void
    ) throws {
        var wide = [Double](repeating: 0, count: updates.count * block)
        let total = Double(max(1, updates[0].count))
        var done = 0
        for position in updates[0].parts.indices {
            let tensors = updates.map { $0.parts[position].tensor }
            let count = tensors[0].count
            if TensorColumn.isDouble(tensors) {
                try TensorColumn.withPointers(tensors, of: Double.self) { columns in
                    for start in stride(from: 0, to: count, by: block) {
                        if start % (block << 3) == 0 { try progress?(Double(done + start) / total) }
                        body(columns.map { $0 + start }, min(block, count - start))
                    }
                }
            } else {
                try TensorColumn.withPointers(tensors, of: Float.self) { columns in
                    try wide.withUnsafeMutableBufferPointer { wide in
                        guard let wide = wide.baseAddress else { return }
                        let rows = columns.indices.map { UnsafePointer(wide + $0 * block) }
                        for start in stride(from: 0, to: count, by: block) {
                            let length = min(block, count - start)
                            for (row, column) in columns.enumerated() {
                                let (from, to) = (column + start, wide + row * block)
                                for index in 0..<length { to[index] = Double(from[index]) }
                            }
                            body(rows, length)
                            if start % (block << 3) == 0 { try progress?(Double(done + start) / total) }
                        }
                    }
                }
            }
            done += count
            try progress?(Double(done) / total)
        }
    }

    /// Four sums side by side, since one alone would wait for each of its additions.
    private static func distance(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ length: Int) -> Double {
        var (p, q, r, s) = (0.0, 0.0, 0.0, 0.0)
        var index = 0
        while index + 4 <= length {
            let (d, e) = (a[index] - b[index], a[index + 1] - b[index + 1])
            let (f, g) = (a[index + 2] - b[index + 2], a[index + 3] - b[index + 3])
            p += d * d
            q += e * e
            r += f * f
            s += g * g
            index += 4
        }
        while index < length {
            let d = a[index] - b[index]
            p += d * d
            index += 1
        }
        return p + q + r + s
    }
}
