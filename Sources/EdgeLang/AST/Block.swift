/// Statements with a scope of their own. The value is that of the last statement if it is an expression, else `null`.
public struct Block: Sendable {
    public let id: BlockID
    public let statements: [Statement]
    public let span: Span
    let height: Int32

    public init(id: BlockID, statements: [Statement], span: Span) {
        self.id = id
        self.statements = statements
        self.span = span
        height = 1 + statements.tallest { $0.height }
    }

    /// The expression whose value is the block's, if there is one.
    public var result: Expression? {
        guard case .expression(let expression) = statements.last?.kind else { return nil }
        return expression
    }
}
