/// Addresses as people write them.
enum AddressText {
    static func text(_ bytes: UnsafeRawBufferPointer, _ form: AddressForm) -> String {
        switch form {
        case .ipv4: return bytes.map { String($0) }.joined(separator: ".")
        case .mac: return bytes.map { hex($0) }.joined(separator: ":")
        case .ipv6:
            return stride(from: 0, to: bytes.count - 1, by: 2).map {
                String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
            }.joined(separator: ":")
        }
    }

    /// Nil where the text is no such address.
    static func bytes(_ text: String, _ form: AddressForm) -> [UInt8]? {
        let parts = text.split(separator: form == .ipv4 ? "." : ":", omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        switch form {
        case .ipv4: bytes = parts.compactMap { UInt8($0) }
        case .mac: bytes = parts.compactMap { UInt8($0, radix: 16) }
        case .ipv6:
            for part in parts {
                guard let group = UInt16(part, radix: 16) else { return nil }
                bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
            }
        }
        return bytes.count == form.size ? bytes : nil
    }

    private static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}
