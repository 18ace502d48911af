#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension Metric {
    /// Measures outputs against classes.
    ///
    /// - Throws: `TrainingError` when a class has no output, or the metric needs numbers.
    package func measure(_ predictions: Predictions, classes: [Int]) throws(TrainingError) -> MetricValue {
        guard classes.count == predictions.rows, !classes.isEmpty, predictions.columns > 0 else {
            throw .metric("\(classes.count) labels for \(predictions.rows) outputs")
        }
        let classCount = max(2, predictions.columns)
        for (sample, wanted) in classes.enumerated() where needsClasses && (wanted < 0 || wanted >= classCount) {
            throw .metric(
                "sample \(sample) has class \(wanted), the model has outputs for \(classCount) classes",
                hint: "classes count from 0")
        }
        switch self {
        case .accuracy:
            let hits = classes.indices.count { predictions.predictedClass($0) == classes[$0] }
            return .number(Double(hits) / Double(classes.count))
        case .topK(let k):
            let hits = classes.indices.count { isAmongLargest(classes[$0], of: predictions, row: $0, k: k) }
            return .number(Double(hits) / Double(classes.count))
        case .auc: return .number(try auc(predictions, classes))
        case .crossEntropy:
            let sum = classes.indices.reduce(0.0) { $0 - logProbability(of: classes[$1], predictions, row: $1) }
            return .number(sum / Double(classes.count))
        case .confusionMatrix:
            var matrix = [[Int]](repeating: [Int](repeating: 0, count: classCount), count: classCount)
            for (sample, wanted) in classes.enumerated() { matrix[wanted][predictions.predictedClass(sample)] += 1 }
            return .matrix(matrix)
        case .mse, .rmse, .mae: return try measure(predictions, targets: classes.map(Float.init))
        }
    }

    /// Measures outputs against numbers: as many for each sample as the model gives.
    package func measure(_ predictions: Predictions, targets: [Float]) throws(TrainingError) -> MetricValue {
        guard !needsClasses else {
            throw .metric("`\(name)` needs a class for every sample", hint: "mse, rmse and mae judge numbers")
        }
        guard targets.count == predictions.values.count, !targets.isEmpty else {
            throw .metric(
                "\(targets.count) target values for \(predictions.values.count) outputs "
                    + "(\(predictions.rows) samples of \(predictions.columns))")
        }
        var squares = 0.0
        var magnitudes = 0.0
        for (value, target) in zip(predictions.values, targets) {
            let difference = Double(value) - Double(target)
            squares += difference * difference
            magnitudes += abs(difference)
        }
        let count = Double(targets.count)
        return switch self {
        case .rmse: .number((squares / count).squareRoot())
        case .mae: .number(magnitudes / count)
        case .mse, .accuracy, .topK, .auc, .crossEntropy, .confusionMatrix: .number(squares / count)
        }
    }

    private func isAmongLargest(_ wanted: Int, of predictions: Predictions, row: Int, k: Int) -> Bool {
        guard predictions.columns > 1 else { return k > 1 || predictions.predictedClass(row) == wanted }
        let values = predictions.row(row)
        let own = values[values.startIndex + wanted]
        // Among equals the first counts, as for `predictedClass`.
        let ahead = values.enumerated().count { $1 > own || ($1 == own && $0 < wanted) }
        return ahead < k
    }

    private func logProbability(of wanted: Int, _ predictions: Predictions, row: Int) -> Double {
        let values = predictions.row(row).map(Double.init)
        let floor = 1e-12
        if values.count == 1 {
            let isProbability = values[0] >= 0 && values[0] <= 1
            let positive = isProbability ? values[0] : 1 / (1 + exp(-values[0]))
            return log(max(floor, wanted == 1 ? positive : 1 - positive))
        }
        let sum = values.reduce(0, +)
        if values.allSatisfy({ $0 >= 0 }), abs(sum - 1) < 0.05 { return log(max(floor, values[wanted] / sum)) }
        let largest = values.max() ?? 0
        return values[wanted] - largest - log(values.reduce(0) { $0 + exp($1 - largest) })
    }

    private func auc(_ predictions: Predictions, _ classes: [Int]) throws(TrainingError) -> Double {
        if predictions.columns <= 2 {
            let column = predictions.columns - 1
            let scores = (0..<predictions.rows).map { predictions.values[$0 * predictions.columns + column] }
            guard let area = Metric.area(scores, positive: classes.map { $0 == 1 }) else {
                throw .metric("`auc` needs samples of both classes")
            }
            return area
        }
        var areas: [Double] = []
        for wanted in 0..<predictions.columns {
            let scores = (0..<predictions.rows).map { predictions.values[$0 * predictions.columns + wanted] }
            if let area = Metric.area(scores, positive: classes.map { $0 == wanted }) { areas.append(area) }
        }
        guard !areas.isEmpty else { throw .metric("`auc` needs samples of at least two classes") }
        return areas.reduce(0, +) / Double(areas.count)
    }

    /// The area by ranks (Mann and Whitney), equal scores counting half; nil unless both kinds occur.
    package static func area(_ scores: [Float], positive: [Bool]) -> Double? {
        let positives = positive.count { $0 }
        let negatives = positive.count - positives
        guard positives > 0, negatives > 0 else { return nil }
        let order = scores.indices.sorted { scores[$0] < scores[$1] }
        var rankSum = 0.0
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
            let rank = Double(start + 1 + end) / 2
            for position in start..<end where positive[order[position]] { rankSum += rank }
            start = end
        }
        let (p, n) = (Double(positives), Double(negatives))
        return (rankSum - p * (p + 1) / 2) / (p * n)
    }
}
