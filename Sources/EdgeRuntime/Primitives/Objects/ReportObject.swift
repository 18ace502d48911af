import EdgeData
import EdgeLang
import EdgeModels
import EdgeReports

/// A report that a script fills. Unlike lists and records it is one thing: whoever holds it sees what was added.
final class ReportObject: HostObject {
    static let typeName = "report"

    let path: String
    private(set) var report: Report

    init(path: String, title: String) throws {
        _ = try ReportFormat(path: path)
        self.path = path
        report = Report(title: title)
    }

    func display(_ options: DisplayOptions) -> String {
        "<report \(path): \"\(report.title)\", \(report.blocks.count) parts>"
    }

    var fieldNames: [String] { ["path", "title", "parts"] }

    func field(_ name: String, _ context: CallContext) throws -> Value? {
        switch name {
        case "path": context.string(path)
        case "title": context.string(report.title)
        case "parts": .int(report.blocks.count)
        default: nil
        }
    }

    var plainValue: PlainValue { .record([.init("path", .string(path)), .init("title", .string(report.title))]) }

    /// Adds a value in the form that suits it.
    func add(_ value: Value, heading: String?, _ context: CallContext) throws {
        if let heading { try report.add(.heading(heading)) }
        if let object = try PlotObject.decode(value, context) { return try report.add(.plot(object.plot)) }
        if let object = try ModelObject.decode(value, context) { return try add(object) }
        if let object = try SeriesObject.decode(value, context) {
            let builder = PlotBuilder(kind: .line, y: ["value"], title: "")
            return try report.add(.plot(builder.plot(object.plainValue)))
        }
        if let text = value.stringValue { return try report.add(.text(text)) }
        if value.isNull { return }
        let plain = try context.plain(value)
        if let table = ValueTable(plain) {
            return try report.add(.table(ReportObject.table(table.columns, table.cells(of: table.columns))))
        }
        if case .record(let fields) = plain, !fields.isEmpty {
            return try report.add(
                .table(ReportObject.table(["", "value"], fields.map { [.string($0.key), $0.value] })))
        }
        if case .list(let elements) = plain, elements.count > 1, let numbers = try? PlotBuilder.numbers(plain, "") {
            return try report.add(.plot(try Plot(.lines([.init(name: "", y: numbers)]))))
        }
        try report.add(.verbatim(context.display(value, DisplayOptions(width: 100))))
    }

    /// A model: its layers, then what was done to it.
    private func add(_ object: ModelObject) throws {
        let table = ModelText.table(object.summary)
        try report.add(
            .text(
                "\(object.model.name) (\(object.model.origin)): \(ReadableValue.count(object.summary.totalParameters)) parameters, "
                    + "\(ReadableValue.count(object.summary.totalMACs)) multiplications, "
                    + "\(ReadableValue.bytes(object.summary.totalWeightBytes)) of weights"))
        try report.add(
            .table(
                .init(
                    columns: table.columns.map(\.title), rows: table.rows,
                    numeric: Set(table.columns.indices.filter { table.columns[$0].alignment == .right }))))
        guard !object.model.history.isEmpty else { return }
        try report.add(
            .table(.init(columns: ["step", "effect"], rows: object.model.history.map { [$0.step, $0.effect] })))
    }

    private static func table(_ columns: [String], _ rows: [[PlainValue]]) -> Report.Table {
        let numeric = columns.indices.filter { column in
            rows.allSatisfy { row in
                switch row[column] {
                case .int, .float, .quantity, .null: true
                case .bool, .string, .bytes, .list, .record: false
                }
            }
        }
        return Report.Table(
            columns: columns, rows: rows.map { $0.map { ReadableValue.cell($0) } }, numeric: Set(numeric))
    }

    /// Writes the report, each file under a temporary name that is then changed to its own.
    func save(to path: String, gnuplot: Gnuplot?, _ context: CallContext) throws {
        try context.authorize(.writeFile(path))
        let cancellation = context.cancellation
        let files = try report.files(path: path, gnuplot: gnuplot, isCancelled: { cancellation.isCancelled })
        for file in files { try context.authorize(.writeFile(file.path)) }
        for file in files { try FileContents.write(file.bytes, to: file.path) }
    }
}
