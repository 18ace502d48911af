extension FunctionCompiler {
    func compile(_ assignment: Assignment) {
        let mark = builder.nextRegister
        defer { builder.nextRegister = mark }
        if !assignment.target.steps.isEmpty { return compileUpdate(assignment) }
        let use = assignment.target.variable
        if let binary = assignment.operator {
            return compileCompound(use, binary, assignment.value, assignment.target.span)
        }
        // `xs = xs + ys` is `xs += ys`.
        if case .binary(.add, let left, let right, _) = assignment.value.kind, case .name(let first) = left.kind,
            resolution[first.id] == resolution[use.id]
        {
            return compileCompound(use, .add, right, assignment.value.span)
        }
        if let register = register(of: use) {
            if case .call(let call) = assignment.value.kind, let result = compileHandingOver(call, assignment, use) {
                if result != register { builder.emit(.move, register, result) }
            } else {
                compile(assignment.value, into: register, .owned)
            }
            return
        }
        let value: Int
        if case .call(let call) = assignment.value.kind, let result = compileHandingOver(call, assignment, use) {
            value = result
        } else {
            value = builder.allocate()
            compile(assignment.value, into: value, .owned, isNew: true)
        }
        builder.span = assignment.target.span
        storeVariable(use, value)
    }

    /// The register of a variable that lives in one.
    private func register(of use: NameUse) -> Int? {
        guard case .local(let id) = resolution[use.id], resolution[id].storage == .register else { return nil }
        return compiler.registers[id.index]
    }

    /// Reads a variable without marking its value: it is about to be replaced.
    private func loadForUpdate(_ use: NameUse, into target: Int) {
        switch resolution[use.id] {
        case .local(let id): loadVariable(id, name: use.name, into: target)
        case .captured(let index, let id):
            details.variableNames[builder.position] = use.name
            if resolution[id].storage == .register {
                builder.emit(.getCapture, target, index)
            } else {
                builder.emit(.getCaptureBox, target, index)
            }
        case .global(let name):
            details.variableNames[builder.position] = name
            builder.emit(.getGlobal, target, 0, builder.constant(compiler.globalBox(name)))
        case .currentFunction, .function, .builtin, .unresolved: builder.emit(.loadNull, target)
        }
    }

    private func storeVariable(_ use: NameUse, _ value: Int) {
        switch resolution[use.id] {
        case .local(let id):
            switch resolution[id].storage {
            case .register: builder.emit(.move, compiler.registers[id.index], value)
            case .box, .boxFromBlockEntry: builder.emit(.setBox, compiler.registers[id.index], value)
            case .global: builder.emit(.setGlobal, value, 0, builder.constant(compiler.globalBox(use.name)))
            }
        case .captured(let index, _): builder.emit(.setCaptureBox, value, index)
        case .global(let name): builder.emit(.setGlobal, value, 0, builder.constant(compiler.globalBox(name)))
        case .currentFunction, .function, .builtin, .unresolved: break
        }
    }

    /// `x += e`, and `x = x + e`.
    private func compileCompound(_ use: NameUse, _ binary: BinaryOperator, _ value: Expression, _ span: Span) {
        let isCalm = isSimple(value) || (register(of: use) != nil && !mayAssign(value))
        guard isCalm else {
            // The value may change the variable: the old one counts.
            let old = builder.allocate()
            loadForUpdate(use, into: old)
            builder.emit(.share, old)
            emit(binary, old, old, value, span: span)
            storeVariable(use, old)
            return
        }
        if let register = register(of: use) {
            if binary == .add, numberLiteral(value) == nil {
                let right = operand(value, .operand)
                builder.span = span
                builder.emit(.addTo, register, right)
            } else {
                emit(binary, register, register, value, span: span)
            }
            return
        }
        let old = builder.allocate()
        builder.span = span
        loadForUpdate(use, into: old)
        if binary == .add, numberLiteral(value) == nil {
            let right = operand(value, .operand)
            builder.span = span
            builder.emit(.addTo, old, right)
        } else {
            emit(binary, old, old, value, span: span)
        }
        storeVariable(use, old)
    }

    /// `xs = push(xs, x)`: the function may update the value in place, since the variable gets the result.
    /// Gives the register of the result, nil if the call is of another form.
    private func compileHandingOver(_ call: Call, _ assignment: Assignment, _ use: NameUse) -> Int? {
        let resolved = resolution[call.id]
        guard case .builtin(let index) = resolved.target, compiler.specs[index].consumesFirst,
            case .argument(0)? = resolved.arguments.first, let first = call.arguments.first,
            case .name(let argument) = first.value.kind, resolution[argument.id] == resolution[use.id]
        else { return nil }
        let rest = call.arguments.dropFirst().map(\.value)
        let isCalm = register(of: use) != nil ? !rest.contains { mayAssign($0) } : rest.allSatisfy { isSimple($0) }
        guard isCalm else { return nil }
        if compiler.specs[index].intrinsic == .push, resolved.arguments.count == 2, let item = rest.first {
            return compilePush(item, use, function: index, span: assignment.value.span)
        }
        let registers = builder.allocate(max(resolved.arguments.count, 1))
        builder.span = first.value.span
        loadForUpdate(argument, into: registers)
        compileArguments(call, resolved, into: registers, isFirstDone: true)
        builder.span = assignment.value.span
        builder.emit(.callBuiltin, registers, resolved.arguments.count, index)
        return registers
    }

    /// `xs = push(xs, x)` as an instruction; gives the register of the longer list.
    private func compilePush(_ item: Expression, _ use: NameUse, function: Int, span: Span) -> Int {
        let list: Int
        if let register = register(of: use) {
            list = register
        } else {
            list = builder.allocate()
            loadForUpdate(use, into: list)
        }
        let value = operand(item, .operand)
        if needsMark(item, .owned) { builder.emit(.share, value) }
        builder.span = span
        builder.emit(.push, list, value, function)
        return list
    }

    // MARK: Updates within a value

    /// `a.b[i] = v`: keys and value first, then every level from the variable down is made the variable's own.
    ///
    /// With an operator the old element counts, as the old value of a variable does: where the value may change it, it is read before.
    private func compileUpdate(_ assignment: Assignment) {
        let use = assignment.target.variable
        let isLate = assignment.operator != nil && isSimple(assignment.value)
        var keys: [Int] = []
        let laterOnes = assignment.target.steps.compactMap { step in
            if case .index(let index) = step { index } else { nil }
        }
        for (position, step) in assignment.target.steps.enumerated() {
            switch step {
            case .field: keys.append(-1)
            case .index(let index):
                keys.append(operand(index, holding(before: Array(laterOnes.dropFirst(position)) + [assignment.value])))
            }
        }
        let value = builder.allocate()
        let pending = isLate ? assignment.operator : nil
        if let binary = assignment.operator, !isLate {
            compileOld(assignment.target, keys, into: value)
            emit(binary, value, value, assignment.value, span: assignment.target.span)
        } else if !isLate {
            compile(assignment.value, into: value, .owned, isNew: true)
        }
        // The variable's value, its own from now on.
        var container: Int
        builder.span = assignment.target.variable.span
        if let register = register(of: use) {
            // The first instruction that writes makes it its own; reading for an update by an operator comes before that.
            container = register
            if pending != nil, assignment.target.steps.count == 1, inPlace(pending, assignment.target) == nil {
                builder.emit(.own, container)
            }
        } else {
            container = builder.allocate()
            loadForUpdate(use, into: container)
            builder.emit(.own, container)
            storeVariable(use, container)
        }
        builder.span = assignment.target.span
        for (step, key) in zip(assignment.target.steps, keys).dropLast() {
            let inner = builder.allocate()
            switch step {
            case .field(let name): builder.emit(.ownField, inner, container, builder.constant(name.name))
            case .index: builder.emit(.ownIndex, inner, container, key)
            }
            container = inner
        }
        guard let last = assignment.target.steps.last, let key = keys.last else { return }
        if let operation = inPlace(pending, assignment.target) {
            let right = operand(assignment.value, .operand)
            builder.span = assignment.target.span
            switch last {
            case .field(let name):
                builder.emit(operation, container, right, builder.constant(name.name))
                builder.append(Instruction.cache())
            case .index: builder.emit(operation, container, key, right)
            }
            return
        }
        if let binary = pending {
            let old = builder.allocate()
            emitGet(last, of: container, key, into: old)
            emit(binary, value, old, assignment.value, span: assignment.target.span)
        }
        builder.span = assignment.target.span
        switch last {
        case .field(let name):
            builder.emit(.setField, container, value, builder.constant(name.name))
            builder.append(Instruction.cache())
        case .index: builder.emit(.setIndex, container, key, value)
        }
    }

    /// Reads what a place holds before something else may change it.
    private func compileOld(_ target: AssignmentTarget, _ keys: [Int], into old: Int) {
        builder.span = target.variable.span
        loadForUpdate(target.variable, into: old)
        builder.span = target.span
        for (step, key) in zip(target.steps, keys) { emitGet(step, of: old, key, into: old) }
        builder.emit(.share, old)
    }

    private func emitGet(_ step: AssignmentTarget.Step, of container: Int, _ key: Int, into target: Int) {
        switch step {
        case .field(let name):
            builder.emit(.getField, target, container, builder.constant(name.name))
            builder.append(Instruction.cache())
        case .index: builder.emit(.getIndex, target, container, key)
        }
    }

    /// The instruction that does all of `r.x += v`, `r.x -= v` or `xs[i] += v`.
    private func inPlace(_ binary: BinaryOperator?, _ target: AssignmentTarget) -> Operation? {
        guard let last = target.steps.last else { return nil }
        switch (binary, last) {
        case (.add, .field): return .addToField
        case (.subtract, .field): return .subtractFromField
        case (.add, .index): return .addToIndex
        default: return nil
        }
    }
}
