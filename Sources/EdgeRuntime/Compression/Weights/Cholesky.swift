/// The factor of a symmetric positive definite matrix: `H = Rᵀ R` with `R` upper triangular, both row by row.
struct Cholesky {
    let size: Int
    let upper: [Double]

    /// - Returns: nil where the matrix is not positive definite within the precision of the numbers.
    init?(_ matrix: [Double], size: Int) {
        var factor = matrix
        let isDefinite = factor.withUnsafeMutableBufferPointer { r in
            for k in 0..<size {
                let pivot = r[k * size + k]
                guard pivot > 0, pivot.isFinite else { return false }
                let root = pivot.squareRoot()
                r[k * size + k] = root
                for j in k + 1..<max(k + 1, size) { r[k * size + j] /= root }
                for i in k + 1..<max(k + 1, size) {
                    let part = r[k * size + i]
                    if part == 0 { continue }
                    for j in i..<size { r[i * size + j] -= part * r[k * size + j] }
                }
            }
            for i in 0..<size { for j in 0..<i { r[i * size + j] = 0 } }
            return true
        }
        guard isDefinite else { return nil }
        self.size = size
        self.upper = factor
    }

    /// `Rᵀ`, row by row.
    var lower: [Double] {
        var result = [Double](repeating: 0, count: upper.count)
        for row in 0..<size { for column in row..<size { result[column * size + row] = upper[row * size + column] } }
        return result
    }

    /// The solution `x` of `H x = b`.
    func solve(_ b: [Double]) -> [Double] {
        var x = b
        upper.withUnsafeBufferPointer { r in
            for k in 0..<size {
                x[k] /= r[k * size + k]
                let value = x[k]
                for j in k + 1..<max(k + 1, size) { x[j] -= r[k * size + j] * value }
            }
            for k in (0..<size).reversed() {
                var sum = x[k]
                for j in k + 1..<max(k + 1, size) { sum -= r[k * size + j] * x[j] }
                x[k] = sum / r[k * size + k]
            }
        }
        return x
    }
}
