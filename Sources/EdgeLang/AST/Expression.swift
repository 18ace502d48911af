/// A node that yields a value. Immutable; what later stages learn about it stands in side tables (see `Resolution`).
///
/// Every pass over the tree is recursive, so its height is bounded when it is built: the parser refuses a program whose
/// nodes would stand more than `Expression.maximumHeight` levels deep, whether by nesting or by a long chain of operators.
/// A pass may therefore spend a few kilobytes of stack on a level and still stay within the 8 MB of the main thread.
public struct Expression: Sendable {
    /// The most levels a tree may have. Passes must stay below 6 KB of stack a level.
    public static let maximumHeight = 700

    public let kind: ExpressionKind
    public let span: Span
    /// How many levels of nodes stand below this one, itself included.
    public let height: Int32

    public init(_ kind: ExpressionKind, span: Span) {
        self.kind = kind
        self.span = span
        height = 1 + kind.heightOfChildren
    }
}

/// What an expression is.
public indirect enum ExpressionKind: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case float(Double)
    /// A number with a unit, `5ms`.
    case quantity(QuantityLiteral)
    case string(String)
    /// A string with `\(…)` parts; adjacent texts are joined, so texts and expressions alternate.
    case interpolation([InterpolationPart])
    /// `hex"0103 AA"`.
    case bytes([UInt8])
    case list([ListElement])
    case record([RecordElement])
    /// `lower..upper` or, with `closed`, `lower..=upper`.
    case range(lower: Expression, upper: Expression, closed: Bool)

    case name(NameUse)
    /// `_` standing alone at the prompt: the last result.
    case lastResult
    case unary(UnaryOperator, Expression)
    /// The span is the operator's.
    case binary(BinaryOperator, Expression, Expression, operatorSpan: Span)
    case shortCircuit(ShortCircuitOperator, Expression, Expression)

    case call(Call)
    case field(Expression, FieldName)
    case index(Expression, Expression)
    /// `base[lower..upper]`, either end may be left out.
    case slice(Expression, lower: Expression?, upper: Expression?, closed: Bool)

    /// A closure; named functions are statements.
    case function(FunctionLiteral)
    case `if`(IfExpression)
    case match(MatchExpression)
    case block(Block)
    case `try`(TryExpression)

    // The next three never yield a value: they are expressions so that `x ?? return` and match arms can hold them.
    case `return`(Expression?)
    case `break`
    case `continue`

    /// What could not be read; a diagnostic has been reported, and no program that holds one is run.
    case invalid
}

/// A number with a unit, in base units: seconds, bytes, joules and their products.
public struct QuantityLiteral: Sendable, Hashable {
    /// The nearest double to the literal's exact value in base units: `5ms` is exactly the double `0.005`.
    public let value: Double
    public let dimension: Dimension
    /// The unit as it was written.
    public let unit: String

    public init(value: Double, dimension: Dimension, unit: String) {
        self.value = value
        self.dimension = dimension
        self.unit = unit
    }
}

/// A use of a name.
public struct NameUse: Sendable {
    public let id: NameID
    public let name: String
    public let span: Span

    public init(id: NameID, name: String, span: Span) {
        self.id = id
        self.name = name
        self.span = span
    }
}

/// The name behind a dot.
public struct FieldName: Sendable {
    public let name: String
    public let span: Span

    public init(name: String, span: Span) {
        self.name = name
        self.span = span
    }
}

/// A part of a string with interpolations.
public enum InterpolationPart: Sendable {
    case text(String)
    case expression(Expression)
}

/// An element of a list literal.
public enum ListElement: Sendable {
    case item(Expression)
    /// `...xs`
    case spread(Expression)
}

/// An element of a record literal; later ones win.
public enum RecordElement: Sendable {
    case field(FieldName, Expression)
    /// `...r`
    case spread(Expression)
}

/// `callee(arguments)`, or `value |> callee(arguments)` with the value put in as an argument.
public struct Call: Sendable {
    public let id: CallID
    public let callee: Expression
    /// In the order of evaluation; a piped value comes first.
    public let arguments: [Argument]
    /// Whether the first argument came through `|>`.
    public let isPiped: Bool

    public init(id: CallID, callee: Expression, arguments: [Argument], isPiped: Bool) {
        self.id = id
        self.callee = callee
        self.arguments = arguments
        self.isPiped = isPiped
    }
}

/// An argument of a call: `value` or `label: value`.
public struct Argument: Sendable {
    public let label: FieldName?
    public let value: Expression

    public init(label: FieldName?, value: Expression) {
        self.label = label
        self.value = value
    }

    public var span: Span { label.map { $0.span.joined(with: value.span) } ?? value.span }
}
