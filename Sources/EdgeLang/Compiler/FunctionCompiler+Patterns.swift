extension FunctionCompiler {
    private static let largestEnd = 0xFFF

    func compile(_ match: MatchExpression, _ whole: Expression, into target: Int, _ holding: Holding) {
        let mark = builder.nextRegister
        let hasGuards = match.arms.contains { $0.guard != nil }
        let subject = operand(match.subject, hasGuards ? .owned : .operand)
        let end = builder.makeLabel()
        for arm in match.arms {
            let armMark = builder.nextRegister
            let next = builder.makeLabel()
            compile(arm.pattern, subject, orJumpTo: next)
            if let guardCondition = arm.guard { compile(condition: guardCondition, jumpIf: false, to: next) }
            compile(arm.body, into: target, holding, isNew: true)
            builder.jump(.jump, to: end)
            builder.place(next)
            builder.nextRegister = armMark
        }
        builder.span = match.subject.span
        builder.emit(.failMatch, subject)
        builder.place(end)
        builder.nextRegister = mark
    }

    /// Takes a value apart where it must have the form of the pattern. The variables' registers stay taken.
    func bind(_ pattern: Pattern, to register: Int) {
        let mismatch = builder.makeLabel()
        let end = builder.makeLabel()
        compile(pattern, register, orJumpTo: mismatch)
        builder.jump(.jump, to: end)
        builder.place(mismatch)
        builder.span = pattern.span
        builder.emit(.failPattern, register)
        builder.place(end)
    }

    /// Compares a value with a pattern, binds the pattern's variables, and jumps if it does not match.
    private func compile(_ pattern: Pattern, _ register: Int, orJumpTo mismatch: FunctionBuilder.Label) {
        builder.span = pattern.span
        switch pattern.kind {
        case .wildcard, .invalid: break
        case .binding(let declaration):
            builder.emit(.share, register)
            store(register, in: declaration)
        case .literal(let literal):
            if let integer = integerLiteral(literal), let small = Int16(exactly: integer) {
                builder.jump(.jumpUnlessEqualInt, register, Int(small), to: mismatch)
                return
            }
            if case .null = literal.kind {
                builder.jump(.jumpIfNotNull, register, to: mismatch)
                return
            }
            let mark = builder.nextRegister
            let constant = operand(literal, .operand)
            builder.jump(.jumpUnlessEqual, register, constant, to: mismatch)
            builder.nextRegister = mark
        case .range(let lower, let upper, let isClosed):
            details.rangePatterns.append(
                FunctionDetails.RangePattern(
                    lower: lower.flatMap { numberLiteral($0) }, upper: upper.flatMap { numberLiteral($0) },
                    isClosed: isClosed))
            builder.jump(.unlessInRange, register, details.rangePatterns.count - 1, to: mismatch)
        case .list(let prefix, let rest, let suffix):
            compileList(prefix, rest, suffix, register, mismatch)
        case .record(let fields, let rest):
            compileRecord(fields, rest, register, mismatch)
        case .alternatives(let alternatives):
            let matched = builder.makeLabel()
            for (index, alternative) in alternatives.enumerated() {
                if index == alternatives.count - 1 {
                    compile(alternative, register, orJumpTo: mismatch)
                } else {
                    let next = builder.makeLabel()
                    compile(alternative, register, orJumpTo: next)
                    builder.jump(.jump, to: matched)
                    builder.place(next)
                }
            }
            builder.place(matched)
        }
    }

    private func compileList(
        _ prefix: [Pattern], _ rest: RestPattern?, _ suffix: [Pattern], _ register: Int,
        _ mismatch: FunctionBuilder.Label
    ) {
        guard prefix.count <= FunctionCompiler.largestEnd, suffix.count <= FunctionCompiler.largestEnd else {
            compiler.problems.append(
                Diagnostic(
                    code: "E0331", "the pattern has more than \(FunctionCompiler.largestEnd) elements",
                    labels: [Diagnostic.Label(builder.span)]))
            return
        }
        builder.jump(
            rest == nil ? .unlessListOf : .unlessListOfAtLeast, register, prefix.count + suffix.count, to: mismatch)
        for (position, element) in prefix.enumerated() {
            compileElement(element, register, at: position, mismatch)
        }
        for (position, element) in suffix.enumerated() {
            compileElement(element, register, at: position - suffix.count, mismatch)
        }
        if let declaration = rest?.declaration {
            let value = builder.allocate()
            builder.emit(.listRest, value, register, prefix.count | suffix.count << 12)
            store(value, in: declaration)
        }
    }

    private func compileElement(
        _ element: Pattern, _ list: Int, at position: Int, _ mismatch: FunctionBuilder.Label
    ) {
        if case .wildcard = element.kind { return }
        let value = builder.allocate()
        builder.emit(.loadInt, value, 0, position)
        builder.emit(.getIndex, value, list, value)
        compile(element, value, orJumpTo: mismatch)
    }

    private func compileRecord(
        _ fields: [FieldPattern], _ rest: RestPattern?, _ register: Int, _ mismatch: FunctionBuilder.Label
    ) {
        builder.jump(.unlessRecord, register, to: mismatch)
        for field in fields {
            let value = builder.allocate()
            builder.span = field.key.span
            builder.emit(.tryField, value, register, builder.constant(field.key.name))
            builder.jump(.jumpIfAbsent, value, to: mismatch)
            compile(field.pattern, value, orJumpTo: mismatch)
        }
        if let declaration = rest?.declaration {
            let value = builder.allocate()
            details.keyLists.append(fields.map { heap.intern($0.key.name) })
            builder.emit(.recordRest, value, register, details.keyLists.count - 1)
            store(value, in: declaration)
        }
    }
}
