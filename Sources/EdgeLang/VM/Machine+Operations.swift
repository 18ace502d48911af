import Glibc

/// What single instructions need besides the loop.
extension Machine {
    @inline(__always)
    func isLess(_ left: Value, _ right: Value) throws -> Bool {
        if left.meta | right.meta == 0 { return left.asInt < right.asInt }
        if left.isFloat, right.isFloat { return left.asDouble < right.asDouble }
        return try compareSlowly(left, right, orEqual: false)
    }

    @inline(__always)
    func isLessOrEqual(_ left: Value, _ right: Value) throws -> Bool {
        if left.meta | right.meta == 0 { return left.asInt <= right.asInt }
        if left.isFloat, right.isFloat { return left.asDouble <= right.asDouble }
        return try compareSlowly(left, right, orEqual: true)
    }

    @inline(never)
    func usedTooEarly(
        _ code: UnsafeMutablePointer<FunctionCode>, _ position: UnsafeMutablePointer<UInt64>
    ) -> RuntimeError {
        let name = code.pointee.info.variableNames[position - code.pointee.words - 1] ?? "a variable"
        return RuntimeError(.usedTooEarly, "`\(name)` is used before it has a value")
    }

    /// Adds the elements of anything that `for` goes through.
    @inline(never)
    func appendSpread(_ source: Value, to target: Value) throws {
        if source.isList { return try appendAll(of: source, to: target) }
        guard !source.isRecord else {
            throw RuntimeError(.notIterable, "cannot spread a record into a list")
        }
        if try source.asStream(interpreter.context) != nil {
            throw RuntimeError(
                .notIterable, "cannot spread a stream into a list", hint: "`collect` makes a list of its elements")
        }
        let elements = try prepareIteration(source)
        var index = 0
        while let element = try nextElement(elements, index) {
            if index & 0xFFF == 0 {
                try heap.ensure((index + 0x1000) * MemoryLayout<Value>.stride)
                try checkInterruption()
            }
            element.markShared()
            heap.append(element, to: target)
            index += 1
        }
    }

    @inline(never)
    func putSpread(_ source: Value, into target: Value) throws {
        guard source.isRecord else {
            throw RuntimeError(.operandTypes, "cannot spread a value of type \(source.typeName) into a record")
        }
        if heap.adoptShape(of: source.record, by: target.record) { return }
        heap.forEach(source.record) { key, value in
            value.markShared()
            heap.set(target.record, key, value)
        }
    }

    /// The parts of a text, joined.
    @inline(never)
    func interpolate(_ parts: UnsafeMutablePointer<Value>, count: Int) throws -> Value {
        if let text = joinPlain(parts, count: count) { return text }
        var text = TextBuilder(limit: heap.state.pointee.limit)
        for index in 0..<count { try text.append(parts[index], nested: false, heap: heap) }
        return text.makeString(heap)
    }

    /// Joins strings and ints, measured first and then written in place; nil where there is anything else, or much of it.
    private func joinPlain(_ parts: UnsafeMutablePointer<Value>, count: Int) -> Value? {
        var size = 0
        var isASCII = true
        for index in 0..<count {
            let part = parts[index]
            if part.isString {
                size += part.string.pointee.count
                isASCII = isASCII && part.string.pointee.isASCII
            } else if part.isInt {
                size += DecimalDigits.count(part.asInt)
            } else {
                return nil
            }
            if size > 1 << 16 { return nil }
        }
        return heap.makeText(count: size, kind: .string, isASCII: isASCII ? true : nil) { bytes in
            var place = bytes
            for index in 0..<count {
                let part = parts[index]
                if part.isString {
                    memcpy(place, part.string.pointee.bytes, part.string.pointee.count)
                    place += part.string.pointee.count
                } else {
                    place = DecimalDigits.write(part.asInt, to: place)
                }
            }
        }
    }

    func isInRange(_ value: Value, _ pattern: FunctionDetails.RangePattern) throws -> Bool {
        guard value.numericValue != nil else { return false }
        if let lower = pattern.lower {
            guard value.dimension == lower.dimension, value.isQuantity == lower.isQuantity,
                try isLessOrEqual(lower, value)
            else { return false }
        }
        if let upper = pattern.upper {
            guard value.dimension == upper.dimension, value.isQuantity == upper.isQuantity,
                try pattern.isClosed ? isLessOrEqual(value, upper) : isLess(value, upper)
            else { return false }
        }
        return true
    }

    func recordRest(_ value: Value, without keys: [UnsafeMutablePointer<StringCell>]) throws -> Value {
        let rest = heap.makeRecord(capacity: heap.count(value.record))
        heap.forEach(value.record) { key, field in
            if keys.contains(where: { heap.equal($0, key) }) { return }
            field.markShared()
            heap.set(rest.record, key, field)
        }
        return rest
    }

    @inline(never)
    func patternMismatch(_ value: Value) -> RuntimeError {
        let found = interpreter.context.display(value, DisplayOptions(width: 60))
        return RuntimeError(
            .patternMismatch, "the value does not have the form of the pattern", notes: ["value: \(found)"])
    }

    @inline(never)
    func noMatch(_ value: Value) -> RuntimeError {
        let found = interpreter.context.display(value, DisplayOptions(width: 60))
        return RuntimeError(.noMatch, "no arm matches \(found)", hint: "add an arm `_ => …` for everything else")
    }

    /// Throws unless a value has one of the types of an annotation.
    @inline(never)
    func check(_ value: Value, _ annotation: FunctionDetails.Annotation) throws {
        if annotation.types.contains(where: { value.has($0) }) { return }
        let expected = annotation.types.map(\.name).joined(separator: " | ")
        throw RuntimeError(.annotation, "\(annotation.subject) must be \(expected), found \(value.typeName)")
    }
}

extension Value {
    /// Whether it is of a type as an annotation names it.
    func has(_ type: ValueType) -> Bool {
        switch type {
        case .any: true
        case .null: isNull
        case .bool: isBool
        case .int: isInt
        case .float: isFloat
        case .string: isString
        case .bytes: kind == .bytes
        case .list: isList
        case .record: isRecord
        case .range: kind == .range
        case .function: isFunction
        case .quantity(let dimension): isQuantity && self.dimension == dimension
        case .anyQuantity: isQuantity
        case .host(let name): kind == .host ? typeName == name : (name == "error" && kind == .error)
        }
    }
}
