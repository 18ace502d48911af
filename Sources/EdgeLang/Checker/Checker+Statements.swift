extension Checker {
    /// Checks a block.
    ///
    /// - Returns: the type of its value.
    func walk(_ block: Block) -> StaticType {
        announceFunctions(block.statements)
        var value = StaticType.null
        var isLeft = false
        for (index, statement) in block.statements.enumerated() {
            if isLeft, !isDeclaration(statement) {
                reportUnreachable(block.statements, from: index)
                walkAll(block.statements[index...])
                return .never
            }
            value = walk(statement)
            if value.isNever { isLeft = true }
        }
        return isLeft ? .never : value
    }

    private func walkAll(_ statements: ArraySlice<Statement>) {
        for statement in statements { _ = walk(statement) }
    }

    /// A function below a `return` is no code that is passed over: it may be called before.
    private func isDeclaration(_ statement: Statement) -> Bool {
        switch statement.kind {
        case .function, .import, .test, .invalid: true
        case .expression, .let, .assignment, .for, .while, .defer: false
        }
    }

    private func reportUnreachable(_ statements: [Statement], from index: Int) {
        guard let last = statements[..<index].last(where: { !isDeclaration($0) }) else { return }
        report(.unreachable(statements[index].span, behind: last.span))
    }

    private func walk(_ statement: Statement) -> StaticType {
        switch statement.kind {
        case .expression(let expression): return type(of: expression)
        case .let(let node): return walk(node)
        case .function(let node):
            walk(node.function)
            bindingTypes[node.declaration.id.index] = .function
        case .assignment(let node): walk(node)
        case .for(let loop): walk(loop)
        case .while(let condition, let body): walkWhile(condition, body)
        case .defer(let function), .test(_, let function): walk(function)
        case .import(let node): bindingTypes[node.declaration.id.index] = .unknown
        case .invalid: break
        }
        return .null
    }

    private func walk(_ node: LetStatement) -> StaticType {
        var value = type(of: node.value)
        if let annotation = node.annotation {
            let types = options.types(of: annotation)
            if !value.isNever, !value.mayBeAccepted(by: types) {
                report(.flowAnnotationMismatch(value, node.value.span, accepted: types))
            }
            if !types.isEmpty, !value.isKnown { value = StaticType(annotated: types) }
        }
        if case .binding(let declaration) = node.pattern.kind {
            if case .call(let call) = node.value.kind, case .builtin(let index) = resolution[call.id].target,
                options.builtins.names[index] == declaration.name
            {
                namedAfterTheirCall.insert(declaration.span)
            }
            declare(declaration, value)
        } else {
            bind(node.pattern, to: value)
        }
        return value.isNever ? .never : .null
    }

    /// Gives a variable the type of its first value.
    private func declare(_ declaration: Declaration, _ value: StaticType) {
        let index = declaration.id.index
        // Nothing but null: what such a variable is for cannot be seen from its type.
        var type = value == .null || value.isNever ? .unknown : value
        if type.origin == nil, type.isKnown {
            let text = "`\(declaration.name)` is \(type.description)"
            type.origin = StaticType.Origin(span: declaration.span, text: text)
        }
        if resolution[declaration.id].isReassigned {
            assign(index, value.isNever ? .unknown : value)
            type = assumed[index].joined(with: value.isNever ? .unknown : value).with(nil)
        }
        bindingTypes[index] = type
    }

    private func assign(_ index: Int, _ type: StaticType) {
        assigned[index] = assigned[index].joined(with: type.with(nil))
    }

    private func walk(_ node: Assignment) {
        for step in node.target.steps {
            if case .index(let index) = step { _ = type(of: index) }
        }
        var value = type(of: node.value)
        noteUse(node.target.variable)
        if node.target.steps.isEmpty, node.operator == nil { writes.insert(node.target.variable.id.index) }
        guard let id = binding(of: node.target.variable) else { return }
        let current = bindingTypes[id.index]
        if !node.target.steps.isEmpty {
            // Something within the value changes: elements and fields are no longer those of the beginning.
            value = current.plain
        } else if let symbol = node.operator {
            value = binary(symbol, current, value, (node.target.span, node.value.span), node.operatorSpan)
        }
        assign(id.index, value)
    }

    private func walk(_ loop: ForStatement) {
        let sequence = type(of: loop.sequence)
        if sequence.isKnown, !sequence.isNever, !sequence.may(\.isIterable) {
            report(.notIterable(sequence, loop.sequence.span))
        }
        bind(loop.pattern, to: sequence.element)
        _ = walk(loop.body)
    }

    private func walkWhile(_ condition: Expression, _ body: Block) {
        let isForever = if case .bool(true) = condition.kind { true } else { false }
        checkCondition(condition, isForever: isForever)
        withoutAssuming(questioned(by: condition)) { _ = walk(body) }
    }

    // MARK: Patterns that always fit

    /// Gives the variables of a pattern their types.
    func bind(_ pattern: Pattern, to value: StaticType) {
        switch pattern.kind {
        case .wildcard, .literal, .range, .alternatives, .invalid: break
        case .binding(let declaration): declare(declaration, value.with(nil))
        case .list(let prefix, let rest, let suffix):
            for part in prefix + suffix { bind(part, to: value.element) }
            if let declaration = rest?.declaration { declare(declaration, .list) }
        case .record(let fields, let rest):
            for field in fields { bind(field.pattern, to: value.field(field.key.name) ?? .unknown) }
            if let declaration = rest?.declaration { declare(declaration, .record) }
        }
    }

    // MARK: Conditions

    /// Checks that a condition is a truth value and not always the same one.
    func checkCondition(_ condition: Expression, isForever: Bool = false) {
        let type = type(of: condition)
        if type.isKnown, !type.isNever, !type.may({ $0 == .bool }) {
            report(.conditionNotBool(type, condition.span))
        } else if !isForever, let value = constantTruth(of: condition) {
            report(.constantCondition(value, condition.span))
        }
    }

    /// The variables whose kind of value a condition asks about: within its branches their types are not what they were.
    func questioned(by condition: Expression) -> [BindingID] {
        var found: [BindingID] = []
        func look(_ expression: Expression) {
            switch expression.kind {
            case .name(let use): if let id = binding(of: use) { found.append(id) }
            case .unary(.not, let operand): look(operand)
            case .shortCircuit(_, let left, let right):
                look(left)
                look(right)
            case .binary(let symbol, let left, let right, _) where symbol.isComparison:
                look(left)
                look(right)
            case .call(let call): for argument in call.arguments { look(argument.value) }
            default: break
            }
        }
        look(condition)
        return found
    }

    /// Checks something while nothing is taken for known of some variables.
    func withoutAssuming<Result>(_ ids: [BindingID], _ body: () -> Result) -> Result {
        if ids.isEmpty { return body() }
        let saved = ids.map { bindingTypes[$0.index] }
        for id in ids { bindingTypes[id.index] = .unknown }
        let result = body()
        for (id, type) in zip(ids, saved).reversed() { bindingTypes[id.index] = type }
        return result
    }
}

extension StaticType {
    /// What `for` hands out.
    var element: StaticType {
        guard let alternatives else { return .unknown }
        var result = StaticType.never
        for alternative in alternatives {
            switch alternative {
            case .list(let element): result = result.joined(with: element)
            case .range, .bytes: result = result.joined(with: .int)
            case .string: result = result.joined(with: .string)
            case .record, .host: return .unknown
            case .null, .bool, .int, .float, .function, .quantity, .anyQuantity: break
            }
        }
        return result.isNever ? .unknown : result
    }

    /// The type of a field, nil where it is certain that there is none.
    func field(_ name: String) -> StaticType? {
        guard let alternatives else { return .unknown }
        var result = StaticType.never
        for alternative in alternatives {
            switch alternative {
            case .record(let fields?):
                if let field = fields.last(where: { $0.name == name }) { result = result.joined(with: field.type) }
            case .record(nil), .host: return .unknown
            case .null, .bool, .int, .float, .string, .bytes, .list, .range, .function, .quantity, .anyQuantity: break
            }
        }
        return result.isNever ? nil : result
    }

    /// Without elements and fields.
    var plain: StaticType {
        guard let alternatives else { return .unknown }
        return alternatives.reduce(.never) { $0.joined(with: StaticType($1.plain)) }
    }
}

extension StaticType.Alternative {
    fileprivate var isIterable: Bool {
        switch self {
        case .list, .range, .bytes, .string, .record, .host: true
        case .null, .bool, .int, .float, .function, .quantity, .anyQuantity: false
        }
    }
}
