import EdgeData
import EdgeLang

/// Completes what is typed at the prompt: paths inside strings, fields behind a dot, labels inside a call, names elsewhere.
final class SessionCompleter: LineCompleter {
    private let interpreter: Interpreter
    /// The lines of the entry before the one being typed.
    var pending = ""

    private static let keywords = [
        "let", "var", "fn", "if", "else", "match", "for", "in", "while", "break", "continue", "return", "try", "catch",
        "defer", "import", "true", "false", "null", "and", "or", "not",
    ]
    private static let commands = [":quit", ":vars", ":reset", ":time", ":help"]

    init(interpreter: Interpreter) { self.interpreter = interpreter }

    func completions(line: String, cursor: Int) -> Completion {
        let typed = Array(Array(line.utf8).prefix(cursor))
        if pending.isEmpty, typed.first == UInt8(ascii: ":") {
            return matching(SessionCompleter.commands, typed, from: 0, endsWord: true)
        }
        let context = TypedContext(Array(pending.utf8) + (pending.isEmpty ? [] : [0x0A]) + typed)
        if let length = context.openStringLength {
            return paths(typed, from: max(0, typed.count - length))
        }
        var start = typed.count
        while start > 0, TypedContext.isNameByte(typed[start - 1]) { start -= 1 }
        if start > 0, typed[start - 1] == UInt8(ascii: ".") { return fields(typed, from: start) }
        if start < typed.count, (0x30...0x39).contains(typed[start]) { return Completion(start: start, candidates: []) }
        if typed.prefix(5).elementsEqual("help ".utf8) { return matching(names(), typed, from: start) }
        return matching(labels(of: context.call) + names() + SessionCompleter.keywords, typed, from: start)
    }

    private func names() -> [String] { interpreter.specs.names + interpreter.globals.map(\.name) }

    /// `bits: ` and the other parameters of the function whose brackets the cursor stands in.
    private func labels(of function: String?) -> [String] {
        guard let function else { return [] }
        if let spec = interpreter.spec(named: function) {
            return spec.parameters.filter { !$0.isVariadic }.map { $0.name + ": " }
        }
        let signature = interpreter.globals.last { $0.name == function }?.signature
        return signature?.parameters.filter { !$0.isVariadic }.map { $0.name + ": " } ?? []
    }

    /// The fields of a variable, or of a field of it.
    private func fields(_ typed: [UInt8], from start: Int) -> Completion {
        var begin = start - 1
        while begin > 0, TypedContext.isNameByte(typed[begin - 1]) || typed[begin - 1] == UInt8(ascii: ".") {
            begin -= 1
        }
        let path = String(decoding: typed[begin..<(start - 1)], as: UTF8.self).split(separator: ".").map(String.init)
        guard let first = path.first, path.count == 1, let value = interpreter.global(named: first) else {
            return Completion(start: start, candidates: [])
        }
        return matching(interpreter.fieldNames(of: value), typed, from: start)
    }

    private func paths(_ typed: [UInt8], from start: Int) -> Completion {
        let word = String(decoding: typed[start...], as: UTF8.self)
        let slash = word.lastIndex(of: "/")
        let folder = slash.map { String(word[...$0]) } ?? ""
        let names = (try? Folder.names(in: folder.isEmpty ? "." : folder)) ?? []
        let showsHidden = slash.map { word[word.index(after: $0)...].hasPrefix(".") } ?? word.hasPrefix(".")
        let candidates = names.filter { showsHidden || !$0.hasPrefix(".") }.map { name in
            folder + name + (Folder.entry(at: folder + name) == .folder ? "/" : "")
        }
        return matching(candidates, typed, from: start)
    }

    private func matching(_ candidates: [String], _ typed: [UInt8], from start: Int, endsWord: Bool = false)
        -> Completion
    {
        let word = String(decoding: typed[start...], as: UTF8.self)
        var seen: Set<String> = []
        let fitting = candidates.filter { $0.hasPrefix(word) && seen.insert($0).inserted }
        return Completion(start: start, candidates: fitting.sorted(), endsWord: endsWord)
    }
}
