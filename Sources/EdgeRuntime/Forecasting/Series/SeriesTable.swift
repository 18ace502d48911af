public import EdgeData

/// Rows with named columns that series can be made of: a CSV file or a table of a script.
public struct SeriesTable: Sendable {
    public let columns: [String]
    private let cells: [[DataTree]]

    /// - Parameters:
    ///   - rows: As many cells as columns in each.
    public init(columns: [String], rows: [[DataTree]]) {
        self.columns = columns
        cells = rows
    }

    public init(_ table: CSVTable) { self.init(columns: table.columns, rows: table.rows) }

    /// Series of some columns on common times.
    ///
    /// - Parameters:
    ///   - time: The column with the times; nil for the first one that holds times.
    ///   - values: The columns with the values; nil for the only one with numbers.
    ///   - every: The step of rows without a time column, which are taken in their order.
    ///   - start: The time of the first of such rows.
    /// - Throws: `ForecastError` for a column that is not there, does not hold what it should, or cannot be told.
    public func series(
        time: String?, values: [String]?, every: TimeStep? = nil, start: Int64 = 0,
        dates: TimeReader.DateOrder = .automatic,
        builder: SeriesBuilder = SeriesBuilder()
    ) throws(ForecastError) -> [TimeSeries] {
        guard !cells.isEmpty else { throw .unsuitable("the table has no rows") }
        var timeColumn = every == nil ? guessTimeColumn() : nil
        if let time { timeColumn = try position(time) }
        let names: [String]
        if let values { names = values } else { names = try guessValueColumn(besides: timeColumn) }
        var columns: [[Double]] = []
        for name in names { columns.append(try numbers(try position(name))) }
        guard let timeColumn else {
            guard let every else {
                throw .column(
                    "no column holds times; the table has \(columnList)",
                    hint: "name it with `time`, or say with `every: 30min` how far apart the rows are")
            }
            var result: [TimeSeries] = []
            for (name, column) in zip(names, columns) {
                result.append(
                    builder.gaps.filled(try TimeSeries(name: name, values: column, start: start, step: every)))
            }
            return result
        }
        let times = try TimeReader(order: dates).times(
            cells.map { timeCell($0[timeColumn]) }, column: self.columns[timeColumn])
        return try builder.build(names: names, times: times, columns: columns)
    }

    private var columnList: String { columns.map { "\"\($0)\"" }.joined(separator: ", ") }

    private func position(_ name: String) throws(ForecastError) -> Int {
        if let position = columns.firstIndex(of: name) { return position }
        let near =
            columns.first { $0.lowercased() == name.lowercased() } ?? EditDistance.closest(to: name, among: columns)
        throw .column(
            "the table has no column \"\(name)\"; it has \(columnList)",
            hint: near.map { "did you mean \"\($0)\"?" })
    }

    /// The first column whose first rows look like times, else one with a name that says so.
    private func guessTimeColumn() -> Int? {
        let sample = cells.prefix(20)
        if let found = columns.indices.first(where: { column in
            TimeReader.looksLikeTimes(sample.map { timeCell($0[column]) })
        }) {
            return found
        }
        return columns.firstIndex {
            ["time", "timestamp", "date", "datetime", "ts", "year", "month"].contains($0.lowercased())
        }
    }

    private func guessValueColumn(besides timeColumn: Int?) throws(ForecastError) -> [String] {
        let candidates = columns.indices.filter { column in
            column != timeColumn
                && cells.contains { $0[column].isNumber }
                && cells.allSatisfy { $0[column].isNumber || $0[column] == .null }
        }
        guard let first = candidates.first else {
            throw .column("no column holds numbers; the table has \(columnList)")
        }
        guard candidates.count == 1 else {
            throw .column(
                "several columns hold numbers: " + candidates.map { "\"\(columns[$0])\"" }.joined(separator: ", "),
                hint: "name one with `value: \"\(columns[first])\"`, or several as a list")
        }
        return [columns[first]]
    }

    private func timeCell(_ tree: DataTree) -> TimeCell {
        switch tree {
        case .int(let number): .number(Double(number))
        case .float(let number): .number(number)
        case .text(let text): .text(text)
        case .null, .bool, .list, .record: .missing
        }
    }

    /// A column of numbers; nothing becomes NaN.
    private func numbers(_ column: Int) throws(ForecastError) -> [Double] {
        var result: [Double] = []
        result.reserveCapacity(cells.count)
        for (row, cell) in cells.enumerated() {
            switch cell[column] {
            case .int(let number): result.append(Double(number))
            case .float(let number): result.append(number.isFinite ? number : .nan)
            case .null: result.append(.nan)
            case .bool(let value): result.append(value ? 1 : 0)
            case .text(let text) where ["na", "n/a", "null", "none", "-", "?"].contains(text.lowercased()):
                result.append(.nan)
            case .text, .list, .record:
                throw .column(
                    "column \"\(columns[column])\", row \(row + 1): not a number",
                    hint: "leave the field empty where a value is missing")
            }
        }
        return result
    }
}

extension DataTree {
    fileprivate var isNumber: Bool {
        switch self {
        case .int, .float: true
        case .null, .bool, .text, .list, .record: false
        }
    }
}
