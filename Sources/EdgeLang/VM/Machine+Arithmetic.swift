import Glibc

/// The operators on everything that the loop does not do itself: mixed numbers, quantities, strings, lists, objects of the host, and all errors.
extension Machine {
    @inline(never)
    func binary(_ operation: BinaryOperator, _ left: Value, _ right: Value) throws -> Value {
        if left.isInt, right.isInt { return try integers(operation, left.asInt, right.asInt) }
        if left.isNumber, right.isNumber, let first = left.numericValue, let second = right.numericValue {
            if let result = floats(operation, first, second) { return .float(result) }
        }
        if left.meta == Value.hostMeta, let object = left.hostObject,
            let result = try object.apply(operation, with: right, isLeft: true, interpreter.context)
        {
            return result
        }
        if right.meta == Value.hostMeta, let object = right.hostObject,
            let result = try object.apply(operation, with: left, isLeft: false, interpreter.context)
        {
            return result
        }
        if left.isQuantity || right.isQuantity, let result = try quantities(operation, left, right) { return result }
        if operation == .add, left.meta == right.meta {
            if left.isString || left.meta == Value.bytesMeta { return try heap.concatenate(left, right) }
            if left.isList { return try concatenateLists(left, right) }
        }
        if operation == .contained { return .bool(try contains(right, left)) }
        throw mismatch(operation, left, right)
    }

    private func mismatch(_ operation: BinaryOperator, _ left: Value, _ right: Value) -> RuntimeError {
        var hint: String?
        if operation == .add, left.isString || right.isString {
            hint = "write `\"…\\(value)…\"` to put a value into a text"
        } else if operation == .add, left.isRecord, right.isRecord {
            hint = "write `{...a, ...b}` to join records"
        } else if operation == .multiply, left.isString || left.isList || right.isString || right.isList {
            hint = "use `repeat`"
        }
        return RuntimeError(
            .operandTypes, "`\(operation.rawValue)` is not defined for \(left.typeName) and \(right.typeName)",
            hint: hint)
    }

    private func integers(_ operation: BinaryOperator, _ left: Int, _ right: Int) throws -> Value {
        let result: (partialValue: Int, overflow: Bool)
        switch operation {
        case .add: result = left.addingReportingOverflow(right)
        case .subtract: result = left.subtractingReportingOverflow(right)
        case .multiply: result = left.multipliedReportingOverflow(by: right)
        case .divide:
            if right == 0 { throw RuntimeError.divisionByZero }
            return .float(Double(left) / Double(right))
        case .floorDivide:
            if right == 0 { throw RuntimeError.divisionByZero }
            result = left.dividedReportingOverflow(by: right)
            if !result.overflow, left % right != 0, (left < 0) != (right < 0) { return .int(result.partialValue - 1) }
        case .remainder:
            if right == 0 { throw RuntimeError.divisionByZero }
            if right == -1 { return .int(0) }
            let rest = left % right
            return .int(rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest)
        case .power: return try power(left, right)
        case .bitAnd: return .int(left & right)
        case .bitOr: return .int(left | right)
        case .bitXor: return .int(left ^ right)
        case .shiftLeft, .shiftRight:
            if right < 0 {
                throw RuntimeError(.argumentRange, "cannot shift by \(right): the count of bits must not be negative")
            }
            if operation == .shiftRight { return .int(left >> min(right, 63)) }
            if left == 0 { return .int(0) }
            if right > 63 || (left << right) >> right != left { throw RuntimeError.integerOverflow }
            return .int(left << right)
        case .contained, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
            throw mismatch(operation, .int(left), .int(right))
        }
        if result.overflow { throw RuntimeError.integerOverflow }
        return .int(result.partialValue)
    }

    private func power(_ base: Int, _ exponent: Int) throws -> Value {
        if exponent < 0 { return .float(pow(Double(base), Double(exponent))) }
        var result = 1
        var factor = base
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 {
                let (product, overflow) = result.multipliedReportingOverflow(by: factor)
                if overflow { throw RuntimeError.integerOverflow }
                result = product
            }
            rest >>= 1
            if rest == 0 { break }
            // 0, 1 and -1 never overflow, whatever the exponent; everything else soon does.
            let (square, overflow) = factor.multipliedReportingOverflow(by: factor)
            if overflow { throw RuntimeError.integerOverflow }
            factor = square
        }
        return .int(result)
    }

    /// Nil for operators that floats do not have.
    private func floats(_ operation: BinaryOperator, _ left: Double, _ right: Double) -> Double? {
        switch operation {
        case .add: left + right
        case .subtract: left - right
        case .multiply: left * right
        case .divide: left / right
        case .floorDivide: (left / right).rounded(.down)
        case .remainder: Machine.remainder(left, right)
        case .power: pow(left, right)
        default: nil
        }
    }

    static func remainder(_ left: Double, _ right: Double) -> Double {
        let rest = fmod(left, right)
        return rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest
    }

    /// Nil for operators that quantities do not have, or if one side is no number at all.
    private func quantities(_ operation: BinaryOperator, _ left: Value, _ right: Value) throws -> Value? {
        guard let first = left.numericValue, let second = right.numericValue else { return nil }
        let (dimension, other) = (left.dimension, right.dimension)
        switch operation {
        case .add, .subtract, .remainder:
            guard dimension == other else { throw dimensionMismatch(operation, left, right) }
            guard let result = floats(operation, first, second) else { return nil }
            return .quantity(result, dimension)
        case .floorDivide:
            if other.isNone { return .quantity((first / second).rounded(.down), dimension) }
            guard dimension == other else { throw dimensionMismatch(operation, left, right) }
            return .float((first / second).rounded(.down))
        case .multiply:
            guard let result = dimension.multiplied(by: other) else { throw dimensionOverflow() }
            return .quantity(first * second, result)
        case .divide:
            guard let result = dimension.divided(by: other) else { throw dimensionOverflow() }
            return .quantity(first / second, result)
        case .power:
            guard right.isInt else { return nil }
            guard let result = dimension.raised(to: right.asInt) else { throw dimensionOverflow() }
            return .quantity(pow(first, second), result)
        default: return nil
        }
    }

    private func dimensionOverflow() -> RuntimeError {
        RuntimeError(.dimensionMismatch, "the exponent of the dimension leaves its range of -128 to 127")
    }

    private func dimensionMismatch(_ operation: BinaryOperator, _ left: Value, _ right: Value) -> RuntimeError {
        func describe(_ value: Value) -> String {
            value.isQuantity
                ? "a quantity of \(value.dimension.name) (\(interpreter.context.display(value)))"
                : "a number without a dimension (\(interpreter.context.display(value)))"
        }
        let verb =
            switch operation {
            case .add: "add"
            case .subtract: "subtract"
            default: "compute `\(operation.rawValue)` of"
            }
        return RuntimeError(
            .dimensionMismatch, "cannot \(verb) \(describe(left)) and \(describe(right)): their dimensions differ")
    }

    // MARK: Other operators

    @inline(never)
    func compareSlowly(_ left: Value, _ right: Value, orEqual: Bool) throws -> Bool {
        if left.isInt || left.isFloat, right.isQuantity { throw mismatchedOrder(left, right) }
        if right.isInt || right.isFloat, left.isQuantity { throw mismatchedOrder(left, right) }
        guard let order = try heap.compare(left, right) else { return false }
        return orEqual ? order <= 0 : order < 0
    }

    private func mismatchedOrder(_ left: Value, _ right: Value) -> RuntimeError {
        RuntimeError(.dimensionMismatch, "cannot compare \(left.typeName) and \(right.typeName)")
    }

    @inline(never)
    func negate(_ value: Value) throws -> Value {
        if value.isInt {
            if value.asInt == Int.min { throw RuntimeError.integerOverflow }
            return .int(-value.asInt)
        }
        if value.isFloat || value.isQuantity { return Value(bits: (-value.asDouble).bitPattern, meta: value.meta) }
        if let object = value.hostObject,
            let result = try object.apply(.subtract, with: .int(0), isLeft: false, interpreter.context)
        {
            return result
        }
        throw RuntimeError(.operandTypes, "`-` is not defined for \(value.typeName)")
    }

    @inline(never)
    func notCondition(_ value: Value) -> RuntimeError {
        RuntimeError(
            .notCondition, "a condition must be true or false, found \(value.typeName)",
            hint: value.isNull ? "compare with `== null`" : "compare it with something, as in `x != 0` or `len(xs) > 0`"
        )
    }

    private func concatenateLists(_ left: Value, _ right: Value) throws -> Value {
        let result = try heap.copyList(left, extraCapacity: right.list.pointee.count)
        try appendAll(of: right, to: result)
        return result
    }

    /// Adds the elements of a list to a list that nobody else holds.
    func appendAll(of source: Value, to target: Value) throws {
        let count = source.list.pointee.count
        let (needed, overflow) = target.list.pointee.count.addingReportingOverflow(count)
        if overflow { throw RuntimeError.memoryLimit(asked: Int.max, limit: heap.state.pointee.limit) }
        if needed > target.list.pointee.capacity {
            try heap.ensure(needed * 2 * MemoryLayout<Value>.stride)
            heap.grow(target.list, to: needed)
        }
        for index in 0..<count {
            let element = source.list.pointee.elements[index]
            element.markShared()
            target.list.pointee.elements[target.list.pointee.count] = element
            target.list.pointee.count += 1
        }
    }

    /// `left += right`, in place where the left side is a list that only its variable holds.
    @inline(never)
    func addTo(_ left: Value, _ right: Value) throws -> Value {
        if left.isList, right.isList {
            // Room for what comes next, or a loop of `xs += [x]` on a shared list would copy it each time.
            let target =
                left.list.pointee.isShared
                ? try heap.copyList(left, extraCapacity: right.list.pointee.count + left.list.pointee.count / 2) : left
            try appendAll(of: right, to: target)
            return target
        }
        return try binary(.add, left, right)
    }

    /// `item in container`
    func contains(_ container: Value, _ item: Value) throws -> Bool {
        switch container.kind {
        case .list:
            for index in 0..<container.list.pointee.count
            where try heap.areEqual(container.list.pointee.elements[index], item) { return true }
            return false
        case .record:
            guard item.isString else { break }
            return heap.get(container.record, item.string) != nil
        case .string:
            guard item.isString else { break }
            let (whole, part) = (container.string, item.string)
            if part.pointee.count == 0 { return true }
            return Heap.firstOccurrence(of: part.pointee.buffer, in: whole.pointee.buffer, from: 0) != nil
        case .range:
            if item.isInt { return container.range.pointee.contains(item.asInt) }
            guard item.isFloat else { break }
            guard let whole = Int(exactly: item.asDouble) else { return false }
            return container.range.pointee.contains(whole)
        case .bytes:
            guard item.isInt else { break }
            let text = container.string
            return text.pointee.buffer.contains { Int($0) == item.asInt }
        default: break
        }
        throw mismatch(.contained, item, container)
    }
}
