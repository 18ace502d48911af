extension Machine {
    /// Brings arguments that do not simply fill the parameters into their places: counts, labels, defaults.
    ///
    /// - Parameter labels: By argument, nil where it was given by position; nil if all were.
    @inline(never)
    func arrange(
        _ target: UnsafeMutablePointer<FunctionCode>, _ registers: UnsafeMutablePointer<Value>, _ count: Int,
        labels: [String?]?
    ) throws {
        let info = target.pointee.info
        let arguments = (0..<count).map { registers[$0] }
        let places = try Machine.bind(
            info.parameters.map { (name: $0.name, isLabelOnly: $0.isLabelOnly, isRequired: !$0.hasDefault) },
            name: info.name.map { "`\($0)`" } ?? "this function", count: count, labels: labels)
        for (parameter, place) in places.enumerated() {
            registers[parameter] = place.map { arguments[$0] } ?? .absent
        }
    }

    /// Finds for each parameter which argument it gets; nil where it gets none.
    private static func bind(
        _ parameters: [(name: String, isLabelOnly: Bool, isRequired: Bool)], name: String, count: Int,
        labels: [String?]?
    ) throws -> [Int?] {
        var places: [Int?] = Array(repeating: nil, count: parameters.count)
        var next = 0
        for argument in 0..<count {
            if let label = labels?[argument] {
                guard let parameter = parameters.firstIndex(where: { $0.name == label }) else {
                    throw RuntimeError(
                        .callArguments, "\(name) has no parameter `\(label)`",
                        notes: ["parameters: " + parameters.map(\.name).joined(separator: ", ")])
                }
                if places[parameter] != nil {
                    throw RuntimeError(.callArguments, "\(name) gets parameter `\(label)` twice")
                }
                places[parameter] = argument
            } else {
                while next < parameters.count, places[next] != nil, !parameters[next].isLabelOnly { next += 1 }
                guard next < parameters.count, !parameters[next].isLabelOnly else {
                    let most = parameters.filter { !$0.isLabelOnly }.count
                    throw RuntimeError(
                        .callArguments,
                        "\(name) takes \(most == 0 ? "no arguments" : most == 1 ? "1 argument" : "\(most) arguments")"
                            + " by position, found \(labels.map { $0.filter { $0 == nil }.count } ?? count)")
                }
                places[next] = argument
                next += 1
            }
        }
        for (parameter, place) in zip(parameters, places) where place == nil && parameter.isRequired {
            throw RuntimeError(.callArguments, "\(name) needs an argument for parameter `\(parameter.name)`")
        }
        return places
    }

    /// Calls a built-in function with arguments that the compiler has not matched with its parameters.
    @inline(never)
    func callBuiltin(
        _ function: Value, _ arguments: UnsafePointer<Value>, _ count: Int, labels: [String?]?
    ) throws -> Value {
        let index = Int(function.bits)
        let spec = interpreter.specs[index]
        let parameters = spec.parameters
        let given = (0..<count).map { arguments[$0] }
        var values: [Value] = []
        values.reserveCapacity(parameters.count)
        if let variadic = parameters.firstIndex(where: \.isVariadic) {
            // By position up to the variadic parameter, which takes the rest; then by label.
            let byPosition = labels.map { $0.filter { $0 == nil }.count } ?? count
            let rest = heap.makeList(given[min(variadic, byPosition)..<byPosition])
            var shortened = Array(given[0..<min(variadic, byPosition)]) + [rest]
            var shortLabels: [String?] = Array(repeating: nil, count: shortened.count)
            for (position, label) in (labels ?? []).enumerated() where label != nil {
                shortened.append(given[position])
                shortLabels.append(label)
            }
            let places = try Machine.bind(
                parameters.map { (name: $0.name, isLabelOnly: $0.isLabelOnly, isRequired: $0.isRequired) },
                name: "`\(spec.name)`", count: shortened.count, labels: shortLabels)
            values = places.map { $0.map { shortened[$0] } ?? .absent }
        } else {
            let places = try Machine.bind(
                parameters.map { (name: $0.name, isLabelOnly: $0.isLabelOnly, isRequired: $0.isRequired) },
                name: "`\(spec.name)`", count: count, labels: labels)
            values = places.map { $0.map { given[$0] } ?? .absent }
        }
        if spec.consumesFirst, let first = values.first { first.markShared() }
        let parked = heap.state.pointee.parked.count
        heap.state.pointee.parked.append(contentsOf: values)
        defer { heap.state.pointee.parked.removeLast(heap.state.pointee.parked.count - parked) }
        return try values.withUnsafeMutableBufferPointer { buffer in
            var nothing = Value.absent
            guard let registers = buffer.baseAddress else {
                return try builtins[index].call(context, &nothing, 0)
            }
            return try builtins[index].call(context, registers, buffer.count)
        }
    }

    /// Calls a function value from the loop, where it is not a closure whose parameters the arguments fill.
    ///
    /// - Parameter next: Where the call returns to.
    /// - Returns: That place if it is done; nil if `arrangedCallee` is to be called, its parameters now in place.
    @inline(never)
    func callSlowly(
        _ function: Value, _ registers: UnsafeMutablePointer<Value>, _ count: Int, labels: [String?]?,
        returningTo next: UnsafeMutablePointer<UInt64>
    ) throws -> UnsafeMutablePointer<UInt64>? {
        position = next
        if function.meta == Value.closureMeta {
            let target = function.closure.pointee.code
            try reserveRegisters(registers, target.pointee.registerCount + count)
            try arrange(target, registers, count, labels: labels)
            arrangedCallee = function.cell
            return nil
        }
        guard function.meta == Value.builtinMeta else { throw notCallable(function) }
        registers.pointee = try callBuiltin(function, registers, count, labels: labels)
        return next
    }

    /// A closure with what it captures.
    @inline(never)
    func makeClosure(
        _ target: UnsafeMutablePointer<FunctionCode>, base: UnsafeMutablePointer<Value>, running: RawCell
    ) -> Value {
        let count = target.pointee.captureCount
        if count == 0 { return target.pointee.staticClosure }
        let cell = heap.allocate(
            size: ClosureCell.capturesOffset + count * MemoryLayout<Value>.stride,
            kind: Value.Kind.closure.rawValue, extra: UInt32(count))
        cell.assumingMemoryBound(to: ClosureCell.self).pointee.code = target
        let captures = Machine.captures(cell)
        for index in 0..<count {
            let value =
                switch target.pointee.captures[index] {
                case .register(let register): base[register]
                case .capture(let capture): Machine.captures(running)[capture]
                case .running: Value(cell: running, meta: Value.closureMeta)
                }
            value.markShared()
            captures[index] = value
        }
        return Value(cell: cell, meta: Value.closureMeta)
    }
}
