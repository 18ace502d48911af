extension FunctionCompiler {
    /// Compiles a block.
    ///
    /// - Parameters:
    ///   - target: Gets the block's value; nil if nobody needs it.
    ///   - tail: Compiles the block's last expression in place of the usual way; nothing runs after it.
    ///   - atEnd: Emits code at the end of the block, where its variables can still be read.
    func compile(
        block: Block, into target: Int?, _ holding: Holding, tail: ((Expression) -> Void)? = nil,
        atEnd: (() -> Void)? = nil
    ) {
        let mark = builder.nextRegister
        let depth = regions.count
        enter(block)
        for (index, statement) in block.statements.enumerated() {
            builder.span = statement.span
            if index == block.statements.count - 1, case .expression(let result) = statement.kind {
                if let tail {
                    tail(result)
                } else if let target {
                    compile(result, into: target, holding == .returned && regions.count > depth ? .owned : holding)
                } else {
                    compileForEffect(result)
                }
            } else {
                compile(statement)
            }
        }
        if let target, block.result == nil { builder.emit(.loadNull, target) }
        atEnd?()
        while regions.count > depth {
            guard case .defer(let protected) = regions.removeLast() else { continue }
            close(protected)
            emitDeferred(protected)
            // Where an error comes through, the closure runs and the error goes on.
            let end = builder.makeLabel()
            builder.jump(.jump, to: end)
            handle(protected, at: builder.position, isDeferred: true)
            emitDeferred(protected)
            builder.emit(.rethrow, protected.error)
            builder.place(end)
        }
        builder.nextRegister = mark
    }

    /// Makes ready the variables that functions of the block use before they have a value, and functions that are used before they are written.
    private func enter(_ block: Block) {
        var hoisted: [FunctionDeclaration] = []
        for statement in block.statements {
            switch statement.kind {
            case .let(let statement):
                for declaration in statement.pattern.declarations { prepare(declaration) }
            case .function(let function):
                prepare(function.declaration)
                if resolution[function.declaration.id].isHoisted { hoisted.append(function) }
            case .import(let module): prepare(module.declaration)
            case .expression, .assignment, .for, .while, .defer, .test, .invalid: break
            }
        }
        for function in hoisted { compile(function) }
    }

    private func prepare(_ declaration: Declaration) {
        guard resolution[declaration.id].storage == .boxFromBlockEntry else { return }
        let register = builder.allocate()
        compiler.registers[declaration.id.index] = register
        builder.span = declaration.span
        builder.emit(.makeEmptyBox, register)
    }

    private func compile(_ statement: Statement) {
        switch statement.kind {
        case .expression(let expression): compileForEffect(expression)
        case .let(let statement): compile(statement)
        case .function(let function):
            if !resolution[function.declaration.id].isHoisted { compile(function) }
        case .assignment(let assignment): compile(assignment)
        case .for(let loop): compile(loop)
        case .while(let condition, let body): compileWhile(condition, body)
        case .defer(let function): compileDefer(function)
        case .import(let module): compile(module)
        case .test(let name, let function):
            guard compiler.collectsTests else { return }
            let mark = builder.nextRegister
            let closure = builder.allocate()
            makeClosure(function, into: closure)
            builder.emit(.registerTest, closure, 0, builder.constant(name))
            builder.nextRegister = mark
        case .invalid: break
        }
    }

    /// Compiles an expression whose value nobody needs.
    func compileForEffect(_ expression: Expression) {
        let mark = builder.nextRegister
        switch expression.kind {
        case .block(let block): compile(block: block, into: nil, .operand)
        case .if(let conditional): compile(conditional, into: nil, .operand)
        default: _ = operand(expression, .operand)
        }
        builder.nextRegister = mark
    }

    // MARK: Declarations

    private func compile(_ statement: LetStatement) {
        if case .binding(let declaration) = statement.pattern.kind {
            let binding = resolution[declaration.id]
            if binding.storage == .register {
                let register = builder.allocate()
                compile(statement.value, into: register, .owned, isNew: true)
                compiler.registers[declaration.id.index] = register
                if let annotation = statement.annotation {
                    emitCheck(register, annotation, subject: "`\(declaration.name)`")
                }
                builder.nextRegister = register + 1
                return
            }
            // The register of a new box lies below the temporaries.
            let place = binding.storage == .box ? builder.allocate() : -1
            let mark = builder.nextRegister
            let value = builder.allocate()
            compile(statement.value, into: value, .owned, isNew: true)
            if let annotation = statement.annotation { emitCheck(value, annotation, subject: "`\(declaration.name)`") }
            store(value, in: declaration, at: place)
            builder.nextRegister = mark
            return
        }
        let value = builder.allocate()
        compile(statement.value, into: value, .owned, isNew: true)
        bind(statement.pattern, to: value)
    }

    /// Gives a variable its first value. Whoever calls has marked the value as shared if something else holds it.
    func store(_ value: Int, in declaration: Declaration, at place: Int = -1) {
        builder.span = declaration.span
        switch resolution[declaration.id].storage {
        case .register:
            let register = place >= 0 ? place : builder.allocate()
            compiler.registers[declaration.id.index] = register
            builder.emit(.move, register, value)
        case .box:
            let register = place >= 0 ? place : builder.allocate()
            compiler.registers[declaration.id.index] = register
            builder.emit(.makeBox, register, value)
        case .boxFromBlockEntry:
            builder.emit(.setBox, compiler.registers[declaration.id.index], value)
        case .global:
            builder.emit(.setGlobal, value, 0, builder.constant(compiler.globalBox(declaration.name)))
        }
    }

    private func compile(_ function: FunctionDeclaration) {
        let binding = resolution[function.declaration.id]
        builder.span = function.declaration.span
        if binding.storage == .register {
            let register = builder.allocate()
            compiler.registers[function.declaration.id.index] = register
            makeClosure(function.function, into: register)
            return
        }
        let place = binding.storage == .box ? builder.allocate() : -1
        let mark = builder.nextRegister
        let value = builder.allocate()
        makeClosure(function.function, into: value)
        store(value, in: function.declaration, at: place)
        builder.nextRegister = mark
    }

    func makeClosure(_ function: FunctionLiteral, into target: Int) {
        inner.append(function)
        builder.emit(.makeClosure, target, 0, function.id.index)
    }

    private func compile(_ module: ImportDeclaration) {
        let binding = resolution[module.declaration.id]
        let place = binding.storage == .box || binding.storage == .register ? builder.allocate() : -1
        let mark = builder.nextRegister
        let value = builder.allocate()
        details.modulePaths.append(module.path)
        builder.span = module.pathSpan
        builder.emit(.importModule, value, 0, details.modulePaths.count - 1)
        store(value, in: module.declaration, at: place)
        builder.nextRegister = mark
    }

    private func compileDefer(_ function: FunctionLiteral) {
        let closure = builder.allocate()
        let error = builder.allocate()
        makeClosure(function, into: closure)
        regions.append(.defer(Protected(closure: closure, error: error, start: builder.position)))
    }

    // MARK: Loops

    private func compileWhile(_ condition: Expression, _ body: Block) {
        let (start, next, end) = (builder.makeLabel(), builder.makeLabel(), builder.makeLabel())
        builder.jump(.jump, to: next)
        builder.place(start)
        regions.append(.loop(end: end, next: next))
        compile(block: body, into: nil, .operand)
        regions.removeLast()
        builder.place(next)
        builder.span = condition.span
        compile(condition: condition, jumpIf: true, to: start)
        builder.place(end)
    }

    private func compile(_ loop: ForStatement) {
        let mark = builder.nextRegister
        let (start, next, end) = (builder.makeLabel(), builder.makeLabel(), builder.makeLabel())
        let state = builder.allocate(3)
        let step: Operation
        if case .range(let lower, let upper, let isClosed) = loop.sequence.kind {
            compile(lower, into: state, isSimple(upper) ? .operand : .owned)
            compile(upper, into: state + 1, .operand)
            builder.span = loop.sequence.span
            builder.jump(.rangePrepare, state, isClosed ? 1 : 0, to: end)
            step = .rangeNext
        } else {
            compile(loop.sequence, into: state, isRootReassigned(loop.sequence) ? .owned : .argument)
            builder.span = loop.sequence.span
            builder.emit(.iteratePrepare, state)
            builder.jump(.jump, to: next)
            step = .iterateNext
        }
        builder.place(start)
        regions.append(.loop(end: end, next: next))
        if case .binding(let declaration) = loop.pattern.kind, resolution[declaration.id].storage == .register {
            compiler.registers[declaration.id.index] = state + 2
        } else {
            bind(loop.pattern, to: state + 2)
        }
        compile(block: loop.body, into: nil, .operand)
        regions.removeLast()
        builder.place(next)
        builder.span = loop.sequence.span
        builder.jump(step, state, to: start)
        builder.place(end)
        builder.nextRegister = mark
    }

    /// Leaves the innermost loop.
    func compileLoopExit(isBreak: Bool) {
        guard
            let depth = regions.lastIndex(where: {
                if case .loop = $0 { true } else { false }
            }), case .loop(let end, let next) = regions[depth]
        else { return }
        leaveRegions(downTo: depth)
        builder.jump(.jump, to: isBreak ? end : next)
        reopenRegions(downTo: depth)
    }

    func compileReturn(_ value: Expression?) {
        let mark = builder.nextRegister
        if !isGuarded, literal.resultType == nil {
            if let value {
                let register = operand(value, .returned)
                builder.emit(.returnValue, register)
            } else {
                builder.emit(.returnNull)
            }
        } else {
            let result = builder.allocate()
            if let value {
                compile(value, into: result, isGuarded ? .owned : .returned)
            } else {
                builder.emit(.loadNull, result)
            }
            leaveRegions(downTo: 0)
            emitReturn(result)
            reopenRegions(downTo: 0)
        }
        builder.nextRegister = mark
    }
}
