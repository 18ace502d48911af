extension Resolver {
    /// Resolves a call; where the callee is known, matches the arguments with its parameters and checks what they are.
    mutating func resolve(_ call: Call, span: Span) {
        let callee = resolve(call.callee)
        let values = call.arguments.map { resolve($0.value) }
        if let description = callee.calleeDescription {
            diagnostics.append(.notCallable(description, call.callee.span))
            return
        }
        guard let (signature, target) = knownCallee(call.callee) else { return }
        let matched = match(call, with: signature, span: span)
        for (parameter, source) in zip(signature.parameters, matched) {
            switch source {
            case .omitted: break
            case .argument(let index): check(values[index], call.arguments[index], parameter, signature)
            case .variadic(let indices):
                for index in indices { check(values[index], call.arguments[index], parameter, signature) }
            }
        }
        if target != .dynamic { calls[call.id.index] = ResolvedCall(target: target, arguments: matched) }
    }

    /// What is known of the function a call goes to. Functions that can be replaced before the call happens (globals, a
    /// module's exports) are checked, but found only by the run.
    private func knownCallee(_ callee: Expression) -> (Signature, ResolvedCall.Target)? {
        switch callee.kind {
        case .name(let use):
            switch names[use.id.index] {
            case .local(let id), .captured(_, let id):
                guard let function = bindings[id.index].knownFunction else { return nil }
                return signatures[function].map { ($0, .function(function)) }
            case .currentFunction:
                return signatures[currentFunction].map { ($0, .function(currentFunction)) }
            case .function(let function):
                return signatures[function].map { ($0, .function(function)) }
            case .global(let name):
                if let id = scopes.first?.names[name] {
                    return bindings[id.index].knownFunction.flatMap { signatures[$0] }.map { ($0, .dynamic) }
                }
                return globalIndex[name].flatMap { options.globals[$0].signature }.map { ($0, .dynamic) }
            case .builtin(let index):
                return (options.builtins.signature(index), .builtin(index))
            case .unresolved:
                return nil
            }
        case .field(let base, let name):
            guard let declaration = module(of: base), let interface = options.modules[declaration.path],
                let signature = interface.exports.last(where: { $0.name == name.name })?.signature
            else { return nil }
            return (signature, .dynamic)
        case .function(let function):
            return signatures[function.id].map { ($0, .function(function.id)) }
        default:
            return nil
        }
    }

    // MARK: Matching

    private mutating func match(_ call: Call, with signature: Signature, span: Span) -> [ResolvedCall.ArgumentSource] {
        let parameters = signature.parameters
        var sources = parameters.map { $0.isVariadic ? .variadic([]) : ResolvedCall.ArgumentSource.omitted }
        let positional = parameters.indices.filter { !parameters[$0].isLabelOnly }
        var next = 0
        var surplus: [Argument] = []
        var isUnsure = false
        for (index, argument) in call.arguments.enumerated() {
            let target: Int
            if let label = argument.label {
                guard let found = parameters.firstIndex(where: { $0.name == label.name && !$0.isVariadic }) else {
                    diagnostics.append(.unknownLabel(label, of: signature))
                    // What was meant may well be one that now seems to be missing.
                    isUnsure = true
                    continue
                }
                target = found
            } else {
                guard next < positional.count else {
                    surplus.append(argument)
                    continue
                }
                target = positional[next]
                if !parameters[target].isVariadic { next += 1 }
            }
            switch sources[target] {
            case .omitted: sources[target] = .argument(index)
            case .variadic(let earlier): sources[target] = .variadic(earlier + [index])
            case .argument(let first):
                diagnostics.append(
                    .givenTwice(parameters[target].name, argument.span, first: call.arguments[first].span))
            }
        }
        if let first = surplus.first {
            diagnostics.append(
                .tooManyArguments(first.span, given: call.arguments.filter { $0.label == nil }.count, signature))
            isUnsure = true
        }
        if !isUnsure {
            for (parameter, source) in zip(parameters, sources) where parameter.isRequired && source == .omitted {
                diagnostics.append(.missingArgument(parameter, call.callee.span, signature))
            }
        }
        return sources
    }

    // MARK: Values

    private mutating func check(
        _ value: StaticValue, _ argument: Argument, _ parameter: ParameterSignature, _ signature: Signature
    ) {
        // Null for a parameter that may be left out is leaving it out.
        if case .null = value, !parameter.isRequired { return }
        guard value.isAccepted(by: parameter.types) else {
            diagnostics.append(.wrongType(value, argument.value.span, parameter, signature))
            return
        }
        if let range = parameter.range, let number = value.number, !range.contains(number) {
            diagnostics.append(.outOfRange(argument.value.span, parameter, range, signature))
        }
        if case .string(let text?) = value, !parameter.choices.isEmpty, !parameter.choices.contains(text) {
            diagnostics.append(.unknownChoice(text, argument.value.span, parameter, signature))
        }
    }
}

extension StaticValue {
    /// What a value is that cannot be called; nil for what can be, or is not known.
    fileprivate var calleeDescription: String? {
        switch self {
        case .unknown, .function: nil
        case .null, .bool, .int, .float, .quantity, .string, .bytes, .list, .record, .range: description
        }
    }
}
