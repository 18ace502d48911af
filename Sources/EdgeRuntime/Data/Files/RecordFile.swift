import Glibc

/// A file that grows element by element: lines of text, of JSON, or rows of a table.
///
/// It is written under a temporary name and renamed when it is finished, so that nobody ever reads half of it; or added to at its own name, for what
/// never ends.
public final class RecordFile {
    public enum Format: String, Sendable, CaseIterable {
        case csv, jsonl, text

        /// What the ending of a file's name says; text where it says nothing.
        public init(path: String) {
            let ending = path.split(separator: ".").last?.lowercased() ?? ""
            self = ending == "csv" ? .csv : ending == "jsonl" || ending == "ndjson" ? .jsonl : .text
        }
    }

    /// Elements that were written.
    public private(set) var count = 0

    private let path: String
    private let temporary: String?
    private let format: Format
    private let writer: CSVWriter
    /// The columns of a table, once they are known; an element that has no names stands in `value`.
    private var columns: [String]?
    private var descriptor: Int32
    private var buffer = ""
    private static let bufferSize = 64 << 10

    /// - Parameters:
    ///   - appends: Whether to add to what is there, at its own name.
    ///   - columns: Of a table; nil takes them from the file that is added to, or from the first element.
    /// - Throws: `DataError` where the system refuses, or the table that is added to has other columns.
    public init(
        path: String, format: Format, appends: Bool, columns: [String]? = nil, separator: Character = ","
    ) throws(DataError) {
        self.path = path
        self.format = format
        self.columns = columns
        writer = CSVWriter(separator: separator)
        temporary = appends ? nil : path + ".\(getpid()).part"
        let flags = appends ? O_RDWR | O_CREAT | O_APPEND : O_WRONLY | O_CREAT | O_TRUNC
        descriptor = open(temporary ?? path, flags | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .unwritten(path, reason: SystemError.text) }
        if appends {
            do throws(DataError) {
                try goOn(columns, separator: separator)
            } catch {
                close(descriptor)
                descriptor = -1
                throw error
            }
        } else if format == .csv, let columns {
            buffer = writer.header(columns)
        }
    }

    deinit { abandon() }

    /// Looks at the file that is added to: its header, and whether its last line is whole.
    private func goOn(_ wanted: [String]?, separator: Character) throws(DataError) {
        let size = lseek(descriptor, 0, SEEK_END)
        guard size > 0 else {
            if format == .csv, let wanted { buffer = writer.header(wanted) }
            return
        }
        if format == .csv {
            let reader = try LineReader(path: path)
            guard case .line(let header) = try reader.next(waiting: 0) else { return }
            let there = try CSVTable(Array(header.utf8), separator: separator.asciiValue ?? 0x2C).columns
            if let wanted, wanted != there {
                throw DataError(
                    code: "E0414",
                    message:
                        "\(path) has the columns \(there.joined(separator: ", ")), not \(wanted.joined(separator: ", "))",
                    hint: "write to another file, or replace it with `append: false`")
            }
            columns = there
        }
        // Somebody was stopped in the middle of a line.
        var last: UInt8 = 0
        if pread(descriptor, &last, 1, size - 1) == 1, last != 0x0A { buffer = "\n" }
    }

    /// Adds an element.
    ///
    /// - Throws: `DataError` where it does not fit the columns, or the system refuses.
    public func write(_ element: DataTree) throws(DataError) {
        switch format {
        case .text: buffer += try element.lineOfText() + "\n"
        case .jsonl: buffer += try JSONWriter(nonFinite: .null).write(element) + "\n"
        case .csv: try writeRow(element)
        }
        count += 1
        if buffer.utf8.count >= RecordFile.bufferSize { try flush() }
    }

    private func writeRow(_ element: DataTree) throws(DataError) {
        let fields: [DataTree.Field]
        if case .record(let named) = element { fields = named } else { fields = [.init(name: "value", value: element)] }
        let names = columns ?? fields.map(\.name)
        if columns == nil {
            columns = names
            buffer += writer.header(names)
        }
        // Most often they come in the same order.
        if fields.count == names.count, zip(fields, names).allSatisfy({ $0.name == $1 }) {
            buffer += try writer.row(fields.map(\.value))
            return
        }
        var row = [DataTree](repeating: .null, count: names.count)
        for field in fields {
            guard let position = names.firstIndex(of: field.name) else {
                throw DataError(
                    code: "E0414",
                    message:
                        "\(path): element \(count + 1) has a field `\(field.name)`, the table has no column for it",
                    hint: "name all columns with `columns`; those that are there: \(names.joined(separator: ", "))")
            }
            row[position] = field.value
        }
        buffer += try writer.row(row)
    }

    /// Whether something waits to be handed to the system.
    public var hasUnwritten: Bool { !buffer.isEmpty }

    /// Hands everything to the system.
    public func flush() throws(DataError) {
        guard descriptor >= 0, !buffer.isEmpty else { return }
        defer { buffer.removeAll(keepingCapacity: true) }
        var rest = buffer
        let failure = rest.withUTF8 { FileContents.writeAll(UnsafeRawBufferPointer($0), to: descriptor) }
        if let failure { throw .unwritten(path, reason: failure) }
    }

    /// Writes what is left and puts the file into its place.
    public func finish() throws(DataError) {
        guard descriptor >= 0 else { return }
        try flush()
        close(descriptor)
        descriptor = -1
        guard let temporary else { return }
        if rename(temporary, path) != 0 {
            let reason = SystemError.text
            unlink(temporary)
            throw .unwritten(path, reason: reason)
        }
    }

    /// Leaves the file as it was before; what was added to it stays, up to the last whole element.
    public func abandon() {
        guard descriptor >= 0 else { return }
        if temporary == nil { try? flush() }
        close(descriptor)
        descriptor = -1
        if let temporary { unlink(temporary) }
    }
}

extension DataTree {
    /// As a line of a file of text: a text as it is, everything else as JSON.
    fileprivate func lineOfText() throws(DataError) -> String {
        if case .text(let text) = self { return text }
        return try JSONWriter(nonFinite: .null).write(self)
    }
}
