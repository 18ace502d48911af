@testable import EdgeForecasting
import EdgeData
import PeerTesting
import Testing

@Suite struct RidgeTests {
    @Test func predictionsAreThoseOfTheNormalEquationsInNumPy() throws {
        let golden = try GoldenFile.read("ridge", as: GoldenFile.Ridge.self)
        for (penalty, expected) in golden.predictions {
            // Two parts of the rows give the same sums as all of them at once.
            var folds = [Moments(features: 5, targets: 2), Moments(features: 5, targets: 2)]
            for (index, (features, targets)) in zip(golden.features, golden.targets).enumerated() {
                folds[index < 13 ? 0 : 1].add(features + targets)
            }
            for index in folds.indices { folds[index].flush() }
            let regression = try #require(RidgeRegression(folds: folds, penalty: Double(penalty)))
            for (probe, truth) in zip(golden.probe, expected) {
                for (ours, theirs) in zip(regression.predict(probe), truth) { #expect(abs(ours - theirs) < 1e-9) }
            }
        }
    }

    /// The errors that choose the penalty come from sums alone; here they are counted row by row.
    @Test func theChosenPenaltyHasTheSmallestErrorOnRowsLeftOut() throws {
        let golden = try GoldenFile.read("ridge", as: GoldenFile.Ridge.self)
        let rows = zip(golden.features, golden.targets).map { $0 + $1 }
        func moments(_ range: Range<Int>) -> Moments {
            var result = Moments(features: 5, targets: 2)
            for row in rows[range] { result.add(row) }
            result.flush()
            return result
        }
        let parts = [0..<10, 10..<20, 20..<30, 30..<40]
        let chosen = try #require(RidgeRegression(folds: parts.map(moments))).penalty
        func error(_ penalty: Double) throws -> Double {
            var sum = 0.0
            for part in parts {
                let others = parts.filter { $0 != part }.map(moments)
                let regression = try #require(RidgeRegression(folds: others, penalty: penalty))
                for index in part {
                    for (ours, truth) in zip(regression.predict(golden.features[index]), golden.targets[index]) {
                        sum += (ours - truth) * (ours - truth)
                    }
                }
            }
            return sum
        }
        // Scales come from all rows there and from the other rows here, so that neighbours may change places.
        let smallest = try RidgeRegression.penalties.map(error).min() ?? 0
        #expect(try error(chosen) < smallest * 1.05)
    }

    @Test func aSystemThatIsNotPositiveDefiniteIsRefused() {
        #expect(Cholesky([1, 2, 2, 1], count: 2, ridge: 0) == nil)
        #expect(Cholesky([.nan], count: 1, ridge: 0) == nil)
    }

    @Test func aRhythmOfDaysAndWeeksIsLearned() throws {
        let values: [Double] = (0..<24 * 7 * 20).map { (hour: Int) -> Double in
            100 + Double(hour % 24) + (hour / 24 % 7 >= 5 ? -20 : 0)
        }
        let series = try TimeSeries(name: "load", values: values, step: .seconds(3600))
        let history = try History(series, season: nil)
        #expect(history.season == 24)
        let model = try RidgeModel(history.first(values.count - 48), steps: 48)
        let forecast = model.forecast(after: history.first(values.count - 48), steps: 48)
        for (ours, truth) in zip(forecast, values.suffix(48)) { #expect((ours - truth).magnitude < 0.5) }
    }

    @Test func moreStepsThanABlockAreForecastOnTheForecastsBefore() throws {
        let values = (0..<3000).map { Double($0 % 10) }
        let history = try History(TimeSeries(name: "x", values: values, step: .seconds(1)), season: 10)
        let forecast = try RidgeModel(history, steps: 700).forecast(after: history, steps: 700)
        #expect(forecast.count == 700)
        #expect(abs(forecast[699] - 9) < 0.5)
    }

    @Test func oneSetOfWeightsServesSeveralSeriesOfDifferentSize() throws {
        let panel = try (0..<3).map { shift in
            try TimeSeries(
                name: "s\(shift)", values: (0..<200).map { Double(($0 + shift) % 8) * [1, 1000, 0.001][shift] },
                step: .seconds(1))
        }
        let history = try History(panel[2], season: 8, companions: Array(panel[..<2]))
        let model = try RidgeModel(history, steps: 8, options: .init(usesCalendar: false))
        #expect(model.summary.hasSuffix("shared weights"))
        for (series, size) in zip(panel, [1, 1000, 0.001]) {
            let forecast = model.forecast(after: try History(series, season: 8), steps: 8)
            for (index, value) in forecast.enumerated() {
                #expect(abs(value / size - Double((200 + index + (size == 1 ? 0 : size > 1 ? 1 : 2)) % 8)) < 0.2)
            }
        }
    }

    @Test func companionsStandOnTheSameTimes() throws {
        let series = try TimeSeries(name: "a", values: [1, 2, 3, 4], step: .seconds(1))
        let other = try TimeSeries(name: "b", values: [1, 2, 3], step: .seconds(1))
        let error = #expect(throws: ForecastError.self) { try History(series, season: 1, companions: [other]) }
        #expect(error?.message.contains("other times") == true)
    }

    @Test func tooFewValuesAreRefusedWithWhatIsNeeded() throws {
        let history = try History(TimeSeries(name: "x", values: [1, 2, 3, 4, 5], step: .seconds(1)), season: 1)
        let error = #expect(throws: ForecastError.self) { try RidgeModel(history, steps: 10) }
        #expect(error?.code == "F0004")
        #expect(error?.hint?.contains("27") == true)
    }

    /// The protocol of the long-horizon literature: trained on twelve months, standardised by them, 96 hours ahead from every hour of the
    /// months 17 to 20, all seven variables with one set of weights. Published linear models reach about 0.37.
    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func transformerTemperaturesAreForecastAsWellAsPublished() throws {
        let month = 720
        let path = SharedData.file("datasets/ett/ETTh1.csv")
        let names = ["HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"]
        let table = SeriesTable(try CSVTable(FileContents.read(path)))
        let panel = try table.series(time: "date", values: names).map { series in
            let head = series.values[..<(12 * month)]
            let mean = head.reduce(0, +) / Double(head.count)
            let variance = head.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(head.count)
            var scaled = series
            scaled.values = series.values.map { ($0 - mean) / variance.squareRoot() }
            return try History(scaled, season: 24)
        }
        var training = panel[0].first(12 * month)
        training.companions = panel.dropFirst().map { $0.first(12 * month) }
        let model = try RidgeModel(training, steps: 96, options: .init(lags: 336, usesCalendar: false))
        var (squares, count) = (0.0, 0.0)
        for history in panel {
            for origin in 16 * month...20 * month - 96 {
                let forecast = model.forecast(after: history.first(origin), steps: 96)
                for (step, value) in forecast.enumerated() {
                    let error = history.values[origin + step] - value
                    squares += error * error
                    count += 1
                }
            }
        }
        #expect(squares / count <= 0.370)
    }
}
