import Glibc

/// Finds moments from which on a series behaves differently: another mean or another spread.
///
/// Bayesian online change point detection (Adams and MacKay 2007): for every length that the present stretch may have, it carries how
/// probable that length is and what the stretch is like (normal values of unknown mean and variance). The score is the probability that the
/// present stretch began within the last few values. Memory: the `lengths` most probable stretches.
public struct ChangePointDetector: StreamDetector {
    /// From which probability on a change is reported, once.
    public let threshold: Double
    private let hazard: Double
    private let lengths: Int
    private var runs: [Run] = []
    private var warmUp: [Double] = []
    private var centre = 0.0
    private var unit = 1.0
    private var sinceReport: Int

    /// A stretch that may be the present one.
    private struct Run {
        var length: Int
        var logProbability: Double
        var mean: Double
        var strength: Double
        var shape: Double
        var rate: Double
    }

    /// So many values tell the scale of the series before anything is judged.
    static let warmUpCount = 30
    /// A change is sought among so many latest values.
    static let recent = 10
    /// After a report none follows for so many values.
    static let rest = 50

    /// - Parameters:
    ///   - every: How many values a stretch lasts on average.
    ///   - threshold: From which probability on a change is reported.
    ///   - lengths: How many stretches are carried along.
    /// - Throws: `ForecastError` for settings out of range.
    public init(every: Double = 2000, threshold: Double = 0.9, lengths: Int = 200) throws(ForecastError) {
        guard every > 1, every.isFinite else { throw .argument("stretches must last longer than one value on average") }
        guard threshold > 0, threshold < 1 else {
            throw .argument("the threshold of a change is a probability between 0 and 1")
        }
        guard lengths >= 20, lengths <= 10_000 else {
            throw .argument("between 20 and 10000 stretches are carried along")
        }
        hazard = 1 / every
        self.threshold = threshold
        self.lengths = lengths
        sinceReport = ChangePointDetector.rest
    }

    public mutating func update(_ value: Double) -> Verdict {
        guard value.isFinite else { return .silent(value) }
        let value = min(max(value, -Verdict.largest), Verdict.largest)
        if runs.isEmpty {
            warmUp.append(value)
            if warmUp.count == ChangePointDetector.warmUpCount { begin() }
            return .silent(value)
        }
        let x = min(max((value - centre) / unit, -1e6), 1e6)
        let expected = runs.max { $0.logProbability < $1.logProbability }.map { centre + unit * $0.mean } ?? .nan
        advance(x)
        var probability = 0.0
        var usual = 0.0
        for run in runs {
            let share = exp(run.logProbability)
            if run.length <= ChangePointDetector.recent { probability += share }
            usual += share
        }
        probability /= max(usual, 1e-300)
        sinceReport += 1
        let isChange = probability > threshold && sinceReport > ChangePointDetector.rest
        if isChange { sinceReport = 0 }
        return Verdict(value: value, expected: expected, score: probability, isAnomaly: isChange)
    }

    private mutating func begin() {
        centre = Quantile.median(warmUp)
        let spread = Quantile.median(warmUp.map { ($0 - centre).magnitude }) * 1.4826
        let mean = warmUp.reduce(0) { $0 + ($1 - centre).magnitude } / Double(warmUp.count) * 1.2533
        unit = max(spread, mean * 0.5, 1e-9 * (1 + centre.magnitude))
        runs = [prior(0)]
        for value in warmUp { advance(min(max((value - centre) / unit, -1e6), 1e6)) }
        warmUp = []
    }

    /// A stretch of which nothing is known yet but the scale of the series.
    private func prior(_ logProbability: Double) -> Run {
        Run(length: 0, logProbability: logProbability, mean: 0, strength: 0.05, shape: 1, rate: 1)
    }

    private mutating func advance(_ x: Double) {
        var change = 0.0
        let highest = runs.reduce(-Double.infinity) { max($0, $1.logProbability) }
        for index in runs.indices {
            let run = runs[index]
            // The predictive density of a normal with unknown mean and variance is Student's t.
            let freedom = 2 * run.shape
            let scale = run.rate * (run.strength + 1) / (run.shape * run.strength)
            let distance = (x - run.mean) * (x - run.mean) / (scale * freedom)
            let density =
                lgamma((freedom + 1) / 2) - lgamma(freedom / 2)
                - 0.5 * log(freedom * Double.pi * scale) - (freedom + 1) / 2 * log1p(distance)
            let joint = run.logProbability - highest + density
            change += exp(joint)
            runs[index].logProbability = joint + log1p(-hazard)
            let mean = (run.strength * run.mean + x) / (run.strength + 1)
            runs[index].rate += run.strength * (x - run.mean) * (x - run.mean) / (2 * (run.strength + 1))
            runs[index].mean = mean
            // Long stretches are not believed more than this, so that slow drift is followed.
            runs[index].strength = min(run.strength + 1, 1000)
            runs[index].shape = min(run.shape + 0.5, 500)
            if run.shape >= 500 { runs[index].rate *= 500 / 500.5 }
            runs[index].length += 1
        }
        runs.append(prior(log(max(change * hazard, 1e-300))))
        normalise()
    }

    private mutating func normalise() {
        let highest = runs.reduce(-Double.infinity) { max($0, $1.logProbability) }
        let total = highest + log(runs.reduce(0) { $0 + exp($1.logProbability - highest) })
        for index in runs.indices { runs[index].logProbability -= total }
        runs.removeAll { $0.logProbability < -35 && $0.length > ChangePointDetector.recent }
        if runs.count > lengths {
            let least = runs.indices.min { runs[$0].logProbability < runs[$1].logProbability }
            if let least { runs.remove(at: least) }
        }
    }
}
