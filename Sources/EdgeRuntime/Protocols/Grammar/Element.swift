/// A line and column of a grammar file, from 1.
struct Mark: Sendable, Hashable {
    let line: Int
    let column: Int
}

/// One element of a message: a relation between a value and bytes, from which both decoding and encoding follow.
///
/// An element without a name is spliced: its parts stand in the record around it.
struct Element: Sendable {
    var name: String?
    var mark: Mark
    var kind: Kind
    var size = Size.own
    /// The element stands after its own length, `prefixed: u16`.
    var prefix: LengthForm?
    /// A byte that stands before the length (ASN.1's tag).
    var tag: UInt8?
    /// The number of the packed header before it; nil: the message says it.
    var number: Int?
    /// It stands between brackets of this form.
    var enclosure: PackedForm?
    /// Senders are known to get this length wrong: what it measures goes on to the end of what surrounds it, and the message keeps a
    /// length that is another one.
    var isAdvisory = false
    /// How bits become the elements of a bit list.
    var packing = BitPacking()
    /// The value the wire must have; it is left out of the message.
    var constant: FieldValue?
    /// The value taken where a message has none.
    var initial: FieldValue?
    var range: ClosedRange<Int64>?
    var enumeration: Reference?
    var scale: Double?
    var offset: Double?
    /// What this number says about other elements.
    var says: Statement?
    /// `wire = size * times / unit + plus`
    var unit = 1
    var times = 1
    var plus = 0
    /// A count runs from this number: `wire = from + count + plus`.
    var origin: Reference?
    var conditions: [Condition] = []
    /// Present where bytes are left.
    var isOptional = false
    var checksum: ChecksumForm?
    /// The first and last element a checksum covers; nil is the start of the message and the element before the checksum.
    var covers: (first: Reference, last: Reference)?
    var count = Count.own
    /// Lists end before these bytes, or where nothing is left.
    var until: [UInt8]?
    /// Each element of a list but the first begins at a multiple of so many bytes from the list's start.
    var alignment = 1
    /// The value that fills a text or bytes up to their size.
    var padding: UInt8?
    /// Left out of the message where it has its initial value.
    var isSilent = false

    /// A name that stands for something declared elsewhere.
    struct Reference: Sendable {
        let name: String
        let mark: Mark
    }

    /// What an element consists of.
    indirect enum Kind: Sendable {
        case integer(IntegerForm)
        case real(RealForm)
        case varint(VarintForm)
        /// A number of as many bytes as its region has, most significant first, never more than it needs when written.
        case sizedInteger(isSigned: Bool, mayBeEmpty: Bool)
        case bytes
        case text(TextForm)
        case objectIdentifier
        /// Binary coded decimal, two digits a byte.
        case decimalDigits(isLittle: Bool)
        case address(AddressForm)
        /// A number written in digits.
        case number(NumberForm)
        case bits(IntegerForm, isLeastFirst: Bool, fields: [BitField])
        case group([Element])
        case reference(Reference)
        case choice(keys: [Reference], cases: [Case])
        case list(Element)
        /// Bits of whole bytes, alone or a few together.
        case bitList
        case protobuf([ProtobufField])
    }

    /// Where the bytes of an element without a size of its own end.
    enum Size: Sendable {
        case own
        case rest
        /// Up to and with the first byte whose highest bit is clear.
        case chained
        /// As many bytes as the counted elements of a bit list take.
        case packed
        /// All but the last bytes of the region.
        case leaving(Int)
        case fixed(Int)
        case field(Reference)
        /// Before these bytes, which are passed; at the end of the region too where `mayEnd`.
        case terminated([UInt8], mayEnd: Bool)
    }

    /// How often a list repeats.
    enum Count: Sendable {
        /// As another element says, else to the end of the region.
        case own
        case fixed(Int)
        case field(Reference)
    }

    /// What a number says about other elements; when encoding it is computed from them.
    enum Statement: Sendable {
        case size([Reference])
        case count(Reference)
        case presence([Reference])
        /// How many bits of the last byte of a bit list do not count.
        case unused(Reference)
        /// The size of everything that follows in the same group.
        case sizeOfRest
    }

    /// An element is present where a number that came before has one of these values.
    struct Condition: Sendable {
        let field: Reference
        let values: [ClosedRange<Int64>]
        /// Names of enumerated values, looked up when compiled.
        let names: [Reference]
    }

    /// One alternative of a choice.
    struct Case: Sendable {
        let mark: Mark
        /// One pattern a key; empty for `default`.
        let patterns: [Pattern]
        let elements: [Element]
        /// A single element without a record around it.
        let bare: Element?
    }

    /// What a key must be.
    enum Pattern: Sendable {
        case any
        case oneOf([Alternative])
    }

    /// A value, a range of values or a name of the key's enumeration.
    enum Alternative: Sendable {
        case values(ClosedRange<Int64>)
        /// A byte whose bits are these, the most significant first; `x` is either.
        case mask(String)
        case name(String)
    }

    /// A part of a bit group.
    struct BitField: Sendable {
        /// An element of kind `integer`, whose width counts bits.
        let element: Element
        let width: Int
        let isSigned: Bool
        let isBool: Bool
    }
}

/// A whole number of fixed width.
struct IntegerForm: Sendable, Hashable {
    /// 1 to 64; whole bytes outside of bit groups.
    var bits: Int
    var isSigned = false
    /// nil: as the grammar says.
    var isLittle: Bool?
    /// Shown as true and false.
    var isBool = false
    /// Shown as the characters of its bytes.
    var isASCII = false
    /// As many bytes as its region has, `bits` at most, and no more than needed when written.
    var isSized = false
}

/// How the bits of bytes become the elements of a list.
struct BitPacking: Sendable, Hashable {
    /// 1 to 8, a divisor of 8; elements of one bit are true or false, others numbers.
    var width = 1
    /// The first element has the highest bits of a byte.
    var isMostFirst = false
}

/// An IEEE 754 number.
struct RealForm: Sendable, Hashable {
    var bits: Int
    var isLittle: Bool?
}

/// A whole number of seven bits a byte, the least significant first.
enum VarintForm: UInt8, Sendable, Hashable {
    /// At most four bytes, as MQTT has it.
    case mqtt
    /// At most ten bytes, as protobuf and others have it.
    case leb128
    /// LEB128 of a number whose sign is its last bit.
    case zigzag
}

/// How a length is written.
enum LengthForm: Sendable, Hashable {
    case integer(IntegerForm)
    case varint(VarintForm)
    /// ASN.1's definite lengths.
    case ber
    /// CoAP's option header: 4 bits of a number's increase, 4 bits of length, each extended by one or two bytes. The number is
    /// the element's value.
    case delta
    /// A byte that packs a number and a length.
    case packed(PackedForm)
}

/// How a text is written.
enum TextForm: UInt8, Sendable, Hashable {
    case utf8, latin1, utf16
}

/// An address that people write in a form of its own.
enum AddressForm: UInt8, Sendable, Hashable {
    case ipv4, ipv6, mac

    var size: Int {
        switch self {
        case .ipv4: 4
        case .ipv6: 16
        case .mac: 6
        }
    }
}

/// A number written in digits: leading zeros up to a width, digits after the point.
struct NumberForm: Sendable, Hashable {
    /// Digits before the point, filled with zeros.
    var digits = 1
    /// Digits after the point; nil: as many as it takes.
    var places: Int?
    /// 10, or 16 with capital letters.
    var radix = 10
}

/// One field of a protobuf message.
struct ProtobufField: Sendable {
    enum Form: Sendable {
        case uint32, uint64, int32, int64, sint32, sint64, bool, float, double, fixed32, fixed64, string, bytes
        case message(Element.Reference)
    }
    let number: Int
    let name: String
    let form: Form
    let isRepeated: Bool
    let enumeration: Element.Reference?
}
