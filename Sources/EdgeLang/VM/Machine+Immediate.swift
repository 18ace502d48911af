/// What the loop does itself for ints, floats, lists: pieces of `run`, which contains them. Nil is for everything else, `perform` does it;
/// that includes all that fails.
extension Machine {
    @inline(__always)
    static func captures(_ closure: RawCell) -> UnsafeMutablePointer<Value> {
        (closure + ClosureCell.capturesOffset).assumingMemoryBound(to: Value.self)
    }

    /// An operation on two numbers of which one at least is a float.
    @inline(__always)
    private static func floats(_ left: Value, _ right: Value, _ operation: (Double, Double) -> Double) -> Value {
        if _fastPath(left.meta & right.meta == Value.floatMeta) {
            return .float(operation(left.asDouble, right.asDouble))
        }
        return left.isInt
            ? .float(operation(Double(left.asInt), right.asDouble))
            : .float(operation(left.asDouble, Double(right.asInt)))
    }

    /// Whether two values are numbers, and one at least a float, by their `meta` taken together.
    @inline(__always)
    private static func areReal(_ kinds: UInt32) -> Bool { kinds == Value.floatMeta }

    @inline(__always)
    static func sum(_ left: Value, _ right: Value) -> Value? {
        let kinds = left.meta | right.meta
        if _fastPath(kinds == 0) {
            let (sum, overflow) = left.asInt.addingReportingOverflow(right.asInt)
            return _fastPath(!overflow) ? .int(sum) : nil
        }
        return _fastPath(areReal(kinds)) ? floats(left, right, +) : nil
    }

    @inline(__always)
    static func difference(_ left: Value, _ right: Value) -> Value? {
        let kinds = left.meta | right.meta
        if _fastPath(kinds == 0) {
            let (difference, overflow) = left.asInt.subtractingReportingOverflow(right.asInt)
            return _fastPath(!overflow) ? .int(difference) : nil
        }
        return _fastPath(areReal(kinds)) ? floats(left, right, -) : nil
    }

    @inline(__always)
    static func product(_ left: Value, _ right: Value) -> Value? {
        let kinds = left.meta | right.meta
        if _fastPath(areReal(kinds)) { return floats(left, right, *) }
        guard _fastPath(kinds == 0) else { return nil }
        let (product, overflow) = left.asInt.multipliedReportingOverflow(by: right.asInt)
        return _fastPath(!overflow) ? .int(product) : nil
    }

    @inline(__always)
    static func ratio(_ left: Value, _ right: Value) -> Value? {
        let kinds = left.meta | right.meta
        if _fastPath(areReal(kinds)) { return floats(left, right, /) }
        return _fastPath(kinds == 0) && right.bits != 0 ? .float(Double(left.asInt) / Double(right.asInt)) : nil
    }

    /// A quotient of an int that is not negative and a positive one. In 32 bits where that is enough: dividing 64 bits takes longer on many processors.
    @inline(__always)
    static func quotient(_ left: Int, _ right: Int) -> Int {
        if _fastPath((left | right) >> 32 == 0) {
            return Int(UInt32(truncatingIfNeeded: left) / UInt32(truncatingIfNeeded: right))
        }
        return left / right
    }

    /// The rest that belongs to `quotient`.
    @inline(__always)
    static func rest(_ left: Int, _ right: Int) -> Int {
        if _fastPath((left | right) >> 32 == 0) {
            return Int(UInt32(truncatingIfNeeded: left) % UInt32(truncatingIfNeeded: right))
        }
        return left % right
    }

    /// What `quotient(_:by:)` and `rest(_:by:_:)` multiply with in place of dividing by a number from 2 to 2 ** 31: 2 ** 64 divided by it, rounded up.
    static func reciprocal(_ divisor: Int) -> UInt64 { UInt64.max / UInt64(divisor) + 1 }

    /// A quotient of an int below 2 ** 32: exact, since the reciprocal is too large by less than one part in 2 ** 32.
    @inline(__always)
    static func quotient(_ left: Int, reciprocal: UInt64) -> Int {
        Int(truncatingIfNeeded: UInt64(truncatingIfNeeded: left).multipliedFullWidth(by: reciprocal).high)
    }

    /// The rest of such a division: the fraction of the quotient, times the divisor.
    @inline(__always)
    static func rest(_ left: Int, _ divisor: Int, reciprocal: UInt64) -> Int {
        let fraction = UInt64(truncatingIfNeeded: left) &* reciprocal
        return Int(truncatingIfNeeded: fraction.multipliedFullWidth(by: UInt64(truncatingIfNeeded: divisor)).high)
    }

    @inline(__always)
    static func less(_ left: Value, _ right: Value) -> Bool? {
        if _fastPath(left.meta | right.meta == 0) { return left.asInt < right.asInt }
        return _fastPath(left.isFloat && right.isFloat) ? left.asDouble < right.asDouble : nil
    }

    @inline(__always)
    static func lessOrEqual(_ left: Value, _ right: Value) -> Bool? {
        if _fastPath(left.meta | right.meta == 0) { return left.asInt <= right.asInt }
        return _fastPath(left.isFloat && right.isFloat) ? left.asDouble <= right.asDouble : nil
    }

    /// Whether two values of one kind are equal, as far as their bits tell.
    @inline(__always)
    static func same(_ left: Value, _ right: Value) -> Bool? {
        if _fastPath(left.meta | right.meta == 0) { return left.bits == right.bits }
        guard left.meta == right.meta, left.meta <= Value.boolMeta else { return nil }
        return left.isFloat ? left.asDouble == right.asDouble : left.bits == right.bits
    }

    /// A comparison with an int that a double holds.
    @inline(__always)
    static func compare(
        _ left: Value, _ right: Int, _ ints: (Int, Int) -> Bool, _ floats: (Double, Double) -> Bool
    ) -> Bool? {
        if _fastPath(left.isInt) { return ints(left.asInt, right) }
        return _fastPath(left.isFloat) ? floats(left.asDouble, Double(right)) : nil
    }

    /// A list of a few values; nil where a page or a collection is due.
    @inline(__always)
    static func list(_ heap: Heap, _ values: UnsafeMutablePointer<Value>, _ count: Int) -> Value? {
        guard _fastPath(count <= ListCell.largestInline), let cell = heap.take(count &+ ListCell.inlineOffset >> 4)
        else { return nil }
        let list = cell.assumingMemoryBound(to: ListCell.self)
        let elements = (cell + ListCell.inlineOffset).assumingMemoryBound(to: Value.self)
        list.initialize(
            to: ListCell(
                header: CellHeader(
                    kind: Value.Kind.list.rawValue, mark: 0, flags: 0,
                    sizeClass: UInt8(truncatingIfNeeded: count &+ ListCell.inlineOffset >> 4), extra: 0),
                count: count, capacity: count, elements: elements))
        var index = 0
        while index < count {
            elements[index] = values[index]
            index &+= 1
        }
        return Value(cell: cell, meta: Value.listMeta)
    }

    /// A record of a shape; nil where a page or a collection is due.
    @inline(__always)
    static func record(_ heap: Heap, _ shape: UnsafeMutablePointer<Shape>, _ values: UnsafeMutablePointer<Value>)
        -> Value?
    {
        let count = shape.pointee.count
        guard _fastPath(count <= RecordCell.largestInline), let cell = heap.take(count &+ RecordCell.inlineOffset >> 4)
        else { return nil }
        let record = cell.assumingMemoryBound(to: RecordCell.self)
        let slots = (cell + RecordCell.inlineOffset).assumingMemoryBound(to: Value.self)
        record.initialize(
            to: RecordCell(
                header: CellHeader(
                    kind: Value.Kind.record.rawValue, mark: 0, flags: 0,
                    sizeClass: UInt8(truncatingIfNeeded: count &+ RecordCell.inlineOffset >> 4),
                    extra: shape.pointee.number),
                shape: shape, slots: slots, capacity: count))
        var index = 0
        while index < count {
            slots[index] = values[index]
            index &+= 1
        }
        return Value(cell: cell, meta: Value.recordMeta)
    }

    /// The element of a list at a position that counts from its front.
    @inline(__always)
    static func element(_ value: Value, _ index: Value) -> Value? {
        guard _fastPath(value.isList), _fastPath(index.isInt),
            _fastPath(UInt(bitPattern: index.asInt) < UInt(bitPattern: value.list.pointee.count))
        else { return nil }
        return value.list.pointee.elements[index.asInt]
    }

    /// Where such an element lies, in a list that nobody else holds.
    @inline(__always)
    static func place(_ value: Value, _ index: Value) -> UnsafeMutablePointer<Value>? {
        guard _fastPath(value.isList), _fastPath(index.isInt), _fastPath(!value.list.pointee.isShared),
            _fastPath(UInt(bitPattern: index.asInt) < UInt(bitPattern: value.list.pointee.count))
        else { return nil }
        return value.list.pointee.elements + index.asInt
    }
}

/// The parts of an instruction and of a cache word, short: the loop is made of them.
extension UInt64 {
    @inline(__always) var a: Int { Instruction.a(self) }
    @inline(__always) var b: Int { Instruction.b(self) }
    @inline(__always) var c: Int { Instruction.c(self) }
    @inline(__always) var signedB: Int { Instruction.signedB(self) }
    @inline(__always) var signedC: Int { Instruction.signedC(self) }
    /// The number of the shape a cache word knows.
    @inline(__always) var cachedShape: UInt32 { UInt32(truncatingIfNeeded: self) }
    /// Where records of that shape have the field.
    @inline(__always) var cachedSlot: Int { Int(UInt8(truncatingIfNeeded: self >> 32)) }
    /// The constant that names the field, where the instruction has no room for it.
    @inline(__always) var cachedKey: Int { Int(self >> 40) }

    /// Remembers where records of a shape have the field.
    mutating func remember(_ shape: UInt32, _ slot: Int) {
        self = (self & ~0xFF_FFFF_FFFF) | UInt64(UInt8(truncatingIfNeeded: slot)) << 32 | UInt64(shape)
    }
}
