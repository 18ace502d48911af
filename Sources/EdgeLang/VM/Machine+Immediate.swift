/// What the loop does itself for ints, floats, lists: pieces of `run`, which contains them. Nil is for everything else, `perform` does it;
/// that includes all that fails.
extension Machine {
    @inline(__always)
    static func captures(_ closure: RawCell) -> UnsafeMutablePointer<Value> {
        (closure + ClosureCell.capturesOffset).assumingMemoryBound(to: Value.self)
    }

    /// An int or a float as a double.
    @inline(__always)
    private static func real(_ value: Value) -> Double { value.isInt ? Double(value.asInt) : value.asDouble }

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
        return _fastPath(areReal(kinds)) ? .float(real(left) + real(right)) : nil
    }

    @inline(__always)
    static func difference(_ left: Value, _ right: Value) -> Value? {
        let kinds = left.meta | right.meta
        if _fastPath(kinds == 0) {
            let (difference, overflow) = left.asInt.subtractingReportingOverflow(right.asInt)
            return _fastPath(!overflow) ? .int(difference) : nil
        }
        return _fastPath(areReal(kinds)) ? .float(real(left) - real(right)) : nil
    }

    @inline(__always)
    static func product(_ left: Value, _ right: Value) -> Value? {
        let kinds = left.meta | right.meta
        if _fastPath(areReal(kinds)) { return .float(real(left) * real(right)) }
        guard _fastPath(kinds == 0) else { return nil }
        let (product, overflow) = left.asInt.multipliedReportingOverflow(by: right.asInt)
        return _fastPath(!overflow) ? .int(product) : nil
    }

    @inline(__always)
    static func ratio(_ left: Value, _ right: Value) -> Value? {
        let kinds = left.meta | right.meta
        if _fastPath(areReal(kinds)) { return .float(real(left) / real(right)) }
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
