/// A function's parameters and body, whatever it is written as: `fn`, `x => e`, the body of a `test` or a `defer`.
public struct FunctionLiteral: Sendable {
    public enum Kind: Sendable {
        case function
        case closure
        /// Runs when the enclosing block is left; a function without parameters.
        case `defer`
        /// A function without parameters.
        case test
    }

    public let id: FunctionID
    public let kind: Kind
    /// The name tracebacks show: the `fn`'s, or the variable's a closure is bound to.
    public let name: String?
    public let parameters: [Parameter]
    public let resultType: TypeAnnotation?
    /// A closure's `=> e` is a block with that one expression.
    public let body: Block
    /// From `fn` or the first parameter to the end of the body.
    public let span: Span

    public init(
        id: FunctionID, kind: Kind, name: String?, parameters: [Parameter], resultType: TypeAnnotation?, body: Block,
        span: Span
    ) {
        self.id = id
        self.kind = kind
        self.name = name
        self.parameters = parameters
        self.resultType = resultType
        self.body = body
        self.span = span
    }

    var height: Int32 {
        1 + max(body.height, parameters.tallest { $0.defaultValue?.height ?? 0 })
    }
}

/// A parameter of a function. One written as a pattern (`[k, v] => …`) has a made-up name that no script can spell, and the
/// body begins with a `let` that takes it apart.
public struct Parameter: Sendable {
    public let declaration: Declaration
    /// Behind `*`: can only be given as `label: value`.
    public let isLabelOnly: Bool
    /// Checked at the call.
    public let annotation: TypeAnnotation?
    /// Evaluated at each call that leaves the argument out, in the function's scope: it may use the parameters before it.
    public let defaultValue: Expression?

    public init(declaration: Declaration, isLabelOnly: Bool, annotation: TypeAnnotation?, defaultValue: Expression?) {
        self.declaration = declaration
        self.isLabelOnly = isLabelOnly
        self.annotation = annotation
        self.defaultValue = defaultValue
    }
}

/// A type as the script writes it: `duration`, `int | float`, `string?`.
public struct TypeAnnotation: Sendable {
    /// The alternatives, at least one; `string?` reads as `string | null`.
    public let names: [FieldName]
    public let span: Span

    public init(names: [FieldName], span: Span) {
        self.names = names
        self.span = span
    }
}

/// A place where a name begins to mean a variable.
public struct Declaration: Sendable {
    public let id: BindingID
    public let name: String
    public let span: Span

    public init(id: BindingID, name: String, span: Span) {
        self.id = id
        self.name = name
        self.span = span
    }
}
