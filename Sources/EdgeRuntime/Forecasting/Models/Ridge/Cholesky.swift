/// Solves symmetric positive definite systems.
struct Cholesky {
    private let count: Int
    /// The lower triangle, row by row in a square.
    private var lower: [Double]

    /// nil where the matrix is not positive definite.
    ///
    /// - Parameters:
    ///   - matrix: Row by row, `count` × `count`; its lower triangle is read.
    ///   - ridge: Added to the diagonal.
    ///   - isCancelled: Asked row by row; nil is given back behind `true`.
    init?(_ matrix: [Double], count: Int, ridge: Double, isCancelled: () -> Bool = { false }) {
        self.count = count
        lower = matrix
        let succeeded = lower.withUnsafeMutableBufferPointer { lower in
            for row in 0..<count {
                if isCancelled() { return false }
                for column in 0...row {
                    var sum = lower[row * count + column] + (row == column ? ridge : 0)
                    sum -= Cholesky.dot(lower, row * count, column * count, column)
                    if row == column {
                        guard sum > 0, sum.isFinite else { return false }
                        lower[row * count + row] = sum.squareRoot()
                    } else {
                        lower[row * count + column] = sum / lower[column * count + column]
                    }
                }
            }
            return true
        }
        guard succeeded else { return nil }
    }

    /// The sum of products of two rows' beginnings, in eight lanes.
    private static func dot(_ values: UnsafeMutableBufferPointer<Double>, _ a: Int, _ b: Int, _ count: Int) -> Double {
        guard let base = values.baseAddress else { return 0 }
        var sum = SIMD8<Double>.zero
        var index = 0
        while index + 8 <= count {
            let left = UnsafeRawPointer(base + a + index).loadUnaligned(as: SIMD8<Double>.self)
            let right = UnsafeRawPointer(base + b + index).loadUnaligned(as: SIMD8<Double>.self)
            sum.addProduct(left, right)
            index += 8
        }
        var total = sum.sum()
        while index < count {
            total += values[a + index] * values[b + index]
            index += 1
        }
        return total
    }

    /// Solves for several right-hand sides, given row by row (`count` × `columns`).
    func solve(_ right: [Double], columns: Int) -> [Double] {
        var solution = right
        solution.withUnsafeMutableBufferPointer { x in
            guard let x = x.baseAddress else { return }
            for row in 0..<count {
                for other in 0..<row {
                    Cholesky.add(
                        x + other * columns, times: -lower[row * count + other], to: x + row * columns, columns)
                }
                Cholesky.scale(x + row * columns, by: 1 / lower[row * count + row], columns)
            }
            for row in stride(from: count - 1, through: 0, by: -1) {
                for other in row + 1..<max(row + 1, count) {
                    Cholesky.add(
                        x + other * columns, times: -lower[other * count + row], to: x + row * columns, columns)
                }
                Cholesky.scale(x + row * columns, by: 1 / lower[row * count + row], columns)
            }
        }
        return solution
    }

    /// Adds a multiple of some numbers to others. Pointers keep checked index arithmetic out of the loop, which then runs on vectors.
    static func add(
        _ source: UnsafePointer<Double>, times factor: Double, to target: UnsafeMutablePointer<Double>, _ count: Int
    ) {
        for index in 0..<count { target[index] += factor * source[index] }
    }

    private static func scale(_ target: UnsafeMutablePointer<Double>, by factor: Double, _ count: Int) {
        for index in 0..<count { target[index] *= factor }
    }
}
