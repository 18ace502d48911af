import EdgeTensors

/// `Det`: the determinant of each matrix, by elimination with the largest pivot.
enum ReferenceDeterminant {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        guard data.shape.count >= 2, let size = data.shape.last, data.shape[data.shape.count - 2] == size else {
            throw context.fail("shape \(data.shape) holds no square matrices")
        }
        let result = try context.result(data.dtype, Array(data.shape.dropLast(2)))
        return try .real(context, [result]) { values throws(ModelError) in
            [(0..<result.count).map { determinant(Array(values[0][$0 * size * size..<($0 + 1) * size * size]), size) }]
        }
    }

    private static func determinant(_ elements: [Double], _ size: Int) -> Double {
        var matrix = elements
        var result = 1.0
        for column in 0..<size {
            var pivot = column
            for row in column..<size
            where matrix[row * size + column].magnitude > matrix[pivot * size + column].magnitude { pivot = row }
            let value = matrix[pivot * size + column]
            if value == 0 { return 0 }
            if pivot != column {
                for position in 0..<size { matrix.swapAt(pivot * size + position, column * size + position) }
                result = -result
            }
            result *= value
            for row in column + 1..<max(size, column + 1) {
                let factor = matrix[row * size + column] / value
                for position in column..<size {
                    matrix[row * size + position] -= factor * matrix[column * size + position]
                }
            }
        }
        return result
    }
}
