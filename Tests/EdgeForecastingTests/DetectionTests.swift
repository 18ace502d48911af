@testable import EdgeForecasting
import Testing

@Suite struct DetectionTests {
    private func daily(_ value: (Int) -> Double, count: Int = 1000) throws -> TimeSeries {
        var state: UInt64 = 1
        return try TimeSeries(
            name: "x",
            values: (0..<count).map { index in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return value(index) + Double(state >> 40) * 0x1p-24
            }, step: .seconds(3600))
    }

    @Test func aSpikeIsFoundAndReportedOnce() throws {
        let series = try daily { Double($0 % 24) + ($0 == 700 || $0 == 701 ? 40 : 0) }
        #expect(try Detection(series, method: .residual).anomalies == [700])
    }

    @Test func aValueThatIsUsualAtAnotherHourIsFoundAtTheWrongOne() throws {
        let series = try daily { $0 == 726 ? 23 : Double($0 % 24) }
        #expect(try Detection(series, method: .residual, season: 24).anomalies == [726])
    }

    @Test func ordinaryValuesAreLeftInPeace() throws {
        #expect(try Detection(daily { Double($0 % 24) }, method: .residual).anomalies.isEmpty)
        #expect(try Detection(daily { _ in 5 }, method: .changePoint).anomalies.isEmpty)
        let constant = try TimeSeries(name: "c", values: [Double](repeating: 3, count: 500), step: .seconds(1))
        #expect(try Detection(constant, method: .residual).anomalies.isEmpty)
        #expect(try Detection(constant, method: .changePoint).anomalies.isEmpty)
    }

    @Test(arguments: [300, 500, 900])
    func aChangeOfTheMeanIsFoundSoonAfterIt(place: Int) throws {
        let found = try Detection(daily { $0 < place ? 5 : 7 }, method: .changePoint).anomalies
        #expect(found.count == 1)
        #expect(found.first.map { ($0 - place) >= 0 && $0 - place <= 12 } == true)
    }

    @Test func aLastingShiftIsAcceptedAfterAWhile() throws {
        let series = try daily({ $0 < 500 ? 5 : 50 }, count: 2000)
        let scores = try Detection(series, method: .residual, season: 1).verdicts.map(\.score)
        #expect(scores[500] > 4)
        #expect(scores[1500...].allSatisfy { $0 < 4 })
    }

    @Test func missingValuesAndWildOnesAreTaken() throws {
        for method in Detection.Method.allCases {
            var detector = try Detection.detector(method, season: method == .residual ? 3 : 1)
            for index in 0..<300 {
                for value in [.nan, .infinity, -.infinity, 1e308, -1e308, Double.leastNonzeroMagnitude, Double(index)] {
                    let verdict = detector.update(value)
                    #expect(!verdict.score.isNaN)
                    if value.isNaN { #expect(!verdict.isAnomaly) }
                }
            }
        }
    }

    @Test func memoryDoesNotGrow() throws {
        var quantiles = RollingQuantiles(capacity: 10)
        for index in 0..<1000 { quantiles.insert(Double(index * 7919 % 1000)) }
        #expect(quantiles.count == 10)
        let last = (990..<1000).map { Double($0 * 7919 % 1000) }.sorted()
        #expect(quantiles.quantile(0.5) == last[4])
        #expect(quantiles.quantile(1) == last[9])
    }

    @Test func settingsOutOfRangeAreRefused() throws {
        #expect(throws: ForecastError.self) { try ResidualDetector(season: 0) }
        #expect(throws: ForecastError.self) { try ResidualDetector(threshold: .nan) }
        #expect(throws: ForecastError.self) { try ChangePointDetector(threshold: 1) }
        let nothing = try TimeSeries(name: "n", values: [.nan, .nan], step: .seconds(1))
        #expect(throws: ForecastError.self) { try Detection(nothing, method: .residual) }
    }
}
