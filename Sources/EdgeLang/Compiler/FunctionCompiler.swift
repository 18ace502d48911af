/// Compiles one function.
final class FunctionCompiler {
    typealias Holding = Compiler.Holding

    /// What code stands in, innermost last: what has to be done when it is left.
    enum Region {
        case loop(end: FunctionBuilder.Label, next: FunctionBuilder.Label)
        /// A closure in a register that runs when its block is left.
        case `defer`(Protected)
        case `try`(Protected)
    }

    /// A stretch of code whose errors are handled, with the gaps where it is being left.
    final class Protected {
        /// Holds the closure of a `defer`.
        let closure: Int
        let error: Int
        var start: Int
        var segments: [(start: Int, end: Int)] = []

        init(closure: Int, error: Int, start: Int) {
            self.closure = closure
            self.error = error
            self.start = start
        }
    }

    let literal: FunctionLiteral
    let compiler: Compiler
    let details: FunctionDetails
    let builder: FunctionBuilder
    var regions: [Region] = []
    /// Functions written in this one that its code makes closures of.
    var inner: [FunctionLiteral] = []

    var resolution: Resolution { compiler.resolution }
    var heap: Heap { compiler.heap }

    init(_ literal: FunctionLiteral, _ compiler: Compiler) {
        self.literal = literal
        self.compiler = compiler
        details = FunctionDetails(name: literal.name, file: compiler.program.file, span: literal.span)
        builder = FunctionBuilder(details: details, heap: compiler.heap)
    }

    /// Whether a `defer` or `try` of this function is open: then a variable may still be read after a `return`.
    var isGuarded: Bool {
        regions.contains { region in
            switch region {
            case .loop: false
            case .defer, .try: true
            }
        }
    }

    func compileBody() {
        let info = resolution[literal.id]
        details.captures = info.captures.map { capture in
            switch capture.source {
            case .local(let binding): .register(compiler.registers[binding.index])
            case .captured(let index): .capture(index)
            case .currentFunction: .running
            }
        }
        for parameter in literal.parameters {
            details.parameters.append(
                FunctionDetails.Parameter(
                    name: parameter.declaration.name, isLabelOnly: parameter.isLabelOnly,
                    hasDefault: parameter.defaultValue != nil))
            compiler.registers[parameter.declaration.id.index] = builder.allocate()
        }
        for parameter in literal.parameters { compileParameter(parameter) }
        if literal.id == .main, compiler.isModule {
            compileModule()
        } else if literal.resultType == nil {
            compileTail(block: literal.body)
        } else {
            let result = builder.allocate()
            compile(block: literal.body, into: result, .returned)
            emitReturn(result)
        }
        if let overflow = builder.overflow {
            compiler.problems.append(
                Diagnostic(
                    code: "E0331", "the function is too large: \(overflow)", labels: [Diagnostic.Label(literal.span)],
                    hint: "split it into several functions"))
        }
        builder.finish(
            into: compiler.unit.functions[literal.id.index], functions: compiler.unit.functions,
            isStatic: info.isStatic)
    }

    private func compileParameter(_ parameter: Parameter) {
        let binding = resolution[parameter.declaration.id]
        let register = compiler.registers[parameter.declaration.id.index]
        if let value = parameter.defaultValue {
            let present = builder.makeLabel()
            builder.jump(.jumpIfPresent, register, to: present)
            compile(value, into: register, .owned)
            builder.place(present)
        }
        if let annotation = parameter.annotation {
            builder.span = parameter.declaration.span
            emitCheck(register, annotation, subject: "parameter `\(parameter.declaration.name)`")
        }
        switch binding.storage {
        case .register, .global: break
        case .box, .boxFromBlockEntry:
            builder.emit(.share, register)
            builder.emit(.makeBox, register, register)
        }
    }

    /// The main function of a module returns a record of its exports.
    private func compileModule() {
        let record = builder.allocate()
        let putExports = { [self] in
            let exports = resolution.interface.exports
            builder.emit(.makeEmptyRecord, record, 0, exports.count)
            for export in exports {
                let mark = builder.nextRegister
                let value = builder.allocate()
                loadVariable(export.binding, name: export.name, into: value)
                builder.emit(.share, value)
                builder.emit(.putField, record, value, builder.constant(export.name))
                builder.nextRegister = mark
            }
        }
        compile(block: literal.body, into: nil, .operand, atEnd: putExports)
        builder.emit(.returnValue, record)
    }

    // MARK: Returning

    func emitReturn(_ register: Int) {
        if let annotation = literal.resultType { emitCheck(register, annotation, subject: "the result") }
        builder.emit(.returnValue, register)
    }

    /// Compiles a block whose value the function returns.
    private func compileTail(block: Block) {
        compile(block: block, into: nil, .operand, tail: { [self] expression in compileTail(expression) })
        builder.emit(.returnNull)
    }

    /// Compiles an expression and returns its value, without a detour for the branches of an `if`.
    private func compileTail(_ expression: Expression) {
        builder.span = expression.span
        if isGuarded {
            let mark = builder.nextRegister
            let result = builder.allocate()
            compile(expression, into: result, .returned)
            leaveRegions(downTo: 0)
            emitReturn(result)
            reopenRegions(downTo: 0)
            builder.nextRegister = mark
            return
        }
        switch expression.kind {
        case .if(let conditional):
            for branch in conditional.branches {
                let next = builder.makeLabel()
                compile(condition: branch.condition, jumpIf: false, to: next)
                compileTail(block: branch.body)
                builder.place(next)
            }
            if let otherwise = conditional.otherwise {
                compileTail(block: otherwise)
            } else {
                builder.emit(.returnNull)
            }
        case .block(let block):
            compileTail(block: block)
        default:
            let mark = builder.nextRegister
            let register = operand(expression, .returned)
            builder.span = expression.span
            builder.emit(.returnValue, register)
            builder.nextRegister = mark
        }
    }

    // MARK: Leaving regions

    /// Emits what has to happen before code jumps out of the regions from the innermost one down to `depth`.
    /// The code that follows, up to `reopenRegions`, is outside of them.
    func leaveRegions(downTo depth: Int) {
        for region in regions[depth...].reversed() {
            switch region {
            case .loop: break
            case .try(let protected): close(protected)
            case .defer(let protected):
                close(protected)
                emitDeferred(protected)
            }
        }
    }

    /// Goes on within the regions after code that left them.
    func reopenRegions(downTo depth: Int) {
        for region in regions[depth...] {
            switch region {
            case .loop: break
            case .try(let protected), .defer(let protected): protected.start = builder.position
            }
        }
    }

    func close(_ protected: Protected) {
        if protected.start < builder.position { protected.segments.append((protected.start, builder.position)) }
        // Nothing belongs to it until it is opened again.
        protected.start = .max
    }

    func emitDeferred(_ protected: Protected) {
        let mark = builder.nextRegister
        let call = builder.allocate()
        builder.emit(.call, call, 0, protected.closure)
        builder.nextRegister = mark
    }

    /// Directs errors of a closed region to code at `target`.
    func handle(_ protected: Protected, at target: Int, isDeferred: Bool = false) {
        for segment in protected.segments {
            builder.addHandler(
                from: segment.start, to: segment.end, target: target, register: protected.error, isDeferred: isDeferred)
        }
    }

    // MARK: Types

    func emitCheck(_ register: Int, _ annotation: TypeAnnotation, subject: String) {
        let types = annotation.names.flatMap { ValueType.named($0.name) ?? [.host($0.name)] }
        if types.contains(.any) { return }
        details.annotations.append(FunctionDetails.Annotation(types: types, subject: subject))
        builder.emit(.checkType, register, 0, details.annotations.count - 1)
    }
}
