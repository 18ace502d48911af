/// What can be decided only when the whole program is known.
extension Resolver {
    /// Builds the tables from what the walk has noted.
    mutating func finish() -> Resolution {
        let constants = staticFunctions()
        hoistFunctions()
        chooseStorage(constants)
        fillCaptures(constants)
        for index in names.indices {
            // A named function that captures nothing is a constant wherever it is used.
            if case .local(let id) = names[index], bindings[id.index].kind == .function,
                let function = bindings[id.index].knownFunction, constants.contains(id)
            {
                names[index] = .function(function)
            }
        }
        return Resolution(
            names: names, bindings: bindings, functions: functionInfos, calls: calls, interface: interface,
            declaredGlobals: declaredGlobals)
    }

    /// The variables that hold functions which capture nothing but one another: the greatest such set.
    private func staticFunctions() -> Set<BindingID> {
        var constants: Set<BindingID> = []
        for index in bindings.indices where bindings[index].kind == .function && bindings[index].storage != .global {
            constants.insert(BindingID(index))
        }
        var changed = true
        while changed {
            changed = false
            for id in constants {
                guard let function = bindings[id.index].knownFunction, let state = functions[function.index] else {
                    continue
                }
                if state.captured.contains(where: { !constants.contains($0) }) {
                    constants.remove(id)
                    changed = true
                }
            }
        }
        return constants
    }

    /// Marks the functions that something before them in their block uses, and those these use in turn.
    private mutating func hoistFunctions() {
        var pending: [BindingID] = []
        for index in bindings.indices where bindings[index].kind == .function {
            let isGlobal = bindings[index].storage == .global
            if isGlobal || states[index].firstMention < states[index].statement { pending.append(BindingID(index)) }
        }
        while let id = pending.popLast() {
            guard !bindings[id.index].isHoisted else { continue }
            bindings[id.index].isHoisted = true
            pending += states[id.index].mentionedFunctions
        }
    }

    /// Says for each captured variable whether closures may hold copies of it.
    private mutating func chooseStorage(_ constants: Set<BindingID>) {
        for index in bindings.indices where bindings[index].storage != .global {
            let id = BindingID(index)
            guard !constants.contains(id), !states[index].captureEvents.isEmpty else { continue }
            bindings[index].isCaptured = true
            if states[index].captureEvents.contains(where: { isEarly($0, for: id) }) {
                bindings[index].storage = .boxFromBlockEntry
            } else if bindings[index].isReassigned {
                bindings[index].storage = .box
            }
        }
    }

    /// Whether a function is created before the variable it captures has its value.
    private func isEarly(_ event: BindingState.CaptureEvent, for id: BindingID) -> Bool {
        let own = states[id.index].statement
        guard own >= 0 else { return false }
        let isHoisted = bindings[id.index].isHoisted
        guard let user = event.declared else { return !isHoisted && event.statement <= own }
        let userStatement = states[user.index].statement
        switch (bindings[user.index].isHoisted, isHoisted) {
        // Hoisted functions are created in the order of their declarations.
        case (true, true), (false, false): return userStatement <= own
        case (true, false): return true
        case (false, true): return false
        }
    }

    private mutating func fillCaptures(_ constants: Set<BindingID>) {
        var positions: [[BindingID: Int]] = []
        for index in functionInfos.indices {
            let captured = functions[index]?.captured.filter { !constants.contains($0) } ?? []
            positions.append(Dictionary(uniqueKeysWithValues: captured.enumerated().map { ($1, $0) }))
            functionInfos[index].captures = captured.map { .init(binding: $0, source: .local($0)) }
        }
        for index in functionInfos.indices {
            guard let parent = functionInfos[index].parent else { continue }
            for position in functionInfos[index].captures.indices {
                let id = functionInfos[index].captures[position].binding
                guard bindings[id.index].function != parent else { continue }
                if functions[parent.index]?.binding == id {
                    functionInfos[index].captures[position].source = .currentFunction
                } else if let source = positions[parent.index][id] {
                    functionInfos[index].captures[position].source = .captured(source)
                }
            }
        }
        for (name, user, id) in capturedUses {
            if constants.contains(id), let function = bindings[id.index].knownFunction {
                names[name.index] = .function(function)
            } else if let position = positions[user.index][id] {
                names[name.index] = .captured(position, id)
            }
        }
    }

    // MARK: What others see

    private var interface: ModuleInterface {
        var interface = ModuleInterface()
        for statement in program.body.statements {
            switch statement.kind {
            case .let(let node) where node.isExported:
                interface.exports += node.pattern.declarations.map { export($0, node.documentation) }
            case .function(let node) where node.isExported:
                interface.exports.append(export(node.declaration, node.documentation))
            default: break
            }
        }
        return interface
    }

    private func export(_ declaration: Declaration, _ documentation: String?) -> ModuleInterface.Export {
        ModuleInterface.Export(
            name: declaration.name, binding: declaration.id, signature: knownSignature(declaration.id),
            documentation: documentation)
    }

    private var declaredGlobals: [GlobalInfo] {
        guard options.declaresGlobals else { return [] }
        return program.body.statements.flatMap { statement -> [GlobalInfo] in
            switch statement.kind {
            case .let(let node):
                return node.pattern.declarations.map { global($0, node.isMutable, node.documentation) }
            case .function(let node): return [global(node.declaration, false, node.documentation)]
            case .import(let node): return [global(node.declaration, false, nil)]
            case .expression, .assignment, .for, .while, .defer, .test, .invalid: return []
            }
        }
    }

    private func global(_ declaration: Declaration, _ isMutable: Bool, _ documentation: String?) -> GlobalInfo {
        GlobalInfo(
            name: declaration.name, isMutable: isMutable, signature: knownSignature(declaration.id),
            documentation: documentation)
    }

    private func knownSignature(_ id: BindingID) -> Signature? {
        bindings[id.index].knownFunction.flatMap { signatures[$0] }
    }
}
