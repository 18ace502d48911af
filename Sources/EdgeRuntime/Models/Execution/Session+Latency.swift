public import EdgeTensors

extension Session {
    /// How long single runs took.
    public struct Latency: Sendable, Hashable {
        /// The middle of all runs.
        public var median: Duration
        /// The fastest run.
        public var best: Duration
        /// The number of runs measured.
        public var runs: Int
    }

    /// Measures runs on the same inputs, the planning of the first run left out.
    ///
    /// - Parameters:
    ///   - runs: how many are measured, at least one.
    ///   - warmUp: how many are run before.
    public func latency(of inputs: [Tensor], runs: Int = 100, warmUp: Int = 5) throws -> Latency {
        for _ in 0..<max(warmUp, 1) { _ = try run(inputs) }
        let clock = ContinuousClock()
        var times: [Duration] = []
        for _ in 0..<max(runs, 1) {
            let start = clock.now
            _ = try run(inputs)
            times.append(clock.now - start)
        }
        times.sort()
        return Latency(median: times[times.count / 2], best: times[0], runs: times.count)
    }
}
