extension FunctionCompiler {
    /// The register that holds the value of an expression: a variable's own, or a new temporary.
    func operand(_ expression: Expression, _ holding: Holding) -> Int {
        if case .name(let use) = expression.kind, case .local(let id) = resolution[use.id],
            resolution[id].storage == .register
        {
            let register = compiler.registers[id.index]
            if needsMark(expression, holding) {
                builder.span = expression.span
                // Held while the variable may be assigned to: the temporary keeps the old value.
                if holding == .owned {
                    let copy = builder.allocate()
                    builder.emit(.copy, copy, register)
                    return copy
                }
                builder.emit(.share, register)
            }
            return register
        }
        let register = builder.allocate()
        compile(expression, into: register, holding, isNew: true)
        builder.nextRegister = register + 1
        return register
    }

    /// Compiles an expression so that its value ends in a register.
    ///
    /// - Parameter isNew: Whether nothing reads the register before: then its old content may be lost halfway.
    func compile(_ expression: Expression, into target: Int, _ holding: Holding, isNew: Bool = false) {
        let mark = builder.nextRegister
        defer { builder.nextRegister = mark }
        builder.span = expression.span
        switch expression.kind {
        case .null: builder.emit(.loadNull, target)
        case .bool(let value): builder.emit(value ? .loadTrue : .loadFalse, target)
        case .int(let value): load(.int(Int(value)), into: target)
        case .float(let value): load(.float(value), into: target)
        case .quantity(let literal): load(.quantity(literal.value, literal.dimension), into: target)
        case .string(let text): builder.emit(.loadConstant, target, 0, builder.constant(text))
        case .bytes(let bytes):
            let value = bytes.withUnsafeBufferPointer { heap.makeBytes($0) }
            builder.emit(.loadConstant, target, 0, builder.constant(value))
        case .interpolation(let parts): compile(parts, into: target)
        case .list(let elements): compile(elements, into: target, isNew: isNew)
        case .record(let elements): compile(elements, into: target, isNew: isNew)
        case .range(let lower, let upper, let isClosed):
            let first = operand(lower, self.holding(before: [upper]))
            let last = operand(upper, .operand)
            builder.span = expression.span
            builder.emit(isClosed ? .makeClosedRange : .makeRange, target, first, last)
        case .name(let use): compile(use, expression, into: target, holding)
        case .lastResult:
            builder.emit(.getGlobal, target, 0, builder.constant(compiler.globalBox("_")))
            if holding != .operand { builder.emit(.share, target) }
        case .unary(let unary, let operand): compile(unary, operand, expression, into: target)
        case .binary(let binary, let left, let right, _): compile(binary, left, right, expression, into: target)
        case .shortCircuit(let kind, let left, let right):
            compile(kind, left, right, into: target, holding, isNew: isNew)
        case .call(let call): compile(call, expression, into: target, isNew: isNew)
        case .field(let base, let name):
            if case .index(let list, let index) = base.kind {
                compileElementField(list, index, base.span, name, into: target)
                if needsMark(expression, holding) { builder.emit(.share, target) }
                break
            }
            let record = operand(base, .operand)
            builder.span = name.span
            builder.emit(.getField, target, record, builder.constant(name.name))
            builder.append(Instruction.cache())
            if needsMark(expression, holding) { builder.emit(.share, target) }
        case .index(let base, let index):
            let container = operand(base, self.holding(before: [index]))
            let position = operand(index, .operand)
            builder.span = expression.span
            builder.emit(.getIndex, target, container, position)
            if needsMark(expression, holding) { builder.emit(.share, target) }
        case .slice(let base, let lower, let upper, let isClosed):
            compileSlice(base, lower, upper, isClosed, expression, into: target)
        case .function(let function): makeClosure(function, into: target)
        case .if(let conditional):
            throughTemporary(target, isNew) { compile(conditional, into: $0, holding) }
        case .match(let match):
            throughTemporary(target, isNew) { compile(match, expression, into: $0, holding) }
        case .block(let block):
            throughTemporary(target, isNew) { compile(block: block, into: $0, holding) }
        case .try(let attempt):
            throughTemporary(target, isNew) { compile(attempt, into: $0, holding) }
        case .return(let value): compileReturn(value)
        case .break: compileLoopExit(isBreak: true)
        case .continue: compileLoopExit(isBreak: false)
        case .invalid: break
        }
    }

    /// `list[index].name`
    private func compileElementField(
        _ list: Expression, _ index: Expression, _ span: Span, _ name: FieldName, into target: Int
    ) {
        let container = operand(list, holding(before: [index]))
        let position = operand(index, .operand)
        builder.span = span
        builder.emit(.getElementField, target, container, position)
        builder.span = name.span
        builder.append(Instruction.cache(key: builder.constant(name.name)))
    }

    /// Runs code that writes its target before it has read all it needs, so that it must not write a variable that it may read.
    private func throughTemporary(_ target: Int, _ isNew: Bool, _ body: (Int) -> Void) {
        if isNew { return body(target) }
        let temporary = builder.allocate()
        body(temporary)
        builder.emit(.move, target, temporary)
    }

    private func load(_ value: Value, into target: Int) {
        if value.isInt, Instruction.signedCRange.contains(value.asInt) {
            builder.emit(.loadInt, target, 0, value.asInt)
        } else {
            builder.emit(.loadConstant, target, 0, builder.constant(value))
        }
    }

    // MARK: Names

    private func compile(_ use: NameUse, _ expression: Expression, into target: Int, _ holding: Holding) {
        let isMarked = needsMark(expression, holding)
        switch resolution[use.id] {
        case .local(let id):
            let binding = resolution[id]
            if binding.storage == .register {
                builder.emit(isMarked ? .copy : .move, target, compiler.registers[id.index])
                return
            }
            loadVariable(id, name: use.name, into: target)
        case .captured(let index, let id):
            switch resolution[id].storage {
            case .register: builder.emit(.getCapture, target, index)
            case .box, .boxFromBlockEntry:
                details.variableNames[builder.position] = use.name
                builder.emit(.getCaptureBox, target, index)
            case .global: loadGlobal(use.name, into: target)
            }
        case .currentFunction: builder.emit(.loadSelf, target)
        case .function(let id): builder.emit(.makeClosure, target, 0, id.index)
        case .global(let name): loadGlobal(name, into: target)
        case .builtin(let index): builder.emit(.loadConstant, target, 0, builder.constant(.builtin(index)))
        case .unresolved: builder.emit(.loadNull, target)
        }
        if isMarked { builder.emit(.share, target) }
    }

    private func loadGlobal(_ name: String, into target: Int) {
        details.variableNames[builder.position] = name
        builder.emit(.getGlobal, target, 0, builder.constant(compiler.globalBox(name)))
    }

    /// Reads a variable of this function.
    func loadVariable(_ id: BindingID, name: String, into target: Int) {
        switch resolution[id].storage {
        case .register: builder.emit(.move, target, compiler.registers[id.index])
        case .box, .boxFromBlockEntry:
            details.variableNames[builder.position] = name
            builder.emit(.getBox, target, compiler.registers[id.index])
        case .global: loadGlobal(name, into: target)
        }
    }

    // MARK: Operators

    private func compile(_ unary: UnaryOperator, _ operand: Expression, _ whole: Expression, into target: Int) {
        if let number = numberLiteral(whole) { return load(number, into: target) }
        let register = self.operand(operand, .operand)
        builder.span = whole.span
        switch unary {
        case .negate: builder.emit(.negate, target, register)
        case .not: builder.emit(.not, target, register)
        case .bitNot: builder.emit(.bitNot, target, register)
        }
    }

    private func compile(
        _ binary: BinaryOperator, _ left: Expression, _ right: Expression, _ whole: Expression, into target: Int
    ) {
        if let number = numberLiteral(whole) { return load(number, into: target) }
        let first = operand(left, holding(before: [right]))
        emit(binary, target, first, right, span: whole.span)
    }

    /// Emits `target = first · right`.
    func emit(_ binary: BinaryOperator, _ target: Int, _ first: Int, _ right: Expression, span: Span) {
        if let integer = integerLiteral(right), let (operation, number) = FunctionCompiler.withInt(binary, integer) {
            builder.span = span
            builder.emit(operation, target, first, number)
            if operation == .floorDivideInt || operation == .remainderInt {
                builder.append(Machine.reciprocal(number))
            }
            return
        }
        if let number = numberLiteral(right), let operation = FunctionCompiler.constantOperation(binary) {
            let constant = builder.constant(number)
            builder.span = span
            return builder.emit(operation, target, first, constant)
        }
        let second = operand(right, .operand)
        builder.span = span
        emit(binary, target, first, second)
    }

    /// The instruction that computes with a small int and the number it is given.
    private static func withInt(_ binary: BinaryOperator, _ integer: Int) -> (Operation, Int)? {
        guard Instruction.signedCRange.contains(integer) else { return nil }
        switch binary {
        case .add: return integer >= 0 ? (.addInt, integer) : nil
        case .subtract: return integer > 0 ? (.addInt, -integer) : nil
        case .multiply: return (.multiplyInt, integer)
        case .floorDivide where integer > 0:
            return integer.nonzeroBitCount == 1
                ? (.shiftDown, integer.trailingZeroBitCount) : (.floorDivideInt, integer)
        case .remainder where integer > 0:
            return integer.nonzeroBitCount == 1 ? (.lowBits, integer - 1) : (.remainderInt, integer)
        case .divide, .floorDivide, .remainder, .power, .equal, .notEqual, .less, .lessOrEqual, .greater,
            .greaterOrEqual, .contained, .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight:
            return nil
        }
    }

    private static func constantOperation(_ binary: BinaryOperator) -> Operation? {
        switch binary {
        case .add: .addConstant
        case .subtract: .subtractConstant
        case .multiply: .multiplyConstant
        case .divide: .divideConstant
        case .floorDivide: .floorDivideConstant
        case .remainder: .remainderConstant
        case .power, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contained, .bitAnd, .bitOr,
            .bitXor, .shiftLeft, .shiftRight:
            nil
        }
    }

    /// Emits `target = first · second`.
    func emit(_ binary: BinaryOperator, _ target: Int, _ first: Int, _ second: Int) {
        switch binary {
        case .add: builder.emit(.add, target, first, second)
        case .subtract: builder.emit(.subtract, target, first, second)
        case .multiply: builder.emit(.multiply, target, first, second)
        case .divide: builder.emit(.divide, target, first, second)
        case .floorDivide: builder.emit(.floorDivide, target, first, second)
        case .remainder: builder.emit(.remainder, target, first, second)
        case .power: builder.emit(.power, target, first, second)
        case .equal: builder.emit(.equal, target, first, second)
        case .notEqual: builder.emit(.notEqual, target, first, second)
        case .less: builder.emit(.less, target, first, second)
        case .lessOrEqual: builder.emit(.lessOrEqual, target, first, second)
        case .greater: builder.emit(.less, target, second, first)
        case .greaterOrEqual: builder.emit(.lessOrEqual, target, second, first)
        case .contained: builder.emit(.contained, target, first, second)
        case .bitAnd: builder.emit(.bitAnd, target, first, second)
        case .bitOr: builder.emit(.bitOr, target, first, second)
        case .bitXor: builder.emit(.bitXor, target, first, second)
        case .shiftLeft: builder.emit(.shiftLeft, target, first, second)
        case .shiftRight: builder.emit(.shiftRight, target, first, second)
        }
    }

    private func compile(
        _ kind: ShortCircuitOperator, _ left: Expression, _ right: Expression, into target: Int, _ holding: Holding,
        isNew: Bool
    ) {
        throughTemporary(target, isNew) { target in
            let end = builder.makeLabel()
            switch kind {
            case .coalesce:
                compile(left, into: target, holding, isNew: true)
                builder.jump(.jumpIfNotNull, target, to: end)
                compile(right, into: target, holding, isNew: true)
            case .and, .or:
                // The value is a truth value even where the right side is another: that is an error.
                let isAnd = kind == .and
                let decided = builder.makeLabel()
                compile(condition: left, jumpIf: !isAnd, to: decided)
                compile(condition: right, jumpIf: !isAnd, to: decided)
                builder.emit(isAnd ? .loadTrue : .loadFalse, target)
                builder.jump(.jump, to: end)
                builder.place(decided)
                builder.emit(isAnd ? .loadFalse : .loadTrue, target)
            }
            builder.place(end)
        }
    }

    // MARK: Texts and slices

    private func compile(_ parts: [InterpolationPart], into target: Int) {
        let span = builder.span
        let expressions = parts.compactMap { part in
            if case .expression(let expression) = part { expression } else { nil }
        }
        let holding = expressions.allSatisfy { isSimple($0) } ? Holding.operand : self.holding(before: expressions)
        let first = builder.allocate(parts.count)
        for (index, part) in parts.enumerated() {
            switch part {
            case .text(let text): builder.emit(.loadConstant, first + index, 0, builder.constant(text))
            case .expression(let expression): compile(expression, into: first + index, holding, isNew: true)
            }
        }
        builder.span = span
        builder.emit(.interpolate, target, first, parts.count)
    }

    private func compileSlice(
        _ base: Expression, _ lower: Expression?, _ upper: Expression?, _ isClosed: Bool, _ whole: Expression,
        into target: Int
    ) {
        let operands = builder.allocate(3)
        compile(base, into: operands, holding(before: [lower, upper].compactMap { $0 }), isNew: true)
        for (offset, end) in [lower, upper].enumerated() {
            if let end {
                compile(end, into: operands + 1 + offset, .operand, isNew: true)
            } else {
                builder.emit(.loadAbsent, operands + 1 + offset)
            }
        }
        builder.span = whole.span
        builder.emit(.slice, target, operands, isClosed ? 1 : 0)
    }
}
