/// The types every grammar knows.
enum TypeNames {
    private static let fixed: [String: Element.Kind] = [
        "bool": .integer(IntegerForm(bits: 8, isBool: true)),
        "f32": .real(RealForm(bits: 32)), "f64": .real(RealForm(bits: 64)),
        "f32le": .real(RealForm(bits: 32, isLittle: true)), "f64le": .real(RealForm(bits: 64, isLittle: true)),
        "f32be": .real(RealForm(bits: 32, isLittle: false)), "f64be": .real(RealForm(bits: 64, isLittle: false)),
        "varint": .varint(.mqtt), "leb128": .varint(.leb128), "zigzag": .varint(.zigzag),
        "int": .sizedInteger(isSigned: true, mayBeEmpty: false),
        "uint": .sizedInteger(isSigned: false, mayBeEmpty: false),
        "uint_or_empty": .sizedInteger(isSigned: false, mayBeEmpty: true),
        "bytes": .bytes, "text": .text(.utf8), "latin1": .text(.latin1), "utf16": .text(.utf16),
        "oid": .objectIdentifier, "bcd": .decimalDigits(isLittle: false), "bcd_le": .decimalDigits(isLittle: true),
        "ipv4": .address(.ipv4), "ipv6": .address(.ipv6), "mac": .address(.mac),
        "number": .number(NumberForm()), "hex_number": .number(NumberForm(radix: 16)), "bit_list": .bitList,
    ]

    /// All names, with the usual widths of numbers.
    static let all: Set<String> = Set(fixed.keys).union(
        ["u8", "u16", "u24", "u32", "u48", "u64", "i8", "i16", "i24", "i32", "i64"].flatMap {
            $0.hasSuffix("8") && $0.count == 2 ? [$0] : [$0, $0 + "le", $0 + "be"]
        })

    /// The kind of element of a name; nil where the name is none of these.
    static func kind(_ name: String) -> Element.Kind? {
        fixed[name] ?? integer(name).map { .integer($0) }
    }

    /// `u16`, `i24le`, `u3`.
    static func integer(_ name: String) -> IntegerForm? {
        guard let first = name.first, first == "u" || first == "i" else { return nil }
        var digits = name.dropFirst()
        var isLittle: Bool?
        if digits.hasSuffix("le") {
            isLittle = true
            digits = digits.dropLast(2)
        } else if digits.hasSuffix("be") {
            isLittle = false
            digits = digits.dropLast(2)
        }
        guard digits.allSatisfy(\.isNumber), let bits = Int(digits), (1...64).contains(bits) else { return nil }
        return IntegerForm(bits: bits, isSigned: first == "i", isLittle: isLittle)
    }
}
