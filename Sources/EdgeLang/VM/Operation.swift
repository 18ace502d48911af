/// What an instruction does. `a`, `b`, `c` are its operands; R is the frame's registers, K the function's constants.
///
/// An instruction is one 64-bit word: the operation in the lowest 8 bits, `a` and `b` in 16 bits each, `c` in 24 bits (signed where it is a jump or an int).
/// Operations with a cache are followed by one more word: a shape's number in 32 bits, the slot of the field in 8, where needed the key in 24.
enum Operation: UInt8 {
    // Moving values.
    /// R[a] = R[b]
    case move
    /// R[a] = R[b], which is now held by two places.
    case copy
    /// R[a] is now held by two places.
    case share
    /// R[a] = K[c]
    case loadConstant
    /// R[a] = c
    case loadInt
    case loadNull
    case loadTrue
    case loadFalse
    case loadAbsent
    /// R[a] = the running function.
    case loadSelf

    // Variables outside of registers.
    case getCapture
    case getCaptureBox
    /// captured box b = R[a]
    case setCaptureBox
    /// R[a] = the content of box R[b]
    case getBox
    /// the content of box R[a] = R[b]
    case setBox
    /// R[a] = a box of R[b]
    case makeBox
    /// R[a] = a box without a value yet
    case makeEmptyBox
    /// R[a] = the content of box K[c]
    case getGlobal
    /// the content of box K[c] = R[a]
    case setGlobal

    // Arithmetic: R[a] = R[b] · R[c].
    case add, subtract, multiply, divide, floorDivide, remainder, power
    case bitAnd, bitOr, bitXor, shiftLeft, shiftRight
    /// R[a] = R[b] · K[c]
    case addConstant, subtractConstant, multiplyConstant, divideConstant, floorDivideConstant, remainderConstant
    /// R[a] = R[b] · c, a signed int
    case addInt, multiplyInt
    /// R[a] = R[b] · c, an int above 1; the next word is its reciprocal.
    case floorDivideInt, remainderInt
    /// R[a] = R[b] // 2 ** c
    case shiftDown
    /// R[a] = R[b] % (c + 1), a power of two
    case lowBits
    /// R[a] += R[b], in place where R[a] is a list that nobody else holds; c is 1 if R[b] is a new list that is not used again.
    case addTo
    case negate, not, bitNot

    // Comparison: R[a] = R[b] · R[c].
    case equal, notEqual, less, lessOrEqual, contained

    // Jumps by c. A jump back counts a turn of a loop; now and then it asks whether the run should go on.
    case jump
    case jumpIfTrue, jumpIfFalse
    case jumpIfNull, jumpIfNotNull
    case jumpIfAbsent, jumpIfPresent
    /// if R[a] · R[b]
    case jumpIfLess, jumpUnlessLess, jumpIfLessOrEqual, jumpUnlessLessOrEqual, jumpIfEqual, jumpUnlessEqual
    /// if R[a] · b, a signed 16-bit int
    case jumpIfLessInt, jumpUnlessLessInt, jumpIfLessOrEqualInt, jumpUnlessLessOrEqualInt
    case jumpIfGreaterInt, jumpUnlessGreaterInt, jumpIfGreaterOrEqualInt, jumpUnlessGreaterOrEqualInt
    case jumpIfEqualInt, jumpUnlessEqualInt

    // Loops. R[a] and R[a+1] are the loop's own, R[a+2] is the element.
    /// The int range R[a]..R[a+1], or ..= if b is 1: jumps by c if it is empty.
    case rangePrepare
    case rangeNext
    /// The elements of R[a].
    case iteratePrepare
    case iterateNext

    // Calls. Arguments lie in R[a]…; the result replaces R[a].
    /// Function c of the unit with all its parameters in place.
    case callKnown
    case callSelf
    /// Closure R[c] with all its parameters in place.
    case callClosure
    /// R[c] with b arguments by position.
    case call
    /// R[c] with b arguments, some with labels: the next word is the number of the list of labels.
    case callLabelled
    /// Built-in function c; b counts its parameters.
    case callBuiltin
    /// R[a] = f(R[b]) of built-in function c
    case length, squareRoot
    /// R[a] = push(R[a], R[b]), which is built-in function c. A variable's value R[b] was marked as shared.
    case push
    case returnValue
    case returnNull
    /// R[a] = function c of the unit with what it captures.
    case makeClosure

    // Lists, records, ranges, strings.
    /// R[a] = [R[b], …], c elements
    case makeList
    case appendElement
    case appendSpread
    /// R[a] = a record of shape (next word: address) with values R[b]…
    case makeRecord
    case makeEmptyRecord
    /// R[a].K[c] = R[b] while the record is made
    case putField
    case putSpread
    case makeRange, makeClosedRange
    /// R[a] = R[b].K[c]; cached
    case getField
    /// R[a] = R[b].K[c], absent if there is none
    case tryField
    /// R[a] = R[b][R[c]].K[key of the cache]; cached
    case getElementField
    /// R[a].K[c] = R[b]; cached. Like all updates: makes R[a] its own first.
    case setField
    /// R[a].K[c] += R[b], -= R[b]; cached
    case addToField, subtractFromField
    case getIndex
    /// R[a][R[b]] = R[c]
    case setIndex
    /// R[a][R[b]] += R[c]
    case addToIndex
    /// R[b] from R[b+1] to R[b+2], either absent; c is 1 if closed
    case slice
    /// Makes R[a] its own: copies it if another place holds it too.
    case own
    /// R[a] = R[b].K[c] for an update, R[b] made its own: copied and put back if another place holds it too.
    case ownField
    /// R[a] = R[b][R[c]] likewise.
    case ownIndex
    /// R[a] = the texts of R[b]…, c of them, joined
    case interpolate

    // Patterns.
    /// Jumps unless R[a] is a list of exactly b elements.
    case unlessListOf
    /// Jumps unless R[a] is a list of at least b elements.
    case unlessListOfAtLeast
    case unlessRecord
    /// Jumps unless R[a] lies in range pattern number b.
    case unlessInRange
    /// R[a] = R[b] without the first (c & 0xFFF) and last (c >> 12) elements
    case listRest
    /// R[a] = R[b] without the keys of list number c
    case recordRest
    /// R[a] does not have the form of the pattern.
    case failPattern
    /// No arm matches R[a].
    case failMatch

    // The rest.
    /// Checks R[a] against annotation number c.
    case checkType
    case rethrow
    /// R[a] = module number c
    case importModule
    /// Remembers test R[a] under name K[c].
    case registerTest
}

/// Packs and unpacks instruction words.
enum Instruction {
    static func word(_ operation: Operation, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0) -> UInt64 {
        UInt64(operation.rawValue) | UInt64(truncatingIfNeeded: a & 0xFFFF) << 8
            | UInt64(truncatingIfNeeded: b & 0xFFFF) << 24 | UInt64(truncatingIfNeeded: c & 0xFF_FFFF) << 40
    }

    @inline(__always)
    static func operation(_ word: UInt64) -> Operation {
        unsafeBitCast(UInt8(truncatingIfNeeded: word), to: Operation.self)
    }
    @inline(__always)
    static func a(_ word: UInt64) -> Int { Int(UInt16(truncatingIfNeeded: word >> 8)) }
    @inline(__always)
    static func b(_ word: UInt64) -> Int { Int(UInt16(truncatingIfNeeded: word >> 24)) }
    /// `b` as a signed int.
    @inline(__always)
    static func signedB(_ word: UInt64) -> Int { Int(Int16(truncatingIfNeeded: word >> 24)) }
    @inline(__always)
    static func c(_ word: UInt64) -> Int { Int(word >> 40) }
    /// `c` as a signed int.
    @inline(__always)
    static func signedC(_ word: UInt64) -> Int { Int(Int64(bitPattern: word) >> 40) }

    /// A cache that knows no shape yet.
    static func cache(key: Int = 0) -> UInt64 { 0xFFFF_FFFF | UInt64(truncatingIfNeeded: key & 0xFF_FFFF) << 40 }

    static let largestRegister = 0x7FFF
    static let largestC = 0xFF_FFFF
    static let signedCRange = -0x80_0000...0x7F_FFFF
}
