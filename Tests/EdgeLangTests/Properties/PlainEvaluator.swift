@testable import EdgeLang

/// Runs a program by walking its tree, as plainly as can be: the oracle that the compiler and the machine are held against.
///
/// It shares the syntax tree with them and nothing else: no resolver, no bytecode, no heap. Values are Swift's, variables live in
/// dictionaries, calls recurse. It knows the part of the language and of the library that `ProgramGenerator` uses.
final class PlainEvaluator {
    /// Where an expression leaves its surroundings without a value.
    ///
    /// It never leaves the thread it is thrown on.
    enum Exit: Error, @unchecked Sendable {
        case breakLoop
        case continueLoop
        case returned(PlainData)
        /// The program takes longer than is wanted here: it proves nothing.
        case tooLong
    }

    private(set) var output = ""
    private var steps: Int
    /// Set where the program does what the language leaves open, or what is not written here as the language writes it.
    var provesNothing = false
    /// Which call is running.
    private(set) var currentCall = 0
    private var calls = 0

    init(steps: Int) { self.steps = steps }

    /// What a program prints, and the code of the error it ends with; nil where it takes too long.
    static func run(_ program: Program, steps: Int) -> (output: String, error: String?)? {
        let evaluator = PlainEvaluator(steps: steps)
        var code: String?
        do {
            _ = try evaluator.evaluate(program.body, in: nil)
        } catch let error as PlainError {
            code = error.code
        } catch {
            return nil
        }
        return evaluator.provesNothing ? nil : (evaluator.output, code)
    }

    func write(_ text: String) { output += text }

    func countStep() throws {
        steps -= 1
        if steps < 0 || output.utf8.count > 1 << 16 { throw Exit.tooLong }
    }

    func makeScope(_ parent: PlainScope?, declaring names: [String] = []) -> PlainScope {
        PlainScope(parent: parent, call: currentCall, declaring: names)
    }

    // MARK: Blocks

    func evaluate(_ block: Block, in parent: PlainScope?) throws -> PlainData {
        let scope = makeScope(parent, declaring: block.statements.flatMap(\.declaredNames))
        for case .function(let node) in block.statements.map(\.kind) {
            scope.declare(node.declaration.name, .function(PlainFunction(node.function, in: scope)))
        }
        var deferred: [FunctionLiteral] = []
        let result = Result {
            var value = PlainData.null
            for statement in block.statements {
                if case .defer(let function) = statement.kind {
                    deferred.append(function)
                    value = .null
                } else {
                    value = try execute(statement, in: scope)
                }
            }
            return value
        }
        if case .failure(Exit.tooLong) = result { throw Exit.tooLong }
        var failure: PlainError?
        for function in deferred.reversed() {
            do {
                _ = try call(PlainFunction(function, in: scope), [])
            } catch let error as PlainError {
                failure = error
            }
        }
        if let failure { throw failure }
        return try result.get()
    }

    /// Executes a statement and gives its value, which is null for all but expressions.
    private func execute(_ statement: Statement, in scope: PlainScope) throws -> PlainData {
        try countStep()
        switch statement.kind {
        case .expression(let expression): return try evaluate(expression, in: scope)
        case .let(let node):
            let value = try evaluate(node.value, in: scope)
            if let annotation = node.annotation { try check(value, annotation) }
            if case .binding(let declaration) = node.pattern.kind {
                scope.declare(declaration.name, value)
            } else {
                try bind(node.pattern, to: value, in: scope)
            }
        case .function, .test, .defer: break
        case .assignment(let node): try assign(node, in: scope)
        case .for(let loop):
            for element in try elements(of: evaluate(loop.sequence, in: scope)) {
                try countStep()
                let turn = makeScope(scope)
                try bind(loop.pattern, to: element, in: turn)
                if try !runTurn(loop.body, in: turn) { break }
            }
        case .while(let condition, let body):
            while try isTrue(evaluate(condition, in: scope)) {
                try countStep()
                if try !runTurn(body, in: scope) { break }
            }
        case .import, .invalid: throw Exit.tooLong
        }
        return .null
    }

    /// Runs the body of a loop once; false if it was left.
    private func runTurn(_ body: Block, in scope: PlainScope) throws -> Bool {
        do {
            _ = try evaluate(body, in: scope)
            return true
        } catch Exit.breakLoop {
            return false
        } catch Exit.continueLoop {
            return true
        }
    }

    func elements(of value: PlainData) throws -> [PlainData] {
        switch value {
        case .list(let elements): return elements
        case .text(let text): return text.unicodeScalars.map { .text(String($0)) }
        case .bytes(let bytes): return bytes.map { .int(Int($0)) }
        case .record(let fields): return fields.map { .list([.text($0.key), $0.value]) }
        case .range(let lower, let upper, let isClosed):
            guard lower <= upper else { return [] }
            let (count, overflow) = upper.subtractingReportingOverflow(lower)
            guard !overflow, count <= 100_000 else { throw Exit.tooLong }
            return (0..<(count + (isClosed ? 1 : 0))).map { .int(lower + $0) }
        default: throw PlainError(code: "E0321")
        }
    }

    // MARK: Assignment

    private func assign(_ node: Assignment, in scope: PlainScope) throws {
        let name = node.target.variable.name
        guard !node.target.steps.isEmpty else {
            // The old value counts, whatever the new one's expression does to the variable.
            let old = node.operator == nil ? .null : try read(name, in: scope)
            let value = try evaluate(node.value, in: scope)
            return try scope.assign(name, node.operator.map { try apply($0, old, value) } ?? value, from: currentCall)
        }
        // Keys first, then the value, then the update of what the variable holds by then.
        let keys = try node.target.steps.map { step -> PlainData in
            switch step {
            case .field(let name): .text(name.name)
            case .index(let index): try evaluate(index, in: scope)
            }
        }
        let path = zip(node.target.steps, keys).map { step, key in
            if case .field = step { (key, isField: true) } else { (key, isField: false) }
        }
        guard let symbol = node.operator else {
            let value = try evaluate(node.value, in: scope)
            return try scope.assign(
                name, try update(try read(name, in: scope), path[...]) { _ in value }, from: currentCall)
        }
        // The old element counts here, too.
        var old = PlainData.null
        do {
            _ = try update(try read(name, in: scope), path[...]) {
                old = try $0()
                return old
            }
        } catch let error as PlainError {
            // Which of two errors comes first, the value's or that of the place, is not for the language to say, nor whether the value is
            // asked for at all.
            switch node.value.kind {
            case .int, .float, .string, .bool: throw error
            default: throw Exit.tooLong
            }
        }
        let value = try apply(symbol, old, try evaluate(node.value, in: scope))
        try scope.assign(name, try update(try read(name, in: scope), path[...]) { _ in value }, from: currentCall)
    }

    private func read(_ name: String, in scope: PlainScope) throws -> PlainData {
        guard let value = try scope.read(name, from: currentCall) else { throw PlainError(code: "E0201") }
        return value
    }

    private func update(
        _ value: PlainData, _ path: ArraySlice<(PlainData, isField: Bool)>,
        _ change: (() throws -> PlainData) throws -> PlainData
    ) throws -> PlainData {
        guard let (key, isField) = path.first else { return try change { value } }
        let rest = path.dropFirst()
        switch (value, key) {
        case (.list(var elements), .int(let index)) where !isField:
            // A list has the element whose place an update names.
            let position = try place(index, elements.count)
            elements[position] = try update(elements[position], rest, change)
            return .list(elements)
        case (.record(var fields), .text(let name)):
            if let position = fields.firstIndex(where: { $0.key.utf8.elementsEqual(name.utf8) }) {
                fields[position].value = try update(fields[position].value, rest, change)
                return .record(fields)
            }
            guard rest.isEmpty else { throw PlainError(code: "E0306") }
            let absent = { () throws -> PlainData in
                if isField { throw PlainError(code: "E0306") }
                return .null
            }
            fields.append((name, try change(absent)))
            return .record(fields)
        default:
            if isField { throw PlainError(code: "E0306") }
            // An operator reads the old element before it turns out that there is no place for the new one.
            if rest.isEmpty { _ = try change { try element(value, key) } }
            switch value {
            case .list: throw PlainError(code: "E0301")
            case .record where rest.isEmpty: throw PlainError(code: "E0301")
            default: throw PlainError(code: "E0322")
            }
        }
    }

    func place(_ index: Int, _ count: Int) throws -> Int {
        let position = index < 0 ? index &+ count : index
        guard position >= 0, position < count else { throw PlainError(code: "E0305") }
        return position
    }

    // MARK: Calls

    /// Calls a function with arguments in the order of its parameters.
    func call(_ function: PlainFunction, _ arguments: [(label: String?, value: PlainData)]) throws -> PlainData {
        try countStep()
        let (outer, parameters) = (currentCall, function.literal.parameters)
        calls += 1
        currentCall = calls
        defer { currentCall = outer }
        var given: [PlainData?] = Array(repeating: nil, count: parameters.count)
        var next = 0
        for argument in arguments {
            let position: Int
            if let label = argument.label {
                guard let found = parameters.firstIndex(where: { $0.declaration.name == label }) else {
                    throw PlainError(code: "E0313")
                }
                position = found
            } else {
                position = next
                next += 1
            }
            guard position < parameters.count, given[position] == nil,
                argument.label != nil || !parameters[position].isLabelOnly
            else { throw PlainError(code: "E0313") }
            given[position] = argument.value
        }
        for (parameter, value) in zip(parameters, given) where value == nil && parameter.defaultValue == nil {
            throw PlainError(code: "E0313")
        }
        let scope = makeScope(function.scope)
        for (parameter, value) in zip(parameters, given) {
            let argument = try value ?? parameter.defaultValue.map { try evaluate($0, in: scope) } ?? .null
            if let annotation = parameter.annotation { try check(argument, annotation) }
            scope.declare(parameter.declaration.name, argument)
        }
        let result: PlainData
        do {
            result = try evaluate(function.literal.body, in: scope)
        } catch Exit.returned(let value) {
            result = value
        }
        if let annotation = function.literal.resultType { try check(result, annotation) }
        return result
    }

    func call(_ callee: PlainData, _ arguments: [PlainData]) throws -> PlainData {
        switch callee {
        case .function(let function): try call(function, arguments.map { (nil, $0) })
        case .builtin(let name): try callBuiltin(name, arguments.map { (nil, $0) })
        default: throw PlainError(code: "E0312")
        }
    }

    private func check(_ value: PlainData, _ annotation: TypeAnnotation) throws {
        let fits = annotation.names.contains { name in
            switch name.name {
            case "any": true
            case "number": ["int", "float"].contains(value.typeName)
            case "quantity": if case .quantity = value { true } else { false }
            default: name.name == value.typeName
            }
        }
        if !fits { throw PlainError(code: "E0327") }
    }

    func isTrue(_ value: PlainData) throws -> Bool {
        guard case .bool(let truth) = value else { throw PlainError(code: "E0323") }
        return truth
    }

    // MARK: Patterns

    private func bind(_ pattern: Pattern, to value: PlainData, in scope: PlainScope) throws {
        if try !matches(pattern, value, in: scope) { throw PlainError(code: "E0317") }
    }

    /// Whether a value has a pattern's form; declares the pattern's variables on the way.
    func matches(_ pattern: Pattern, _ value: PlainData, in scope: PlainScope) throws -> Bool {
        switch pattern.kind {
        case .wildcard: return true
        case .binding(let declaration):
            scope.declare(declaration.name, value)
            return true
        case .literal(let literal): return areEqual(try evaluate(literal, in: scope), value)
        case .range(let lower, let upper, let isClosed):
            guard value.number != nil else { return false }
            let order = { (end: Expression) -> Int? in
                let other = try self.evaluate(end, in: scope)
                return other.dimension == value.dimension ? try self.compare(value, other) : nil
            }
            if let lower {
                guard let result = try order(lower), result >= 0 else { return false }
            }
            if let upper {
                guard let result = try order(upper), isClosed ? result <= 0 : result < 0 else { return false }
            }
            return true
        case .list(let prefix, let rest, let suffix):
            guard case .list(let elements) = value, elements.count >= prefix.count + suffix.count,
                rest != nil || elements.count == prefix.count + suffix.count
            else { return false }
            for (part, element) in zip(prefix, elements) {
                if try !matches(part, element, in: scope) { return false }
            }
            let end = elements.count - suffix.count
            for (part, element) in zip(suffix, elements[end...]) {
                if try !matches(part, element, in: scope) { return false }
            }
            if let name = rest?.declaration?.name { scope.declare(name, .list(Array(elements[prefix.count..<end]))) }
            return true
        case .record(let fields, let rest):
            guard case .record(let entries) = value else { return false }
            for field in fields {
                guard let entry = entries.first(where: { $0.key == field.key.name }) else { return false }
                if try !matches(field.pattern, entry.value, in: scope) { return false }
            }
            if let name = rest?.declaration?.name {
                let left = entries.filter { entry in !fields.contains { $0.key.name == entry.key } }
                scope.declare(name, .record(left))
            }
            return true
        case .alternatives(let parts): return try parts.contains { try matches($0, value, in: scope) }
        case .invalid: throw Exit.tooLong
        }
    }
}

extension Statement {
    /// The variables and functions it declares in its block.
    fileprivate var declaredNames: [String] {
        switch kind {
        case .let(let node): node.pattern.declarations.map(\.name)
        case .function(let node): [node.declaration.name]
        case .expression, .assignment, .for, .while, .defer, .import, .test, .invalid: []
        }
    }
}
