import EdgeData
import EdgeForecasting
import Testing

@Suite struct SeriesTests {
    private func series(
        _ csv: String, time: String? = nil, value: String? = nil, every: TimeStep? = nil,
        dates: TimeReader.DateOrder = .automatic, builder: SeriesBuilder = SeriesBuilder()
    ) throws -> TimeSeries {
        try SeriesTable(CSVTable(Array(csv.utf8)))
            .series(time: time, values: value.map { [$0] }, every: every, dates: dates, builder: builder)[0]
    }

    @Test(arguments: [
        ("2026-03-01T12:00:00Z", 1_772_366_400_000_000_000), ("2026-03-01T12:00:00+02:00", 1_772_359_200_000_000_000),
        ("2026-03-01T12:00:00.25-0130", 1_772_371_800_250_000_000), ("2026-03-01 12:00:00", 1_772_366_400_000_000_000),
        ("2026-03-01 12:00", 1_772_366_400_000_000_000), ("2026/03/01", 1_772_323_200_000_000_000),
        ("2026-03", 1_772_323_200_000_000_000), ("3/1/2026 1:30 PM", 1_772_371_800_000_000_000),
        ("1970-01-01", 0), ("1969-12-31 23:59:59", -1_000_000_000), ("2024-02-29", 1_709_164_800_000_000_000),
    ])
    func aTimeIsReadAsItIsUsuallyWritten(text: String, nanoseconds: Int64) {
        #expect(TimeReader.parse(text) == nanoseconds)
    }

    @Test(arguments: [
        "", "x", "2026-13-01", "2026-02-30", "2026-03-01T25:00", "2026-03-01T12:00:00Q", "2026", "12:00",
        "9999-01-01T00:00:00+99:00", "1/2", "2026-03-01 12:60", "999999999999999999999-01-01",
    ])
    func whatIsNoTimeIsNotRead(text: String) { #expect(TimeReader.parse(text) == nil) }

    @Test func numbersAreSecondsMillisecondsOrMore() throws {
        for (number, expected) in [(1_772_366_400.0, 1_772_366_400), (1_772_366_400_000.0, 1_772_366_400), (0, 0)] {
            let times = try TimeReader().times([.number(number)], column: "t")
            #expect(times == [Int64(expected) * 1_000_000_000])
        }
    }

    @Test func unorderedRowsAreOrderedAndMissingHoursAreGaps() throws {
        let load = try series(
            "t,load\n2026-01-01 03:00,4\n2026-01-01 00:00,1\n2026-01-01 01:00,2\n2026-01-01 05:00,6\n")
        #expect(load.count == 6)
        #expect(load.step == .nanoseconds(3_600_000_000_000))
        #expect(load.gaps == [2..<3, 4..<5])
        #expect(load.values.filter { !$0.isNaN } == [1, 2, 4, 6])
    }

    @Test func gapsAreFilledAsAsked() throws {
        let csv = "t,v\n2026-01-01,1\n2026-01-02,\n2026-01-03,3\n2026-01-05,7\n"
        #expect(try series(csv, builder: SeriesBuilder(gaps: .interpolate)).values == [1, 2, 3, 5, 7])
        #expect(try series(csv, builder: SeriesBuilder(gaps: .forward)).values == [1, 1, 3, 3, 7])
        #expect(try series(csv).missing == 2)
    }

    @Test func theHourThatWinterTimeRepeatsIsMergedAsAsked() throws {
        let csv = "t,v\n2026-10-25 01:00,1\n2026-10-25 02:00,2\n2026-10-25 02:00,4\n2026-10-25 03:00,5\n"
        #expect(try series(csv).values == [1, 3, 5])
        #expect(try series(csv, builder: SeriesBuilder(duplicates: .last)).values == [1, 4, 5])
        #expect(throws: ForecastError.self) { try series(csv, builder: SeriesBuilder(duplicates: .error)) }
    }

    @Test func monthsAreAStepOfTheirOwn() throws {
        let passengers = try series("Month,n\n1949-01,1\n1949-02,2\n1949-03,3\n1949-05,5\n")
        #expect(passengers.step == .months(1))
        #expect(passengers.count == 5)
        #expect(try passengers.following(1) == [TimeReader.parse("1949-06")])
    }

    @Test func theOrderOfDayAndMonthIsFoundOrAskedFor() throws {
        #expect(try series("d,v\n1/30/2026,1\n1/31/2026,2\n2/1/2026,3\n").count == 3)
        #expect(try series("d,v\n30/1/2026,1\n31/1/2026,2\n1/2/2026,3\n").count == 3)
        let error = #expect(throws: ForecastError.self) { try series("d,v\n1/2/2026,1\n1/3/2026,2\n") }
        #expect(error?.hint?.contains("day_first") == true)
        #expect(try series("d,v\n1/2/2026,1\n1/3/2026,2\n1/4/2026,2\n", dates: .dayFirst).step == .months(1))
    }

    @Test func irregularTimesAreKeptAndAnErrorSaysWhatToDo() throws {
        let travel = try series(
            "t,v\n2026-01-01 00:00:00,1\n2026-01-01 00:14:01,2\n2026-01-01 00:20:00,3\n2026-01-01 07:00:05,3\n")
        #expect(travel.step == nil)
        let error = #expect(throws: ForecastError.self) { try travel.following(1) }
        #expect(error?.hint?.contains("resample") == true)
        #expect(try travel.resampled(every: .seconds(3600), with: .mean).count == 8)
    }

    @Test func aFarOffTimeDoesNotAskForAHugeGrid() throws {
        let odd = try series(
            "t,v\n1700-01-01 00:00:00,1\n2026-01-01 00:00:00,1\n2026-01-01 00:00:01,2\n2026-01-01 00:00:02,3\n")
        #expect(odd.step == nil)
        #expect(odd.count == 4)
    }

    @Test func aWrongColumnGetsASuggestion() throws {
        let error = #expect(throws: ForecastError.self) { try series("time,load\n2026-01-01,1\n", value: "laod") }
        #expect(error?.hint == "did you mean \"load\"?")
        let several = #expect(throws: ForecastError.self) { try series("time,a,b\n2026-01-01,1,2\n") }
        #expect(several?.message.contains("\"a\", \"b\"") == true)
        #expect(throws: ForecastError.self) { try series("time,a\n2026-01-01,x\n2026-01-02,1\n", value: "a") }
        #expect(throws: ForecastError.self) { try series("time,a\nyesterday,1\n", time: "time") }
        #expect(throws: ForecastError.self) { try series("a,b\n1,2\n", value: "a") }
    }

    @Test func rowsWithoutTimesAreLaidOutByAStep() throws {
        let demand = try series("Y\n5\n6\n7\n", every: .seconds(1800))
        #expect(demand.times == [0, 1_800_000_000_000, 3_600_000_000_000])
    }

    @Test(arguments: [
        (Aggregation.mean, [1.5, 3.5, 5]), (.sum, [3, 7, 5]), (.min, [1, 3, 5]), (.max, [2, 4, 5]),
        (.count, [2, 2, 1]),
        (.median, [1.5, 3.5, 5]), (.first, [1, 3, 5]), (.last, [2, 4, 5]),
    ])
    func resamplingGathersEachStep(aggregation: Aggregation, expected: [Double]) throws {
        let half = try TimeSeries(name: "x", values: [1, 2, 3, 4, 5], step: .seconds(1800))
        #expect(try half.resampled(every: .seconds(3600), with: aggregation).values == expected)
    }

    @Test func monthsGatherTheirDays() throws {
        let daily = try TimeSeries(name: "x", values: [Double](repeating: 1, count: 59), step: .seconds(86_400))
        #expect(try daily.resampled(every: .months(1), with: .sum).values == [31, 28])
    }

    @Test func aSliceTakesTheTimesFromOneUpToAnother() throws {
        let series = try TimeSeries(name: "x", values: [1, 2, 3, 4], step: .seconds(1))
        #expect(series.slice(from: 1_000_000_000, to: 3_000_000_000).values == [2, 3])
        #expect(series.slice(from: 5_000_000_000, to: nil).count == 0)
        #expect(series.slice(from: 3_000_000_000, to: 1_000_000_000).count == 0)
    }

    @Test func stepsThatLeaveTheCalendarAreRefused() throws {
        #expect(throws: ForecastError.self) {
            try TimeSeries(name: "x", values: [1, 2, 3], start: .max - 1, step: .seconds(1))
        }
        #expect(throws: ForecastError.self) { try TimeStep.seconds(.nan) }
        #expect(throws: ForecastError.self) { try TimeStep.seconds(1e300) }
        #expect(throws: ForecastError.self) { try TimeStep.seconds(0) }
    }

    @Test func stepsOfCenturiesAtTheEdgeOfTheCalendarAreRefused() throws {
        let early = try TimeSeries(name: "x", values: [1, 2], start: .min + 1000, step: .seconds(1))
        #expect(throws: ForecastError.self) {
            try early.resampled(every: .nanoseconds(9_000_000_000_000_000_000), with: .mean)
        }
        let fine = try TimeSeries(name: "x", values: [1, 2], step: .seconds(1e8))
        #expect(throws: ForecastError.self) { try fine.resampled(every: .nanoseconds(1), with: .mean) }
    }

    @Test func aSparklineShowsTheShape() {
        #expect(Sparkline.text([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█")
        #expect(Sparkline.text([1, .nan, 1]) == "▅ ▅")
        #expect(Sparkline.text([]) == "")
    }
}
