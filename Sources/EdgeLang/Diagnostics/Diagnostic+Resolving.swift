/// What the resolver has to say of names and places: `E0201`, `E0202`, `E0211` to `E0219`.
extension Diagnostic {
    static func unknownName(_ name: String, _ span: Span, closest: String?) -> Diagnostic {
        let foreign: String? =
            switch name {
            case "None", "nil", "undefined", "NULL", "Null": "null"
            case "True", "TRUE": "true"
            case "False", "FALSE": "false"
            default: nil
            }
        let guess = foreign ?? closest
        return Diagnostic(
            code: "E0201", "nothing is called `\(name)` here",
            labels: [Label(span, guess.map { "did you mean `\($0)`?" } ?? "not declared")],
            hint: guess == nil ? "declare it with `let \(name) = …`, or import the module it comes from" : nil,
            suggestion: guess.map { Suggestion(span: span, replacement: $0) })
    }

    static func notVariable(_ name: String, _ span: Span, kind: BindingInfo.Kind?, declared: Span?) -> Diagnostic {
        let what: (String, String) =
            switch kind {
            case .let: ("a constant", "declare it with `var` if it is to change")
            case .var: ("a variable", "")
            case .function: ("a function", "functions do not change; give the new one another name")
            case .parameter: ("a parameter", "copy it first: `var mine = \(name)`")
            case .loop: ("the variable of a loop", "copy it first: `var mine = \(name)`")
            case .pattern: ("bound by a pattern", "copy it first: `var mine = \(name)`")
            case .error: ("a caught error", "copy it first: `var mine = \(name)`")
            case .module: ("a module", "modules do not change")
            case nil: ("a built-in function", "declare a variable of your own with `var`, under another name")
            }
        return Diagnostic(
            code: "E0202", "`\(name)` cannot be assigned to: it is \(what.0)",
            labels: [Label(span)] + (declared.map { [Label($0, "declared here")] } ?? []), hint: what.1)
    }

    static func declaredTwice(_ name: String, _ span: Span, first: Span) -> Diagnostic {
        Diagnostic(
            code: "E0211", "`\(name)` is declared twice in the same block",
            labels: [Label(span, "declared again"), Label(first, "declared first")],
            hint: "use another name, or assign to a `var` without declaring it again")
    }

    static func usedBeforeDeclaration(_ name: String, _ span: Span, declared: Span) -> Diagnostic {
        Diagnostic(
            code: "E0212", "`\(name)` is used before it is declared",
            labels: [Label(span, "has no value yet"), Label(declared, "declared here")],
            hint: "move the declaration up")
    }

    static func outsideLoop(_ word: String, _ span: Span, isInFunction: Bool) -> Diagnostic {
        Diagnostic(
            code: "E0213", "`\(word)` outside of a loop", labels: [Label(span)],
            hint: isInFunction ? "a function cannot leave a loop around it: use a `for` loop instead" : nil)
    }

    static func returnOutsideFunction(_ span: Span) -> Diagnostic {
        Diagnostic(
            code: "E0214", "`return` outside of a function", labels: [Label(span)],
            hint: "a script ends at its last line; put what is to end early into a function")
    }

    static func unknownType(_ name: String, _ span: Span, known: [String]) -> Diagnostic {
        let guess: String? =
            switch name {
            case "str", "String": "string"
            case "integer", "Int": "int"
            case "double", "real": "float"
            case "boolean": "bool"
            case "array": "list"
            case "dict", "map", "object": "record"
            case "time": "duration"
            default: Spelling.closest(to: name, among: known)
            }
        return Diagnostic(
            code: "E0215", "there is no type `\(name)`",
            labels: [Label(span, guess.map { "did you mean `\($0)`?" } ?? "")],
            suggestion: guess.map { Suggestion(span: span, replacement: $0) },
            notes: ["types: \(known.joined(separator: ", "))"])
    }

    static func notExported(_ name: String, _ span: Span, module: String, known: [String]) -> Diagnostic {
        let guess = Spelling.closest(to: name, among: known)
        return Diagnostic(
            code: "E0216", "the module `\(module)` exports no `\(name)`",
            labels: [Label(span, guess.map { "did you mean `\($0)`?" } ?? "")],
            hint: known.isEmpty ? "put `export` before the declarations others may use" : nil,
            suggestion: guess.map { Suggestion(span: span, replacement: $0) },
            notes: known.isEmpty ? [] : ["exports: \(known.joined(separator: ", "))"])
    }

    static func leavesDefer(_ word: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            code: "E0217", "`\(word)` cannot leave a `defer`", labels: [Label(span)],
            hint: "what is deferred runs while its block is already being left")
    }
}
