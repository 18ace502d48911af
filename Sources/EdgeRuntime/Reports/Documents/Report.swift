/// What a run wants to tell: headings, texts, tables and pictures in order.
public struct Report: Sendable {
    /// A table as it is shown: texts, and which columns hold numbers.
    public struct Table: Sendable, Hashable {
        public var columns: [String]
        /// As many cells as columns in each row.
        public var rows: [[String]]
        /// The columns that stand to the right.
        public var numeric: Set<Int>

        public init(columns: [String], rows: [[String]], numeric: Set<Int> = []) {
            self.columns = columns
            self.rows = rows
            self.numeric = numeric
        }
    }

    public enum Block: Sendable {
        case heading(String)
        /// Paragraphs, set apart by empty lines.
        case text(String)
        case table(Table)
        case plot(Plot)
        /// Text whose columns matter.
        case verbatim(String)
    }

    public let title: String
    public private(set) var blocks: [Block] = []

    /// Reports of more blocks than this are a mistake in a loop.
    public static let maximumBlocks = 10_000
    /// Longer tables are cut, and say so.
    public static let maximumRows = 1000

    public init(title: String) { self.title = title }

    public mutating func add(_ block: Block) throws(ReportError) {
        guard blocks.count < Report.maximumBlocks else {
            throw .data("a report holds at most \(Report.maximumBlocks) parts", hint: "put rows into one table")
        }
        blocks.append(block)
    }
}

/// How a report is written.
public enum ReportFormat: Sendable, Hashable {
    case html, markdown

    /// - Throws: `ReportError` where the ending of the path names neither.
    public init(path: String) throws(ReportError) {
        let ending = path.lastIndex(of: ".").map { path[path.index(after: $0)...].lowercased() }
        switch ending {
        case "html", "htm": self = .html
        case "md", "markdown": self = .markdown
        default: throw .format(path, [".html", ".md"])
        }
    }
}

/// A file of a written report.
public struct ReportFile: Sendable {
    public let path: String
    public let bytes: [UInt8]
}
