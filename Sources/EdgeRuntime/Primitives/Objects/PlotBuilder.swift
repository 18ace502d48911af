import EdgeForecasting
import EdgeLang
import EdgeReports

/// Makes plots of the data that scripts have: numbers, lists of them, records of lists, tables.
struct PlotBuilder {
    var kind: Primitives.PlotKind
    /// The column that stands on the horizontal axis.
    var x: String?
    /// The columns that are drawn; nil for all that hold numbers.
    var y: [String]?
    var title: String
    var xLabel: String?
    var yLabel: String?

    func plot(_ data: PlainValue) throws -> Plot {
        switch data {
        case .record(let fields): return try plot(fields)
        case .list(let elements):
            guard let first = elements.first(where: { $0 != .null }) else {
                throw PlotBuilder.unsuitable("there are no numbers to draw")
            }
            switch first {
            case .record: return try table(data)
            case .list:
                if kind == .matrix || kind == .automatic && PlotBuilder.isMatrix(elements) {
                    return try matrix(elements)
                }
                return try curves(
                    try elements.enumerated().map {
                        Plot.Series(name: "\($0 + 1)", y: try PlotBuilder.numbers($1, "list \($0 + 1)"))
                    })
            case .null, .bool, .int, .float, .quantity, .string, .bytes:
                return try curves([Plot.Series(name: "", y: try PlotBuilder.numbers(data, "the list"))])
            }
        case .null, .bool, .int, .float, .quantity, .string, .bytes:
            throw PlotBuilder.unsuitable("`plot` draws lists, records of lists, and tables")
        }
    }

    // MARK: Forms of data

    /// A record of lists is several curves; a record of numbers is bars.
    private func plot(_ fields: [PlainValue.Field]) throws -> Plot {
        if !fields.isEmpty, fields.allSatisfy({ PlotBuilder.number($0.value) != nil }) {
            let values = fields.compactMap { PlotBuilder.number($0.value) }
            return try bars(fields.map(\.key), [Plot.Series(name: "", y: values)])
        }
        let chosen = fields.filter { $0.key != x && (y?.contains($0.key) ?? true) }
        try check(fields.map(\.key))
        let places = try x.flatMap { name in fields.first { $0.key == name }?.value }.map {
            try PlotBuilder.numbers($0, "`\(x ?? "x")`")
        }
        let series = try chosen.map { field in
            Plot.Series(name: field.key, x: places, y: try PlotBuilder.numbers(field.value, "`\(field.key)`"))
        }
        return try curves(series)
    }

    /// Columns of numbers are curves; where one of texts names the rows, bars.
    private func table(_ data: PlainValue) throws -> Plot {
        guard let table = ValueTable(data) else {
            throw PlotBuilder.unsuitable("a table to draw is a list of records, and nothing else is in it")
        }
        try check(table.columns)
        let columns = table.columns.map { name in (name: name, cells: table.cells(of: [name]).map { $0[0] }) }
        let numeric = columns.filter { column in
            column.name != x && column.cells.contains { $0 != .null }
                && column.cells.allSatisfy { $0 == .null || PlotBuilder.number($0) != nil }
        }
        let chosen = y.map { names in names.compactMap { name in columns.first { $0.name == name } } } ?? numeric
        guard !chosen.isEmpty else { throw PlotBuilder.unsuitable("the table has no column of numbers to draw") }
        let texts = columns.first { column in
            (x == nil || column.name == x)
                && column.cells.allSatisfy { if case .string = $0 { true } else { false } }
        }
        let values = try chosen.map { ($0.name, try PlotBuilder.numbers(.list($0.cells), "the column `\($0.name)`")) }
        // Times follow each other: what they name is a course, not a comparison.
        let namesRows = texts != nil && texts?.name != "time" && (x != nil || texts?.name == columns.first?.name)
        if let texts, kind == .bars || kind == .automatic && namesRows && texts.cells.count <= 50 {
            return try bars(texts.cells.map(PlotBuilder.name), values.map { Plot.Series(name: $0, y: $1) })
        }
        let onAxis = columns.first { $0.name == x ?? "time" }
        if let onAxis, let moments = PlotBuilder.moments(onAxis.cells) {
            let others = values.filter { $0.0 != onAxis.name }
            return try curves(others.map { Plot.Series(name: $0, x: moments, y: $1) }, isOverTime: true)
        }
        let places = try x.flatMap { name in columns.first { $0.name == name && $0.name != texts?.name } }.map {
            column in
            try PlotBuilder.numbers(.list(column.cells), "the column `\(column.name)`")
        }
        return try curves(values.map { Plot.Series(name: $0, x: places, y: $1) })
    }

    private func matrix(_ rows: [PlainValue]) throws -> Plot {
        let values = try rows.enumerated().map { try PlotBuilder.numbers($1, "row \($0 + 1)") }
        let names = values.first.map { $0.indices.map { "\($0)" } } ?? []
        return try Plot(
            .matrix(rows: values.indices.map { "\($0)" }, columns: y ?? names, values), title: title,
            xLabel: xLabel ?? "", yLabel: yLabel ?? "")
    }

    // MARK: Kinds

    private func curves(_ series: [Plot.Series], isOverTime: Bool = false) throws -> Plot {
        switch kind {
        case .bars:
            let places = series.first.map { one in one.x ?? one.y.indices.map { Double($0) } } ?? []
            return try bars(
                places.map { ReadableValue.number($0) }, series.map { Plot.Series(name: $0.name, y: $0.y) })
        case .points: return try made(.points(series), series, isOverTime: isOverTime)
        case .matrix: throw PlotBuilder.unsuitable("a matrix to draw is a list of rows of one length")
        case .automatic, .line: return try made(.lines(series), series, isOverTime: isOverTime)
        }
    }

    private func bars(_ names: [String], _ series: [Plot.Series]) throws -> Plot {
        guard kind != .matrix else { throw PlotBuilder.unsuitable("a matrix to draw is a list of rows of one length") }
        return try made(.bars(categories: names, series), series)
    }

    private func made(_ content: Plot.Content, _ series: [Plot.Series], isOverTime: Bool = false) throws -> Plot {
        let only = series.count == 1 ? series[0].name : ""
        return try Plot(
            content, title: title, xLabel: xLabel ?? (isOverTime ? "" : x ?? ""), yLabel: yLabel ?? only,
            isOverTime: isOverTime)
    }

    // MARK: Values

    private func check(_ names: [String]) throws {
        for name in (y ?? []) + (x.map { [$0] } ?? []) where !names.contains(name) {
            throw RuntimeError(
                .unsuitableValue, "the data has no column `\(name)`",
                hint: Spelling.closest(to: name, among: names).map { "did you mean `\($0)`?" },
                notes: ["columns: \(names.joined(separator: ", "))"])
        }
    }

    /// Rows of one length, square, of whole numbers that are not negative: what `evaluate(…, metric: "confusion")`
    /// gives.
    private static func isMatrix(_ rows: [PlainValue]) -> Bool {
        rows.count > 1
            && rows.allSatisfy { row in
                guard case .list(let cells) = row, cells.count == rows.count else { return false }
                return cells.allSatisfy { if case .int(let value) = $0 { value >= 0 } else { false } }
            }
    }

    static func numbers(_ value: PlainValue, _ name: String) throws -> [Double] {
        guard case .list(let elements) = value else {
            throw unsuitable("\(name) is no list of numbers")
        }
        return try elements.enumerated().map { index, element in
            if element == .null { return .nan }
            guard let number = number(element) else {
                throw unsuitable("element \(index) of \(name) is no number: \(ReadableValue.cell(element))")
            }
            return number
        }
    }

    /// Seconds since 1970 of times as series have them, or as tables write them; nil where one cell is neither.
    private static func moments(_ cells: [PlainValue]) -> [Double]? {
        var result: [Double] = []
        result.reserveCapacity(cells.count)
        for cell in cells {
            switch cell {
            case .quantity(let quantity) where quantity.dimension == .time: result.append(quantity.value)
            case .string(let text):
                guard let nanoseconds = TimeReader.parse(text) else { return nil }
                result.append(Double(nanoseconds) / 1e9)
            default: return nil
            }
        }
        // Durations from some beginning are no moments.
        return result.contains { $0 > 1e8 } ? result : nil
    }

    private static func number(_ value: PlainValue) -> Double? {
        switch value {
        case .int(let value): Double(value)
        case .float(let value): value
        case .bool(let value): value ? 1 : 0
        case .quantity(let quantity): quantity.value
        case .null, .string, .bytes, .list, .record: nil
        }
    }

    private static func name(_ value: PlainValue) -> String {
        if case .string(let text) = value { text } else { ReadableValue.cell(value) }
    }

    private static func unsuitable(_ message: String) -> RuntimeError { RuntimeError(.unsuitableValue, message) }
}
