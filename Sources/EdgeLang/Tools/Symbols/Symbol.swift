/// A variable, function, parameter or module of a text, as tools see it.
public struct Symbol: Sendable {
    public let id: BindingID
    public let name: String
    /// Where the name stands where it is declared; the path of an import without `as`.
    public let span: Span
    public let kind: BindingInfo.Kind
    /// The scope it belongs to: an index into `SymbolIndex.scopes`.
    public let scope: Int
    /// The offset behind which it has its value; 0 for functions, which are visible in all of their block.
    public internal(set) var visibleFrom: UInt32 = 0
    /// For what always holds a function: that function.
    public internal(set) var function: FunctionLiteral?
    /// What a `let` or `var` is given where it is declared.
    public internal(set) var value: Expression?
    public internal(set) var annotation: TypeAnnotation?
    /// For modules: the path as it is written.
    public internal(set) var importPath: String?
    /// For parameters: the function they belong to.
    public internal(set) var owner: FunctionID?
    public internal(set) var documentation: String?
    public internal(set) var isExported = false
    /// Whether the name is also the key of a record that is taken apart: `{temp}` for `{temp: temp}`.
    public internal(set) var isShorthand = false
}

/// A use of a name.
public struct SymbolUse: Sendable {
    public enum Target: Hashable, Sendable {
        case symbol(BindingID)
        /// Nothing that the text declares: a built-in function, or a mistake.
        case outside
    }

    public let name: String
    public let span: Span
    public let target: Target
}

/// A use of something that a module exports: `module.name`.
public struct MemberUse: Sendable {
    public let module: BindingID
    public let name: String
    public let span: Span
}

/// A label of a call of a function that is known: `f(label: 1)`.
public struct LabelUse: Sendable {
    public enum Callee: Hashable, Sendable {
        case symbol(BindingID)
        case member(module: BindingID, name: String)
        case outside(String)
    }

    public let callee: Callee
    public let name: String
    public let span: Span
}

/// A stretch of text with variables of its own.
public struct SymbolScope: Sendable {
    public let span: Span
    /// The scope around it; nil for the top level.
    public let parent: Int?
    /// The function it is a part of.
    public let function: FunctionID
    public internal(set) var symbols: [BindingID] = []
}
