import EdgeLang
import EdgeRuntime

/// Completes code: names, labels of a call, values a parameter accepts, fields of known values, files, units and modules.
///
/// It looks at the text before the cursor alone, which need not be whole, and asks its source; it runs nothing.
struct CodeCompleter {
    let source: any CompletionSource

    private static let keywords = [
        "let", "var", "fn", "if", "else", "match", "for", "in", "while", "break", "continue", "return", "try", "catch",
        "defer", "import", "export", "test", "true", "false", "null", "and", "or", "not",
    ]

    /// How a text may go on.
    ///
    /// - Parameter cursor: where it is to go on, in bytes.
    func completions(in text: String, at cursor: Int) -> Completion {
        let bytes = Array(text.utf8)
        let cursor = min(max(cursor, 0), bytes.count)
        let typed = Array(bytes[..<cursor])
        let context = TypedContext(typed)
        if context.isComment { return .none(at: cursor) }
        if let string = context.string {
            return complete(string, context, typed, isClosed: bytes[cursor...].starts(with: string.quote.utf8))
        }
        let start = TypedContext.nameStart(before: cursor, in: typed)
        if start < cursor, TypedContext.isDigit(typed[start]) { return units(typed, start) }
        if start > 0, typed[start - 1] == UInt8(ascii: ".") {
            if start > 1, typed[start - 2] == UInt8(ascii: ".") { return names(context, typed, start) }
            if start < cursor, let digits = numberStart(before: start, in: typed) { return units(typed, digits) }
            return fields(typed, start)
        }
        return names(context, typed, start)
    }

    /// The candidates that begin with what has been typed, each once.
    static func matching(_ candidates: [Completion.Candidate], _ typed: [UInt8], from start: Int) -> Completion {
        let word = String(decoding: typed[start...], as: UTF8.self)
        var seen: Set<String> = []
        return Completion(
            start: start, candidates: candidates.filter { $0.text.hasPrefix(word) && seen.insert($0.text).inserted })
    }

    // MARK: Names, labels and values

    private func names(_ context: TypedContext, _ typed: [UInt8], _ start: Int) -> Completion {
        var candidates: [Completion.Candidate] = []
        if let call = context.call {
            let isAtBegin = TypedContext.skipSpaces(before: start, in: typed) <= call.argumentStart
            if call.label == nil, isAtBegin, !context.isInList { candidates += labels(of: call) }
            if let parameter = parameter(at: call) {
                candidates += choices(of: parameter, context).map { Completion.Candidate(quoted($0), .choice) }
                if parameter.types.contains(.bool) {
                    candidates += ["false", "true"].map { Completion.Candidate($0, .choice) }
                }
            }
        }
        // Before the first letter, what the call asks for says more than all names there are.
        if start == typed.count, !candidates.isEmpty { return CodeCompleter.matching(candidates, typed, from: start) }
        let names = (source.functions + source.variables).sorted()
        candidates += names.map { Completion.Candidate($0, .name) }
        candidates += CodeCompleter.keywords.sorted().map { Completion.Candidate($0, .keyword) }
        return CodeCompleter.matching(candidates, typed, from: start)
    }

    /// `bits: ` and the other parameters that have no argument yet.
    private func labels(of call: TypedContext.OpenCall) -> [Completion.Candidate] {
        guard let signature = source.signature(of: call.function) else { return [] }
        let given = signature.parameters.filter { !$0.isLabelOnly }.prefix(call.position + (call.isPiped ? 1 : 0))
        let taken = Set(call.labels + given.map(\.name))
        let open = signature.parameters.filter { !$0.isVariadic && !taken.contains($0.name) }
        return open.map { Completion.Candidate($0.name + ": ", .label) }
    }

    /// The parameter that the argument at the cursor is for.
    private func parameter(at call: TypedContext.OpenCall) -> ParameterSignature? {
        guard let parameters = source.signature(of: call.function)?.parameters else { return nil }
        if let label = call.label { return parameters.first { $0.name == label } }
        let positional = parameters.filter { !$0.isLabelOnly }
        let position = call.position + (call.isPiped ? 1 : 0)
        if position < positional.count { return positional[position] }
        return positional.last?.isVariadic == true ? positional.last : nil
    }

    /// The strings that a parameter accepts, or a list that is given for it.
    private func choices(of parameter: ParameterSignature, _ context: TypedContext) -> [String] {
        guard context.isInList, let function = context.call?.function else { return parameter.choices }
        return source.listChoices(of: parameter.name, in: function)
    }

    // MARK: Numbers

    /// Where the number begins whose fraction begins at `start`, behind a dot.
    private func numberStart(before start: Int, in typed: [UInt8]) -> Int? {
        guard TypedContext.isDigit(typed[start]) else { return nil }
        let begin = TypedContext.nameStart(before: start - 1, in: typed)
        return begin < start - 1 && TypedContext.isDigit(typed[begin]) ? start : nil
    }

    /// The units that may follow the digits at the cursor.
    private func units(_ typed: [UInt8], _ digits: Int) -> Completion {
        var start = digits
        while start < typed.count, TypedContext.isDigit(typed[start]) || typed[start] == UInt8(ascii: "_") {
            start += 1
        }
        // Without a letter every unit would fit; `0x` begins no unit either.
        guard start < typed.count else { return .none(at: typed.count) }
        return CodeCompleter.matching(Unit.all.map { Completion.Candidate($0.name, .unit) }, typed, from: start)
    }

    // MARK: Fields

    private func fields(_ typed: [UInt8], _ start: Int) -> Completion {
        guard let path = ValuePath(endingAt: start - 1, in: typed) else { return .none(at: typed.count) }
        let fields = source.fields(of: path).filter { name in
            name.utf8.allSatisfy(TypedContext.isNameByte) && name.utf8.first.map { !TypedContext.isDigit($0) } ?? false
        }
        return CodeCompleter.matching(fields.map { Completion.Candidate($0, .field) }, typed, from: start)
    }

    // MARK: Strings

    private func complete(
        _ string: TypedContext.OpenString, _ context: TypedContext, _ typed: [UInt8], isClosed: Bool
    ) -> Completion {
        let ending = isClosed ? "" : string.quote
        let content = String(decoding: typed[string.start...], as: UTF8.self)
        if string.isImported {
            return CodeCompleter.matching(modules(content, ending), typed, from: string.start)
        }
        let parameter = context.call.flatMap(parameter(at:))
        let choices = parameter.map { self.choices(of: $0, context) } ?? []
        if !choices.isEmpty {
            let choices = choices.map { Completion.Candidate($0, .choice, ending: ending) }
            let completion = CodeCompleter.matching(choices, typed, from: string.start)
            if !completion.candidates.isEmpty { return completion }
        }
        let role = StringRole(function: context.call?.function, parameter: parameter)
        let known = role.names(source).map { Completion.Candidate($0, .choice, ending: role == .address ? "" : ending) }
        let files = role == .address ? [] : files(content, role, ending)
        return CodeCompleter.matching(known + files, typed, from: string.start)
    }

    private func files(_ content: String, _ role: StringRole, _ ending: String) -> [Completion.Candidate] {
        var entries = FileCandidates.entries(beginning: content)
        if role == .model, !content.hasPrefix("/"), !content.hasPrefix(".") {
            for folder in source.searchFolders { entries += FileCandidates.entries(beginning: content, in: folder) }
        }
        let wanted = entries.filter { $0.isFolder || role.accepts($0.name) }
        // What does not fit is offered only where nothing else does: a model may well be called otherwise.
        let shown = wanted.contains { !$0.isFolder } || role == .folder ? wanted : entries
        return shown.map { entry in
            entry.isFolder
                ? Completion.Candidate(entry.path + "/", .folder, shown: entry.name + "/")
                : Completion.Candidate(entry.path, .file, shown: entry.name, ending: ending)
        }
    }

    private func modules(_ content: String, _ ending: String) -> [Completion.Candidate] {
        func candidates(_ entries: [FileCandidates.Entry]) -> [Completion.Candidate] {
            entries.compactMap { entry in
                if entry.isFolder { return Completion.Candidate(entry.path + "/", .folder, shown: entry.name + "/") }
                guard entry.name.hasSuffix(".edge") else { return nil }
                return Completion.Candidate(
                    content.hasPrefix(".") || content.hasPrefix("/") ? entry.path : String(entry.path.dropLast(5)),
                    .module, shown: String(entry.name.dropLast(5)), ending: ending)
            }
        }
        if content.hasPrefix("./") || content.hasPrefix("../") || content.hasPrefix("/") {
            return candidates(FileCandidates.entries(beginning: content))
        }
        var found: [Completion.Candidate] = []
        for folder in source.moduleFolders {
            found += candidates(FileCandidates.entries(beginning: content, in: folder))
                .filter { $0.kind == .module || $0.text.hasPrefix("std/") || content.contains("/") }
        }
        let local = Completion.Candidate("./", .folder)
        return found + (content.isEmpty || content == "." ? [local] : [])
    }

    private func quoted(_ text: String) -> String { "\"" + text + "\"" }
}
