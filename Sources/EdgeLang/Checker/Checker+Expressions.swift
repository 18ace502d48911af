extension Checker {
    /// Checks an expression.
    ///
    /// - Returns: what is known of its type; `never` where it leaves its block.
    func type(of expression: Expression) -> StaticType {
        depth += 1
        defer { depth -= 1 }
        let type = plainType(of: expression)
        notes?.note(expression, type)
        return type
    }

    private func plainType(of expression: Expression) -> StaticType {
        switch expression.kind {
        case .null: return .null
        case .bool: return .bool
        case .int: return .int
        case .float: return .float
        case .quantity(let literal): return StaticType(.quantity(literal.dimension))
        case .string: return .string
        case .bytes: return .bytes
        case .lastResult, .invalid: return .unknown
        case .break, .continue: return .never
        case .name(let use): return type(of: use)
        case .interpolation(let parts): return typeOfText(parts)
        case .list(let elements): return typeOfList(elements)
        case .record(let elements): return typeOfRecord(elements)
        case .range(let lower, let upper, _): return typeOfRange(lower, upper)
        case .unary(let symbol, let operand): return unary(symbol, operand, expression.span)
        case .binary(let symbol, let left, let right, let span): return typeOfBinary(symbol, left, right, span)
        case .shortCircuit(let symbol, let left, let right): return typeOfShortCircuit(symbol, left, right)
        case .call(let call): return type(of: call, expression.span)
        case .field(let base, let name): return typeOfField(base, name)
        case .index(let base, let index): return typeOfElement(base, index)
        case .slice(let base, let lower, let upper, _): return typeOfSlice(base, lower, upper)
        case .function(let function): return typeOfClosure(function)
        case .if(let node): return typeOfIf(node)
        case .match(let node): return typeOfMatch(node)
        case .block(let block): return walk(block)
        case .try(let node): return typeOfTry(node)
        case .return(let value): return typeOfReturn(value)
        }
    }

    // MARK: Names

    /// The variable of this program that a name means.
    func binding(of use: NameUse) -> BindingID? {
        switch resolution[use.id] {
        case .local(let id), .captured(_, let id): id
        case .currentFunction, .function, .global, .builtin, .unresolved: nil
        }
    }

    private func type(of use: NameUse) -> StaticType {
        let type: StaticType =
            switch resolution[use.id] {
            case .local(let id), .captured(_, let id): bindingTypes[id.index]
            case .currentFunction, .function, .builtin: .function
            case .global, .unresolved: .unknown
            }
        noteUse(use)
        return type
    }

    // MARK: Literals

    private func typeOfText(_ parts: [InterpolationPart]) -> StaticType {
        for case .expression(let part) in parts { _ = type(of: part) }
        return .string
    }

    private func typeOfList(_ elements: [ListElement]) -> StaticType {
        var element = StaticType.never
        for part in elements {
            switch part {
            case .item(let item): element = element.joined(with: type(of: item).with(nil))
            case .spread(let list): element = element.joined(with: spreadElement(of: type(of: list)))
            }
        }
        return StaticType(.list(element))
    }

    private func spreadElement(of list: StaticType) -> StaticType {
        guard case .list(let element)? = list.single else { return .unknown }
        return element
    }

    private func typeOfRecord(_ elements: [RecordElement]) -> StaticType {
        var fields: [StaticType.Field]? = []
        for part in elements {
            switch part {
            case .field(let name, let value):
                let field = StaticType.Field(name: name.name, type: type(of: value).with(nil))
                fields?.removeAll { $0.name == name.name }
                fields?.append(field)
            case .spread(let record):
                guard case .record(let others?)? = type(of: record).single else {
                    fields = nil
                    continue
                }
                fields?.removeAll { field in others.contains { $0.name == field.name } }
                fields?.append(contentsOf: others)
            }
            if fields?.count ?? 0 > 48 { fields = nil }
        }
        return StaticType(.record(fields))
    }

    private func typeOfRange(_ lower: Expression, _ upper: Expression) -> StaticType {
        for end in [lower, upper] {
            let type = type(of: end)
            if type.isKnown, !type.isNever, !type.may({ $0 == .int }), !reported.contains(lower.span) {
                report(.rangeEnd(type, end.span))
            }
        }
        return .range
    }

    private func typeOfClosure(_ function: FunctionLiteral) -> StaticType {
        walk(function)
        return .function
    }

    // MARK: Parts

    private func typeOfField(_ base: Expression, _ name: FieldName) -> StaticType {
        let value = type(of: base)
        if let module = module(of: base) {
            return options.modules[module.path]?.types[name.name]?.value ?? .unknown
        }
        if value.isNever { return .never }
        if let type = value.field(name.name) { return type }
        report(.noField(name, value, function: options.builtins.positions[name.name] != nil))
        return .unknown
    }

    /// The import whose module an expression is.
    func module(of expression: Expression) -> ImportDeclaration? {
        guard case .name(let use) = expression.kind, let id = binding(of: use) else { return nil }
        return imports[id]
    }

    private func typeOfElement(_ base: Expression, _ index: Expression) -> StaticType {
        let (value, place) = (type(of: base), type(of: index))
        guard let alternatives = value.alternatives, !value.isNever else { return value }
        if !value.may(\.isIndexable) {
            report(.notIndexable(value, base.span))
            return .unknown
        }
        if place.isKnown, !place.isNever, !alternatives.contains(where: { $0.accepts(index: place) }) {
            report(.wrongIndex(place, index.span, of: value))
            return .unknown
        }
        if !place.isKnown || place.may({ $0 == .range }) { return .unknown }
        guard let single = value.single else { return .unknown }
        switch single {
        case .list(let element): return element.isNever ? .unknown : element
        case .bytes, .range: return .int
        case .string: return .string
        case .record, .host, .null, .bool, .int, .float, .function, .quantity, .anyQuantity: return .unknown
        }
    }

    private func typeOfSlice(_ base: Expression, _ lower: Expression?, _ upper: Expression?) -> StaticType {
        let value = type(of: base)
        for end in [lower, upper] {
            guard let end else { continue }
            let type = type(of: end)
            if type.isKnown, !type.isNever, !type.may({ $0 == .int }) { report(.sliceEnd(type, end.span)) }
        }
        guard value.isKnown, !value.isNever else { return value }
        let sliceable = value.filtered { $0.isSliceable }
        if sliceable.isNever {
            report(.notIndexable(value, base.span))
            return .unknown
        }
        return sliceable.may(\.isHost) ? .unknown : sliceable.with(nil)
    }

    // MARK: Choices

    private func typeOfIf(_ node: IfExpression) -> StaticType {
        var result = StaticType.never
        var questions: [BindingID] = []
        for branch in node.branches {
            withoutAssuming(questions) { checkCondition(branch.condition) }
            questions += questioned(by: branch.condition)
            result = result.joined(with: withoutAssuming(questions) { walk(branch.body) })
        }
        guard let otherwise = node.otherwise else { return result.joined(with: .null).with(nil) }
        return result.joined(with: withoutAssuming(questions) { walk(otherwise) }).with(nil)
    }

    private func typeOfTry(_ node: TryExpression) -> StaticType {
        tryDepth += 1
        let body = walk(node.body)
        tryDepth -= 1
        return body.joined(with: walk(node.handler)).with(nil)
    }

    private func typeOfReturn(_ value: Expression?) -> StaticType {
        let type = value.map { self.type(of: $0) } ?? .null
        if let last = returns.indices.last { returns[last] = returns[last].joined(with: type) }
        return .never
    }
}

extension StaticType {
    /// The only type it may be.
    var single: Alternative? { alternatives?.count == 1 ? alternatives?.first : nil }
}

extension StaticType.Alternative {
    var isSliceable: Bool {
        switch self {
        case .list, .string, .bytes, .host: true
        case .record, .range, .null, .bool, .int, .float, .function, .quantity, .anyQuantity: false
        }
    }

    var isIndexable: Bool { isSliceable || self == .range || isRecord }

    private var isRecord: Bool {
        if case .record = self { true } else { false }
    }

    /// Whether an index may be of that type.
    func accepts(index: StaticType) -> Bool {
        switch self {
        case .list, .string, .bytes: index.may { $0 == .int || $0 == .range }
        case .range: index.may { $0 == .int }
        case .record: index.may { $0 == .string }
        case .host: true
        case .null, .bool, .int, .float, .function, .quantity, .anyQuantity: false
        }
    }
}
