/// The attributes of `SVMClassifier`, checked against each other.
///
/// Without vectors it is linear: one row of coefficients for each class. With them, each pair of classes has a machine of its own:
/// coefficients are `[classes - 1, vectors]`, the vectors of one class behind those of another.
struct SupportVectorClassifier: Sendable {
    let labels: ClassLabels
    let classes: Int
    let transform: ScoreTransform
    let isLinear: Bool
    let vectors: SupportVectors
    /// The scores of a row in the result.
    let width: Int
    private let coefficients: [Float]
    private let rho: [Float]
    private let starts: [Int]
    private let counts: [Int]
    private let sigmoids: [(a: Float, b: Float)]
    private let isPositive: Bool

    init(_ node: Node) throws(ModelError) {
        labels = try ClassLabels(node)
        classes = labels.count
        transform = try ScoreTransform(node)
        func floats(_ name: String) -> [Float] {
            if case .floats(let values)? = node.attributes[name] { values } else { [] }
        }
        coefficients = floats("coefficients")
        rho = floats("rho")
        let (a, b) = (floats("prob_a"), floats("prob_b"))
        counts = node.ints("vectors_per_class") ?? []
        guard classes >= 1, classes <= 4096, !coefficients.isEmpty, !rho.isEmpty else {
            throw node.bad("its labels (1 to 4096), `coefficients` or `rho` are missing")
        }
        guard a.count == b.count else { throw node.bad("it has \(a.count) `prob_a` and \(b.count) `prob_b`") }
        guard counts.allSatisfy({ $0 >= 0 && $0 <= Int(Int32.max) }) else {
            throw node.bad("its `vectors_per_class` are \(counts)")
        }
        let vectorCount = counts.reduce(0, +)
        isLinear = vectorCount == 0
        sigmoids = zip(a, b).map { ($0, $1) }
        isPositive = coefficients.allSatisfy { $0 >= 0 }
        let pairs = classes * (classes - 1) / 2
        guard !isLinear else {
            vectors = try SupportVectors(node, vectors: coefficients, count: classes, isLinear: true)
            starts = []
            width = classes
            return
        }
        vectors = try SupportVectors(node, vectors: floats("support_vectors"), count: vectorCount)
        var next = 0
        starts = counts.map { count in
            defer { next += count }
            return next
        }
        guard classes >= 2, counts.count == classes, coefficients.count >= (classes - 1) * vectorCount,
            rho.count >= pairs, a.isEmpty || a.count >= pairs
        else {
            throw node.bad(
                "\(coefficients.count) coefficients, \(rho.count) rho and \(a.count) probabilities do not fit \(classes) classes"
            )
        }
        width = a.isEmpty ? (classes > 2 ? pairs : 2) : classes
    }

    /// Scores one row and chooses its class.
    ///
    /// - Returns: the position of the label, and the `width` scores.
    func classify(_ row: UnsafePointer<Float>) -> (label: Int, scores: [Double]) {
        guard !isLinear else {
            var scores = [Double](repeating: 0, count: classes)
            vectors.compare(row) { scores[$0] = Double($1 + rho[0]) }
            var best = 0
            for position in scores.indices where scores[position] > scores[best] { best = position }
            if classes == 2 && (isPositive ? scores[best] >= 0.5 : scores[best] > 0) { best = 1 }
            scores.withUnsafeMutableBufferPointer { transform.apply($0) }
            return (best, scores)
        }
        var likeness = [Float](repeating: 0, count: vectors.count)
        vectors.compare(row) { likeness[$0] = $1 }
        var votes = [Int](repeating: 0, count: classes)
        var scores: [Double] = []
        for first in 0..<classes - 1 {
            for second in first + 1..<classes {
                var sum = Double(rho[scores.count])
                for place in starts[first]..<starts[first] + counts[first] {
                    sum += Double(coefficients[(second - 1) * vectors.count + place]) * Double(likeness[place])
                }
                for place in starts[second]..<starts[second] + counts[second] {
                    sum += Double(coefficients[first * vectors.count + place]) * Double(likeness[place])
                }
                votes[sum > 0 ? first : second] += 1
                scores.append(sum)
            }
        }
        var best = 0
        for position in votes.indices where votes[position] > votes[best] { best = position }
        if classes == 2, sigmoids.isEmpty {
            let (first, second) = transform.ofBoth(scores[0])
            return (best, transform == .none ? [-scores[0], scores[0]] : [first, second])
        }
        if !sigmoids.isEmpty { scores = probabilities(scores) }
        scores.withUnsafeMutableBufferPointer { transform.apply($0) }
        return (best, scores)
    }

    /// The probabilities of the classes from those of the pairs, by the second method of Wu, Lin and Weng (2004), "Probability estimates for
    /// multi-class classification by pairwise coupling"; the number of steps and the tolerance are LIBSVM's.
    private func probabilities(_ scores: [Double]) -> [Double] {
        let count = classes
        var pairwise = [Double](repeating: 0, count: count * count)
        var index = 0
        for first in 0..<count {
            for second in first + 1..<max(count, first + 1) {
                let value = scores[index] * Double(sigmoids[index].a) + Double(sigmoids[index].b)
                let probability = min(max(1 - ScoreTransform.logistic(value), 1e-7), 1 - 1e-7)
                pairwise[first * count + second] = probability
                pairwise[second * count + first] = 1 - probability
                index += 1
            }
        }
        var matrix = [Double](repeating: 0, count: count * count)
        for row in 0..<count {
            for other in 0..<count where other != row {
                let back = pairwise[other * count + row]
                matrix[row * count + row] += back * back
                matrix[row * count + other] = -back * pairwise[row * count + other]
            }
        }
        var result = [Double](repeating: 1 / Double(count), count: count)
        for _ in 0..<100 {
            var product = [Double](repeating: 0, count: count)
            var form = 0.0
            for row in 0..<count {
                for column in 0..<count { product[row] += matrix[row * count + column] * result[column] }
                form += result[row] * product[row]
            }
            if product.reduce(0, { max($0, abs($1 - form)) }) < 0.005 / Double(count) { break }
            for row in 0..<count {
                let diagonal = matrix[row * count + row]
                let step = (form - product[row]) / diagonal
                result[row] += step
                form = (form + step * (step * diagonal + 2 * product[row])) / (1 + step) / (1 + step)
                for column in 0..<count {
                    product[column] = (product[column] + step * matrix[row * count + column]) / (1 + step)
                    result[column] /= 1 + step
                }
            }
        }
        return result
    }
}
