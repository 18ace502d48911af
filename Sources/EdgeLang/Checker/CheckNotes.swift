/// What the checker writes down for editors while it walks.
struct CheckNotes {
    /// The uses of the program's variables.
    var uses: [BindingID: [Span]] = [:]
    /// The uses of primitives.
    var primitives: [(name: String, span: Span)] = []
    /// The types of calls, fields, elements and names.
    var types: [(span: Span, type: String)] = []

    /// What is known of a variable.
    struct Binding {
        let type: String?
        let signature: Signature?
        let result: String?
    }

    /// By `BindingID`.
    var bindings: [Binding] = []

    mutating func note(_ expression: Expression, _ type: StaticType) {
        switch expression.kind {
        case .call, .field, .index, .slice, .name:
            if let name = type.name { types.append((expression.span, name)) }
        default: break
        }
    }
}

extension Checker {
    /// Writes down what a name means, for editors.
    func noteUse(_ use: NameUse) {
        guard notes != nil else { return }
        switch resolution[use.id] {
        case .local(let id), .captured(_, let id): notes?.uses[id, default: []].append(use.span)
        case .function(let function): noteFunction(function, use.span)
        case .currentFunction: noteFunction(currentFunction, use.span)
        case .global, .unresolved: break
        case .builtin(let index): notes?.primitives.append((options.builtins.names[index], use.span))
        }
    }

    private func noteFunction(_ function: FunctionID, _ span: Span) {
        guard let index = resolution.bindings.firstIndex(where: { $0.knownFunction == function }) else { return }
        notes?.uses[BindingID(index), default: []].append(span)
    }
}

extension Checker {
    /// Writes down what is known of the variables, at the end.
    func noteBindings() {
        guard notes != nil else { return }
        notes?.bindings = resolution.bindings.enumerated().map { index, info in
            let function = info.knownFunction
            return CheckNotes.Binding(
                type: function == nil ? bindingTypes[index].name : "function",
                signature: function.flatMap { signature(of: $0) },
                result: function.flatMap { functions[$0.index].result?.name })
        }
    }
}
