import Glibc

/// Ridge regression of the next values on the last ones and the calendar, each step ahead with weights of its own (direct multi-step
/// forecasting).
public struct RidgeModel: Sendable {
    /// How the regression is laid out; what is nil is chosen by the data.
    public struct Options: Sendable, Hashable {
        /// How many of the last values are looked at.
        public var lags: Int?
        /// The penalty relative to the count of rows; chosen by cross-validation where it is nil.
        public var penalty: Double?
        /// Whether the calendar and the level are features.
        public var usesCalendar: Bool
        /// Whether all forecasts are asked for at the same place of the season, as those made once a day are.
        public var isAligned: Bool

        public init(lags: Int? = nil, penalty: Double? = nil, usesCalendar: Bool = true, isAligned: Bool = true) {
            self.lags = lags
            self.penalty = penalty
            self.usesCalendar = usesCalendar
            self.isAligned = isAligned
        }
    }

    private let design: RidgeDesign
    private let regression: RidgeRegression
    /// The regression is on logarithms, because the spread of the values grows with their level.
    private let isLogarithmic: Bool
    /// The weights serve several series, each measured in its own spread.
    private let isShared: Bool

    /// More steps than this are forecast in blocks, each on the forecasts before it.
    static let longestBlock = 512
    /// At most so many rows of each series are looked at, the latest ones.
    static let mostRows = 20_000
    static let folds = 5

    /// The series and its companions get one set of weights, each measured in its own spread.
    ///
    /// - Throws: `ForecastError` for too few values and a constant series.
    package init(_ first: History, steps: Int, options: Options = Options()) throws(ForecastError) {
        let panel = [first] + first.companions
        for history in panel { try ModelChecks.varied(history.known, model: "ridge") }
        let shortest = panel.reduce(Int.max) { min($0, $1.count) }
        let block = min(max(1, steps), RidgeModel.longestBlock)
        let lags = try RidgeModel.lags(first, count: shortest, steps: block, wanted: options.lags)
        let isAligned =
            options.isAligned && options.usesCalendar && first.season > 1 && block == steps && block <= 2 * first.season
            && (shortest - lags - block) / first.season >= 100
        let design = RidgeDesign(
            first, steps: block, lags: lags, stride: isAligned ? first.season : 1, usesCalendar: options.usesCalendar)
        self.design = design
        let isLogarithmic = panel.allSatisfy { RidgeModel.spreadGrowsWithLevel($0) }
        self.isLogarithmic = isLogarithmic
        let isShared = panel.count > 1
        self.isShared = isShared
        let moments = panel.map {
            RidgeModel.moments($0, design: design, scale: isLogarithmic ? nil : isShared ? RidgeModel.spread($0) : 1)
        }
        var folds = moments[0]
        for others in moments.dropFirst() { for index in folds.indices { folds[index].add(others[index]) } }
        guard
            let regression = RidgeRegression(
                folds: folds, penalty: options.penalty, isCancelled: first.isCancelled)
        else {
            throw .model("no ridge regression fits the values", hint: "they are too large or too much alike")
        }
        self.regression = regression
    }

    /// How many values to look at: those of the longest natural season that the series holds often enough.
    private static func lags(_ history: History, count: Int, steps: Int, wanted: Int?) throws(ForecastError) -> Int {
        let fewestRows = 16
        let room = count - steps - fewestRows
        guard room >= 1 else {
            throw .tooShort(
                "\(count) values are too few to regress \(steps) steps ahead on",
                hint: "at least \(steps + fewestRows + 1) are needed; forecast fewer steps, or use model \"naive\"")
        }
        if let wanted {
            guard wanted >= 1, wanted <= room else {
                throw .argument("`lags` must be between 1 and \(room) for \(count) values and \(steps) steps ahead")
            }
            return wanted
        }
        let natural = [history.season] + SeasonLength.candidates(history.step)
        let longest = natural.filter { $0 <= 512 && count >= 8 * $0 }.max() ?? 1
        return max(1, min(room, max(longest, min(2 * history.season, 24), count >= 96 ? 12 : 4)))
    }

    /// The standard deviation of the known values.
    private static func spread(_ history: History) -> Double {
        let count = Double(history.count)
        let mean = history.known.reduce(0, +) / count
        let spread = (history.known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        return spread > 0 && spread.isFinite ? spread : 1
    }

    /// The sums of the rows of a series in blocks of neighbours, for cross-validation.
    ///
    /// - Parameter scale: The unit of the values; nil for their logarithms.
    private static func moments(_ history: History, design: RidgeDesign, scale: Double?) -> [Moments] {
        let values = history.known.map { value in scale.map { value / $0 } ?? log(value) }
        // The latest origin whose targets are known and that stands at the next forecast's place of the season.
        let latest = history.count - (design.steps + design.stride - 1) / design.stride * design.stride
        let rows = max(0, min(mostRows, (latest - design.lags) / design.stride + 1))
        return (0..<folds).map { fold in
            var moments = Moments(features: design.width, targets: design.steps)
            for index in rows * fold / folds..<rows * (fold + 1) / folds {
                let origin = latest - (rows - 1 - index) * design.stride
                let level = design.level(values, origin)
                // What is left out is of no use to anybody.
                if index % 64 == 0, history.isCancelled() { break }
                var row = design.features(
                    values, origin: origin, time: history.time(origin), level: level, phase: origin)
                for target in origin..<origin + design.steps { row.append(values[target] - level) }
                moments.add(row)
            }
            moments.flush()
            return moments
        }
    }

    /// Whether the deviation within a season grows with its mean as a power above one half (Guerrero 1993).
    private static func spreadGrowsWithLevel(_ history: History) -> Bool {
        let block = max(history.season, 8)
        let count = history.count / block
        guard count >= 4, history.known.allSatisfy({ $0 > 0 }) else { return false }
        var points: [(x: Double, y: Double)] = []
        for index in 0..<count {
            let values = history.known[index * block..<(index + 1) * block]
            let mean = values.reduce(0, +) / Double(block)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(block)
            if variance > 0 { points.append((log(mean), log(variance) / 2)) }
        }
        guard points.count >= 4 else { return false }
        let centre = points.reduce((0.0, 0.0)) { ($0.0 + $1.x, $0.1 + $1.y) }
        let (x, y) = (centre.0 / Double(points.count), centre.1 / Double(points.count))
        let products = points.reduce(0) { $0 + ($1.x - x) * ($1.y - y) }
        let squares = points.reduce(0) { $0 + ($1.x - x) * ($1.x - x) }
        return squares > 0 && products / squares > 0.5
    }
}

extension RidgeModel: FittedModel {
    package var summary: String {
        "ridge, \(design.lags) lags" + (design.includesLevel ? " + calendar" : "") + (isLogarithmic ? ", log" : "")
            + (isShared ? ", shared weights" : "")
    }

    package var parameters: [(name: String, value: Double)] {
        [("lags", Double(design.lags)), ("penalty", regression.penalty)]
    }

    package func forecast(after history: History, steps: Int) -> [Double] {
        var recent = Array(history.values[max(0, history.count - design.lags)..<history.count])
        let scale = isShared && !isLogarithmic ? RidgeModel.spread(history) : 1
        recent = recent.map { isLogarithmic ? log(max($0, 1e-300)) : $0 / scale }
        var result: [Double] = []
        while result.count < steps {
            let origin = recent.count
            let level = design.level(recent, origin)
            let phase = history.count + result.count
            let row = design.features(recent, origin: origin, time: history.time(phase), level: level, phase: phase)
            let next = regression.predict(row).map { $0 + level }
            result += next
            recent = Array((recent + next).suffix(design.lags))
        }
        return result.prefix(steps).map { isLogarithmic ? exp($0) : $0 * scale }
    }
}
