import Glibc

extension Heap {
    /// How many pairs of elements one comparison may look at, and how deep it may go: an answer in well under a second, on any stack.
    private static let comparisonBudget = 20_000_000
    private static let comparisonDepth = 2_000

    /// Whether two values are equal: numbers by value (`1 == 1.0`), quantities of one dimension by value, lists and ranges element by element,
    /// records key by key in any order, functions and objects by what they are.
    ///
    /// A float that is not a number equals nothing, but within a list or record it equals its like: so every list equals itself and its copies.
    ///
    /// - Throws: `RuntimeError` where the values are too large or nest too deep to compare.
    @inline(__always)
    func areEqual(_ left: Value, _ right: Value) throws(RuntimeError) -> Bool {
        if left.meta == right.meta, left.meta == Value.intMeta { return left.bits == right.bits }
        return try areEqualSlow(left, right)
    }

    @inline(never)
    private func areEqualSlow(_ left: Value, _ right: Value) throws(RuntimeError) -> Bool {
        var budget = Heap.comparisonBudget
        return try areEqual(left, right, depth: 0, &budget)
    }

    private func areEqual(_ left: Value, _ right: Value, depth: Int, _ budget: inout Int) throws(RuntimeError) -> Bool {
        budget -= 1
        if budget < 0 || depth > Heap.comparisonDepth {
            throw RuntimeError(
                .tooLarge,
                depth > Heap.comparisonDepth
                    ? "the values nest too deep to compare" : "the values are too large to compare")
        }
        if left.meta != right.meta {
            guard left.isNumber, right.isNumber else { return false }
            return compareNumbers(left, right) == 0
        }
        switch left.kind {
        case .null, .absent: return true
        case .int, .bool, .builtin: return left.bits == right.bits
        case .float, .quantity:
            let (first, second) = (left.asDouble, right.asDouble)
            return first == second || (depth > 0 && first.isNaN && second.isNaN)
        case .string, .bytes: return equal(left.string, right.string)
        case .range:
            let (first, second) = (left.range.pointee, right.range.pointee)
            if let count = first.count, count == 0 { return second.count == 0 }
            return first.lower == second.lower && first.count == second.count
                && (first.count != nil || first.upper == second.upper)
        case .list:
            let (first, second) = (left.list, right.list)
            if first == second { return true }
            guard first.pointee.count == second.pointee.count else { return false }
            for index in 0..<first.pointee.count {
                let isEqual = try areEqual(
                    first.pointee.elements[index], second.pointee.elements[index], depth: depth + 1, &budget)
                if !isEqual { return false }
            }
            return true
        case .record: return try areRecordsEqual(left, right, depth: depth, &budget)
        case .host:
            guard let first = left.hostObject, let second = right.hostObject else { return false }
            return first.isEqual(to: second)
        case .error:
            let (first, second) = (left.errorValue?.diagnostic, right.errorValue?.diagnostic)
            return first?.code == second?.code && first?.message == second?.message
        case .closure, .box: return left.bits == right.bits
        }
    }

    private func areRecordsEqual(
        _ left: Value, _ right: Value, depth: Int, _ budget: inout Int
    ) throws(RuntimeError) -> Bool {
        if left.record == right.record { return true }
        guard count(left.record) == count(right.record) else { return false }
        var pairs: [(Value, Value)] = []
        var isEqual = true
        forEach(left.record) { key, value in
            guard isEqual else { return }
            if let other = get(right.record, key) { pairs.append((value, other)) } else { isEqual = false }
        }
        guard isEqual else { return false }
        for (first, second) in pairs where try !areEqual(first, second, depth: depth + 1, &budget) { return false }
        return true
    }

    /// The order of two numbers, exact also where an int has more digits than a double; nil where one is NaN.
    func compareNumbers(_ left: Value, _ right: Value) -> Int? {
        if left.isInt, right.isInt { return left.asInt < right.asInt ? -1 : (left.asInt > right.asInt ? 1 : 0) }
        if left.isInt { return compare(left.asInt, right.asDouble) }
        if right.isInt { return compare(right.asInt, left.asDouble).map { -$0 } }
        let (first, second) = (left.asDouble, right.asDouble)
        if first.isNaN || second.isNaN { return nil }
        return first < second ? -1 : (first > second ? 1 : 0)
    }

    private func compare(_ integer: Int, _ float: Double) -> Int? {
        if float.isNaN { return nil }
        if float >= 0x1p63 { return -1 }
        if float < -0x1p63 { return 1 }
        let whole = Int(float.rounded(.towardZero))
        if integer != whole { return integer < whole ? -1 : 1 }
        let rest = float - float.rounded(.towardZero)
        return rest > 0 ? -1 : (rest < 0 ? 1 : 0)
    }

    /// The order of two values: below zero where the left one comes first; nil where one is NaN.
    ///
    /// - Throws: `RuntimeError` for values that have no order.
    func compare(_ left: Value, _ right: Value) throws(RuntimeError) -> Int? { try compare(left, right, depth: 0) }

    private func compare(_ left: Value, _ right: Value, depth: Int) throws(RuntimeError) -> Int? {
        if left.isNumber, right.isNumber { return compareNumbers(left, right) }
        if left.isString, right.isString { return compareBytes(left, right) }
        if left.isBool, right.isBool { return Int(left.bits) - Int(right.bits) }
        if left.isQuantity, right.isQuantity {
            guard left.dimension == right.dimension else {
                throw RuntimeError(
                    .dimensionMismatch,
                    "cannot compare a quantity of \(left.dimension.name) with one of \(right.dimension.name)")
            }
            let (first, second) = (left.asDouble, right.asDouble)
            if first.isNaN || second.isNaN { return nil }
            return first < second ? -1 : (first > second ? 1 : 0)
        }
        if left.isList, right.isList, depth < Heap.comparisonDepth {
            let (first, second) = (left.list, right.list)
            for index in 0..<min(first.pointee.count, second.pointee.count) {
                let order = try compare(first.pointee.elements[index], second.pointee.elements[index], depth: depth + 1)
                guard let order else { return nil }
                if order != 0 { return order }
            }
            return first.pointee.count - second.pointee.count
        }
        throw RuntimeError(.operandTypes, "cannot order \(left.typeName) and \(right.typeName)")
    }

    /// By code point, which for UTF-8 is by byte.
    private func compareBytes(_ left: Value, _ right: Value) -> Int {
        let (first, second) = (left.string, right.string)
        let order = memcmp(first.pointee.bytes, second.pointee.bytes, min(first.pointee.count, second.pointee.count))
        return order != 0 ? Int(order) : first.pointee.count - second.pointee.count
    }
}

extension CallContext {
    /// Whether two values are equal as `==` has it.
    public func areEqual(_ left: Value, _ right: Value) throws -> Bool { try heap.areEqual(left, right) }

    /// Whether the left value comes before the right one in ascending order; NaN comes last.
    public func precedes(_ left: Value, _ right: Value) throws -> Bool {
        if let order = try heap.compare(left, right) { return order < 0 }
        return !(left.numericValue?.isNaN ?? false) && (right.numericValue?.isNaN ?? false)
    }
}
