@testable import EdgeForecasting
import EdgeData
import PeerTesting
import Testing

@Suite struct ForecastTests {
    private func hourly(_ values: [Double]) throws -> TimeSeries {
        try TimeSeries(name: "load", values: values, step: .seconds(3600))
    }

    /// The same numbers in every run, nearly normal.
    private func noise(_ count: Int) -> [Double] {
        var state: UInt64 = 42
        return (0..<count).map { _ in
            var sum = -6.0
            for _ in 0..<12 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                sum += Double(state >> 11) * 0x1p-53
            }
            return sum
        }
    }

    @Test func theBestOfThePastIsChosen() throws {
        let rhythm = try hourly((0..<24 * 30).map { Double($0 % 24) })
        let forecast = try Forecast(rhythm, .init(steps: 24))
        #expect(forecast.values.indices.allSatisfy { abs(forecast.values[$0] - Double($0)) < 1e-6 })
        #expect(forecast.season == 24)
        #expect(forecast.candidates.first?.model == forecast.model)
        #expect(forecast.times.first == Int64(24 * 30) * 3_600_000_000_000)
    }

    @Test(arguments: ModelKind.allCases)
    func everyModelForecastsWithIntervalsAroundIt(kind: ModelKind) throws {
        let wave = noise(480)
        let series = try hourly((0..<480).map { 50 + Double($0 % 24) + wave[$0] })
        let forecast = try Forecast(series, .init(steps: 12, model: kind))
        #expect(forecast.values.count == 12)
        for (narrow, wide) in zip(forecast.bounds[0], forecast.bounds[1]) {
            #expect(narrow.lower <= narrow.upper)
            #expect(wide.lower <= narrow.lower && wide.upper >= narrow.upper)
        }
        for (value, bounds) in zip(forecast.values, forecast.bounds[1]) {
            #expect(value >= bounds.lower && value <= bounds.upper)
        }
    }

    @Test func intervalsHoldWhatTheyPromise() throws {
        let series = try hourly(noise(2000).map { 10 + $0 })
        let result = try Backtest(series, .init(models: [.naive], horizon: 1, folds: 1000, season: 1))
        let coverage = result.entries[0].coverage
        #expect(abs(coverage[0] - 0.8) < 0.02)
        #expect(abs(coverage[1] - 0.95) < 0.02)
    }

    /// When errors grow at once, fixed intervals would hold far less than they promise.
    @Test func intervalsFollowErrorsThatGrow() throws {
        let wave = noise(2400)
        let series = try hourly((0..<2400).map { wave[$0] * ($0 < 1200 ? 1 : 5) })
        let result = try Backtest(series, .init(models: [.naive], horizon: 1, folds: 1200, season: 1))
        #expect(abs(result.entries[0].coverage[0] - 0.8) < 0.04)
    }

    @Test func aBacktestCountsErrorsAsDefined() throws {
        let series = try TimeSeries(name: "x", values: [1, 2, 4, 7, 11, 16, 22, 29], step: .seconds(1))
        let result = try Backtest(series, .init(models: [.naive], horizon: 1, folds: 4, season: 1, levels: []))
        let entry = result.entries[0]
        // The last four steps are 4, 5, 6 and 7 above the value before.
        #expect(entry.errors.mae == 5.5)
        #expect(abs(entry.errors.rmse - (126.0 / 4).squareRoot()) < 1e-12)
        #expect(abs(entry.errors.mape - (4.0 / 11 + 5.0 / 16 + 6.0 / 22 + 7.0 / 29) / 4) < 1e-12)
        #expect(abs(entry.mase - 5.5 / 2) < 1e-12)
    }

    @Test func noFoldKnowsTheFuture() throws {
        var values = (0..<200).map { Double($0 % 12) + 5 }
        let options = Backtest.Options(models: [.theta, .ets, .ridge], horizon: 4, folds: 1, stride: 4, season: 12)
        let before = try Backtest(hourly(values), options).entries.map(\.errors.mae)
        for index in 196..<200 { values[index] += 1000 }
        let after = try Backtest(hourly(values), options).entries.map(\.errors.mae)
        for (ours, moved) in zip(before, after) { #expect(abs(moved - ours - 1000) < 2 * ours + 1e-6) }
    }

    @Test func aGapIsFilledFromWhatStandsBeforeItAlone() throws {
        let gap = try History(hourly([1, 2, 3, 1, 2, .nan, .nan, 100, 100]), season: 3)
        #expect(gap.values[5] == 3)
        #expect(gap.values[6] == 1)
    }

    @Test func whatCannotBeForecastIsSaidWithAWayOut() throws {
        func error(_ values: [Double], _ options: Forecast.Options) -> ForecastError? {
            do {
                _ = try Forecast(hourly(values), options)
                return nil
            } catch {
                return error as? ForecastError
            }
        }
        let ramp = (0..<60).map { Double($0) }
        for kind in [ModelKind.ets, .theta, .ridge] {
            let constant = error([Double](repeating: 7, count: 60), .init(steps: 3, model: kind))
            #expect(constant?.message.contains("constant") == true)
            #expect(constant?.hint?.contains("naive") == true)
        }
        #expect(error([Double](repeating: .nan, count: 9), .init(steps: 3))?.message.contains("missing") == true)
        #expect(error([], .init(steps: 3))?.code == "F0004")
        #expect(error(ramp, .init(steps: 3, season: 61))?.message.contains("longer than the series") == true)
        #expect(error(ramp, .init(steps: 0))?.code == "F0006")
        #expect(error(ramp, .init(steps: 1_000_000))?.code == "F0006")
        #expect(error(ramp, .init(steps: 3, levels: [1.2]))?.code == "F0006")
        #expect(error(ramp, .init(steps: 3, model: .seasonalNaive, season: 1))?.hint?.contains("season") == true)
        #expect(error([1, .infinity, 2], .init(steps: 3))?.message.contains("infinite") == true)
        #expect(error([1, 2], .init(steps: 3, model: .theta))?.code == "F0004")
        #expect(error([1, 2], .init(steps: 3, model: .ets))?.code == "F0004")
    }

    @Test func aConstantSeriesAndASingleValueAreContinued() throws {
        #expect(try Forecast(hourly([Double](repeating: 7, count: 60)), .init(steps: 2)).values == [7, 7])
        #expect(try Forecast(hourly([7, 7]), .init(steps: 2)).values == [7, 7])
    }

    @Test func hugeValuesDoNotTrap() throws {
        for scale in [1e300, 1e-300, -1e300] {
            let values = (0..<80).map { Double($0 % 7) * scale }
            for kind in ModelKind.allCases {
                _ = try? Forecast(hourly(values), .init(steps: 3, model: kind, season: 7))
            }
        }
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func aDayAheadRidgeBeatsTheNaiveForecastOfALoadByFar() throws {
        let path = SharedData.file("datasets/pjm_load/PJM_Load_hourly.csv")
        let load = try SeriesTable(CSVTable(FileContents.read(path))).series(time: nil, values: nil)[0]
        #expect(load.step == .nanoseconds(3_600_000_000_000))
        #expect(load.missing == 8)
        let result = try Backtest(load, .init(models: [.ridge], horizon: 24, folds: 120, refitEvery: 60))
        #expect(result.entries[1].errors.mape < 0.035)
        #expect(result.entries[1].errors.mape < result.entries[0].errors.mape / 2)
    }
}
