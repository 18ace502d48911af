/// The lines of one file that the labels of a diagnostic point into, with what is written below them.
struct SourceExcerpt {
    enum Row: Equatable {
        case source(number: String, text: String)
        /// Lines are left out here.
        case gap
        case underline(column: Int, width: Int, isMain: Bool, text: String)
    }

    /// `pipeline.edge:7:34`: where the first label of the file points.
    let position: String
    private(set) var rows: [Row] = []

    /// How many columns the largest line number takes.
    var gutterWidth: Int {
        rows.map { row in
            if case .source(let number, _) = row { number.count } else { 0 }
        }.max() ?? 1
    }

    /// A mark below one line.
    private struct Mark {
        let line: Int
        /// Offsets in the file.
        let start: Int
        let end: Int
        let isMain: Bool
        let text: String
    }

    /// One excerpt for each file, that of the main label first.
    static func excerpts(of diagnostic: Diagnostic, in sources: SourceMap) -> [SourceExcerpt] {
        var files: [FileID] = []
        for label in diagnostic.labels where sources[label.span.file] != nil && !files.contains(label.span.file) {
            files.append(label.span.file)
        }
        return files.compactMap { id in
            sources[id].map { file in
                let labels = diagnostic.labels.enumerated().filter { $0.element.span.file == id }
                return SourceExcerpt(file, labels.map { ($0.element, $0.offset == 0) })
            }
        }
    }

    private init(_ file: SourceFile, _ labels: [(label: Diagnostic.Label, isMain: Bool)]) {
        let place = file.position(at: labels.first?.label.span.start ?? 0)
        position = "\(file.name.withoutControls):\(place.line):\(place.column)"
        let marks = labels.flatMap { Self.marks(for: $0.label, isMain: $0.isMain, in: file) }
        var last: Int?
        for line in Set(marks.map(\.line)).sorted() {
            if let last, line > last + 2 {
                rows.append(.gap)
            } else if let last, line == last + 2 {
                // A single line between two is shown rather than left out.
                let between = DisplayLine(file.bytes[file.range(ofLine: last + 1)])
                var shown = between
                _ = shown.crop(around: 0)
                rows.append(.source(number: String(last + 2), text: shown.text))
            }
            append(line, marks.filter { $0.line == line }, of: file)
            last = line
        }
    }

    private mutating func append(_ line: Int, _ marks: [Mark], of file: SourceFile) {
        let range = file.range(ofLine: line)
        var display = DisplayLine(file.bytes[range])
        let columns = marks.map { mark in
            (
                display.column(at: mark.start - range.lowerBound), display.column(at: mark.end - range.lowerBound)
            )
        }
        let moved = display.crop(around: columns.map(\.0).min() ?? 0)
        rows.append(.source(number: String(line + 1), text: display.text))
        for (mark, column) in zip(marks, columns) {
            let start = min(max(0, column.0 - moved), DisplayLine.maximumWidth)
            let end = min(max(start + 1, column.1 - moved), DisplayLine.maximumWidth + 1)
            rows.append(.underline(column: start, width: end - start, isMain: mark.isMain, text: mark.text))
        }
    }

    /// A span within a line is one mark. Of a longer one the first and the last line are marked, the text stands at the last.
    private static func marks(for label: Diagnostic.Label, isMain: Bool, in file: SourceFile) -> [Mark] {
        let span = label.span
        let first = file.line(at: span.start)
        let last = span.end > span.start ? file.line(at: span.end - 1) : first
        let (start, end) = (Int(span.start), Int(span.end))
        if first == last { return [Mark(line: first, start: start, end: end, isMain: isMain, text: label.text)] }
        let lastLine = file.range(ofLine: last)
        let indentation = file.bytes[lastLine].prefix(while: \.isBlank).count
        return [
            Mark(line: first, start: start, end: file.range(ofLine: first).upperBound, isMain: isMain, text: ""),
            Mark(line: last, start: lastLine.lowerBound + indentation, end: end, isMain: isMain, text: label.text),
        ]
    }
}
