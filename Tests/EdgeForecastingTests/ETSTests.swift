@testable import EdgeForecasting
import Testing

/// Exponential smoothing against statsforecast.
@Suite struct ETSTests {
    private func history(_ series: GoldenFile.Series) throws -> History {
        try History(TimeSeries(name: series.name, values: series.values, step: .months(1)), season: series.season)
    }

    private func form(_ text: String) throws -> ETSForm {
        try #require(
            ETSForm.candidates(isPositive: true, isSeasonal: true).first { $0.description == text },
            "\(text) is one of ours")
    }

    @Test func theGoldenFileIsThere() { #expect(GoldenFile.series.count == 3) }

    @Test func theLikelihoodOfGivenParametersIsStatsforecasts() throws {
        for series in GoldenFile.series {
            for model in series.ets + [series.autoETS] {
                let parameters = ETSParameters(
                    alpha: model.alpha, beta: model.beta, gamma: model.gamma, phi: model.phi, level: model.level,
                    slope: model.slope, figures: model.figures)
                let form = try form(model.form)
                let deviance = ETSFilter.deviance(form, parameters, series.values[...])
                #expect(abs(deviance / model.deviance - 1) < 1e-10, "\(series.name) \(model.form)")
                var state = ETSFilter(form, parameters)
                for value in series.values { state.update(value) }
                for (ours, theirs) in zip(state.forecast(12), model.forecast) {
                    #expect(abs(ours / theirs - 1) < 1e-9, "\(series.name) \(model.form)")
                }
            }
        }
    }

    /// Both searches end near the same optimum; ours may not be worse by more than a tenth of a unit of the criterion. Ours stays in the
    /// usual region, gamma below 1 - alpha; statsforecast leaves it for two of the forms.
    @Test func theSearchFindsWhatStatsforecastFindsOrBetter() throws {
        for series in GoldenFile.series {
            for model in series.ets where model.gamma <= 1 - model.alpha {
                let ours = try ETSModel(history(series), form: form(model.form))
                #expect(ours.deviance < model.deviance + 0.1, "\(series.name) \(model.form)")
            }
            let best = try ETSModel(history(series))
            #expect(best.aicc < series.autoETS.aicc + 0.1, "\(series.name): \(best.form), \(series.autoETS.form)")
        }
    }

    @Test func forecastsOfTheChosenModelAreNearStatsforecasts() throws {
        for series in GoldenFile.series {
            let ours = try ETSModel(history(series)).forecast(after: history(series), steps: 12)
            let scale = series.autoETS.forecast.map(\.magnitude).max() ?? 1
            for (left, right) in zip(ours, series.autoETS.forecast) {
                #expect(abs(left - right) < 0.04 * scale, "\(series.name): \(ours) \(series.autoETS.forecast)")
            }
        }
    }

    @Test func takingInValuesIsTheSameAsHavingHadThem() throws {
        let history = try history(GoldenFile.series[0])
        let model = try ETSModel(
            history.first(120), form: ETSForm(error: .multiplicative, trend: .damped, season: .multiplicative))
        var state = ETSFilter(model.form, model.fitted)
        for value in history.known { state.update(value) }
        #expect(model.forecast(after: history, steps: 24) == state.forecast(24))
    }

    @Test func multiplicativeModelsNeedPositiveValues() throws {
        let series = try TimeSeries(name: "t", values: (0..<48).map { Double($0 % 12) - 3 }, step: .months(1))
        let error = #expect(throws: ForecastError.self) {
            try ETSModel(
                History(series, season: 12),
                form: ETSForm(error: .multiplicative, trend: .none, season: .multiplicative))
        }
        #expect(error?.message.contains("above zero") == true)
        #expect(try ETSModel(History(series, season: 12)).form.needsPositiveValues == false)
    }
}
