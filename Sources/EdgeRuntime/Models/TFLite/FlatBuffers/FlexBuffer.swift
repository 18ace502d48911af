/// A map of numbers in the FlexBuffers format, which custom operators of TFLite keep their options in. Every place is checked before it is
/// looked at.
struct FlexBuffer {
    private let bytes: [UInt8]

    init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// The numbers (and truth values, as 0 and 1) of the map that the buffer holds, by name; what is no number is left out.
    ///
    /// - Returns: nil where the bytes are no map.
    func numbers() -> [String: Double]? {
        // The last byte says how wide the root is, the one before what it is.
        guard bytes.count >= 3, let width = width(bytes[bytes.count - 1]), bytes.count >= 2 + width,
            bytes[bytes.count - 2] >> 2 == 9, let root = target(of: bytes.count - 2 - width, width),
            let own = self.width(1 << (bytes[bytes.count - 2] & 3)), let count = unsigned(root - own, own),
            count <= UInt64(bytes.count), let keys = target(of: root - 3 * own, own),
            let keyWidth = unsigned(root - 2 * own, own).flatMap({ self.width(UInt8(truncatingIfNeeded: $0)) })
        else { return nil }
        var result: [String: Double] = [:]
        for position in 0..<Int(count) {
            let types = root + Int(count) * own + position
            guard let start = target(of: keys + position * keyWidth, keyWidth), bytes.indices.contains(types),
                let end = bytes[start...].firstIndex(of: 0)
            else { return nil }
            let name = String(decoding: bytes[start..<end], as: UTF8.self)
            if let number = number(at: root + position * own, own, packed: bytes[types]) { result[name] = number }
        }
        return result
    }

    private func number(at place: Int, _ width: Int, packed: UInt8) -> Double? {
        switch packed >> 2 {
        case 1: return signed(place, width).map(Double.init)
        case 2, 26: return unsigned(place, width).map(Double.init)
        case 3: return float(place, width)
        case 6, 7, 8:
            // Kept elsewhere, with a width of its own.
            guard let target = target(of: place, width), let own = self.width(1 << (packed & 3)) else { return nil }
            switch packed >> 2 {
            case 6: return signed(target, own).map(Double.init)
            case 7: return unsigned(target, own).map(Double.init)
            default: return float(target, own)
            }
        default: return nil
        }
    }

    private func width(_ value: UInt8) -> Int? { [1, 2, 4, 8].contains(value) ? Int(value) : nil }

    private func unsigned(_ place: Int, _ width: Int) -> UInt64? {
        guard place >= 0, place <= bytes.count - width else { return nil }
        return (0..<width).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
    }

    private func signed(_ place: Int, _ width: Int) -> Int64? {
        unsigned(place, width).map { value in
            let spare = Int64(64 - 8 * width)
            return (Int64(bitPattern: value) << spare) >> spare
        }
    }

    private func float(_ place: Int, _ width: Int) -> Double? {
        guard let bits = unsigned(place, width) else { return nil }
        switch width {
        case 4: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
        case 8: return Double(bitPattern: bits)
        case 2: return Double(Float(halfBits: UInt16(truncatingIfNeeded: bits)))
        default: return nil
        }
    }

    /// Where a reference points: backwards from its own place.
    private func target(of place: Int, _ width: Int) -> Int? {
        guard let distance = unsigned(place, width), distance <= UInt64(max(place, 0)), distance > 0 else { return nil }
        return place - Int(distance)
    }
}
