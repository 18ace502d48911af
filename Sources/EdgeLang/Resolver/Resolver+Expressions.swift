extension Resolver {
    /// Resolves an expression.
    ///
    /// - Returns: what is known of its value without running it.
    @discardableResult
    mutating func resolve(_ expression: Expression) -> StaticValue {
        switch expression.kind {
        case .null: return .null
        case .bool: return .bool
        case .int(let value): return .int(value)
        case .float(let value): return .float(value)
        case .quantity(let literal): return .quantity(literal.value, literal.dimension)
        case .string(let text): return .string(text)
        case .bytes: return .bytes
        case .interpolation(let parts):
            for case .expression(let part) in parts { resolve(part) }
            return .string(nil)
        case .list(let elements):
            for element in elements {
                switch element {
                case .item(let item), .spread(let item): resolve(item)
                }
            }
            return .list
        case .record(let elements):
            for element in elements {
                switch element {
                case .field(_, let value), .spread(let value): resolve(value)
                }
            }
            return .record
        case .range(let lower, let upper, _):
            let (low, high) = (resolve(lower), resolve(upper))
            if let first = low.dimension, let second = high.dimension, first != second {
                diagnostics.append(
                    .dimensionsDiffer(
                        operation: "a range", expression.span, (first, lower.span), (second, upper.span)))
            }
            return .range
        case .name(let use):
            resolve(use)
            return .unknown
        case .lastResult, .invalid: return .unknown
        case .unary(let symbol, let operand): return resolveUnary(symbol, resolve(operand))
        case .binary(let symbol, let left, let right, let operatorSpan):
            return resolveBinary(symbol, left, right, operatorSpan)
        case .shortCircuit(_, let left, let right):
            resolve(left)
            resolve(right)
            return .unknown
        case .call(let call):
            resolve(call, span: expression.span)
            return .unknown
        case .field(let base, let name):
            resolve(base)
            checkExport(base, name)
            return .unknown
        case .index(let base, let index):
            resolve(base)
            resolve(index)
            return .unknown
        case .slice(let base, let lower, let upper, _):
            resolve(base)
            if let lower { resolve(lower) }
            if let upper { resolve(upper) }
            return .unknown
        case .function(let function):
            resolve(function, binding: nil)
            return .function
        case .if(let node):
            for branch in node.branches {
                resolve(branch.condition)
                resolve(branch.body)
            }
            if let otherwise = node.otherwise { resolve(otherwise) }
            return .unknown
        case .match(let node): return resolveMatch(node)
        case .block(let block): return resolve(block)
        case .try(let node): return resolveTry(node)
        case .return(let value):
            if let value { resolve(value) }
            checkReturn(expression.span)
            return .unknown
        case .break: return checkLoop("break", expression.span)
        case .continue: return checkLoop("continue", expression.span)
        }
    }

    private mutating func resolveMatch(_ node: MatchExpression) -> StaticValue {
        resolve(node.subject)
        for arm in node.arms {
            enterScope()
            for declaration in arm.pattern.declarations { declare(declaration, .pattern) }
            resolveParts(of: arm.pattern)
            if let condition = arm.guard { resolve(condition) }
            resolve(arm.body)
            leaveScope()
        }
        return .unknown
    }

    private mutating func resolveTry(_ node: TryExpression) -> StaticValue {
        resolve(node.body)
        enterScope()
        if let error = node.error { declare(error, .error) }
        resolve(node.handler)
        leaveScope()
        return .unknown
    }

    // MARK: Leaving

    private mutating func checkLoop(_ word: String, _ span: Span) -> StaticValue {
        guard let function = functions[currentFunction.index], function.loopDepth == 0 else { return .unknown }
        if function.kind == .defer {
            diagnostics.append(.leavesDefer(word, span))
        } else {
            diagnostics.append(.outsideLoop(word, span, isInFunction: function.kind == .closure))
        }
        return .unknown
    }

    private mutating func checkReturn(_ span: Span) {
        switch functions[currentFunction.index]?.kind {
        case nil: diagnostics.append(.returnOutsideFunction(span))
        case .defer: diagnostics.append(.leavesDefer("return", span))
        case .function, .closure, .test: break
        }
    }

    // MARK: Operators

    private func resolveUnary(_ symbol: UnaryOperator, _ operand: StaticValue) -> StaticValue {
        switch (symbol, operand) {
        case (.not, _): return .bool
        case (.negate, .int(let value)):
            let negated = Int64(0).subtractingReportingOverflow(value)
            return negated.overflow ? .unknown : .int(negated.partialValue)
        case (.negate, .float(let value)): return .float(-value)
        case (.negate, .quantity(let value, let dimension)): return .quantity(value.map { -$0 }, dimension)
        default: return .unknown
        }
    }

    private mutating func resolveBinary(
        _ symbol: BinaryOperator, _ left: Expression, _ right: Expression, _ operatorSpan: Span
    ) -> StaticValue {
        let (first, second) = (resolve(left), resolve(right))
        guard let a = first.dimension, let b = second.dimension, !(a.isNone && b.isNone) else {
            return symbol.isComparison ? .bool : .unknown
        }
        switch symbol {
        case .add, .subtract, .remainder, .less, .lessOrEqual, .greater, .greaterOrEqual:
            if a != b {
                diagnostics.append(
                    .dimensionsDiffer(operation: "`\(symbol.rawValue)`", operatorSpan, (a, left.span), (b, right.span)))
                return .unknown
            }
            if symbol.isComparison { return .bool }
            return .quantity(combined(symbol, first.number, second.number), a)
        case .multiply:
            return quantity(a.multiplied(by: b), combined(symbol, first.number, second.number))
        case .divide:
            return quantity(a.divided(by: b), combined(symbol, first.number, second.number))
        case .equal, .notEqual, .contained: return .bool
        case .floorDivide, .power, .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight: return .unknown
        }
    }

    private func quantity(_ dimension: Dimension?, _ value: Double?) -> StaticValue {
        guard let dimension else { return .unknown }
        if !dimension.isNone { return .quantity(value, dimension) }
        return value.map { .float($0) } ?? .unknown
    }

    private func combined(_ symbol: BinaryOperator, _ a: Double?, _ b: Double?) -> Double? {
        guard let a, let b else { return nil }
        switch symbol {
        case .add: return a + b
        case .subtract: return a - b
        case .multiply: return a * b
        case .divide: return b == 0 ? nil : a / b
        default: return nil
        }
    }

    // MARK: Modules

    /// The import whose module an expression is.
    func module(of expression: Expression) -> ImportDeclaration? {
        guard case .name(let use) = expression.kind else { return nil }
        switch names[use.id.index] {
        case .local(let id), .captured(_, let id): return modules[id]
        case .global(let name):
            // At the prompt an import is a global like any other; only one of this very entry is known here.
            return scopes.first?.names[name].flatMap { modules[$0] }
        case .currentFunction, .function, .builtin, .unresolved: return nil
        }
    }

    /// Checks that a module has what is asked of it.
    private mutating func checkExport(_ base: Expression, _ name: FieldName) {
        guard let declaration = module(of: base), let interface = options.modules[declaration.path],
            !interface.exports.contains(where: { $0.name == name.name })
        else { return }
        diagnostics.append(
            .notExported(
                name.name, name.span, module: declaration.declaration.name, known: interface.exports.map(\.name)))
    }
}
