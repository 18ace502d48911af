/// Finds out what every name means and checks what can be checked before anything runs.
///
/// One walk over the tree keeps a stack of scopes. Names are bound lexically: a variable is visible behind its declaration,
/// a `fn` in its whole block. A function may also use variables that its enclosing blocks declare further down, since it
/// runs later; where such a function could be created before the variable has its value, the variable lives in a box made at
/// the block's entry (`BindingInfo.Storage`). What depends on the whole program (which functions capture nothing, who
/// must be created early, what needs a box) is decided after the walk, in `Resolver+Storage.swift`.
public struct Resolver {
    let program: Program
    let options: ResolverOptions
    var diagnostics: [Diagnostic] = []
    var scopes: [Scope] = []
    /// By `FunctionID`; nil until the walk has reached the function.
    var functions: [FunctionState?]
    /// The functions around the place that is being resolved, innermost last.
    var functionStack: [FunctionID] = []

    // The side tables under construction. Captures get their index when all is known.
    var names: [NameReference]
    var bindings: [BindingInfo]
    var states: [BindingState]
    var calls: [ResolvedCall]
    var functionInfos: [FunctionInfo]
    /// Uses of variables of other functions, with the function of the use.
    var capturedUses: [(name: NameID, user: FunctionID, binding: BindingID)] = []
    /// What calls of a function are checked against, by `FunctionID`.
    var signatures: [FunctionID: Signature] = [:]
    /// Modules by the variable that holds them.
    var modules: [BindingID: ImportDeclaration] = [:]
    var globalIndex: [String: Int] = [:]

    /// Resolves a program that was parsed without errors.
    ///
    /// - Returns: the side tables, and what is wrong; a program with an error among it must not run.
    public static func resolve(
        _ program: Program, options: ResolverOptions = .init()
    ) -> (resolution: Resolution, diagnostics: [Diagnostic]) {
        var resolver = Resolver(program, options)
        resolver.resolveProgram()
        let resolution = resolver.finish()
        let sorted = resolver.diagnostics.sorted { $0.span.start < $1.span.start }
        guard sorted.count > Parser.maximumErrors else { return (resolution, sorted) }
        let last = sorted[Parser.maximumErrors].span
        return (
            resolution, sorted.prefix(Parser.maximumErrors) + [.tooManyErrors(last, limit: Parser.maximumErrors)]
        )
    }

    private init(_ program: Program, _ options: ResolverOptions) {
        self.program = program
        self.options = options
        functions = Array(repeating: nil, count: program.functionCount)
        functionInfos = Array(repeating: FunctionInfo(parent: nil, name: nil), count: program.functionCount)
        names = Array(repeating: .unresolved, count: program.nameCount)
        calls = Array(repeating: .dynamic, count: program.callCount)
        let unused = BindingInfo(name: "", span: .none, kind: .let, function: .main, slot: 0)
        bindings = Array(repeating: unused, count: program.bindingCount)
        states = Array(repeating: BindingState(statement: -1, isVisible: false), count: program.bindingCount)
        for (index, global) in options.globals.enumerated() { globalIndex[global.name] = index }
    }

    private mutating func resolveProgram() {
        enterFunction(.main, kind: nil, name: nil, binding: nil)
        scopes.append(Scope(function: .main, isGlobal: options.declaresGlobals, firstSlot: 0))
        resolveStatements(program.body.statements)
        leaveScope()
        leaveFunction()
    }

    // MARK: Functions

    var currentFunction: FunctionID { functionStack.last ?? .main }

    mutating func enterFunction(_ id: FunctionID, kind: FunctionLiteral.Kind?, name: String?, binding: BindingID?) {
        let parent = functionStack.last
        functions[id.index] = FunctionState(id: id, kind: kind, parent: parent, binding: binding)
        functionInfos[id.index] = FunctionInfo(parent: parent, name: name)
        functionStack.append(id)
    }

    mutating func leaveFunction() {
        functionStack.removeLast()
    }

    /// Changes what is noted of the function being resolved.
    mutating func updateFunction(_ change: (inout FunctionState) -> Void) {
        if var state = functions[currentFunction.index] {
            change(&state)
            functions[currentFunction.index] = state
        }
    }

    // MARK: Scopes

    mutating func enterScope() {
        let function = currentFunction
        scopes.append(
            Scope(function: function, isGlobal: false, firstSlot: functions[function.index]?.nextSlot ?? 0))
    }

    mutating func leaveScope() {
        guard let scope = scopes.popLast() else { return }
        functions[scope.function.index]?.nextSlot = scope.firstSlot
    }

    /// Enters a variable into the innermost scope.
    ///
    /// - Parameter statement: the statement of the scope that declares it and gives it its value; -1 for what has it
    ///   already, and is visible at once.
    mutating func declare(
        _ declaration: Declaration, _ kind: BindingInfo.Kind, statement: Int = -1, knownFunction: FunctionID? = nil
    ) {
        let id = declaration.id
        let scope = scopes.count - 1
        if let earlier = scopes[scope].names[declaration.name] {
            diagnostics.append(.declaredTwice(declaration.name, declaration.span, first: bindings[earlier.index].span))
        }
        let function = scopes[scope].function
        let slot = functions[function.index]?.nextSlot ?? 0
        var info = BindingInfo(
            name: declaration.name, span: declaration.span, kind: kind, function: function, slot: slot)
        info.knownFunction = knownFunction
        if scopes[scope].isGlobal { info.storage = .global }
        bindings[id.index] = info
        states[id.index] = BindingState(statement: statement, isVisible: statement < 0 || kind == .function)
        functions[function.index]?.nextSlot = slot + 1
        functionInfos[function.index].slotCount = max(functionInfos[function.index].slotCount, slot + 1)
        scopes[scope].names[declaration.name] = id
    }

    /// Enters what the statements of a block declare, before any of them is resolved.
    mutating func declareAll(_ statements: [Statement]) {
        for (index, statement) in statements.enumerated() {
            switch statement.kind {
            case .function(let node):
                signatures[node.function.id] = signature(of: node.function, name: node.declaration.name)
                declare(node.declaration, .function, statement: index, knownFunction: node.function.id)
            case .let(let node):
                let kind: BindingInfo.Kind = node.isMutable ? .var : .let
                if case .binding(let declaration) = node.pattern.kind, case .function(let function) = node.value.kind,
                    !node.isMutable
                {
                    signatures[function.id] = signature(of: function, name: declaration.name)
                    declare(declaration, kind, statement: index, knownFunction: function.id)
                } else {
                    for declaration in node.pattern.declarations { declare(declaration, kind, statement: index) }
                }
            case .import(let node):
                declare(node.declaration, .module, statement: index)
                modules[node.declaration.id] = node
            case .expression, .assignment, .for, .while, .defer, .test, .invalid:
                break
            }
        }
    }
}
