extension Resolver {
    /// Resolves a block in a scope of its own.
    ///
    /// - Returns: what is known of its value.
    @discardableResult
    mutating func resolve(_ block: Block) -> StaticValue {
        enterScope()
        defer { leaveScope() }
        return resolveStatements(block.statements)
    }

    /// Resolves statements in the innermost scope.
    @discardableResult
    mutating func resolveStatements(_ statements: [Statement]) -> StaticValue {
        declareAll(statements)
        let scope = scopes.count - 1
        var value = StaticValue.null
        for (index, statement) in statements.enumerated() {
            scopes[scope].statement = index
            value = resolve(statement)
        }
        return value
    }

    private mutating func resolve(_ statement: Statement) -> StaticValue {
        switch statement.kind {
        case .expression(let expression):
            return resolve(expression)
        case .let(let node):
            resolve(node)
        case .function(let node):
            resolve(node.function, binding: node.declaration.id)
        case .assignment(let node):
            resolve(node)
        case .for(let loop):
            resolve(loop.sequence)
            updateFunction { $0.loopDepth += 1 }
            enterScope()
            for declaration in loop.pattern.declarations { declare(declaration, .loop) }
            resolveParts(of: loop.pattern)
            resolve(loop.body)
            leaveScope()
            updateFunction { $0.loopDepth -= 1 }
        case .while(let condition, let body):
            resolve(condition)
            updateFunction { $0.loopDepth += 1 }
            resolve(body)
            updateFunction { $0.loopDepth -= 1 }
        case .defer(let function), .test(_, let function):
            resolve(function, binding: nil)
        case .import(let node):
            states[node.declaration.id.index].isVisible = true
        case .invalid:
            break
        }
        return .null
    }

    private mutating func resolve(_ node: LetStatement) {
        let accepted = node.annotation.map { reportingUnknownTypes(of: $0) }
        let value: StaticValue
        if case .binding(let declaration) = node.pattern.kind, case .function(let function) = node.value.kind {
            resolve(function, binding: node.isMutable ? nil : declaration.id)
            value = .function
        } else {
            value = resolve(node.value)
        }
        if let accepted, !value.isAccepted(by: accepted) {
            diagnostics.append(.annotationMismatch(value, node.value.span, accepted: accepted))
        }
        resolveParts(of: node.pattern)
        for declaration in node.pattern.declarations { states[declaration.id.index].isVisible = true }
    }

    private mutating func resolve(_ node: Assignment) {
        resolveTarget(node.target.variable)
        for step in node.target.steps {
            if case .index(let index) = step { resolve(index) }
        }
        resolve(node.value)
    }

    /// Patterns hold literals only; what they name twice has been reported when it was declared.
    mutating func resolveParts(of pattern: Pattern) {
        switch pattern.kind {
        case .literal(let literal): resolve(literal)
        case .range(let lower, let upper, _):
            let ends = (lower.map { resolve($0) }, upper.map { resolve($0) })
            if let low = ends.0?.dimension, let high = ends.1?.dimension, low != high {
                diagnostics.append(
                    .dimensionsDiffer(operation: "a range", pattern.span, (low, lower?.span), (high, upper?.span)))
            }
        case .list(let prefix, _, let suffix): for part in prefix + suffix { resolveParts(of: part) }
        case .record(let fields, _): for field in fields { resolveParts(of: field.pattern) }
        case .alternatives(let parts): for part in parts { resolveParts(of: part) }
        case .wildcard, .binding, .invalid: break
        }
    }

    // MARK: Functions

    /// Resolves a function's parameters and body.
    ///
    /// - Parameter binding: the variable that always holds it.
    mutating func resolve(_ function: FunctionLiteral, binding: BindingID?) {
        enterFunction(function.id, kind: function.kind, name: function.name, binding: binding)
        enterScope()
        if signatures[function.id] == nil {
            signatures[function.id] = signature(of: function, name: function.name ?? "the function")
        }
        for parameter in function.parameters { declare(parameter.declaration, .parameter, statement: 0) }
        for parameter in function.parameters {
            let accepted = parameter.annotation.map { reportingUnknownTypes(of: $0) }
            if let defaultValue = parameter.defaultValue {
                let value = resolve(defaultValue)
                if let accepted, !value.isAccepted(by: accepted) {
                    diagnostics.append(.annotationMismatch(value, defaultValue.span, accepted: accepted))
                }
            }
            let id = parameter.declaration.id
            states[id.index] = BindingState(statement: -1, isVisible: true)
        }
        if let annotation = function.resultType { reportingUnknownTypes(of: annotation) }
        // The body's variables may hide the parameters: it is a scope of its own.
        resolve(function.body)
        leaveScope()
        leaveFunction()
    }

    func signature(of function: FunctionLiteral, name: String) -> Signature {
        Signature(
            name: name,
            parameters: function.parameters.map { parameter in
                ParameterSignature(
                    name: parameter.declaration.name, isLabelOnly: parameter.isLabelOnly,
                    isRequired: parameter.defaultValue == nil,
                    types: parameter.annotation.map { options.types(of: $0) } ?? [])
            })
    }

    // MARK: Annotations

    @discardableResult
    private mutating func reportingUnknownTypes(of annotation: TypeAnnotation) -> [ValueType] {
        for name in annotation.names
        where ValueType.named(name.name) == nil && !options.hostTypes().contains(name.name) {
            diagnostics.append(
                .unknownType(name.name, name.span, known: ValueType.names + options.hostTypes().sorted()))
        }
        return options.types(of: annotation)
    }
}
