/// A grammar compiled to a flat list of steps and the tables they refer to.
final class Program: Sendable {
    let code: [Instruction]
    let names: [String]
    let numberRules: [NumberRule]
    let contentRules: [ContentRule]
    let bitRules: [BitRule]
    let measures: [Measure]
    let choices: [ChoiceTable]
    let conditions: [ConditionRule]
    let presences: [PresenceRule]
    let brackets: [BracketRule]
    let loopRules: [LoopRule]
    let checksums: [ChecksumRule]
    let enumerations: [Enumeration]
    let protobufMessages: [ProtobufMessage]
    let frames: [SlotFrame]
    /// The numbers that are kept while a message is read or written; the first is the direction.
    let slotCount: Int
    /// Context values by their slots.
    let context: [ContextSlot]
    /// Paths into the request, and the slots they fill.
    let requestSlots: [RequestSlot]
    let usesDirection: Bool

    /// The slot of the direction.
    static let directionSlot = 0
    /// What a slot holds that was never set.
    static let unset = Int64.min

    init(_ tables: ProgramTables) {
        code = tables.code
        names = tables.names
        numberRules = tables.numberRules
        contentRules = tables.contentRules
        bitRules = tables.bitRules
        measures = tables.measures
        choices = tables.choices
        conditions = tables.conditions
        presences = tables.presences
        brackets = tables.brackets
        loopRules = tables.loopRules
        checksums = tables.checksums
        enumerations = tables.enumerations
        protobufMessages = tables.protobufMessages
        frames = tables.frames
        slotCount = tables.slotCount
        context = tables.context
        requestSlots = tables.requestSlots
        usesDirection = tables.usesDirection
    }
}

/// A program in the making.
struct ProgramTables {
    var code: [Instruction] = []
    var names: [String] = []
    var numberRules: [NumberRule] = []
    var contentRules: [ContentRule] = []
    var bitRules: [BitRule] = []
    var measures: [Measure] = []
    var choices: [ChoiceTable] = []
    var conditions: [ConditionRule] = []
    var presences: [PresenceRule] = []
    var brackets: [BracketRule] = []
    var loopRules: [LoopRule] = []
    var checksums: [ChecksumRule] = []
    var enumerations: [Enumeration] = []
    var protobufMessages: [ProtobufMessage] = []
    var frames: [SlotFrame] = []
    var slotCount = 1
    var context: [ContextSlot] = []
    var requestSlots: [RequestSlot] = []
    var usesDirection = false
}

/// What must hold of a number, and what it looks like in a message.
struct NumberRule: Sendable {
    /// Nothing but the number itself.
    var isPlain: Bool {
        constant == nil && range == nil && enumeration < 0 && scale == nil && offset == nil && initial == nil
            && !isSilent
            && computation == nil && characters == 0
    }
    var constant: Int64?
    var range: ClosedRange<Int64>?
    /// -1: none.
    var enumeration = -1
    var scale: Double?
    var offset: Double?
    var initial: Int64?
    var isSilent = false
    /// The width in bytes of a number shown as characters; 0: it is none.
    var characters = 0
    var computation: Computation?
}

/// How a number follows from the rest of a message.
struct Computation: Sendable {
    enum Source: Sendable {
        /// The elements of a list, or the bytes of bytes.
        case count(String)
        /// Whether the message has one of these.
        case presence([String])
        /// The bits of the last byte of a bit list that do not count.
        case unused(String)
    }
    let source: Source
    let unit: Int64
    let plus: Int64
    /// The slot of a number from which the count runs; -1: none.
    let origin: Int
}

/// Content whose end is not in itself.
struct ContentRule: Sendable {
    enum Extent: Sendable {
        case rest
        /// Up to and with the first byte whose highest bit is clear.
        case chained
        /// All but the last bytes of the region.
        case leaving(Int)
        case fixed(Int)
        case slot(Int)
        case terminated([UInt8], mayEnd: Bool)
        /// Up to these bytes, which are not passed, or to the end.
        case before([UInt8])
        /// The bytes of so many bits times the number in a slot.
        case packed(slot: Int, width: Int)
    }
    var extent = Extent.rest
    var form = Form.none
    var constant: FieldValue?
    var initial: FieldValue?
    var padding: UInt8?
    var isSilent = false
    /// For numbers, as in `numberRules`.
    var number = NumberRule()
    /// A zero has no bytes at all (CoAP).
    var isShortZero = false
    /// The slot that counts bits of a bit list; -1: eight a byte.
    var countSlot = -1
    /// The slot that says how many bits of the last byte do not count; -1: none.
    var unusedSlot = -1
    var packing = BitPacking()

    enum Form: Sendable {
        case none
        case text(TextForm)
        case address(AddressForm)
        case digits(NumberForm)
        case decimal(isLittle: Bool)
        case integer(isSigned: Bool)
    }
}

/// A number within a group of bits.
struct BitRule: Sendable {
    let name: Int32
    var slot: Int32
    let shift: UInt8
    let width: UInt8
    let isSigned: Bool
    let isBool: Bool
    /// An index into `numberRules`; -1: plain.
    let rule: Int32
    /// An index into `measures`, where it says a size; -1: it does not.
    let measure: Int32
    /// The slot of that size.
    let measureSlot: Int32
}

/// How a length is written and what it counts: `wire = size * times / unit + plus`.
struct Measure: Sendable {
    let form: LengthForm
    let unit: Int
    let times: Int
    let plus: Int
    /// Shift and width where the length is part of a group of bits; width 0: it stands alone.
    let shift: Int
    let width: Int
    /// Of the group, in bytes.
    let groupBytes: Int
    let isLittle: Bool
    /// The slot that keeps the last number of a delta header.
    var previousSlot = -1
    /// How the number of a delta header is shown.
    var numberRule = -1
    /// The number of a packed header; -1: the message has it.
    var number = -1
    /// The name under which a message keeps a length that is wrong, and the slot of where the measured begins; -1: lengths are right.
    var advisory: Int32 = -1
    var startSlot = -1
}

/// What stands between packed brackets.
struct BracketRule: Sendable {
    let form: PackedForm
    /// -1: the message has it.
    let number: Int
    /// Keeps the number for the closing bracket.
    let slot: Int
}

/// How an element that may be absent is recognised.
struct PresenceRule: Sendable {
    enum Start: Sendable {
        case any
        case tag(UInt8)
        case value(PackedForm, number: Int)
        case bracket(PackedForm, number: Int)
    }
    let names: [String]
    var start = Start.any
    /// The brackets around it; -1: none.
    var bracket: Int32 = -1
}

/// Where a choice goes on.
struct ChoiceTable: Sendable {
    struct Key: Sendable {
        let slot: Int
        let name: String
    }
    struct Entry: Sendable {
        /// One list of ranges a key; empty: anything.
        let patterns: [[ClosedRange<Int64>]]
        let target: Int32
    }
    let keys: [Key]
    let entries: [Entry]
    /// -1: there is none.
    let defaultTarget: Int32
    /// Targets by the key, where there is one key of small numbers only: `dense[key]`.
    let dense: [Int32]
    /// Where the key is the byte that follows: the names of each case, by which writing chooses, and the cases' targets.
    let peekedNames: [[String]]
    let peekedTargets: [Int32]
    /// For a choice with a name: that name, and whether each case is a record.
    let peekedName: Int32
    let peekedRecords: [Bool]
}

struct ConditionRule: Sendable {
    struct Term: Sendable {
        let slot: Int
        let values: [ClosedRange<Int64>]
    }
    let terms: [Term]
}

struct LoopRule: Sendable {
    enum Bound: Sendable {
        case rest
        case fixed(Int)
        case slot(Int)
    }
    let bound: Bound
    /// Stops before these bytes.
    let until: [UInt8]
    let alignment: Int
    let name: Int32
    /// The brackets it stands in; -1: none.
    var bracket: Int32 = -1
}

struct ChecksumRule: Sendable {
    let form: ChecksumForm
    /// Slots of marks; -1: the start of the message, or the checksum's own place.
    let start: Int
    let end: Int
    let bits: Int
    let isLittle: Bool
    /// Written in hexadecimal digits instead; 0: not.
    let digits: Int
}

struct SlotFrame: Sendable {
    let first: Int
    let count: Int
}

struct ContextSlot: Sendable {
    let name: String
    let slot: Int
    let initial: Int64
}

struct RequestSlot: Sendable {
    let path: [String]
    let slot: Int
}

/// The fields of a protobuf message, by number.
struct ProtobufMessage: Sendable {
    struct Entry: Sendable {
        let number: Int
        let name: String
        let form: ProtobufField.Form
        let isRepeated: Bool
        let enumeration: Int
        /// For messages.
        let message: Int
    }
    var entries: [Entry]
    var positions: [Int: Int]
}
