/// What the compiler must know of an expression before it emits it: whether its value belongs to somebody else, and what else it does.
extension FunctionCompiler {
    /// How deep these questions look; beyond that the careful answer is given. Keeps compilation linear.
    private static let depthOfView = 6

    /// Whether an expression only reads: it calls no function of the script and assigns nothing.
    func isSimple(_ expression: Expression, depth: Int = depthOfView) -> Bool {
        if depth == 0 { return false }
        switch expression.kind {
        case .null, .bool, .int, .float, .quantity, .string, .bytes, .name, .lastResult, .function: return true
        case .unary(_, let operand): return isSimple(operand, depth: depth - 1)
        case .binary(_, let left, let right, _), .shortCircuit(_, let left, let right):
            return isSimple(left, depth: depth - 1) && isSimple(right, depth: depth - 1)
        case .field(let base, _): return isSimple(base, depth: depth - 1)
        case .index(let base, let index): return isSimple(base, depth: depth - 1) && isSimple(index, depth: depth - 1)
        case .range(let lower, let upper, _):
            return isSimple(lower, depth: depth - 1) && isSimple(upper, depth: depth - 1)
        case .interpolation(let parts):
            return parts.allSatisfy { part in
                if case .expression(let expression) = part { isSimple(expression, depth: depth - 1) } else { true }
            }
        case .list(let elements):
            return elements.allSatisfy { element in
                switch element {
                case .item(let expression), .spread(let expression): isSimple(expression, depth: depth - 1)
                }
            }
        case .record(let elements):
            return elements.allSatisfy { element in
                switch element {
                case .field(_, let expression), .spread(let expression): isSimple(expression, depth: depth - 1)
                }
            }
        case .call(let call):
            guard case .builtin(let index) = resolution[call.id].target, !compiler.specs[index].mayCallBack else {
                return false
            }
            return call.arguments.allSatisfy { isSimple($0.value, depth: depth - 1) }
        case .slice, .if, .match, .block, .try, .return, .break, .continue, .invalid: return false
        }
    }

    /// Whether evaluating an expression may assign to a variable of this function: only blocks hold statements.
    func mayAssign(_ expression: Expression, depth: Int = depthOfView) -> Bool {
        if depth == 0 { return true }
        func any(_ expressions: [Expression]) -> Bool { expressions.contains { mayAssign($0, depth: depth - 1) } }
        switch expression.kind {
        case .null, .bool, .int, .float, .quantity, .string, .bytes, .name, .lastResult, .function, .break, .continue,
            .invalid:
            return false
        case .unary(_, let operand): return any([operand])
        case .binary(_, let left, let right, _), .shortCircuit(_, let left, let right): return any([left, right])
        case .field(let base, _): return any([base])
        case .index(let base, let index): return any([base, index])
        case .range(let lower, let upper, _): return any([lower, upper])
        case .slice(let base, let lower, let upper, _): return any([base, lower, upper].compactMap { $0 })
        case .call(let call):
            return any([call.callee]) || call.arguments.contains { mayAssign($0.value, depth: depth - 1) }
        case .interpolation(let parts):
            return parts.contains { part in
                if case .expression(let expression) = part { mayAssign(expression, depth: depth - 1) } else { false }
            }
        case .list(let elements):
            return elements.contains { element in
                switch element {
                case .item(let expression), .spread(let expression): mayAssign(expression, depth: depth - 1)
                }
            }
        case .record(let elements):
            return elements.contains { element in
                switch element {
                case .field(_, let expression), .spread(let expression): mayAssign(expression, depth: depth - 1)
                }
            }
        case .if, .match, .block, .try, .return: return true
        }
    }

    /// Whether the value of an expression, once emitted, has to be marked as shared for this kind of holding.
    func needsMark(_ expression: Expression, _ holding: Holding) -> Bool {
        switch holding {
        case .operand: return false
        case .owned: return isBorrowed(expression)
        case .argument: return isBorrowed(expression) && isRootOutside(expression)
        case .returned:
            if case .name(let use) = expression.kind, case .local(let id) = resolution[use.id] {
                let binding = resolution[id]
                return binding.storage != .register || binding.kind == .parameter || isGuarded
            }
            return isBorrowed(expression)
        }
    }

    /// Whether something else holds the value as well: a variable, or the list or record it was read from.
    private func isBorrowed(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .name, .lastResult, .field, .index: true
        default: false
        }
    }

    /// The variable that a path such as `a.b[c]` begins with.
    private func root(_ expression: Expression) -> NameUse? {
        var current = expression
        while true {
            switch current.kind {
            case .name(let use): return use
            case .field(let base, _), .index(let base, _): current = base
            default: return nil
            }
        }
    }

    /// Whether a path begins in a variable that other functions may change: one in a box or among the globals.
    private func isRootOutside(_ expression: Expression) -> Bool {
        if case .lastResult = expression.kind { return true }
        guard let use = root(expression) else { return false }
        switch resolution[use.id] {
        case .local(let id), .captured(_, let id): return resolution[id].storage != .register
        case .global: return true
        case .currentFunction, .function, .builtin, .unresolved: return false
        }
    }

    /// Whether a path begins in a variable of this function that is changed somewhere.
    func isRootReassigned(_ expression: Expression) -> Bool {
        guard let use = root(expression), case .local(let id) = resolution[use.id] else { return false }
        return resolution[id].isReassigned
    }

    /// How an operand has to be held while the expressions behind it are evaluated.
    func holding(before rest: [Expression]) -> Holding {
        if rest.allSatisfy({ isSimple($0) }) { return .operand }
        return rest.contains { mayAssign($0) } ? .owned : .argument
    }
}
