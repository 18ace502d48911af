extension ExpressionKind {
    /// The height of the tallest child.
    var heightOfChildren: Int32 {
        switch self {
        case .null, .bool, .int, .float, .quantity, .string, .bytes, .name, .lastResult, .break, .continue, .invalid:
            return 0
        case .interpolation(let parts):
            return parts.tallest { part in
                switch part {
                case .text: 0
                case .expression(let expression): expression.height
                }
            }
        case .list(let elements):
            return elements.tallest { element in
                switch element {
                case .item(let expression), .spread(let expression): expression.height
                }
            }
        case .record(let elements):
            return elements.tallest { element in
                switch element {
                case .field(_, let expression), .spread(let expression): expression.height
                }
            }
        case .range(let lower, let upper, _): return max(lower.height, upper.height)
        case .unary(_, let operand): return operand.height
        case .binary(_, let left, let right, _): return max(left.height, right.height)
        case .shortCircuit(_, let left, let right): return max(left.height, right.height)
        case .call(let call): return max(call.callee.height, call.arguments.tallest { $0.value.height })
        case .field(let base, _): return base.height
        case .index(let base, let index): return max(base.height, index.height)
        case .slice(let base, let lower, let upper, _):
            return max(base.height, lower?.height ?? 0, upper?.height ?? 0)
        case .function(let function): return function.height
        case .if(let expression): return expression.height
        case .match(let expression): return expression.height
        case .block(let block): return block.height
        case .try(let expression): return max(expression.body.height, expression.handler.height)
        case .return(let value): return value?.height ?? 0
        }
    }
}

extension Sequence {
    /// The greatest height among the elements, 0 if there are none.
    func tallest(_ height: (Element) -> Int32) -> Int32 {
        reduce(0) { Swift.max($0, height($1)) }
    }
}
