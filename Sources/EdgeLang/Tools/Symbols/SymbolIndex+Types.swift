extension SymbolIndex {
    /// What can be said of a symbol's type from where it is declared; nil where only the run knows.
    ///
    /// - Parameter results: The type that a built-in function gives, by its name.
    public func type(of symbol: Symbol, results: (String) -> String?) -> String? {
        if let annotation = symbol.annotation { return SignatureText.type(annotation) }
        switch symbol.kind {
        case .function: return "function"
        case .module: return "module"
        case .error: return "error"
        case .let, .var: return symbol.value.flatMap { type(of: $0, results) }
        case .parameter, .loop, .pattern: return nil
        }
    }

    private func type(of expression: Expression, _ results: (String) -> String?) -> String? {
        switch expression.kind {
        case .bool: return "bool"
        case .int: return "int"
        case .float: return "float"
        case .quantity(let literal): return literal.dimension == .time ? "duration" : literal.dimension.name
        case .string, .interpolation: return "string"
        case .bytes: return "bytes"
        case .list: return "list"
        case .record: return "record"
        case .range: return "range"
        case .function: return "function"
        case .call(let call):
            guard case .name(let use) = call.callee.kind else { return nil }
            let known = uses.first { $0.span == use.span }
            guard case .symbol(let id)? = known?.target else {
                return results(use.name).flatMap { $0 == "any" ? nil : $0 }
            }
            return symbols[id]?.function?.resultType.map { SignatureText.type($0) }
        default: return nil
        }
    }

    /// The fields that a symbol is known to have.
    public func fields(of symbol: Symbol) -> [String] {
        if symbol.kind == .error { return ["message", "code", "hint", "trace"] }
        guard symbol.kind == .let, case .record(let elements)? = symbol.value?.kind else { return [] }
        return elements.compactMap { element in
            if case .field(let name, _) = element { name.name } else { nil }
        }
    }
}
