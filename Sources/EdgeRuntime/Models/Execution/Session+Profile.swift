public import EdgeTensors

extension Session {
    /// Measures every layer of the model as it runs on these inputs.
    ///
    /// Runs of the whole model and runs with a clock around each layer take turns, so that what else the machine does falls on both.
    ///
    /// - Parameters:
    ///   - runs: how many of each are measured, at least one.
    ///   - warmUp: how many run before.
    /// - Throws: `ModelError` when an input does not fit, or where shapes depend on data, so that no plan is made.
    public func profile(of inputs: [Tensor], runs: Int = 50, warmUp: Int = 3) throws -> ModelProfile {
        for _ in 0..<max(warmUp, 1) { _ = try run(inputs) }
        guard let plan = try plannedRun(of: inputs) else { throw ModelError.noProfile }
        let held = try texts.adopted(inputs).map { try $0.atStart() }
        defer { withExtendedLifetime(held) { texts.endRun() } }
        let addresses = held.map(\.storage.base)
        let clock = ContinuousClock()
        var times = [[Duration]](repeating: [], count: plan.layers.count)
        var totals: [Duration] = []
        var durations = [Duration](repeating: .zero, count: plan.layers.count)
        for _ in 0..<max(runs, 1) {
            let start = clock.now
            _ = try run(inputs)
            totals.append(clock.now - start)
            try plan.measure(inputs: addresses, durations: &durations)
            for (position, duration) in durations.enumerated() { times[position].append(duration) }
        }
        let medians = times.map(Self.median)
        let sum = medians.reduce(Duration.zero, +)
        let layers = zip(plan.layers, medians).map { layer, time in
            ModelProfile.Layer(
                name: layer.name, op: layer.op, outputShape: layer.outputShape, time: time, macs: layer.macs,
                bytesMoved: layer.bytesMoved, share: sum == .zero ? 0 : time / sum)
        }
        return ModelProfile(
            layers: layers, total: Self.median(totals), runs: totals.count, memory: plan.memory)
    }

    /// The memory that activations take on these inputs, nil where the model runs without a plan.
    public func activationMap(for inputs: [Tensor]) throws -> ActivationMap? { try plannedRun(of: inputs)?.memory }

    private static func median(_ times: [Duration]) -> Duration {
        let sorted = times.sorted()
        return sorted.isEmpty ? .zero : sorted[sorted.count / 2]
    }
}
