extension ProgramGenerator {
    /// An expression that gives a value of a kind, unless something goes wrong while it runs.
    mutating func expression(_ kind: Kind, depth: Int) -> String {
        // The wrong kind, now and then: from a variable, since the wrong literal would not even compile.
        if chance(1), let other = variable(pick(Kind.allCases)) { return other.name }
        if depth <= 0 || chance(25) { return simple(kind) }
        switch below(14) {
        case 0: return "(if \(expression(.bool, depth: depth - 1)) \(block(kind, depth)) else \(block(kind, depth)))"
        case 1: return "(\(matching(kind, depth)))"
        case 2: return "(try \(block(kind, depth)) catch \(block(kind, depth)))"
        case 3 where functionDepth < 3: return block(kind, depth)
        case 4: if let call = call(kind, depth) { return call }
        default: break
        }
        switch kind {
        case .int: return int(depth - 1)
        case .float: return float(depth - 1)
        case .bool: return bool(depth - 1)
        case .text: return text(depth - 1)
        case .ints: return ints(depth - 1)
        case .grid: return grid(depth - 1)
        case .record: return record(depth - 1)
        case .function: return closure(depth - 1)
        case .quantity: return quantity(depth - 1)
        case .bytes: return bytes(depth - 1)
        }
    }

    /// A variable or a literal.
    mutating func simple(_ kind: Kind) -> String {
        if chance(70), let variable = variable(kind) { return variable.name }
        switch kind {
        case .int: return chance(70) ? "\(below(12))" : pick(Self.intLiterals)
        case .float: return chance(50) ? "\(below(20)).\(pick(["0", "5", "25"]))" : pick(Self.floatLiterals)
        case .bool: return pick(["true", "false"])
        case .text: return pick(Self.textLiterals)
        case .ints: return pick(["[]", "[1]", "[1, 2, 3]", "[5, -1, 9223372036854775807]", "[0, 0]"])
        case .grid: return pick(["[]", "[[1]]", "[[1, 2], [3]]", "[[], []]"])
        case .record: return pick(["{a: 1, b: \"x\", c: [1]}", "{a: -1, b: \"\", c: []}"])
        case .function: return pick(["n => n", "n => n + 1", "(n, m = 2) => n * m", "abs"]).inParentheses
        case .quantity: return pick(["5ms", "1s", "1.5min", "0s", "250us"])
        case .bytes: return pick(["hex\"\"", "hex\"00FF\"", "hex\"01 02 03\""])
        }
    }

    private static let intLiterals = [
        "0", "1", "2", "3", "7", "-1", "-2", "10", "63", "64", "100", "255", "0x7FFF", "4611686018427387904",
        "9223372036854775807", "-9223372036854775808", "3037000500", "9007199254740993", "0b1010",
    ]
    private static let floatLiterals = [
        "0.0", "-0.0", "0.5", "1.0", "-2.5", "1e308", "5e-324", "9007199254740992.0", "0.1", "9223372036854775808.0",
        "(1e308 * 10)", "(0.0 / 0.0)",
    ]
    private static let textLiterals = [
        "\"\"", "\"a\"", "\"abc\"", "\"grün\"", "\"e\\u{301}\"", "\"\\u{e9}\"", "\"a b\"", "\"😀\"", "r\"\\n\"",
        "\"\\n\"",
    ]

    private mutating func int(_ depth: Int) -> String {
        switch below(22) {
        case 0...7:
            let symbol = pick(["+", "-", "*", "//", "%", "&", "|", "^", "+", "-"])
            let text = "\(expression(.int, depth: depth)) \(symbol) \(expression(.int, depth: depth))"
            // Without parentheses, precedence makes of it what it will: an int in any case.
            return chance(60) ? text.inParentheses : text
        case 8: return "(\(simple(.int)) << \(pick(["0", "1", "3", "62", "63"])))"
        case 9: return "(\(expression(.int, depth: depth)) >> \(pick(["0", "1", "63", "100"])))"
        case 10: return "(\(pick(["2", "-1", "3", "0", "-2"])) ** \(pick(["0", "1", "2", "5", "62", "63"])))"
        case 11: return "(-\(expression(.int, depth: depth)))"
        case 12: return "(~\(simple(.int)))"
        case 13: return "len(\(expression(pick([.ints, .text, .grid, .record, .bytes]), depth: depth)))"
        case 14: return "sum(\(expression(.ints, depth: depth)))"
        case 15: return "\(operand(.ints, depth))[\(index(depth))]"
        case 16: return "\(operand(.record, depth)).a"
        case 17: return "(first(\(expression(.ints, depth: depth))) ?? \(simple(.int)))"
        case 18: return "\(pick(["min", "max"]))(\(simple(.int)), \(expression(.int, depth: depth)))"
        case 19: return "reduce(\(expression(.ints, depth: depth)), \(simple(.int)), \(twoArguments(depth)))"
        case 20: return "int(\(expression(pick([.float, .bool]), depth: depth)))"
        default: return "(\(expression(.ints, depth: depth)) |> \(pick(["len", "sum", "reduce(0, (p, q) => p - q)"])))"
        }
    }

    /// An expression that something can stand behind: in parentheses where it is not a name.
    private mutating func operand(_ kind: Kind, _ depth: Int) -> String {
        if let variable = variable(kind), chance(70) { return variable.name }
        return expression(kind, depth: depth).inParentheses
    }

    mutating func index(_ depth: Int) -> String {
        chance(85) ? pick(["0", "0", "0", "-1", "-1", "1", "2"]) : expression(.int, depth: min(depth, 1))
    }

    private mutating func twoArguments(_ depth: Int) -> String {
        let (first, second) = (newName("p"), newName("p"))
        return "(\(first), \(second)) => \(first) \(pick(["+", "-", "*", "^"])) \(second)"
    }

    private mutating func float(_ depth: Int) -> String {
        switch below(8) {
        case 0...3:
            let symbol = pick(["+", "-", "*", "/", "//", "%"])
            return "(\(expression(.float, depth: depth)) \(symbol) \(expression(pick([.float, .int]), depth: depth)))"
        case 4: return "(\(expression(.int, depth: depth)) / \(expression(.int, depth: depth)))"
        case 5: return "float(\(expression(.int, depth: depth)))"
        case 6: return "(\(expression(.quantity, depth: depth)) / 1s)"
        default: return "abs(\(expression(.float, depth: depth)))"
        }
    }

    private mutating func bool(_ depth: Int) -> String {
        switch below(12) {
        case 0...2:
            let kind: Kind = pick([.int, .int, .float, .text, .ints])
            let other: Kind = kind == .int && chance(30) ? .float : kind
            let symbol = pick(["<", "<=", ">", ">=", "==", "!="])
            return "(\(expression(kind, depth: depth)) \(symbol) \(expression(other, depth: depth)))"
        case 3, 4:
            let symbol = pick(["and", "or"])
            return "(\(expression(.bool, depth: depth)) \(symbol) \(expression(.bool, depth: depth)))"
        case 5: return "(not \(expression(.bool, depth: depth)))"
        case 6:
            return "(\(expression(.int, depth: depth)) \(pick(["in", "not in"])) \(expression(.ints, depth: depth)))"
        case 7: return "(\(expression(.text, depth: depth)) in \(expression(pick([.text, .record]), depth: depth)))"
        case 8: return "has(\(expression(.record, depth: depth)), \(pick(["\"a\"", "\"b\"", "\"zz\""])))"
        case 9: return "\(pick(["any", "all"]))(\(expression(.ints, depth: depth)), \(predicate(depth)))"
        case 10:
            let kind = pick([Kind.record, .grid, .ints, .bytes])
            return "(\(expression(kind, depth: depth)) == \(expression(kind, depth: depth)))"
        default: return "is_nan(\(expression(.float, depth: depth)))"
        }
    }

    private mutating func predicate(_ depth: Int) -> String {
        let parameter = newName("p")
        blocks.append(Block(variables: [Variable(name: parameter, kind: .int, isMutable: false)]))
        defer { blocks.removeLast() }
        return "\(parameter) => \(parameter) \(pick(["<", ">", "==", ">="])) \(simple(.int))"
    }

    private mutating func text(_ depth: Int) -> String {
        switch below(9) {
        case 0, 1: return "(\(expression(.text, depth: depth)) + \(expression(.text, depth: depth)))"
        case 2, 3: return "\"<\\(\(simple(pick([.int, .text, .bool, .ints, .record]))))>\""
        case 4: return "str(\(expression(pick([.int, .float, .bool, .ints, .grid, .record, .bytes]), depth: depth)))"
        case 5: return "upper(\(expression(.text, depth: depth)))"
        case 6: return "join(\(expression(pick([.ints, .grid]), depth: depth)), \", \")"
        case 7: return "\(operand(.record, depth)).b"
        default: return "\(operand(.text, depth))[\(pick(["0..1", "1..", "..2", "-1..", "0..=0", "..-1"]))]"
        }
    }

    private mutating func ints(_ depth: Int) -> String {
        switch below(16) {
        case 0, 1:
            let items = (0..<below(4)).map { _ in expression(.int, depth: depth) }
            return "[" + items.joined(separator: ", ") + "]"
        case 2: return "[...\(expression(.ints, depth: depth)), \(expression(.int, depth: depth))]"
        case 3: return "push(\(expression(.ints, depth: depth)), \(expression(.int, depth: depth)))"
        case 4: return "(\(expression(.ints, depth: depth)) + \(expression(.ints, depth: depth)))"
        case 5: return "map(\(expression(.ints, depth: depth)), \(expression(.function, depth: depth)))"
        case 6: return "filter(\(expression(.ints, depth: depth)), \(predicate(depth)))"
        case 7:
            let order = pick(["", ", descending: true", ", by: x => -x % 7"])
            return "sort(\(expression(.ints, depth: depth))\(order))"
        case 8: return "\(pick(["reverse", "list"]))(\(expression(.ints, depth: depth)))"
        case 9: return "\(pick(["take", "drop"]))(\(expression(.ints, depth: depth)), \(pick(["0", "1", "2", "9"])))"
        case 10: return "\(operand(.ints, depth))[\(pick(["1..", "..1", "-2..", "0..=1", "..", "..-1"]))]"
        case 11: return "\(operand(.grid, depth))[\(index(depth))]"
        case 12: return "\(operand(.record, depth)).c"
        case 13: return "list(\(below(4))..\(pick(["", "="]))\(below(7)))"
        case 14: return "(\(simple(.ints)) |> map(\(expression(.function, depth: depth))) |> reverse)"
        default: return "build(\(below(5)), \(expression(.function, depth: depth)))"
        }
    }

    private mutating func grid(_ depth: Int) -> String {
        switch below(7) {
        case 0, 1: return "[\((0..<below(3)).map { _ in expression(.ints, depth: depth) }.joined(separator: ", "))]"
        case 2: return "push(\(expression(.grid, depth: depth)), \(expression(.ints, depth: depth)))"
        case 3: return "(\(expression(.grid, depth: depth)) + \(expression(.grid, depth: depth)))"
        case 4:
            let parameter = newName("p")
            return "map(\(expression(.ints, depth: depth)), \(parameter) => [\(parameter), \(simple(.int))])"
        case 5: return "enumerate(\(expression(.ints, depth: depth)))"
        default: return "[...\(expression(.grid, depth: depth)), ...\(simple(.grid))]"
        }
    }

    private mutating func record(_ depth: Int) -> String {
        switch below(6) {
        case 0, 1:
            let (a, b) = (expression(.int, depth: depth), expression(.text, depth: depth))
            return "{a: \(a), b: \(b), c: \(expression(.ints, depth: depth))}"
        case 2: return "{...\(expression(.record, depth: depth)), a: \(expression(.int, depth: depth))}"
        case 3: return "merge(\(expression(.record, depth: depth)), {b: \(expression(.text, depth: depth)), z: 1})"
        case 4: return "without(\(expression(.record, depth: depth)), \"z\")"
        default: return "{...\(simple(.record)), ...\(expression(.record, depth: depth))}"
        }
    }

    /// A function from an int to an int.
    private mutating func closure(_ depth: Int) -> String {
        if chance(20), let variable = variable(.function) { return variable.name }
        let parameter = newName("p")
        let (loops, result) = (ownLoopDepth, resultKind)
        (ownLoopDepth, resultKind) = (0, .int)
        functionDepth += 1
        blocks.append(Block(variables: [Variable(name: parameter, kind: .int, isMutable: false)]))
        defer {
            blocks.removeLast()
            functionDepth -= 1
            (ownLoopDepth, resultKind) = (loops, result)
        }
        if chance(30), depth > 0, functionDepth < 3 { return "(\(parameter) => \(block(.int, depth)))" }
        return "(\(parameter) => \(expression(.int, depth: depth)))"
    }

    private mutating func quantity(_ depth: Int) -> String {
        switch below(5) {
        case 0, 1:
            let symbol = pick(["+", "-", "%"])
            return "(\(expression(.quantity, depth: depth)) \(symbol) \(expression(.quantity, depth: depth)))"
        case 2: return "(\(expression(.quantity, depth: depth)) * \(expression(pick([.int, .float]), depth: depth)))"
        case 3: return "(\(expression(.quantity, depth: depth)) / \(pick(["2", "4.0"])))"
        default: return "(-\(expression(.quantity, depth: depth)))"
        }
    }

    private mutating func bytes(_ depth: Int) -> String {
        chance(50)
            ? "(\(expression(.bytes, depth: depth)) + \(expression(.bytes, depth: depth)))"
            : "\(operand(.bytes, depth))[\(pick(["1..", "..1", "0..=1"]))]"
    }

    // MARK: Compound expressions

    /// A block whose last expression is of a kind.
    private mutating func block(_ kind: Kind, _ depth: Int) -> String {
        blocks.append(Block())
        defer { blocks.removeLast() }
        var lines = chance(40) ? [statement(depth: depth)] : []
        lines.append(expression(kind, depth: depth - 1).asStatement)
        return "{\n" + lines.joined(separator: "\n") + "\n}"
    }

    private mutating func matching(_ kind: Kind, _ depth: Int) -> String {
        var arms: [String] = []
        let subject: String
        switch below(4) {
        case 0:
            subject = expression(.int, depth: depth - 1)
            arms.append("0 | 1 => \(armBody(kind, depth))")
            arms.append("..0 => \(armBody(kind, depth))")
            let name = newName("m")
            let variable = Variable(name: name, kind: .int, isMutable: false)
            blocks.append(Block(variables: [variable]))
            arms.append("\(name) if \(name) \(pick([">", "<", "=="])) \(simple(.int)) => \(armBody(kind, depth))")
            blocks.removeLast()
        case 1:
            subject = expression(.ints, depth: depth - 1)
            let (head, tail) = (newName("m"), newName("m"))
            arms.append("[] => \(armBody(kind, depth))")
            blocks.append(
                Block(variables: [
                    Variable(name: head, kind: .int, isMutable: false),
                    Variable(name: tail, kind: .ints, isMutable: false),
                ]))
            arms.append("[\(head), ...\(tail)] => \(armBody(kind, depth))")
            blocks.removeLast()
        case 2:
            subject = expression(.record, depth: depth - 1)
            let name = newName("m")
            blocks.append(Block(variables: [Variable(name: name, kind: .int, isMutable: false)]))
            arms.append("{a: \(name), b: \"x\"} => \(armBody(kind, depth))")
            arms.append("{a: \(name), ...} if \(name) > 0 => \(armBody(kind, depth))")
            blocks.removeLast()
        default:
            subject = expression(.text, depth: depth - 1)
            arms.append("\"\" => \(armBody(kind, depth))")
            arms.append("\"a\" | \"abc\" => \(armBody(kind, depth))")
        }
        if !chance(4) { arms.append("_ => \(armBody(kind, depth))") }
        return "match \(subject) {\n" + arms.joined(separator: "\n") + "\n}"
    }

    private mutating func armBody(_ kind: Kind, _ depth: Int) -> String {
        chance(25) ? block(kind, depth - 1) : expression(kind, depth: depth - 2)
    }

    /// A call of a function of the program, if there is one.
    private mutating func call(_ kind: Kind, _ depth: Int) -> String? {
        if kind == .int, chance(40), let variable = variable(.function) {
            let argument = expression(.int, depth: depth - 1)
            return chance(70) ? "\(variable.name)(\(argument))" : "(\(argument.inParentheses) |> \(variable.name))"
        }
        let candidates = functions(of: kind)
        if candidates.isEmpty { return nil }
        let function = pick(candidates)
        borrow(function.name)
        var arguments: [String] = []
        var labelled: [String] = []
        var isByPlace = true
        for (position, parameter) in function.parameters.enumerated() {
            if position == 0, function.isRecursive {
                arguments.append("\(below(4))")
                continue
            }
            if parameter.hasDefault, chance(40) {
                isByPlace = false
                continue
            }
            let value = expression(parameter.kind, depth: depth - 1)
            if parameter.isLabelled || !isByPlace || chance(15) {
                labelled.append("\(parameter.name): \(value)")
                isByPlace = false
            } else {
                arguments.append(value)
            }
        }
        return "\(function.name)(\((arguments + labelled).joined(separator: ", ")))"
    }
}

extension String {
    var inParentheses: String { "(" + self + ")" }

    /// As a statement of its own it may not begin like a block.
    var asStatement: String { hasPrefix("{") ? inParentheses : self }
}
