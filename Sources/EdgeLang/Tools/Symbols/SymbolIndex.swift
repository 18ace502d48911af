/// What every name of a text means, for editors: definitions, uses, and what is visible where.
///
/// It follows the rules of `Resolver`, but reports nothing and needs no program without mistakes: an editor asks while somebody types.
public struct SymbolIndex: Sendable {
    public internal(set) var symbols: [BindingID: Symbol] = [:]
    public internal(set) var uses: [SymbolUse] = []
    public internal(set) var members: [MemberUse] = []
    public internal(set) var labels: [LabelUse] = []
    public internal(set) var scopes: [SymbolScope] = []

    public init(_ program: Program) {
        var walk = SymbolWalk(program)
        walk.run(program)
        self = walk.index
    }

    init() {}

    /// The symbols in the order of the text.
    public var inOrder: [Symbol] {
        symbols.values.sorted { ($0.span.start, $0.id.index) < ($1.span.start, $1.id.index) }
    }

    /// The symbol that is declared or used at an offset, with the name that stands there.
    public func symbol(at offset: Int) -> (symbol: Symbol, span: Span)? {
        for use in uses where use.span.holds(offset) {
            if case .symbol(let id) = use.target { return symbols[id].map { ($0, use.span) } }
        }
        for symbol in symbols.values where symbol.span.holds(offset) && symbol.importPath == nil {
            return (symbol, symbol.span)
        }
        for symbol in symbols.values where symbol.span.holds(offset) { return (symbol, symbol.span) }
        return nil
    }

    /// The use of an outside name at an offset.
    public func outsideUse(at offset: Int) -> SymbolUse? {
        uses.first { $0.target == .outside && $0.span.holds(offset) }
    }

    public func member(at offset: Int) -> MemberUse? { members.first { $0.span.holds(offset) } }

    public func label(at offset: Int) -> LabelUse? { labels.first { $0.span.holds(offset) } }

    /// The parameter that a label means, if the function is one of the text.
    public func parameter(of label: LabelUse) -> Symbol? {
        guard case .symbol(let id) = label.callee, let function = symbols[id]?.function else { return nil }
        let declaration = function.parameters.first { $0.declaration.name == label.name }?.declaration
        return declaration.flatMap { symbols[$0.id] }
    }

    /// All places where a symbol is named, but its declaration: uses, and labels of calls for a parameter.
    public func references(to symbol: Symbol) -> [Span] {
        var spans = uses.filter { $0.target == .symbol(symbol.id) }.map(\.span)
        if symbol.kind == .parameter {
            spans += labels.filter { $0.name == symbol.name && parameter(of: $0)?.id == symbol.id }.map(\.span)
        }
        return spans.sorted { $0.start < $1.start }
    }

    /// What a name at an offset can mean, inner variables first.
    public func visible(at offset: Int) -> [Symbol] {
        var scope = innermostScope(at: offset)
        let function = scope.map { scopes[$0].function }
        var names: Set<String> = []
        var found: [Symbol] = []
        while let index = scope {
            for id in scopes[index].symbols.reversed() {
                guard let symbol = symbols[id] else { continue }
                let isOwn = scopes[index].function == function
                guard !isOwn || Int(symbol.visibleFrom) <= offset, names.insert(symbol.name).inserted else { continue }
                found.append(symbol)
            }
            scope = scopes[index].parent
        }
        return found
    }

    private func innermostScope(at offset: Int) -> Int? {
        scopes.indices.filter { scopes[$0].span.holds(offset) }.min {
            (scopes[$0].span.length, $1) < (scopes[$1].span.length, $0)
        }
    }

    /// What other files get by the name.
    public func export(named name: String) -> Symbol? {
        symbols.values.filter { $0.isExported && $0.name == name }.max { $0.span.start < $1.span.start }
    }
}

extension Span {
    /// Whether an offset lies in it or at one of its ends.
    public func holds(_ offset: Int) -> Bool { Int(start) <= offset && offset <= Int(end) }
}
