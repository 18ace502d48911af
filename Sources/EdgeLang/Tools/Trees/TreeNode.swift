/// Any node of a tree, so that a tool can walk through a program without knowing every kind of node.
///
/// A walk is recursive; the height of trees is bounded where they are built (`Expression.maximumHeight`).
public enum TreeNode: Sendable {
    case statement(Statement)
    case expression(Expression)
    case block(Block)
    case function(FunctionLiteral)
    case pattern(Pattern)

    public var span: Span {
        switch self {
        case .statement(let node): node.span
        case .expression(let node): node.span
        case .block(let node): node.span
        case .function(let node): node.span
        case .pattern(let node): node.span
        }
    }

    /// The nodes directly below, from left to right as far as the tree knows.
    public var children: [TreeNode] {
        switch self {
        case .statement(let node): node.kind.children
        case .expression(let node): node.kind.children
        case .block(let node): node.statements.map { .statement($0) }
        case .function(let node):
            node.parameters.compactMap { $0.defaultValue.map { .expression($0) } } + [.block(node.body)]
        case .pattern(let node): node.kind.children
        }
    }

    /// Calls a function with this node and all below it, parents first.
    public func walk(_ visit: (TreeNode) -> Void) {
        visit(self)
        for child in children { child.walk(visit) }
    }
}

extension StatementKind {
    fileprivate var children: [TreeNode] {
        switch self {
        case .expression(let expression): [.expression(expression)]
        case .let(let node): [.pattern(node.pattern), .expression(node.value)]
        case .function(let node): [.function(node.function)]
        case .assignment(let node):
            node.target.steps.compactMap { step in
                if case .index(let index) = step { .expression(index) } else { nil }
            } + [.expression(node.value)]
        case .for(let loop): [.pattern(loop.pattern), .expression(loop.sequence), .block(loop.body)]
        case .while(let condition, let body): [.expression(condition), .block(body)]
        case .defer(let function), .test(_, let function): [.function(function)]
        case .import, .invalid: []
        }
    }
}

extension ExpressionKind {
    fileprivate var children: [TreeNode] {
        switch self {
        case .null, .bool, .int, .float, .quantity, .string, .bytes, .name, .lastResult, .break, .continue, .invalid:
            return []
        case .interpolation(let parts):
            return parts.compactMap { part in
                if case .expression(let expression) = part { .expression(expression) } else { nil }
            }
        case .list(let elements):
            return elements.map { element in
                switch element {
                case .item(let value), .spread(let value): .expression(value)
                }
            }
        case .record(let elements):
            return elements.map { element in
                switch element {
                case .field(_, let value), .spread(let value): .expression(value)
                }
            }
        case .range(let lower, let upper, _): return [.expression(lower), .expression(upper)]
        case .unary(_, let operand): return [.expression(operand)]
        case .binary(_, let left, let right, _): return [.expression(left), .expression(right)]
        case .shortCircuit(_, let left, let right): return [.expression(left), .expression(right)]
        case .call(let call): return [.expression(call.callee)] + call.arguments.map { .expression($0.value) }
        case .field(let base, _): return [.expression(base)]
        case .index(let base, let index): return [.expression(base), .expression(index)]
        case .slice(let base, let lower, let upper, _):
            return [base, lower, upper].compactMap { $0.map { .expression($0) } }
        case .function(let function): return [.function(function)]
        case .if(let node):
            return node.branches.flatMap { [TreeNode.expression($0.condition), .block($0.body)] }
                + (node.otherwise.map { [.block($0)] } ?? [])
        case .match(let node):
            return [.expression(node.subject)]
                + node.arms.flatMap { arm in
                    [TreeNode.pattern(arm.pattern)] + (arm.guard.map { [.expression($0)] } ?? [])
                        + [.expression(arm.body)]
                }
        case .block(let block): return [.block(block)]
        case .try(let node): return [.block(node.body), .block(node.handler)]
        case .return(let value): return value.map { [.expression($0)] } ?? []
        }
    }
}

extension PatternKind {
    fileprivate var children: [TreeNode] {
        switch self {
        case .wildcard, .binding, .invalid: []
        case .literal(let literal): [.expression(literal)]
        case .range(let lower, let upper, _): [lower, upper].compactMap { $0.map { .expression($0) } }
        case .list(let prefix, _, let suffix): (prefix + suffix).map { .pattern($0) }
        case .record(let fields, _): fields.map { .pattern($0.pattern) }
        case .alternatives(let parts): parts.map { .pattern($0) }
        }
    }
}
