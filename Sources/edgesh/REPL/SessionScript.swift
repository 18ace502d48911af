import EdgeLang
import EdgeRuntime

/// The entries that succeeded, as a script that does the same.
///
/// A prompt allows what a script does not: `_` for the last result, a line that begins with `|>`, and declaring a name again. The
/// first two are given names (`result_1`); a name that was declared again with `let` becomes a `var` that is assigned to.
struct SessionScript {
    private struct Entry {
        var code: String
        /// Whether its value was the last result behind it.
        var hasResult: Bool
    }

    private var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }

    /// Adds an entry that came to its end.
    mutating func add(_ code: String, hasResult: Bool) {
        entries.append(Entry(code: code, hasResult: hasResult))
    }

    mutating func removeAll() { entries = [] }

    /// The script, and what a script would still refuse of it.
    func text(modulePath: [String], builtins: [BuiltinChapter]) -> (text: String, problem: String?) {
        var parts: [String] = []
        var names = 0
        // The entry whose value is the last result, and what it was named.
        var last: (part: Int, name: String?)?
        for entry in entries {
            var code = entry.code
            if needsLast(code), let source = last {
                if source.name == nil {
                    names += 1
                    last?.name = "result_\(names)"
                    parts[source.part] = namingResult(of: parts[source.part], "result_\(names)")
                }
                code = replacingLast(in: code, by: last?.name ?? "_")
            }
            parts.append(code)
            if entry.hasResult { last = (parts.count - 1, nil) }
        }
        return settled(parts.joined(separator: "\n") + "\n", modulePath, builtins)
    }

    // MARK: The last result

    private func needsLast(_ code: String) -> Bool {
        !Parser.parse(SourceFile(name: "", text: code), as: .none).isValid
    }

    /// Declares a name for the value of the expression that a text ends in.
    private func namingResult(of code: String, _ name: String) -> String {
        let program = Parser.parse(SourceFile(name: "", text: code), as: .none).program
        guard let result = program.body.result else { return code }
        var bytes = Array(code.utf8)
        bytes.insert(contentsOf: Array("let \(name) = ".utf8), at: min(Int(result.span.start), bytes.count))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes a name for the last result wherever an entry means it.
    private func replacingLast(in code: String, by name: String) -> String {
        var bytes = Array(code.utf8)
        if let start = bytes.firstIndex(where: { !TypedContext.isSpace($0) }), bytes[start...].starts(with: "|>".utf8) {
            bytes.insert(contentsOf: Array((name + " ").utf8), at: start)
        }
        // A script's parser complains of every `_` that stands for the last result, and of no other.
        let source = SourceFile(name: "", text: String(decoding: bytes, as: UTF8.self))
        let places = Parser.parse(source, as: .none).diagnostics.filter { $0.severity == .error }.map(\.span)
        for span in places.sorted(by: { $0.start > $1.start }) {
            let range = Int(span.start)..<Int(span.end)
            guard range.upperBound <= bytes.count, bytes[range].elementsEqual("_".utf8) else { continue }
            bytes.replaceSubrange(range, with: Array(name.utf8))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Names declared again

    private static let declaredTwice: DiagnosticCode = "E0211"

    /// Turns declarations of a name that has one already into assignments, until a script may be made of them.
    private func settled(
        _ script: String, _ modulePath: [String], _ builtins: [BuiltinChapter]
    ) -> (text: String, problem: String?) {
        var script = script
        for _ in 0...entries.count {
            let checker = Interpreter(builtins: builtins)
            checker.modulePath = modulePath
            let found = checker.check(SourceFile(name: "session.edge", text: script))
            let errors = found.filter { $0.severity == .error }
            guard let error = errors.first else { return (script, nil) }
            guard let twice = errors.last(where: { $0.code == SessionScript.declaredTwice }), twice.labels.count == 2,
                let mended = assigning(twice.labels[0].span, first: twice.labels[1].span, in: script)
            else { return (script, error.message) }
            script = mended
        }
        return (script, "names are declared again")
    }

    /// Makes the first declaration a `var` and takes `let` or `var` from the second; nil for functions and patterns.
    private func assigning(_ second: Span, first: Span, in script: String) -> String? {
        var bytes = Array(script.utf8)
        func keyword(before span: Span) -> Range<Int>? {
            let end = TypedContext.skipSpaces(before: Int(span.start), in: bytes)
            let start = TypedContext.nameStart(before: end, in: bytes)
            let word = String(decoding: bytes[start..<end], as: UTF8.self)
            return word == "let" || word == "var" ? start..<end : nil
        }
        guard let again = keyword(before: second), let original = keyword(before: first),
            again.lowerBound > original.lowerBound
        else { return nil }
        bytes.removeSubrange(again.lowerBound..<Int(second.start))
        bytes.replaceSubrange(original, with: Array("var".utf8))
        return String(decoding: bytes, as: UTF8.self)
    }
}
