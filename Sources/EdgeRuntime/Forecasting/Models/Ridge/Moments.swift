/// Sums of products of features and targets, gathered row by row: all that least squares needs to know of the data.
///
/// Rows can be added at any time, so that a rolling fit costs only its new rows, and the sums of a part can be taken off the sums of all,
/// so that cross-validation reads the data once.
struct Moments: Sendable {
    let features: Int
    let targets: Int
    private(set) var rows = 0
    /// Sums of features and targets.
    private(set) var sums: [Double]
    /// Row by row, one for each feature: its products with itself and the features behind it, and with all targets.
    private(set) var products: [Double]
    /// Sums of the squared targets.
    private(set) var squares: [Double]

    private var pending: [Double] = []
    private var pendingRows = 0
    /// Rows are taken up in blocks, so that each sum is loaded and stored once for all of them.
    private static let block = 8

    init(features: Int, targets: Int) {
        self.features = features
        self.targets = targets
        sums = [Double](repeating: 0, count: features + targets)
        products = [Double](repeating: 0, count: features * (features + targets))
        squares = [Double](repeating: 0, count: targets)
    }

    /// Adds a row: its features, then its targets.
    mutating func add(_ row: [Double]) {
        precondition(row.count == features + targets, "a value for each feature and target")
        pending += row
        pendingRows += 1
        if pendingRows == Moments.block { flush() }
    }

    /// Takes up the rows that still wait.
    mutating func flush() {
        guard pendingRows > 0 else { return }
        let width = features + targets
        pending += [Double](repeating: 0, count: (Moments.block - pendingRows) * width)
        rows += pendingRows
        pending.withUnsafeBufferPointer { rows in
            products.withUnsafeMutableBufferPointer { products in
                guard let rows = rows.baseAddress, let products = products.baseAddress else { return }
                for i in 0..<features {
                    Moments.accumulate(rows, width: width, from: i, into: products + i * width)
                }
            }
            for row in 0..<Moments.block {
                for j in 0..<width { sums[j] += rows[row * width + j] }
                for j in 0..<targets {
                    let value = rows[row * width + features + j]
                    squares[j] += value * value
                }
            }
        }
        pending.removeAll(keepingCapacity: true)
        pendingRows = 0
    }

    /// Adds the products of one column of a block with itself and the columns behind it. Pointers to the rows keep checked index arithmetic
    /// out of the loop, which the compiler then runs on vectors.
    private static func accumulate(
        _ rows: UnsafePointer<Double>, width: Int, from column: Int, into sums: UnsafeMutablePointer<Double>
    ) {
        let (r0, r1, r2, r3) = (rows, rows + width, rows + 2 * width, rows + 3 * width)
        let (r4, r5, r6, r7) = (rows + 4 * width, rows + 5 * width, rows + 6 * width, rows + 7 * width)
        let (a, b, c, d) = (r0[column], r1[column], r2[column], r3[column])
        let (e, f, g, h) = (r4[column], r5[column], r6[column], r7[column])
        for j in column..<width {
            let first = a * r0[j] + b * r1[j] + c * r2[j] + d * r3[j]
            let second = e * r4[j] + f * r5[j] + g * r6[j] + h * r7[j]
            sums[j] += first + second
        }
    }

    mutating func add(_ other: Moments) {
        combine(other, sign: 1)
    }

    mutating func subtract(_ other: Moments) {
        combine(other, sign: -1)
    }

    private mutating func combine(_ other: Moments, sign: Double) {
        precondition(pendingRows == 0 && other.pendingRows == 0, "all rows taken up")
        rows += sign > 0 ? other.rows : -other.rows
        for index in sums.indices { sums[index] += sign * other.sums[index] }
        for index in products.indices { products[index] += sign * other.products[index] }
        for index in squares.indices { squares[index] += sign * other.squares[index] }
    }

    /// The product sums of features scaled to mean 0 and deviation 1 by given figures, and of targets with mean 0.
    func standardised(
        means: [Double], deviations: [Double]
    ) -> (gram: [Double], cross: [Double], squares: [Double]) {
        let width = features + targets
        let count = Double(rows)
        var gram = [Double](repeating: 0, count: features * features)
        var cross = [Double](repeating: 0, count: features * targets)
        // Σ(x - m)(y - n) = Σxy - nΣx - mΣy + N·m·n
        func centred(_ i: Int, _ j: Int) -> Double {
            products[i * width + j] - means[j] * sums[i] - means[i] * sums[j] + count * means[i] * means[j]
        }
        for i in 0..<features {
            for j in i..<features {
                let value = centred(i, j) / (deviations[i] * deviations[j])
                gram[i * features + j] = value
                gram[j * features + i] = value
            }
            for j in 0..<targets { cross[i * targets + j] = centred(i, features + j) / deviations[i] }
        }
        let centredSquares = (0..<targets).map { j in
            let mean = means[features + j]
            return squares[j] - 2 * mean * sums[features + j] + count * mean * mean
        }
        return (gram, cross, centredSquares)
    }

    /// Means of features and targets, and the deviations of the features (1 where one does not vary).
    func scales() -> (means: [Double], deviations: [Double]) {
        let count = Double(max(1, rows))
        let means = sums.map { $0 / count }
        let deviations = (0..<features).map { i in
            let variance = products[i * (features + targets) + i] / count - means[i] * means[i]
            return variance > 1e-12 * (1 + means[i] * means[i]) ? variance.squareRoot() : 1
        }
        return (means, deviations)
    }
}
