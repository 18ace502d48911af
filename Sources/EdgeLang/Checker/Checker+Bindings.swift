extension Checker {
    /// Warns of variables that nothing reads and of those that hide a primitive.
    func checkBindings(isEntry: Bool) {
        let used = usedBindings()
        let called = calledPrimitives()
        let exported = Set(resolution.interface.exports.map(\.binding))
        for (index, info) in resolution.bindings.enumerated() {
            let id = BindingID(index)
            guard info.span != .none, info.isDeclared, !info.name.hasPrefix("("), !info.name.hasPrefix("_") else {
                continue
            }
            if info.kind != .module, !exported.contains(id), hides(info, called) {
                report(.hidesPrimitive(info.name, info.span))
            }
            if !used.contains(id), !exported.contains(id), !(isEntry && info.storage == .global) {
                report(.unused(info))
            }
        }
    }

    /// Whether somebody may fall over a name that a primitive has too: a function takes its place, a variable is in the way
    /// where the same program calls the primitive elsewhere. A variable may be called like the primitive it comes from.
    private func hides(_ info: BindingInfo, _ called: Set<String>) -> Bool {
        guard info.storage != .global, options.builtins.positions[info.name] != nil else { return false }
        return info.kind == .function || called.contains(info.name) && !namedAfterTheirCall.contains(info.span)
    }

    private func calledPrimitives() -> Set<String> {
        var called: Set<String> = []
        for case .builtin(let index) in resolution.names { called.insert(options.builtins.names[index]) }
        return called
    }

    private func usedBindings() -> Set<BindingID> {
        var used: Set<BindingID> = []
        var byFunction: [FunctionID: BindingID] = [:]
        for (index, info) in resolution.bindings.enumerated() {
            if let function = info.knownFunction { byFunction[function] = BindingID(index) }
        }
        for (index, reference) in resolution.names.enumerated() where !writes.contains(index) {
            switch reference {
            case .local(let id), .captured(_, let id): used.insert(id)
            case .function(let function): if let id = byFunction[function] { used.insert(id) }
            // A function that only calls itself is used by nobody.
            case .currentFunction, .global, .builtin, .unresolved: break
            }
        }
        return used
    }
}

extension BindingInfo {
    /// Whether somebody chose to declare it: parameters and the variables of loops and patterns come with their form.
    fileprivate var isDeclared: Bool {
        switch kind {
        case .let, .var, .function, .module: true
        case .parameter, .loop, .pattern, .error: false
        }
    }
}
