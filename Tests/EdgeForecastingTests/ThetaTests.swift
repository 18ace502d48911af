@testable import EdgeForecasting
import Testing

/// The theta models against statsforecast.
@Suite struct ThetaTests {
    private func history(_ series: GoldenFile.Series) throws -> History {
        try History(TimeSeries(name: series.name, values: series.values, step: .months(1)), season: series.season)
    }

    private func form(_ name: String) throws -> ThetaForm { try #require(ThetaForm(rawValue: name)) }

    @Test func everyFormFindsStatsforecastsErrorOrASmallerOne() throws {
        for series in GoldenFile.series {
            for model in series.theta {
                let ours = try ThetaModel(history(series), form: form(model.form))
                #expect(ours.error < model.error * 1.001, "\(series.name) \(model.form)")
                let marks = ["multiplicative": "×", "additive": "+"]
                #expect(marks[model.seasonal].map { ours.summary.hasSuffix($0) } ?? !ours.summary.contains("season"))
            }
        }
    }

    /// The standard form has one optimum, so that forecasts agree closely; the others have long flat valleys.
    @Test func forecastsAreStatsforecasts() throws {
        for series in GoldenFile.series {
            for model in series.theta + [series.autoTheta] {
                let ours = try ThetaModel(history(series), form: form(model.form))
                let forecast = ours.forecast(after: try history(series), steps: 12)
                let tolerance = model.form == "STM" ? 0.002 : 0.02
                for (left, right) in zip(forecast, model.forecast) {
                    #expect(
                        abs(left / right - 1) < tolerance, "\(series.name) \(model.form) \(forecast) \(model.forecast)")
                }
            }
        }
    }

    @Test func takingInValuesIsTheSameAsHavingHadThem() throws {
        let history = try history(GoldenFile.series[0])
        let short = try ThetaModel(history.first(143), form: .dynamicStandard)
        let one = short.forecast(after: history, steps: 1)[0]
        #expect(abs(one - GoldenFile.series[0].theta[2].forecast[0]) < 20)
    }

    @Test func fewValuesAreRefused() throws {
        let error = #expect(throws: ForecastError.self) {
            try ThetaModel(History(TimeSeries(name: "x", values: [1, 2, 3], step: .months(1)), season: 1))
        }
        #expect(error?.code == "F0004")
    }
}
