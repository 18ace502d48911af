import EdgeTraining
import PeerTesting
import Testing

@Suite struct MetricTests {
    private let scores = Predictions(
        values: [0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.3, 0.4, 0.3, 0.5, 0.2, 0.3], rows: 4, columns: 3)
    private let classes = [0, 1, 2, 2]

    private func number(_ metric: Metric) throws -> Double? { try metric.measure(scores, classes: classes).number }

    @Test func accuracyAndTopKCountHits() throws {
        #expect(try number(.accuracy) == 0.5)
        #expect(try number(.topK(2)) == 0.75)
        #expect(try number(.topK(3)) == 1)
    }

    @Test func theConfusionMatrixHasClassesInRows() throws {
        #expect(
            try Metric.confusionMatrix.measure(scores, classes: classes)
                == .matrix([[1, 0, 0], [0, 1, 0], [1, 1, 0]]))
    }

    @Test func errorsOfNumbers() throws {
        let predictions = Predictions(values: [1, 2, 3, 6], rows: 4, columns: 1)
        #expect(try Metric.mse.measure(predictions, targets: [1, 2, 3, 4]).number == 1)
        #expect(try Metric.rmse.measure(predictions, targets: [1, 2, 3, 2]).number == 2)
        #expect(try Metric.mae.measure(predictions, targets: [0, 2, 3, 5]).number == 0.5)
        #expect(throws: TrainingError.self) { try Metric.mse.measure(predictions, targets: [1]) }
        #expect(throws: TrainingError.self) { try Metric.accuracy.measure(predictions, targets: [1, 2, 3, 4]) }
    }

    @Test func aClassWithoutAnOutputIsAnError() {
        #expect(throws: TrainingError.self) { try Metric.accuracy.measure(scores, classes: [0, 1, 2, 3]) }
        #expect(throws: TrainingError.self) { try Metric.accuracy.measure(scores, classes: [0, -1, 2, 2]) }
    }

    @Test func namesGoBothWays() {
        for name in Metric.names { #expect(Metric(name)?.name == name) }
        #expect(Metric("top1") == .topK(1))
        #expect(Metric("top0") == nil && Metric("top") == nil && Metric("acc") == nil)
    }

    /// scikit-learn's definitions, computed by numpy where scikit-learn is absent.
    @Test(.enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))
    func areaAndCrossEntropyAgreeWithNumpy() throws {
        let script = """
            import numpy as np
            s = np.array([[.7,.2,.1],[.1,.8,.1],[.3,.4,.3],[.5,.2,.3]]); y = np.array([0,1,2,2])
            def auc(v, p):
                a, b = v[p], v[~p]
                return np.mean((a[:,None] > b) + .5 * (a[:,None] == b))
            print(np.mean([auc(s[:,c], y == c) for c in range(3)]), -np.mean(np.log(s[range(4), y])))
            """
        let wanted = try PythonPeer.run(["-c", script]).split(separator: " ").compactMap {
            Double($0.split(separator: "\n").first ?? "")
        }
        let area = try #require(try number(.auc))
        let entropy = try #require(try number(.crossEntropy))
        #expect(abs(area - wanted[0]) < 1e-9)
        #expect(abs(entropy - wanted[1]) < 1e-6)
    }

    @Test func logitsCountAsLogits() throws {
        let logits = Predictions(values: [2, 0, -1], rows: 1, columns: 3)
        let entropy = try #require(try Metric.crossEntropy.measure(logits, classes: [0]).number)
        #expect(abs(entropy - 0.1698) < 1e-3)
    }

    @Test func differencesOfTwoModels() throws {
        let other = Predictions(values: scores.values.map { $0 + 0.1 }, rows: 4, columns: 3)
        let difference = try OutputDifference(other, reference: scores)
        #expect(difference.agreement == 1)
        #expect(abs(difference.meanError - 0.1) < 1e-6 && abs(difference.maxError - 0.1) < 1e-6)
        #expect(try OutputDifference(scores, reference: scores).sqnr == .infinity)
    }
}
