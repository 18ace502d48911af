import EdgeModels
import EdgeTensors

extension ModelRunner {
    /// The median time of a run with one sample (or as many as the model insists on), in seconds.
    package func latency(_ dataset: LabelledDataset, runs: Int) throws -> Double {
        var inputs: [Tensor] = []
        try forEachBatch(try dataset.rows(0..<min(dataset.count, 1))) { given, _, _ in inputs = given }
        let (seconds, attoseconds) = try session.latency(of: inputs, runs: runs).median.components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
