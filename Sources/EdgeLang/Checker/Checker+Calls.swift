extension Checker {
    /// Checks a call: that its arguments may have the types its callee asks for, as far as they are known.
    func type(of call: Call, _ span: Span) -> StaticType {
        let resolved = resolution[call.id]
        let callee = type(of: call.callee)
        let arguments = call.arguments.map { typeOfArgument($0.value) }
        let result: StaticType
        switch resolved.target {
        case .builtin(let index):
            check(call, arguments, options.builtins.signature(index), resolved.arguments)
            result = typeOfBuiltin(index, call.callee.span)
        case .function(let id):
            if let signature = signature(of: id) { check(call, arguments, signature, resolved.arguments) }
            result = self.result(of: id)
        case .dynamic:
            result = typeOfDynamic(call, callee, arguments)
        }
        // What is passed on has to be there: a call whose argument leaves the block does not happen.
        return arguments.contains(where: \.isNever) ? .never : result
    }

    /// A function without parameters that is handed over is run by somebody who may catch its errors: `attempt(() => …)`.
    private func typeOfArgument(_ value: Expression) -> StaticType {
        guard case .function(let function) = value.kind, function.parameters.isEmpty else { return type(of: value) }
        tryDepth += 1
        defer { tryDepth -= 1 }
        return type(of: value)
    }

    private func typeOfBuiltin(_ index: Int, _ span: Span) -> StaticType {
        guard let text = options.builtins.result(index) else { return .unknown }
        let type = StaticType(declared: text)
        guard type.isKnown, !type.isNever else { return type }
        let name = options.builtins.names[index]
        return type.with(StaticType.Origin(span: span, text: "`\(name)` gives \(type.description)"))
    }

    private func typeOfDynamic(_ call: Call, _ callee: StaticType, _ arguments: [StaticType]) -> StaticType {
        if case .field(let base, let name) = call.callee.kind, let module = module(of: base) {
            guard let interface = options.modules[module.path] else { return .unknown }
            if let signature = interface.exports.last(where: { $0.name == name.name })?.signature {
                check(call, arguments, signature, places(of: call, in: signature))
            }
            return interface.types[name.name]?.result ?? .unknown
        }
        if callee.isKnown, !callee.isNever, !callee.may({ $0 == .function || $0.isHost }) {
            var hidden: String?
            if case .name(let use) = call.callee.kind, options.builtins.positions[use.name] != nil { hidden = use.name }
            report(.calleeNotFunction(callee, call.callee.span, hiding: hidden))
        }
        return .unknown
    }

    /// How the arguments of a call fit the parameters; the resolver has complained of what does not.
    private func places(of call: Call, in signature: Signature) -> [ResolvedCall.ArgumentSource] {
        var sources = signature.parameters.map { _ in ResolvedCall.ArgumentSource.omitted }
        var positions = signature.parameters.indices.filter { !signature.parameters[$0].isLabelOnly }.makeIterator()
        for (index, argument) in call.arguments.enumerated() {
            let place = argument.label.map { label in signature.parameters.firstIndex { $0.name == label.name } }
            if let place = place ?? positions.next() { sources[place] = .argument(index) }
        }
        return sources
    }

    /// What calls of a function of this program are checked against.
    func signature(of id: FunctionID) -> Signature? {
        guard let literal = functions[id.index].literal else { return nil }
        return Signature(
            name: literal.name ?? "the function",
            parameters: literal.parameters.map { parameter in
                ParameterSignature(
                    name: parameter.declaration.name, isLabelOnly: parameter.isLabelOnly,
                    isRequired: parameter.defaultValue == nil,
                    types: parameter.annotation.map { options.types(of: $0) } ?? [])
            })
    }

    private func check(
        _ call: Call, _ types: [StaticType], _ signature: Signature, _ sources: [ResolvedCall.ArgumentSource]
    ) {
        for (parameter, source) in zip(signature.parameters, sources) where !parameter.types.isEmpty {
            let indices: [Int] =
                switch source {
                case .omitted: []
                case .argument(let index): [index]
                case .variadic(let all): all
                }
            for index in indices { check(types[index], call.arguments[index].value.span, parameter, signature) }
        }
    }

    private func check(_ type: StaticType, _ span: Span, _ parameter: ParameterSignature, _ signature: Signature) {
        guard type.isKnown, !type.isNever, !type.mayBeAccepted(by: parameter.types) else { return }
        // Null for a parameter that may be left out is leaving it out.
        if !parameter.isRequired, type.may({ $0 == .null }) { return }
        report(.wrongFlow(type, span, parameter, signature))
    }
}
