import EdgeData
public import EdgeForecasting
public import EdgeLang

extension Aggregation: BuiltinChoice {}
extension GapFilling: BuiltinChoice {}
extension SeriesBuilder.Duplicates: BuiltinChoice {}
extension TimeReader.DateOrder: BuiltinChoice {}

extension Primitives {
    /// Time series: made of tables, cut and resampled.
    static func series(_ environment: RuntimeEnvironment) -> [BuiltinSpec] { [makeSeries(environment)] + seriesShaping }

    private static func makeSeries(_ environment: RuntimeEnvironment) -> BuiltinSpec {
        BuiltinSpec(
            "series", "Makes a time series of a table with times, or of a list of numbers.",
            .value(
                "data", OneOf<String, PlainValue>.self,
                "a CSV file, a list of records, or a list of numbers with `every`"),
            .label("time", String?.self, "the column with the times; the first that holds times where it is left out"),
            .label(
                "value", OneOf<String, [String]>?.self,
                "the column with the values, or several; the only one with numbers where it is left out"),
            .label("every", StepInput?.self, "how far apart rows without times are"),
            .label("start", MomentInput?.self, "the time of the first row without times; 1970 where it is left out"),
            .label("gaps", GapFilling.self, default: .keep, "what takes the place of missing values"),
            .label(
                "duplicates", SeriesBuilder.Duplicates.self, default: .mean, "which value counts of several at one time"
            ),
            .label("dates", TimeReader.DateOrder.self, default: .automatic, "what stands first in dates like 1/2/2026"),
            .label("separator", String.self, default: ",", "CSV: the character between two fields"),
            returns: "the series; a list of them where `value` is a list", type: "series | list of series",
            effects: [.readsFiles],
            details: """
                Times are read as ISO 8601 with or without a zone (UTC then), as `2026-03-01 12:00:00`, as dates and months, and as numbers: seconds,
                milliseconds, microseconds or nanoseconds since 1970 by their size. Rows need no order. The step of the series is what most
                neighbours are apart, or months where the calendar makes the grid; steps without a row are gaps (`null` in `values`). The
                hour that summer time leaves out is a gap, the one that winter time repeats a duplicate.
                """,
            topic: "Forecasting", seeAlso: ["resample", "forecast", "detect"],
            examples: [
                Example(
                    "write_text(\"load.csv\", \"time,load\\n2026-03-01 02:00,7\\n2026-03-01 00:00,5\\n2026-03-01 01:00,6\\n\")\nseries(\"load.csv\").values",
                    "[5.0, 6.0, 7.0]"),
                Example("series([5, 6, 7], every: 30min).step", "30min"),
                Example(
                    "series([{day: \"2026-03-01\", rate: 1}, {day: \"2026-03-02\", rate: 2}, {day: \"2026-03-04\", rate: 4}], gaps: \"interpolate\").values",
                    "[1.0, 2.0, 3.0, 4.0]"),
            ]
        ) { context, data, time, value, every, start, gaps, duplicates, dates, separator -> Value in
            let table: SeriesTable
            var name: String?
            switch data {
            case .first(let path):
                let (found, tried) = try environment.find(path, authorize: context.authorize)
                guard let found else {
                    throw RuntimeError(
                        .fileNotFound, "there is no file `\(path)`", notes: ["tried: \(tried.joined(separator: ", "))"])
                }
                guard separator.utf8.count == 1, let byte = separator.utf8.first, byte != 0x22, byte != 0x0A else {
                    throw RuntimeError(.unsuitableValue, "a separator is one character of ASCII, and no quote")
                }
                table = try context.cancellableDataWork {
                    SeriesTable(try CSVTable(FileContents.read(found), separator: byte))
                }
            case .second(let plain):
                if let numbers = PlainNumbers.of(plain), time == nil {
                    name = "values"
                    table = SeriesTable(columns: ["values"], rows: numbers.map { [.float($0)] })
                } else if let rows = ValueTable(plain) {
                    table = SeriesTable(
                        columns: rows.columns, rows: rows.cells(of: rows.columns).map { $0.map { DataTree($0) } })
                } else {
                    throw RuntimeError(
                        .unsuitableValue, "`series` needs a CSV file, a list of records, or a list of numbers",
                        hint: "for example series([5, 6, 7], every: 30min)")
                }
            }
            var columns: [String]?
            var isList = false
            switch value {
            case .first(let column)?: columns = [column]
            case .second(let list)?: (columns, isList) = (list, true)
            case nil: columns = name.map { [$0] }
            }
            guard columns?.isEmpty != true else {
                throw RuntimeError(.unsuitableValue, "`series`: the list of `value` names no column")
            }
            let series = try table.series(
                time: time, values: columns, every: every?.step, start: start?.nanoseconds ?? 0, dates: dates,
                builder: SeriesBuilder(duplicates: duplicates, gaps: gaps))
            let objects = series.map { SeriesObject($0) }
            if isList { return try objects.encode(context) }
            return try objects[0].encode(context)
        }
    }

    private static let seriesShaping: [BuiltinSpec] = [
        BuiltinSpec(
            "resample", "Brings a series to another step.",
            .value("series", SeriesInput.self, "the series"),
            .label("every", StepInput.self, "the new step: a duration, or \"month\", \"quarter\", \"year\""),
            .label("with", Aggregation.self, default: .mean, "how the values within a step become one"),
            returns: "the series of the new step", type: "series",
            details: """
                Each step gathers the values from its time on up to the next; missing values are left out. A step in which nothing was measured is a gap.
                Steps stand at multiples of their length since 1970: hours at full hours, days at midnight (UTC).
                """,
            topic: "Forecasting", seeAlso: ["series", "between"],
            examples: [
                Example("resample(series([1, 3, 5, 7], every: 30min), every: 1h).values", "[2.0, 6.0]"),
                Example("resample(series([1, 3, 5, 7], every: 30min), every: 1h, with: \"max\").values", "[3.0, 7.0]"),
            ]
        ) { _, input, every, aggregation in
            SeriesObject(try input.series.resampled(every: every.step, with: aggregation))
        },
        BuiltinSpec(
            "between", "Cuts a series to the values between two times.",
            .value("series", SeriesInput.self, "the series"),
            .label("from", MomentInput?.self, "the first time; the series' own where it is left out"),
            .label("to", MomentInput?.self, "the time before which it ends; the series' own end where it is left out"),
            returns: "the part of the series", type: "series", topic: "Forecasting", seeAlso: ["series", "resample"],
            examples: [
                Example(
                    "between(series([5, 6, 7], every: 12h, start: \"2026-03-01\"), from: \"2026-03-01 12:00\", to: \"2026-03-02\").values",
                    "[6.0]")
            ]
        ) { (_, input: SeriesInput, from: MomentInput?, to: MomentInput?) -> SeriesObject in
            SeriesObject(input.series.slice(from: from?.nanoseconds, to: to?.nanoseconds))
        },
    ]
}
