/// A step of a block.
public struct Statement: Sendable {
    public let kind: StatementKind
    public let span: Span
    let height: Int32

    public init(_ kind: StatementKind, span: Span) {
        self.kind = kind
        self.span = span
        height = 1 + kind.heightOfChildren
    }
}

/// What a statement is.
public indirect enum StatementKind: Sendable {
    /// The last one of a block gives the block its value.
    case expression(Expression)
    case `let`(LetStatement)
    /// `fn name(…) { … }`: visible in its whole block, so that functions can call each other.
    case function(FunctionDeclaration)
    case assignment(Assignment)
    case `for`(ForStatement)
    case `while`(condition: Expression, body: Block)
    /// Runs when the enclosing block is left by whatever way, last one first; the function takes no parameters.
    case `defer`(FunctionLiteral)
    /// Only at the top level.
    case `import`(ImportDeclaration)
    /// Only at the top level. `edgesh test` runs them, a plain run does not.
    case test(name: String, FunctionLiteral)
    /// What could not be read; a diagnostic has been reported.
    case invalid

    var heightOfChildren: Int32 {
        switch self {
        case .expression(let expression): expression.height
        case .let(let statement): statement.value.height
        case .function(let declaration): declaration.function.height
        case .assignment(let assignment):
            max(assignment.value.height, assignment.target.steps.tallest { $0.height })
        case .for(let loop): max(loop.sequence.height, loop.body.height)
        case .while(let condition, let body): max(condition.height, body.height)
        case .defer(let function), .test(_, let function): function.height
        case .import, .invalid: 0
        }
    }
}

/// `let pattern: type = value`, or `var`.
public struct LetStatement: Sendable {
    public let pattern: Pattern
    /// `var`: may be assigned to and updated.
    public let isMutable: Bool
    public let annotation: TypeAnnotation?
    public let value: Expression
    public let isExported: Bool
    /// The `##` lines above it, joined by newlines.
    public let documentation: String?

    public init(
        pattern: Pattern, isMutable: Bool, annotation: TypeAnnotation?, value: Expression, isExported: Bool,
        documentation: String?
    ) {
        self.pattern = pattern
        self.isMutable = isMutable
        self.annotation = annotation
        self.value = value
        self.isExported = isExported
        self.documentation = documentation
    }
}

/// `fn name(…) { … }`.
public struct FunctionDeclaration: Sendable {
    public let declaration: Declaration
    public let function: FunctionLiteral
    public let isExported: Bool
    /// The `##` lines above it, joined by newlines.
    public let documentation: String?

    public init(declaration: Declaration, function: FunctionLiteral, isExported: Bool, documentation: String?) {
        self.declaration = declaration
        self.function = function
        self.isExported = isExported
        self.documentation = documentation
    }
}

/// `target = value`, or `target += value` with an operator.
public struct Assignment: Sendable {
    public let target: AssignmentTarget
    /// The operator of a compound assignment; `??=` does not exist.
    public let `operator`: BinaryOperator?
    public let operatorSpan: Span
    public let value: Expression

    public init(target: AssignmentTarget, operator: BinaryOperator?, operatorSpan: Span, value: Expression) {
        self.target = target
        self.operator = `operator`
        self.operatorSpan = operatorSpan
        self.value = value
    }
}

/// What is assigned to: a variable, or a place within the value of one (`r.readings[3].value`).
///
/// Lists and records are values, so an update always ends in the variable the path begins with.
public struct AssignmentTarget: Sendable {
    public enum Step: Sendable {
        case field(FieldName)
        case index(Expression)

        var height: Int32 {
            switch self {
            case .field: 0
            case .index(let index): index.height
            }
        }
    }

    public let variable: NameUse
    /// Empty for a plain variable.
    public let steps: [Step]
    public let span: Span

    public init(variable: NameUse, steps: [Step], span: Span) {
        self.variable = variable
        self.steps = steps
        self.span = span
    }
}

/// `for pattern in sequence { … }`.
public struct ForStatement: Sendable {
    public let pattern: Pattern
    public let sequence: Expression
    public let body: Block

    public init(pattern: Pattern, sequence: Expression, body: Block) {
        self.pattern = pattern
        self.sequence = sequence
        self.body = body
    }
}

/// `import "path" as name`; without `as` the variable is called like the file.
public struct ImportDeclaration: Sendable {
    public let path: String
    public let pathSpan: Span
    public let declaration: Declaration

    public init(path: String, pathSpan: Span, declaration: Declaration) {
        self.path = path
        self.pathSpan = pathSpan
        self.declaration = declaration
    }
}
