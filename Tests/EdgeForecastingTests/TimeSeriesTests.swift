import EdgeForecasting
import Testing

@Suite struct TimeSeriesTests {
    @Test func aSeriesKeepsItsTimesAndValues() {
        let series = TimeSeries(name: "load", times: [0, 1], values: [2, .nan])
        #expect(series.times.count == series.values.count)
    }
}
