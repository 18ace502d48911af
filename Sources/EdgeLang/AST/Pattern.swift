/// What a value is compared with and taken apart by: in `match`, `let`, `for` and parameters.
///
/// `let`, `for` and parameters admit only patterns made of names, `_`, lists and records; there a value of another form is
/// an error of the run, in `match` it goes on to the next arm.
public struct Pattern: Sendable {
    public let kind: PatternKind
    public let span: Span

    public init(_ kind: PatternKind, span: Span) {
        self.kind = kind
        self.span = span
    }
}

/// What a pattern is.
public indirect enum PatternKind: Sendable {
    /// `_`
    case wildcard
    /// A name: matches anything and binds it.
    case binding(Declaration)
    /// `null`, a truth value, number, quantity, string without interpolation, or bytes; compared by `==`.
    case literal(Expression)
    /// `1..5`, `1..=5`, `..5`, `5..` with numbers or quantities as ends.
    case range(lower: Expression?, upper: Expression?, closed: Bool)
    /// `[first, ...rest, last]`; without a rest the length must agree.
    case list(prefix: [Pattern], rest: RestPattern?, suffix: [Pattern])
    /// `{kind: "x", value, ...rest}`; fields that are not named may be there.
    case record([FieldPattern], rest: RestPattern?)
    /// `1 | 2 | 3`; alternatives bind no names.
    case alternatives([Pattern])
    /// What could not be read; a diagnostic has been reported.
    case invalid
}

/// `...rest` in a list or record pattern: what the other parts leave.
public struct RestPattern: Sendable {
    /// `nil` for `...` alone: the rest is let go.
    public let declaration: Declaration?
    public let span: Span

    public init(declaration: Declaration?, span: Span) {
        self.declaration = declaration
        self.span = span
    }
}

/// `key: pattern` in a record pattern; `{key}` binds a variable of the key's name.
public struct FieldPattern: Sendable {
    public let key: FieldName
    public let pattern: Pattern

    public init(key: FieldName, pattern: Pattern) {
        self.key = key
        self.pattern = pattern
    }
}

extension Pattern {
    /// The variables it binds, from left to right.
    public var declarations: [Declaration] {
        switch kind {
        case .wildcard, .literal, .range, .alternatives, .invalid: return []
        case .binding(let declaration): return [declaration]
        case .list(let prefix, let rest, let suffix):
            let ends = (prefix.flatMap(\.declarations), suffix.flatMap(\.declarations))
            return ends.0 + (rest?.declaration.map { [$0] } ?? []) + ends.1
        case .record(let fields, let rest):
            return fields.flatMap(\.pattern.declarations) + (rest?.declaration.map { [$0] } ?? [])
        }
    }
}
