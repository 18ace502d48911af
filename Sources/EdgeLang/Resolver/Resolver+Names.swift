extension Resolver {
    /// What a name means here; nil, after a report, where it means nothing.
    enum Meaning {
        case binding(BindingID)
        case global(GlobalInfo)
        case builtin(Int)
    }

    /// Resolves a use of a name and enters it into the table.
    @discardableResult
    mutating func resolve(_ use: NameUse) -> Meaning? {
        guard let meaning = lookUp(use) else { return nil }
        switch meaning {
        case .binding(let id): names[use.id.index] = reference(to: id, from: use.id)
        case .global(let global): names[use.id.index] = .global(global.name)
        case .builtin(let index): names[use.id.index] = .builtin(index)
        }
        return meaning
    }

    private mutating func lookUp(_ use: NameUse) -> Meaning? {
        var notYet: BindingID?
        for index in scopes.indices.reversed() {
            guard let id = scopes[index].names[use.name] else { continue }
            let isOwn = scopes[index].function == currentFunction
            // Behind a function's boundary a variable may get its value later: the function runs later, too. A
            // parameter may not: defaults are evaluated from left to right.
            if states[id.index].isVisible || (!isOwn && bindings[id.index].kind != .parameter) {
                mention(id, scope: index)
                return .binding(id)
            }
            notYet = notYet ?? id
        }
        if let index = globalIndex[use.name] { return .global(options.globals[index]) }
        if let index = options.builtins.positions[use.name] { return .builtin(index) }
        if let notYet {
            diagnostics.append(.usedBeforeDeclaration(use.name, use.span, declared: bindings[notYet.index].span))
        } else {
            diagnostics.append(.unknownName(use.name, use.span, closest: closestName(to: use.name)))
        }
        return nil
    }

    private func closestName(to name: String) -> String? {
        let locals = scopes.reversed().flatMap { $0.names.keys.sorted() }
        let all = locals + options.globals.map(\.name) + options.builtins.names
        return Spelling.closest(to: name, among: all.filter { !$0.hasPrefix("(") })
    }

    /// Notes where in its block a variable is used, and by which function of that block.
    private mutating func mention(_ id: BindingID, scope: Int) {
        let statement = scopes[scope].statement
        states[id.index].firstMention = min(states[id.index].firstMention, statement)
        guard bindings[id.index].kind == .function, let user = declaredFunction(inside: scope), user != id else {
            return
        }
        states[user.index].mentionedFunctions.append(id)
    }

    /// The named function, declared by a statement of the scope, that the place being resolved is inside of.
    private func declaredFunction(inside scope: Int) -> BindingID? {
        let owner = scopes[scope].function
        guard let position = functionStack.lastIndex(of: owner), position + 1 < functionStack.count,
            let binding = functions[functionStack[position + 1].index]?.binding,
            bindings[binding.index].kind == .function, scopes[scope].names[bindings[binding.index].name] == binding
        else { return nil }
        return binding
    }

    // MARK: Captures

    private mutating func reference(to id: BindingID, from use: NameID) -> NameReference {
        let owner = bindings[id.index].function
        let user = currentFunction
        if bindings[id.index].storage == .global {
            return functions[user.index]?.binding == id ? .currentFunction : .global(bindings[id.index].name)
        }
        guard owner != user else { return .local(id) }
        guard let position = functionStack.lastIndex(of: owner), position + 1 < functionStack.count else {
            return .unresolved
        }
        let outermost = functionStack[position + 1]
        let isItself = functions[outermost.index]?.binding == id
        if isItself, outermost == user { return .currentFunction }
        // Every function on the way inwards passes the variable on.
        for function in functionStack[(position + (isItself ? 2 : 1))...] {
            if functions[function.index]?.capturedSet.insert(id).inserted == true {
                functions[function.index]?.captured.append(id)
            }
        }
        if !isItself, let scope = scopes.lastIndex(where: { $0.names[bindings[id.index].name] == id }) {
            let event = BindingState.CaptureEvent(
                statement: scopes[scope].statement, declared: declaredFunction(inside: scope))
            states[id.index].captureEvents.insert(event)
        }
        capturedUses.append((use, user, id))
        return .captured(0, id)
    }

    // MARK: Assignment

    /// Resolves the variable an assignment begins with; it must be a `var`.
    mutating func resolveTarget(_ use: NameUse) {
        switch resolve(use) {
        case .binding(let id):
            bindings[id.index].isReassigned = true
            let info = bindings[id.index]
            if info.kind != .var {
                diagnostics.append(.notVariable(use.name, use.span, kind: info.kind, declared: info.span))
            }
        case .global(let global):
            if !global.isMutable { diagnostics.append(.notVariable(use.name, use.span, kind: .let, declared: nil)) }
        case .builtin:
            diagnostics.append(.notVariable(use.name, use.span, kind: nil, declared: nil))
        case nil:
            break
        }
    }
}
