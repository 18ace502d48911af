extension ProgramGenerator {
    mutating func statement(depth: Int) -> String {
        let inner = max(depth, 0)
        switch below(27) {
        case 0...3: return declaration(of: pick(Kind.allCases), isMutable: chance(60))
        case 4...7: return assignment()
        case 8...11: return update()
        case 12: return "if \(expression(.bool, depth: 2)) \(body(inner))" + (chance(50) ? " else \(body(inner))" : "")
        case 13, 14: return loop(inner)
        case 15: return bounded(inner)
        case 16: return "try \(body(inner)) catch e \(handler(inner))"
        case 17: return deferral()
        case 18...19 where functionDepth < 2 && loopDepth < 2: return function(inner)
        case 20: return exit()
        case 21: return destructuring()
        case 22: return "fail(\(simple(.text)), code: \"C\(below(3))\")".guarded(by: expression(.bool, depth: 1))
        default:
            let kind = pick([Kind.int, .float, .bool, .text, .ints, .grid, .record, .bytes])
            return "print(\(expression(kind, depth: 3)))"
        }
    }

    mutating func declaration(of kind: Kind, isMutable: Bool) -> String {
        let value = expression(kind, depth: 3)
        let name = nameForVariable("v")
        let annotation = chance(10) ? annotations[kind] ?? "" : ""
        add(Variable(name: name, kind: kind, isMutable: isMutable))
        return "\(isMutable ? "var" : "let") \(name)\(annotation) = \(value)"
    }

    private var annotations: [Kind: String] {
        [.int: ": int", .float: ": float", .ints: ": list", .record: ": record", .text: ": string"]
    }

    private mutating func assignment() -> String {
        let kind = pick([Kind.int, .int, .ints, .text, .float, .record, .grid, .bool])
        guard let variable = variable(kind, isMutable: true) else { return "print(\(simple(.int)))" }
        switch kind {
        case .int where chance(60):
            let symbol = pick(["+=", "-=", "*=", "//=", "%=", "|=", "&=", "^="])
            return "\(variable.name) \(symbol) \(expression(.int, depth: 2))"
        case .ints where chance(60):
            return chance(50)
                ? "\(variable.name) += \(expression(.ints, depth: 2))"
                : "\(variable.name) = push(\(variable.name), \(expression(.int, depth: 2)))"
        case .text where chance(60): return "\(variable.name) += \(expression(.text, depth: 1))"
        case .float where chance(60):
            return "\(variable.name) \(pick(["+=", "-=", "*=", "/="])) \(expression(pick([.float, .int]), depth: 2))"
        case .grid where chance(50): return "\(variable.name) += [\(expression(.ints, depth: 2))]"
        default: return "\(variable.name) = \(expression(kind, depth: 3))"
        }
    }

    /// An update of a part of a list or record.
    private mutating func update() -> String {
        let symbol = pick(["=", "=", "+=", "-=", "*="])
        switch below(5) {
        case 0:
            guard let list = variable(.ints, isMutable: true) else { return assignment() }
            return "\(list.name)[\(index(1))] \(symbol) \(expression(.int, depth: 2))"
        case 1:
            guard let grid = variable(.grid, isMutable: true) else { return assignment() }
            return chance(50)
                ? "\(grid.name)[\(index(1))][\(index(0))] \(symbol) \(expression(.int, depth: 2))"
                : "\(grid.name)[\(index(1))] \(pick(["=", "+="])) \(expression(.ints, depth: 2))"
        case 2:
            guard let record = variable(.record, isMutable: true) else { return assignment() }
            return "\(record.name).\(pick(["a", "a", "z"])) \(symbol) \(expression(.int, depth: 2))"
        case 3:
            guard let record = variable(.record, isMutable: true) else { return assignment() }
            return chance(50)
                ? "\(record.name).c[\(index(0))] \(symbol) \(expression(.int, depth: 2))"
                : "\(record.name).c \(pick(["=", "+="])) \(expression(.ints, depth: 2))"
        default:
            guard let record = variable(.record, isMutable: true) else { return assignment() }
            return "\(record.name)[\(pick(["\"a\"", "\"k\"", "\"z\""]))] = \(expression(.int, depth: 2))"
        }
    }

    // MARK: Blocks

    mutating func body(_ depth: Int, _ variables: [Variable] = []) -> String {
        // What a loop, a handler or a parameter list declares stands around the block.
        blocks.append(Block(variables: variables))
        blocks.append(Block())
        defer { blocks.removeLast(2) }
        let lines = (0..<(1 + below(depth > 2 ? 1 : 3))).map { _ in statement(depth: depth + 1) }
        return "{\n" + lines.joined(separator: "\n") + "\n}"
    }

    private mutating func handler(_ depth: Int) -> String {
        let text = body(depth)
        return "{\nprint(e.code)\n" + text.dropFirst(2)
    }

    private mutating func loop(_ depth: Int) -> String {
        if depth > 2 { return assignment() }
        let name = newName("i")
        switch below(5) {
        case 0, 1:
            let sequence = chance(60) ? "0..\(below(5))" : "\(below(3))..=\(below(5))"
            return "for \(name) in \(sequence) " + turns(depth, [Variable(name: name, kind: .int, isMutable: false)])
        case 2:
            let sequence = expression(.ints, depth: 2)
            return "for \(name) in \(sequence) " + turns(depth, [Variable(name: name, kind: .int, isMutable: false)])
        case 3:
            let second = newName("i")
            let sequence = "enumerate(\(expression(.ints, depth: 1)))"
            let variables = [name, second].map { Variable(name: $0, kind: .int, isMutable: false) }
            return "for [\(name), \(second)] in \(sequence) " + turns(depth, variables)
        default:
            let sequence = expression(.text, depth: 1)
            return "for \(name) in \(sequence) " + turns(depth, [Variable(name: name, kind: .text, isMutable: false)])
        }
    }

    /// The body of a loop, which may be left.
    private mutating func turns(_ depth: Int, _ variables: [Variable] = []) -> String {
        loopDepth += 1
        ownLoopDepth += 1
        defer {
            loopDepth -= 1
            ownLoopDepth -= 1
        }
        return body(depth, variables)
    }

    /// A `while` that counts: the count comes first in its body, so that `continue` cannot keep it from ending.
    private mutating func bounded(_ depth: Int) -> String {
        if depth > 2 { return update() }
        let name = newName("w")
        let text = turns(depth)
        let condition = chance(30) ? " and \(expression(.bool, depth: 1))" : ""
        return "var \(name) = 0\nwhile \(name) < \(1 + below(4))\(condition) {\n\(name) += 1\n" + text.dropFirst(2)
    }

    private mutating func deferral() -> String {
        let saved = (ownLoopDepth, isInDefer)
        (ownLoopDepth, isInDefer) = (0, true)
        defer { (ownLoopDepth, isInDefer) = saved }
        functionDepth += 1
        defer { functionDepth -= 1 }
        return chance(50) ? "defer print(\(expression(.int, depth: 1)))" : "defer \(body(3))"
    }

    private mutating func exit() -> String {
        let condition = expression(.bool, depth: 1)
        if ownLoopDepth > 0, chance(60) { return pick(["break", "continue"]).guarded(by: condition) }
        if let kind = resultKind, !isInDefer { return "return \(expression(kind, depth: 2))".guarded(by: condition) }
        return "print(\(condition))"
    }

    private mutating func destructuring() -> String {
        let (first, second) = (newName("v"), newName("v"))
        let (text, kinds): (String, [Kind])
        switch below(3) {
        case 0: (text, kinds) = ("let [\(first), ...\(second)] = \(expression(.ints, depth: 2))", [.int, .ints])
        case 1: (text, kinds) = ("var [...\(second), \(first)] = \(expression(.ints, depth: 2))", [.int, .ints])
        default: (text, kinds) = ("let {a: \(first), c: \(second)} = \(expression(.record, depth: 2))", [.int, .ints])
        }
        add(Variable(name: first, kind: kinds[0], isMutable: text.hasPrefix("var")))
        add(Variable(name: second, kind: kinds[1], isMutable: text.hasPrefix("var")))
        return text
    }

    // MARK: Functions

    private mutating func function(_ depth: Int) -> String {
        let name = newName("f")
        let result = pick([Kind.int, .int, .ints, .text, .record, .bool, .float])
        let isRecursive = chance(35)
        var parameters: [(name: String, kind: Kind, isLabelled: Bool, hasDefault: Bool)] = []
        var texts: [String] = []
        if isRecursive {
            parameters.append((newName("n"), .int, false, false))
            texts.append(parameters[0].name)
        }
        var (hasDefaults, isLabelled) = (false, false)
        for _ in 0..<below(4) {
            if chance(20), !isLabelled {
                isLabelled = true
                texts.append("*")
            }
            hasDefaults = hasDefaults || chance(25)
            let parameter = (newName("a"), pick([Kind.int, .int, .ints, .record, .text]), isLabelled, hasDefaults)
            parameters.append(parameter)
            let annotation = chance(10) ? annotations[parameter.1] ?? "" : ""
            texts.append(parameter.0 + annotation + (hasDefaults ? " = \(simple(parameter.1))" : ""))
        }
        if texts.last == "*" { texts.removeLast() }
        let function = Function(name: name, parameters: parameters, result: result, isRecursive: isRecursive)

        let saved = (ownLoopDepth, resultKind, isInDefer)
        (ownLoopDepth, resultKind, isInDefer) = (0, result, false)
        functionDepth += 1
        blocks.append(Block(variables: parameters.map { Variable(name: $0.name, kind: $0.kind, isMutable: false) }))
        blocks.append(Block())
        var lines: [String] = []
        if isRecursive {
            lines.append("if \(parameters[0].name) <= 0 { return \(expression(result, depth: 1)) }")
            lines.append(recursion(function))
        }
        for _ in 0..<(1 + below(3)) { lines.append(statement(depth: depth + 1)) }
        lines.append(expression(result, depth: 2).asStatement)
        blocks.removeLast(2)
        functionDepth -= 1
        (ownLoopDepth, resultKind, isInDefer) = saved

        blocks[blocks.count - 1].functions.append(function)
        return "fn \(name)(\(texts.joined(separator: ", "))) {\n\(lines.joined(separator: "\n"))\n}"
    }

    /// A call of the function itself, one further down.
    private mutating func recursion(_ function: Function) -> String {
        var arguments = ["\(function.parameters[0].name) - 1"]
        for parameter in function.parameters.dropFirst() {
            arguments.append("\(parameter.name): \(simple(parameter.kind))")
        }
        let name = newName("v")
        let text = "let \(name) = \(function.name)(\(arguments.joined(separator: ", ")))"
        add(Variable(name: name, kind: function.result, isMutable: false))
        return text
    }
}

extension String {
    /// As a statement that runs under a condition.
    fileprivate func guarded(by condition: String) -> String { "if \(condition) { \(self) }" }
}
