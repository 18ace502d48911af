import EdgeModels
import EdgeTensors

/// The integers of a layer's weights with their scales; symmetric.
///
/// Weights count as a matrix of `rows` (output channels) by `columns` (all that a channel sums over), row by row.
struct QuantizedWeights: Sendable {
    let rows: Int
    let columns: Int
    /// The columns that share a scale; `columns` for one scale a row.
    let group: Int
    var integers: [Int8]
    /// Row by row, `groupsPerRow` each.
    var scales: [Float]

    var groupsPerRow: Int { (columns + group - 1) / group }

    init(rows: Int, columns: Int, group: Int) {
        self.rows = rows
        self.columns = columns
        self.group = max(1, min(group, columns))
        self.integers = [Int8](repeating: 0, count: rows * columns)
        self.scales = [Float](repeating: 1, count: rows * ((columns + self.group - 1) / self.group))
    }

    /// The real numbers that the integers stand for.
    func dequantized() -> [Float] {
        var result = [Float](repeating: 0, count: integers.count)
        for row in 0..<rows {
            for column in 0..<columns {
                let position = row * columns + column
                result[position] = Float(integers[position]) * scales[row * groupsPerRow + column / group]
            }
        }
        return result
    }

    /// The constant of the graph: `i8`, `i4` packed two a byte, or `i2` packed four.
    func tensor(shape: [Int], bits: Int) throws -> Tensor {
        guard bits < 8 else { return try Tensor(integers, shape: shape) }
        return try Tensor.integers(integers.map(Int.init), shape: shape, dtype: bits == 4 ? .i4 : .i2)
    }

    /// How the integers stand for weights: one scale for each index of axis 0, or for each group along axis 1.
    var quantization: Quantization {
        let zeros = [Int32](repeating: 0, count: scales.count)
        if group < columns { return Quantization(scales: scales, zeroPoints: zeros, axis: 1, groupSize: group) }
        return Quantization(scales: scales, zeroPoints: zeros, axis: 0)
    }
}
