/// One step of a compiled grammar. The decoder and the encoder run the same steps: what reads a number when decoding writes it when
/// encoding.
struct Instruction: Sendable {
    var operation: Operation
    /// Bytes of a number.
    var width: UInt8 = 0
    var flags: Flags = []
    /// Where the value stands in the message: an index into `Program.names`, `noName` or `elementName`.
    var name: Int32 = Instruction.noName
    /// Where a number is kept for those that refer to it; -1: nowhere.
    var slot: Int32 = -1
    /// An index into the table that belongs to the operation; -1: none.
    var rule: Int32 = -1
    /// The step to go on with, or a second index.
    var target: Int32 = -1

    /// The value is not part of the message.
    static let noName: Int32 = -1
    /// The value is an element of a list.
    static let elementName: Int32 = -2

    struct Flags: OptionSet, Sendable {
        let rawValue: UInt8
        static let signed = Flags(rawValue: 1)
        static let little = Flags(rawValue: 2)
        static let bool = Flags(rawValue: 4)
        /// `rule` is an index into `Program.numberRules` that matters when decoding.
        static let ruled = Flags(rawValue: 8)
    }
}

/// What an instruction does.
enum Operation: UInt8, Sendable {
    /// A whole number of `width` bytes; `rule`: `numberRules`.
    case integer
    /// The same without a rule, as the elements of a list that fills up or is counted; `rule`: `loopRules`.
    case integerList
    /// Numbers packed into `width` bytes; `rule`: the first of `target` entries of `bitRules`.
    case bits
    /// `rule`: `numberRules`, `width`: the raw value of a `VarintForm`.
    case varint
    /// A number as long as its content; `rule`: `contentRules`.
    case sizedInteger
    case real
    /// `rule`: `contentRules`; likewise the following.
    case bytes, text, objectIdentifier, decimalDigits, address, number, bitList
    /// Begins and ends a record.
    case open, close
    /// A length: decoding puts the size of what it measures into `slot`, encoding its place; `rule`: `measures`.
    case measure
    /// Begins and ends what a length measures; `slot` is the measure's, `rule`: `measures`.
    case limit, unlimit
    /// Begins and ends a region whose extent is that of `contentRules[rule]`.
    case enclose, unenclose
    /// A byte that has to be `width`.
    case tag
    /// Begins and ends what stands between packed brackets; `rule`: `brackets`.
    case enter, leave
    case jump
    /// Goes on at the case that fits; `rule`: `choices`.
    case choose
    /// Goes on at `target` unless a condition holds; `rule`: `conditions`.
    case test
    /// Goes on at `target` where it is not there, or the message has none of the names; `rule`: `presences`.
    case optional
    /// Begins a list, `target` is the step after it; `rule`: `loopRules`.
    case loop
    /// Ends an element of a list and goes back to `target`, the step after `loop`.
    case next
    /// Runs a type that contains itself; `rule`: the first of its slots, `width`: their number.
    case call
    case `return`
    /// Keeps the place in the bytes in `slot`.
    case mark
    /// Looks at the next byte, without passing it; -1 where nothing is left.
    case peek
    /// Sets `slot` to `target`.
    case set
    /// `rule`: `checksums`.
    case checksum
    /// `rule`: `protobufMessages`.
    case protobuf
    case end
}
