import Glibc

/// What a ridge forecaster sees at an origin: the last values relative to their level, the level itself, and the calendar.
///
/// The calendar is that of the origin, not of each target: a sine at a target is a fixed mixture of sine and cosine at the origin, so that
/// one matrix of features serves every step ahead. Where all origins stand at the same place of the season, the day of the week at
/// the origin determines that of each target too.
struct RidgeDesign: Sendable {
    /// How many of the last values are features.
    let lags: Int
    let steps: Int
    /// How many of the last values make up the level.
    let season: Int
    /// Origins stand so many steps apart, at the place of the season where forecasts are asked for.
    let stride: Int
    let includesLevel: Bool
    private let hasYear: Bool
    private let hasWeekdays: Bool
    /// Periods in steps whose sines and cosines are features, with their number of harmonics.
    private let waves: [(period: Double, harmonics: Int)]

    init(_ history: History, steps: Int, lags: Int, stride: Int, usesCalendar: Bool) {
        self.lags = lags
        self.steps = steps
        season = max(1, min(history.season, lags))
        self.stride = stride
        includesLevel = usesCalendar
        let isAligned = stride > 1
        let seconds = history.step.approximateSeconds
        let day = 86_400 / seconds
        let span = Double(history.count) * seconds
        hasYear = usesCalendar && seconds < 20 * 86_400 && span > 1.5 * 31_557_600
        hasWeekdays = usesCalendar && seconds <= 86_400 && span > 8 * 7 * 86_400 && (isAligned || day <= 1)
        var waves: [(Double, Int)] = []
        if usesCalendar, !isAligned, history.season > 1 {
            waves.append((Double(history.season), min(4, history.season / 2)))
            if seconds < 86_400, span > 8 * 7 * 86_400 { waves.append((7 * day, 6)) }
        }
        self.waves = waves
    }

    /// How many features a row has.
    var width: Int {
        lags + (includesLevel ? 1 : 0) + (hasYear ? 6 : 0) + (hasWeekdays ? 6 : 0)
            + waves.reduce(0) { $0 + 2 * $1.harmonics }
    }

    /// The level that features and targets of an origin are relative to.
    func level(_ values: [Double], _ origin: Int) -> Double {
        var sum = 0.0
        for index in origin - season..<origin { sum += values[index] }
        return sum / Double(season)
    }

    /// The features of an origin, the position of the first value to forecast.
    ///
    /// - Parameters:
    ///   - values: Known up to the origin.
    ///   - time: Of the origin, in nanoseconds since 1970.
    ///   - phase: The origin's position in the whole series, where `values` is only its end.
    func features(_ values: [Double], origin: Int, time: Int64, level: Double, phase: Int) -> [Double] {
        var row: [Double] = []
        row.reserveCapacity(width + steps)
        for index in origin - lags..<origin { row.append(values[index] - level) }
        if includesLevel { row.append(level) }
        if hasYear {
            let years = Double(time) / 1e9 / 31_556_952
            for harmonic in 1...3 {
                let angle = 2 * Double.pi * Double(harmonic) * (years - years.rounded(.down))
                row.append(sin(angle))
                row.append(cos(angle))
            }
        }
        if hasWeekdays {
            let weekday = CalendarTime.weekday(time)
            for day in 1...6 { row.append(day == weekday ? 1 : 0) }
        }
        for (period, harmonics) in waves {
            for harmonic in 1...harmonics {
                let angle =
                    2 * Double.pi * Double(harmonic) * Double(phase).truncatingRemainder(dividingBy: period) / period
                row.append(sin(angle))
                row.append(cos(angle))
            }
        }
        return row
    }
}
