extension FunctionCompiler {
    /// Compiles a call; arguments lie in consecutive registers, the first of which gets the result.
    func compile(_ call: Call, _ whole: Expression, into target: Int, isNew: Bool) {
        let resolved = resolution[call.id]
        switch resolved.target {
        case .builtin(let index):
            if let operation = compiler.specs[index].intrinsic, operation != .push, call.arguments.count == 1,
                case .argument(0)? = resolved.arguments.first, let argument = call.arguments.first
            {
                let register = operand(argument.value, .operand)
                builder.span = whole.span
                return builder.emit(operation, target, register, index)
            }
            let registers = base(target, isNew, count: resolved.arguments.count)
            let spec = compiler.specs[index]
            if !compileExpectation(call, spec, resolved, into: registers) {
                compileArguments(call, resolved, into: registers, consumesFirst: spec.consumesFirst)
            }
            builder.span = stage(of: call, whole)
            builder.emit(.callBuiltin, registers, resolved.arguments.count, index)
            moveResult(registers, target)
        case .function(let id):
            compileKnown(call, resolved, id, whole, into: target, isNew: isNew)
        case .dynamic:
            compileDynamic(call, whole, into: target, isNew: isNew)
        }
    }

    /// The text an error of the call points at: of a long pipe the one stage.
    private func stage(of call: Call, _ whole: Expression) -> Span {
        guard call.isPiped else { return whole.span }
        return Span(file: whole.span.file, start: Int(call.callee.span.start), end: Int(whole.span.end))
    }

    /// Where arguments begin: at the target if that is the last register in use, so that the result needs no move.
    private func base(_ target: Int, _ isNew: Bool, count: Int) -> Int {
        if isNew, target == builder.nextRegister - 1 {
            _ = builder.allocate(max(count, 1) - 1)
            return target
        }
        return builder.allocate(max(count, 1))
    }

    private func moveResult(_ register: Int, _ target: Int) {
        if register != target { builder.emit(.move, target, register) }
    }

    private func compileKnown(
        _ call: Call, _ resolved: ResolvedCall, _ id: FunctionID, _ whole: Expression, into target: Int, isNew: Bool
    ) {
        let registers = base(target, isNew, count: resolved.arguments.count)
        var callee = -1
        let isSelf: Bool
        if case .name(let use) = call.callee.kind, case .currentFunction = resolution[use.id] {
            isSelf = true
        } else {
            isSelf = false
            if !resolution[id].isStatic {
                callee = operand(call.callee, .operand)
            } else if case .name(let use) = call.callee.kind, case .function = resolution[use.id] {
                // Always there.
            } else {
                // A variable that may not have its value yet: reading it finds out.
                let mark = builder.nextRegister
                _ = operand(call.callee, .operand)
                builder.nextRegister = mark
            }
        }
        compileArguments(call, resolved, into: registers)
        builder.span = stage(of: call, whole)
        if isSelf {
            builder.emit(.callSelf, registers, resolved.arguments.count)
        } else if callee >= 0 {
            builder.emit(.callClosure, registers, resolved.arguments.count, callee)
        } else {
            builder.emit(.callKnown, registers, resolved.arguments.count, id.index)
        }
        moveResult(registers, target)
    }

    private func compileDynamic(_ call: Call, _ whole: Expression, into target: Int, isNew: Bool) {
        let values = call.arguments.map(\.value)
        let registers = base(target, isNew, count: values.count)
        let callee = operand(call.callee, holding(before: values) == .owned ? .owned : .operand)
        for (index, argument) in call.arguments.enumerated() {
            let rest = Array(values.dropFirst(index + 1))
            let holding: Holding = rest.contains { mayAssign($0) } ? .owned : .argument
            compile(argument.value, into: registers + index, holding, isNew: true)
        }
        builder.span = stage(of: call, whole)
        if call.arguments.contains(where: { $0.label != nil }) {
            details.labelLists.append(call.arguments.map { $0.label?.name })
            builder.emit(.callLabelled, registers, values.count, callee)
            builder.append(UInt64(details.labelLists.count - 1))
        } else {
            builder.emit(.call, registers, values.count, callee)
        }
        moveResult(registers, target)
    }

    /// Evaluates arguments in the order they are written, each into the register of its parameter.
    ///
    /// - Parameters:
    ///   - consumesFirst: Whether the function may update its first argument in place: then that must be nobody else's.
    ///   - isFirstDone: Whether the first argument lies in its register already.
    func compileArguments(
        _ call: Call, _ resolved: ResolvedCall, into registers: Int, consumesFirst: Bool = false,
        isFirstDone: Bool = false
    ) {
        var places: [Int: Int] = [:]
        var variadic: (register: Int, items: [Int], first: Int)?
        for (parameter, source) in resolved.arguments.enumerated() {
            switch source {
            case .omitted: builder.emit(.loadAbsent, registers + parameter)
            case .argument(let argument): places[argument] = registers + parameter
            case .variadic(let items):
                // Many arguments are added one by one.
                let first = items.count <= 48 ? builder.allocate(items.count) : -1
                variadic = (registers + parameter, items, first)
                if first < 0 { builder.emit(.makeList, registers + parameter, 0, 0) }
                for (offset, item) in items.enumerated() { places[item] = first < 0 ? -1 : first + offset }
            }
        }
        for (index, argument) in call.arguments.enumerated() {
            if index == 0, isFirstDone { continue }
            let place = places[index] ?? -1
            let isItem = variadic?.items.contains(index) ?? false
            let isConsumed = consumesFirst && place == registers
            let holding: Holding =
                isItem || isConsumed || call.arguments[(index + 1)...].contains { mayAssign($0.value) }
                ? .owned : .argument
            if place >= 0 {
                compile(argument.value, into: place, holding, isNew: true)
            } else if let variadic {
                let mark = builder.nextRegister
                let item = builder.allocate()
                compile(argument.value, into: item, .owned, isNew: true)
                builder.emit(.appendElement, variadic.register, item)
                builder.nextRegister = mark
            }
        }
        if let variadic, variadic.first >= 0 {
            builder.emit(.makeList, variadic.register, variadic.first, variadic.items.count)
        }
    }
}
