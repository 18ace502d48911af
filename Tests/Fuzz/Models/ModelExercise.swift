public import EdgeModels
import EdgeTensors
import Glibc

/// What a user does with a model that a reader let through: sums it up, writes it in both formats, runs it.
///
/// Whatever fails must fail with an error. Models that would take long by their size alone are not run; a run ends after a second, between
/// the steps of its plan.
public enum ModelExercise {
    private static let mostOperations = 2_000_000
    private static let mostElements = 1 << 16
    private static let mostActivationBytes = 16 << 20
    private static let seconds = 1.0

    public static func exercise(_ model: Model) {
        let summary = ModelSummary(model)
        if let written = try? ONNXWriter().write(model) { _ = try? ONNXReader().read(written) }
        if let written = try? TFLiteWriter().write(model) { _ = try? TFLiteReader().read(written) }
        guard summary.totalMACs < mostOperations, let inputs = zeros(for: model) else { return }
        let end = now() + seconds
        let options = ExecutionOptions(activationLimit: mostActivationBytes, isCancelled: { now() > end })
        guard let session = try? Session(model, options: options) else { return }
        // A second run meets the plan and the states of the first.
        for _ in 0..<2 { _ = try? session.run(inputs) }
    }

    /// Zeros for each input, extents of one where the model leaves them open; nil where that is not known or is much.
    private static func zeros(for model: Model) -> [Tensor]? {
        try? model.graph.inputs.map { id in
            guard let type = model.graph.type(of: id) else { throw Skipped() }
            let shape = (type.shape ?? []).map { $0.fixedValue ?? 1 }
            var count = 1
            for extent in shape {
                guard extent >= 0, extent <= mostElements else { throw Skipped() }
                count *= extent
                guard count <= mostElements else { throw Skipped() }
            }
            return try Tensor(zeros: shape, dtype: type.dtype)
        }
    }

    private struct Skipped: Error {}

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
