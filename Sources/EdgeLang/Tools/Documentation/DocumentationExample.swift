/// Code in a doc comment, and what it says of itself.
///
/// Code stands in a doc comment as in every Markdown text: between fences (three backquotes; nothing or `edge` behind the opening ones, other
/// words mark what is no example), or as a paragraph indented by four spaces. The marks are those of `docs/language.md`: behind
/// `# ->` stands the value of the line, on a line of its own behind `# prints` what has been printed, behind `# error` the code of
/// the error the line ends with.
public struct DocumentationExample: Sendable {
    /// Lines that are typed together, and what is to come of them.
    public struct Entry: Sendable {
        public fileprivate(set) var code = ""
        public fileprivate(set) var value: String?
        public fileprivate(set) var errorCode: String?
        public fileprivate(set) var output: [String] = []
        /// Its first line, counted from zero at the beginning of the comment.
        public fileprivate(set) var line = 0

        fileprivate var isJudged: Bool { value != nil || errorCode != nil || !output.isEmpty }
        fileprivate var isEmpty: Bool { code.allSatisfy(\.isWhitespace) && !isJudged }
    }

    public let entries: [Entry]
    /// The line it begins with, counted from zero at the beginning of the comment.
    public let line: Int

    /// The examples of a doc comment, in order.
    public static func all(in documentation: String) -> [DocumentationExample] {
        var examples: [DocumentationExample] = []
        var lines: [Substring] = []
        var start = 0
        func finish() {
            while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
            if !lines.isEmpty { examples.append(DocumentationExample(lines, line: start)) }
            lines = []
        }
        // Inside of fences: whether they hold an example.
        var fence: Bool?
        var isAfterBlank = true
        for (index, line) in documentation.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let isBlank = line.allSatisfy(\.isWhitespace)
            if line.hasPrefix("```") {
                finish()
                let word = line.dropFirst(3).filter { !$0.isWhitespace }
                fence = fence == nil ? word.isEmpty || word == "edge" : nil
                start = index + 1
            } else if let isExample = fence {
                if isExample { lines.append(line) }
            } else if line.hasPrefix("    "), isAfterBlank || !lines.isEmpty, !isBlank {
                if lines.isEmpty { start = index }
                lines.append(line.dropFirst(4))
            } else if isBlank, !lines.isEmpty {
                lines.append("")
            } else {
                finish()
            }
            isAfterBlank = isBlank
        }
        finish()
        return examples
    }

    private init(_ lines: [Substring], line: Int) {
        self.line = line
        var entries: [Entry] = []
        var entry = Entry()
        entry.line = line
        func finish(at next: Int) {
            if !entry.isEmpty { entries.append(entry) }
            entry = Entry()
            entry.line = next
        }
        for (index, text) in lines.enumerated() {
            if text.hasPrefix("# prints ") {
                if entry.isEmpty, let last = entries.popLast() { entry = last }
                entry.output.append(String(text.dropFirst("# prints ".count)))
                continue
            }
            if entry.isJudged { finish(at: line + index) }
            entry.code += text + "\n"
            entry.value = Self.mark("# -> ", in: text)
            entry.errorCode = Self.mark("# error ", in: text)
        }
        finish(at: line)
        self.entries = entries
    }

    /// What stands behind a mark at the end of a line.
    private static func mark(_ mark: String, in line: Substring) -> String? {
        let (text, bytes) = (Array(mark.utf8), Array(line.utf8))
        guard bytes.count >= text.count else { return nil }
        for start in stride(from: bytes.count - text.count, through: 0, by: -1)
        where bytes[start..<start + text.count].elementsEqual(text) {
            return String(decoding: bytes[(start + text.count)...], as: UTF8.self)
        }
        return nil
    }
}
