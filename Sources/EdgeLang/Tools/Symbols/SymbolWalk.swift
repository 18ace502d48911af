/// The walk through a tree that fills a `SymbolIndex`.
struct SymbolWalk {
    private(set) var index = SymbolIndex()
    /// The scopes around the place, innermost last.
    private var open: [Int] = []
    private var functions: [FunctionID] = [.main]
    /// Variables that have their value at this place.
    private var ready: Set<BindingID> = []
    /// By scope: what its names mean; of two of one name the later one counts.
    private var names: [[String: BindingID]] = []

    init(_ program: Program) {}

    mutating func run(_ program: Program) {
        inScope(program.body.span) { walk in walk.visit(program.body.statements) }
    }

    private mutating func inScope(_ span: Span, _ body: (inout SymbolWalk) -> Void) {
        index.scopes.append(
            SymbolScope(span: span, parent: open.last, function: functions[functions.count - 1]))
        names.append([:])
        open.append(index.scopes.count - 1)
        body(&self)
        open.removeLast()
    }

    // MARK: Declarations

    private mutating func declare(
        _ declaration: Declaration, _ kind: BindingInfo.Kind, visibleFrom: UInt32? = nil, isReady: Bool = true,
        _ complete: (inout Symbol) -> Void = { _ in }
    ) {
        // A parameter or pipe that the parser named itself is no name of the text.
        guard let scope = open.last, !declaration.name.hasPrefix("(") else { return }
        var symbol = Symbol(
            id: declaration.id, name: declaration.name, span: declaration.span, kind: kind, scope: scope)
        symbol.visibleFrom = visibleFrom ?? (kind == .function ? 0 : declaration.span.end)
        complete(&symbol)
        index.symbols[symbol.id] = symbol
        index.scopes[scope].symbols.append(symbol.id)
        names[scope][symbol.name] = symbol.id
        if isReady { ready.insert(symbol.id) }
    }

    private mutating func declare(
        _ pattern: Pattern, _ kind: BindingInfo.Kind, visibleFrom: UInt32? = nil, isReady: Bool = true,
        _ complete: (inout Symbol) -> Void = { _ in }
    ) {
        var shorthands: Set<BindingID> = []
        TreeNode.pattern(pattern).walk { node in
            guard case .pattern(let inner) = node, case .record(let fields, _) = inner.kind else { return }
            for field in fields {
                if case .binding(let declaration) = field.pattern.kind, declaration.span == field.key.span {
                    shorthands.insert(declaration.id)
                }
            }
        }
        for declaration in pattern.declarations {
            declare(declaration, kind, visibleFrom: visibleFrom, isReady: isReady) { symbol in
                symbol.isShorthand = shorthands.contains(symbol.id)
                complete(&symbol)
            }
        }
    }

    /// What the statements of a block declare is known to functions in it from its beginning.
    private mutating func visit(_ statements: [Statement]) {
        for statement in statements {
            switch statement.kind {
            case .function(let node):
                declare(node.declaration, .function) { symbol in
                    symbol.function = node.function
                    symbol.documentation = node.documentation
                    symbol.isExported = node.isExported
                }
            case .let(let node):
                let kind: BindingInfo.Kind = node.isMutable ? .var : .let
                declare(node.pattern, kind, visibleFrom: statement.span.end, isReady: false) { symbol in
                    symbol.documentation = node.documentation
                    symbol.isExported = node.isExported
                    guard case .binding = node.pattern.kind else { return }
                    symbol.value = node.value
                    symbol.annotation = node.annotation
                    if case .function(let function) = node.value.kind, !node.isMutable { symbol.function = function }
                }
            case .import(let node):
                declare(node.declaration, .module, visibleFrom: statement.span.end, isReady: false) {
                    $0.importPath = node.path
                }
            default: break
            }
        }
        for statement in statements { visit(statement) }
    }

    // MARK: Statements

    private mutating func visit(_ statement: Statement) {
        switch statement.kind {
        case .expression(let expression): visit(expression)
        case .let(let node):
            visit(node.value)
            ready.formUnion(node.pattern.declarations.map(\.id))
        case .function(let node): visit(node.function)
        case .assignment(let node):
            use(node.target.variable)
            for step in node.target.steps {
                if case .index(let position) = step { visit(position) }
            }
            visit(node.value)
        case .for(let loop):
            visit(loop.sequence)
            inScope(loop.pattern.span.joined(with: loop.body.span)) { walk in
                walk.declare(loop.pattern, .loop)
                walk.visit(loop.body)
            }
        case .while(let condition, let body):
            visit(condition)
            visit(body)
        case .defer(let function), .test(_, let function): visit(function)
        case .import(let node): ready.insert(node.declaration.id)
        case .invalid: break
        }
    }

    private mutating func visit(_ block: Block) {
        inScope(block.span) { walk in walk.visit(block.statements) }
    }

    private mutating func visit(_ function: FunctionLiteral) {
        functions.append(function.id)
        inScope(function.span) { walk in
            for parameter in function.parameters {
                walk.declare(parameter.declaration, .parameter, isReady: false) { symbol in
                    symbol.annotation = parameter.annotation
                    symbol.owner = function.id
                    symbol.value = parameter.defaultValue
                }
            }
            for parameter in function.parameters {
                if let value = parameter.defaultValue { walk.visit(value) }
                walk.ready.insert(parameter.declaration.id)
            }
            walk.visit(function.body)
        }
        functions.removeLast()
    }

    // MARK: Expressions

    private mutating func visit(_ expression: Expression) {
        switch expression.kind {
        case .name(let name): use(name)
        case .call(let call): visit(call)
        case .field(let base, let name):
            visit(base)
            if case .name(let use) = base.kind, let module = meaning(of: use.name),
                index.symbols[module]?.kind == .module
            {
                index.members.append(MemberUse(module: module, name: name.name, span: name.span))
            }
        case .function(let function): visit(function)
        case .block(let block): visit(block)
        case .match(let node):
            visit(node.subject)
            for arm in node.arms {
                inScope(arm.pattern.span.joined(with: arm.body.span)) { walk in
                    walk.declare(arm.pattern, .pattern)
                    if let condition = arm.guard { walk.visit(condition) }
                    walk.visit(arm.body)
                }
            }
        case .try(let node):
            visit(node.body)
            inScope((node.error?.span ?? node.handler.span).joined(with: node.handler.span)) { walk in
                if let error = node.error { walk.declare(error, .error) }
                walk.visit(node.handler)
            }
        default:
            for child in TreeNode.expression(expression).children {
                switch child {
                case .expression(let inner): visit(inner)
                case .block(let block): visit(block)
                case .function(let function): visit(function)
                case .statement(let statement): visit(statement)
                case .pattern: break
                }
            }
        }
    }

    private mutating func visit(_ call: Call) {
        visit(call.callee)
        for argument in call.arguments {
            if let label = argument.label, let callee = callee(call.callee) {
                index.labels.append(LabelUse(callee: callee, name: label.name, span: label.span))
            }
            visit(argument.value)
        }
    }

    private func callee(_ expression: Expression) -> LabelUse.Callee? {
        switch expression.kind {
        case .name(let use): return meaning(of: use.name).map { .symbol($0) } ?? .outside(use.name)
        case .field(let base, let name):
            guard case .name(let use) = base.kind, let module = meaning(of: use.name),
                index.symbols[module]?.kind == .module
            else { return nil }
            return .member(module: module, name: name.name)
        default: return nil
        }
    }

    // MARK: Names

    private mutating func use(_ use: NameUse) {
        guard !use.name.hasPrefix("(") else { return }
        let target = meaning(of: use.name).map { SymbolUse.Target.symbol($0) } ?? .outside
        index.uses.append(SymbolUse(name: use.name, span: use.span, target: target))
    }

    /// A variable of the function itself must have its value; one of a function around it gets it before this one runs.
    private func meaning(of name: String) -> BindingID? {
        for scope in open.reversed() {
            guard let id = names[scope][name] else { continue }
            let isOwn = index.scopes[scope].function == functions.last
            let kind = index.symbols[id]?.kind
            if kind == .function || ready.contains(id) || (!isOwn && kind != .parameter) { return id }
        }
        return nil
    }
}
