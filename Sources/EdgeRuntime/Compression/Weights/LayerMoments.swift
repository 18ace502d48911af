import CEdgeKernels

/// What error-compensating rounding must know of a layer's inputs and wanted outputs: means and second moments about them.
///
/// Values arrive in pieces, transposed (a row is one input of the layer, its columns are positions). Products are taken in single
/// precision within a piece, about the means of the first piece, and summed in double.
struct LayerMoments {
    let inputs: Int
    let outputs: Int
    private(set) var count = 0
    /// A rough mean, taken off every value before products are formed so that a large mean costs no precision.
    private var shift: [Float] = []
    private var outputShift: [Float] = []
    private var sums: [Double]
    private var outputSums: [Double]
    private var products: [Double]
    private var crossProducts: [Double]

    init(inputs: Int, outputs: Int) {
        self.inputs = inputs
        self.outputs = outputs
        sums = [Double](repeating: 0, count: inputs)
        outputSums = [Double](repeating: 0, count: outputs)
        products = [Double](repeating: 0, count: inputs * inputs)
        crossProducts = [Double](repeating: 0, count: outputs * inputs)
    }

    /// Adds `columns` positions.
    ///
    /// - Parameters:
    ///   - x: `[inputs][columns]`, what the layer is given.
    ///   - y: `[outputs][columns]`, what it should give, bias included.
    mutating func add(_ x: [Float], _ y: [Float], columns: Int) {
        guard columns > 0 else { return }
        if count == 0 {
            shift = LayerMoments.means(x, rows: inputs, columns: columns)
            outputShift = LayerMoments.means(y, rows: outputs, columns: columns)
        }
        let (x, y) = (
            LayerMoments.shifted(x, by: shift, columns: columns),
            LayerMoments.shifted(y, by: outputShift, columns: columns)
        )
        LayerMoments.addSums(x, columns: columns, to: &sums)
        LayerMoments.addSums(y, columns: columns, to: &outputSums)
        LayerMoments.addProducts(x, x, rows: inputs, others: inputs, columns: columns, to: &products)
        LayerMoments.addProducts(y, x, rows: outputs, others: inputs, columns: columns, to: &crossProducts)
        count += columns
    }

    /// The covariance of the inputs, `[inputs][inputs]`.
    func covariance() -> [Double] {
        var result = products
        let n = Double(max(1, count))
        for i in 0..<inputs {
            for j in 0..<inputs {
                result[i * inputs + j] = result[i * inputs + j] / n - sums[i] / n * (sums[j] / n)
            }
        }
        return result
    }

    /// The covariance of one output with the inputs.
    func crossCovariance(output: Int) -> [Double] {
        let n = Double(max(1, count))
        return (0..<inputs).map { input in
            crossProducts[output * inputs + input] / n - outputSums[output] / n * (sums[input] / n)
        }
    }

    func mean(input: Int) -> Double { sums[input] / Double(max(1, count)) + Double(shift.isEmpty ? 0 : shift[input]) }

    func mean(output: Int) -> Double {
        outputSums[output] / Double(max(1, count)) + Double(outputShift.isEmpty ? 0 : outputShift[output])
    }

    private static func means(_ values: [Float], rows: Int, columns: Int) -> [Float] {
        (0..<rows).map { row in
            Float(values[row * columns..<(row + 1) * columns].reduce(0.0) { $0 + Double($1) } / Double(columns))
        }
    }

    private static func shifted(_ values: [Float], by shift: [Float], columns: Int) -> [Float] {
        var result = values
        result.withUnsafeMutableBufferPointer { result in
            for (row, mean) in shift.enumerated() {
                for position in row * columns..<(row + 1) * columns { result[position] -= mean }
            }
        }
        return result
    }

    private static func addSums(_ values: [Float], columns: Int, to sums: inout [Double]) {
        for row in sums.indices {
            sums[row] += values[row * columns..<(row + 1) * columns].reduce(0.0) { $0 + Double($1) }
        }
    }

    /// Adds `a bᵀ`, a of `[rows][columns]` and b of `[others][columns]`.
    private static func addProducts(
        _ a: [Float], _ b: [Float], rows: Int, others: Int, columns: Int, to sums: inout [Double]
    ) {
        var piece = [Float](repeating: 0, count: rows * others)
        let (m, n, k) = (Int32(rows), Int32(others), Int32(columns))
        var scratch = [UInt8](repeating: 0, count: edge_gemm_f32_scratch(m, n, k))
        scratch.withUnsafeMutableBytes { scratch in
            edge_gemm_f32(
                edge_isa_detected(), m, n, k, a, columns, b, columns, true, &piece, others, scratch.baseAddress)
        }
        for (position, value) in piece.enumerated() { sums[position] += Double(value) }
    }
}
