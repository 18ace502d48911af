extension FunctionCompiler {
    /// Jumps if a condition has a truth value, else goes on. Comparisons and jumps are one instruction where they can be.
    func compile(condition: Expression, jumpIf wanted: Bool, to label: FunctionBuilder.Label) {
        let mark = builder.nextRegister
        defer { builder.nextRegister = mark }
        switch condition.kind {
        case .bool(let value):
            if value == wanted { builder.jump(.jump, to: label) }
        case .unary(.not, let operand):
            compile(condition: operand, jumpIf: !wanted, to: label)
        case .shortCircuit(let kind, let left, let right) where kind != .coalesce:
            // `and` jumps if both hold, and does not jump as soon as one does not; `or` the other way round.
            if (kind == .and) == wanted {
                let skip = builder.makeLabel()
                compile(condition: left, jumpIf: !wanted, to: skip)
                compile(condition: right, jumpIf: wanted, to: label)
                builder.place(skip)
            } else {
                compile(condition: left, jumpIf: wanted, to: label)
                compile(condition: right, jumpIf: wanted, to: label)
            }
        case .binary(let binary, let left, let right, _) where binary.isComparison && binary != .contained:
            compileComparison(binary, left, right, condition, wanted, label)
        default:
            let register = operand(condition, .operand)
            builder.span = condition.span
            builder.jump(wanted ? .jumpIfTrue : .jumpIfFalse, register, to: label)
        }
    }

    private func compileComparison(
        _ binary: BinaryOperator, _ left: Expression, _ right: Expression, _ whole: Expression, _ wanted: Bool,
        _ label: FunctionBuilder.Label
    ) {
        let first = operand(left, holding(before: [right]))
        if let integer = integerLiteral(right), let small = Int16(exactly: integer),
            let operation = FunctionCompiler.smallComparison(binary, wanted)
        {
            builder.span = whole.span
            builder.jump(operation, first, Int(small), to: label)
            return
        }
        let second = operand(right, .operand)
        builder.span = whole.span
        switch binary {
        case .less: builder.jump(wanted ? .jumpIfLess : .jumpUnlessLess, first, second, to: label)
        case .lessOrEqual: builder.jump(wanted ? .jumpIfLessOrEqual : .jumpUnlessLessOrEqual, first, second, to: label)
        case .greater: builder.jump(wanted ? .jumpIfLess : .jumpUnlessLess, second, first, to: label)
        case .greaterOrEqual:
            builder.jump(wanted ? .jumpIfLessOrEqual : .jumpUnlessLessOrEqual, second, first, to: label)
        case .equal: builder.jump(wanted ? .jumpIfEqual : .jumpUnlessEqual, first, second, to: label)
        case .notEqual: builder.jump(wanted ? .jumpUnlessEqual : .jumpIfEqual, first, second, to: label)
        case .add, .subtract, .multiply, .divide, .floorDivide, .remainder, .power, .contained, .bitAnd, .bitOr,
            .bitXor, .shiftLeft, .shiftRight:
            break
        }
    }

    private static func smallComparison(_ binary: BinaryOperator, _ wanted: Bool) -> Operation? {
        switch binary {
        case .less: wanted ? .jumpIfLessInt : .jumpUnlessLessInt
        case .lessOrEqual: wanted ? .jumpIfLessOrEqualInt : .jumpUnlessLessOrEqualInt
        case .greater: wanted ? .jumpIfGreaterInt : .jumpUnlessGreaterInt
        case .greaterOrEqual: wanted ? .jumpIfGreaterOrEqualInt : .jumpUnlessGreaterOrEqualInt
        case .equal: wanted ? .jumpIfEqualInt : .jumpUnlessEqualInt
        case .notEqual: wanted ? .jumpUnlessEqualInt : .jumpIfEqualInt
        case .add, .subtract, .multiply, .divide, .floorDivide, .remainder, .power, .contained, .bitAnd, .bitOr,
            .bitXor, .shiftLeft, .shiftRight:
            nil
        }
    }

    /// - Parameter target: Gets the value; nil if nobody needs it.
    func compile(_ conditional: IfExpression, into target: Int?, _ holding: Holding) {
        let end = builder.makeLabel()
        for branch in conditional.branches {
            let next = builder.makeLabel()
            compile(condition: branch.condition, jumpIf: false, to: next)
            compile(block: branch.body, into: target, holding)
            builder.jump(.jump, to: end)
            builder.place(next)
        }
        if let otherwise = conditional.otherwise {
            compile(block: otherwise, into: target, holding)
        } else if let target {
            builder.emit(.loadNull, target)
        }
        builder.place(end)
    }

    func compile(_ attempt: TryExpression, into target: Int, _ holding: Holding) {
        let mark = builder.nextRegister
        let error = builder.allocate()
        let protected = Protected(closure: 0, error: error, start: builder.position)
        regions.append(.try(protected))
        compile(block: attempt.body, into: target, holding == .returned ? .owned : holding)
        regions.removeLast()
        close(protected)
        let end = builder.makeLabel()
        builder.jump(.jump, to: end)
        handle(protected, at: builder.position)
        if let declaration = attempt.error { store(error, in: declaration) }
        compile(block: attempt.handler, into: target, holding)
        builder.place(end)
        builder.nextRegister = mark
    }
}
