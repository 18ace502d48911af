import Glibc

/// The errors and intervals of one model, gathered origin by origin.
struct BacktestRun {
    private let truth: [Double]
    private let horizon: Int
    private var intervals: ConformalIntervals
    /// Forecasts whose last values are not yet known.
    private var open: [(origin: Int, forecast: [Double])] = []
    private(set) var errors = ForecastErrors()
    private var inside: [Int]
    private var judged: [Int]
    private var widths: [Double]

    init(truth: [Double], levels: [Double], horizon: Int) {
        self.truth = truth
        self.horizon = horizon
        intervals = ConformalIntervals(levels: levels, steps: horizon)
        inside = levels.map { _ in 0 }
        judged = levels.map { _ in 0 }
        widths = levels.map { _ in 0 }
    }

    var coverage: [Double] { zip(inside, judged).map { $1 > 0 ? Double($0) / Double($1) : .nan } }
    var width: [Double] { zip(widths, judged).map { $1 > 0 ? $0 / Double($1) : .nan } }

    /// Takes in a forecast made before the first one that counts.
    mutating func calibrate(_ origin: Int, _ forecast: [Double]) {
        settle(before: origin)
        open.append((origin, forecast))
    }

    /// Counts a forecast, its intervals made of the errors known at its origin.
    mutating func judge(_ origin: Int, _ forecast: [Double]) {
        settle(before: origin)
        let bounds = intervals.bounds(forecast)
        for (step, value) in forecast.enumerated() {
            let truth = self.truth[origin + step]
            errors.add(truth: truth, forecast: value)
            for level in bounds.indices {
                let (lower, upper) = bounds[level][step]
                guard !truth.isNaN, !lower.isNaN else { continue }
                judged[level] += 1
                widths[level] += upper - lower
                if truth >= lower, truth <= upper { inside[level] += 1 }
            }
        }
        open.append((origin, forecast))
    }

    private mutating func settle(before origin: Int) {
        while let first = open.first, first.origin + horizon <= origin {
            intervals.update(first.forecast.enumerated().map { truth[first.origin + $0] - $1 })
            open.removeFirst()
        }
    }
}

/// Processor time of this thread since it was made.
struct ProcessorClock {
    private let start = ProcessorClock.now()

    var seconds: Double { ProcessorClock.now() - start }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Carries a caller's wish to stop through functions that throw `ForecastError` alone.
enum Interruption {
    static let code = "F0000"

    static func forward(_ body: () throws -> Void) throws(ForecastError) {
        do {
            try body()
        } catch {
            throw ForecastError(code: code, message: "interrupted")
        }
    }
}
