/// Follows types through a program that the resolver has understood, and finds what can only fail or makes no sense.
///
/// The rule is silence where anything is uncertain: an error is reported only where every type that a value may have leads to
/// an error of the run. Types come from literals, from what primitives and annotations declare and from functions of the
/// script, and go through `let`, calls, pipes, `if`, `match` and blocks. What a condition asks about a variable (`x == null`,
/// `type_of(x)`) makes its type unknown within the branches. Within `try` a certain error is only a warning: the script
/// may count on it.
///
/// A variable that is assigned to has all types that are ever assigned to it. They may depend on one another, so the walk is
/// repeated until they no longer grow; what it has to say counts in the last turn only.
final class Checker {
    let program: Program
    let resolution: Resolution
    let options: ResolverOptions
    /// Places of which the resolver has complained already.
    let reported: Set<Span>

    var diagnostics: [Diagnostic] = []
    /// By `BindingID`.
    var bindingTypes: [StaticType]
    /// By `BindingID`: what variables were found to hold in the turn before, and in this one.
    var assumed: [StaticType]
    var assigned: [StaticType]
    var functions: [FunctionState]
    /// The results of the functions around the place that is being checked, as far as `return` has said.
    var returns: [StaticType] = []
    /// How many `try` bodies are around.
    var tryDepth = 0
    /// Levels of the tree that are under way: on the stack all of them count.
    var depth = 0
    /// Imports by the variable that holds the module.
    var imports: [BindingID: ImportDeclaration] = [:]
    /// Variables that are assigned to, as names: being assigned to is not being used.
    var writes: Set<Int> = []
    /// Variables that hold what the primitive of their own name gives.
    var namedAfterTheirCall: Set<Span> = []
    /// The function that is being checked.
    var currentFunction = FunctionID.main
    /// What is written for editors, by span.
    var notes: CheckNotes?

    /// What is known of a function of the script.
    struct FunctionState {
        var literal: FunctionLiteral?
        /// How many `try` bodies it is written in.
        var tryDepth = 0
        var isUnderWay = false
        var result: StaticType?
    }

    private static let mostTurns = 4
    private static let greatestDepth = Int32(Expression.maximumHeight) + 8

    private init(_ program: Program, _ resolution: Resolution, _ options: ResolverOptions, reported: Set<Span>) {
        self.program = program
        self.resolution = resolution
        self.options = options
        self.reported = reported
        bindingTypes = Array(repeating: .unknown, count: program.bindingCount)
        assumed = Array(repeating: .never, count: program.bindingCount)
        assigned = assumed
        functions = Array(repeating: FunctionState(), count: program.functionCount)
    }

    /// What the checker found out.
    struct Outcome {
        let diagnostics: [Diagnostic]
        /// What importing files may know of the types of exports, by name.
        let exports: [String: ModuleInterface.ExportType]
        let notes: CheckNotes?
    }

    /// Checks a program.
    ///
    /// - Parameters:
    ///   - found: What the resolver has found: the same place is not complained of twice.
    ///   - isEntry: Whether it is an entry at the prompt, whose variables later entries may use.
    ///   - collectsNotes: Whether an editor wants to know the types.
    static func check(
        _ program: Program, _ resolution: Resolution, options: ResolverOptions, found: [Diagnostic], isEntry: Bool,
        collectsNotes: Bool = false
    ) -> Outcome {
        let checker = Checker(program, resolution, options, reported: Set(found.map(\.span)))
        checker.walkUntilStable(collectsNotes: collectsNotes)
        checker.checkBindings(isEntry: isEntry)
        checker.noteBindings()
        let sorted = checker.diagnostics.sorted { $0.span.start < $1.span.start }
        return Outcome(
            diagnostics: Array(sorted.prefix(Parser.maximumErrors)), exports: checker.exportTypes, notes: checker.notes)
    }

    private func walkUntilStable(collectsNotes: Bool) {
        for turn in 1... {
            diagnostics = []
            if collectsNotes { notes = CheckNotes() }
            assigned = Array(repeating: .never, count: program.bindingCount)
            bindingTypes = Array(repeating: .unknown, count: program.bindingCount)
            functions = Array(repeating: FunctionState(), count: program.functionCount)
            _ = walk(program.body)
            let growing = bindingTypes.indices.filter { index in
                resolution.bindings[index].isReassigned
                    && bindingTypes[index].joined(with: assigned[index]) != bindingTypes[index]
            }
            if growing.isEmpty || turn > Checker.mostTurns { return }
            for index in growing {
                let grown = bindingTypes[index].joined(with: assigned[index])
                assumed[index] = turn == Checker.mostTurns ? .unknown : grown
            }
        }
    }

    // MARK: Reporting

    func report(_ diagnostic: Diagnostic) {
        guard !reported.contains(diagnostic.span), diagnostics.count <= 4 * Parser.maximumErrors else { return }
        var diagnostic = diagnostic
        if tryDepth > 0, diagnostic.severity == .error { diagnostic.severity = .warning }
        diagnostics.append(diagnostic)
    }

    // MARK: Functions

    /// Makes the functions of a block known, before any of its statements is checked.
    func announceFunctions(_ statements: [Statement]) {
        for statement in statements {
            switch statement.kind {
            case .function(let node): announce(node.function)
            case .let(let node):
                if case .function(let function) = node.value.kind { announce(function) }
            case .import(let node): imports[node.declaration.id] = node
            case .expression, .assignment, .for, .while, .defer, .test, .invalid: break
            }
        }
    }

    private func announce(_ function: FunctionLiteral) {
        functions[function.id.index].literal = function
        functions[function.id.index].tryDepth = tryDepth
    }

    /// What a call of a function gives; the function is checked now where that was not done yet.
    func result(of id: FunctionID) -> StaticType {
        let state = functions[id.index]
        if let result = state.result { return result }
        guard let literal = state.literal, !state.isUnderWay else { return .unknown }
        // Functions that call one another in a long chain would use up the stack: those are checked in their place.
        guard Int32(depth) + literal.height < Checker.greatestDepth else { return .unknown }
        let outer = tryDepth
        tryDepth = state.tryDepth
        defer { tryDepth = outer }
        return walk(literal)
    }

    /// Checks a function, once.
    @discardableResult
    func walk(_ function: FunctionLiteral) -> StaticType {
        let index = function.id.index
        if let result = functions[index].result { return result }
        guard !functions[index].isUnderWay else { return .unknown }
        functions[index].isUnderWay = true
        let (outerReturns, outerDepth, outerFunction) = (returns, depth, currentFunction)
        returns.append(.never)
        currentFunction = function.id
        declareParameters(of: function)
        let body = walk(function.body)
        let returned = returns.removeLast()
        (returns, depth, currentFunction) = (outerReturns, outerDepth, outerFunction)
        functions[index].isUnderWay = false
        var result = body.joined(with: returned)
        if let annotation = function.resultType {
            let types = options.types(of: annotation)
            if !result.isNever, !result.mayBeAccepted(by: types) {
                report(.resultMismatch(result, function.body.result?.span ?? annotation.span, accepted: types))
            }
            result = StaticType(annotated: types)
        }
        functions[index].result = result.with(nil)
        return result
    }

    private func declareParameters(of function: FunctionLiteral) {
        for parameter in function.parameters {
            let value = parameter.defaultValue.map { self.type(of: $0) }
            var type = StaticType.unknown
            if let annotation = parameter.annotation {
                type = StaticType(annotated: options.types(of: annotation))
                if let value { type = type.joined(with: value).joined(with: .null) }
            }
            bindingTypes[parameter.declaration.id.index] = type
        }
    }

    // MARK: Exports

    private var exportTypes: [String: ModuleInterface.ExportType] {
        var types: [String: ModuleInterface.ExportType] = [:]
        for export in resolution.interface.exports {
            let info = resolution[export.binding]
            if let function = info.knownFunction {
                types[export.name] = ModuleInterface.ExportType(
                    value: .function, result: functions[function.index].result)
            } else if !info.isReassigned {
                types[export.name] = ModuleInterface.ExportType(
                    value: bindingTypes[export.binding.index].with(nil), result: nil)
            }
        }
        return types
    }
}
