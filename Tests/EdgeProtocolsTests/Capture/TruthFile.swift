import Foundation
import PeerTesting

/// What tshark says of the frames of a capture (`protocols/truth` of the shared data).
struct TruthFile {
    /// One packet: the values of each field in the order of their bytes.
    struct Packet {
        let number: Int
        let layers: Set<String>
        let fields: [String: [String]]
        let isMalformed: Bool
    }

    let packets: [Packet]

    /// - Parameter layers: Only packets with one of these, and only their fields.
    init(capture: String, layers: [String]) throws {
        let data = try CompressedLines.data(SharedData.file("protocols/truth/\(capture).jsonl.xz"))
        packets = try data.split(separator: 0x0A).compactMap { line in
            guard let packet = try JSONSerialization.jsonObject(with: line) as? [String: Any],
                let number = packet["n"] as? Int, let all = packet["layers"] as? [String: Any]
            else { return nil }
            let present = layers.filter { all[$0] != nil }
            guard !present.isEmpty else { return nil }
            var found: [String: [(offset: Int, value: String)]] = [:]
            for layer in present { TruthFile.collect(all[layer] as Any, into: &found) }
            return Packet(
                number: number, layers: Set(present),
                fields: found.mapValues {
                    $0.enumerated().sorted { ($0.1.offset, $0.0) < ($1.1.offset, $1.0) }.map(\.1.value)
                },
                isMalformed: all.keys.contains { $0.contains("malformed") }
                    || "\(packet["proto"] ?? "")".contains("malformed"))
        }
    }

    /// What tshark says in the name of a branch only: `Lifetime: (Unsigned) 60`, `location: UTF-8 'bay 3'`.
    private static func label(_ name: String) -> (kind: String, value: String)? {
        // Field names have a dot and no colon, and most names are of fields.
        let bytes = name.utf8
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), !name.hasPrefix("Vendor ID"),
            !name.hasPrefix("Context Tag"), !name.hasPrefix("Application Tag")
        else { return nil }
        let words = name[bytes.index(after: colon)...].drop { $0 == " " }
        if words.hasPrefix("UTF-8 '") { return ("label.text", String(words.dropFirst(7).dropLast())) }
        if words.hasSuffix(" (Real)") { return ("label.real", String(words.dropLast(7))) }
        if words.hasPrefix("(Unsigned) ") { return ("label.unsigned", String(words.dropFirst(11))) }
        if words.hasPrefix("(Bit String) ("), words.last == ")" {
            return ("label.bits", String(words.dropFirst(14).dropLast()))
        }
        if words == "TRUE" || words == "FALSE" { return ("label.boolean", words == "TRUE" ? "1" : "0") }
        if words.last == ")", let open = words.lastIndex(of: "("), name.contains(":  "),
            case let number = words[words.index(after: open)...].dropLast(), Int(number) != nil
        {
            return ("label.enumerated", String(number))
        }
        return nil
    }

    /// The place in the packet of what is in a branch.
    private static func firstOffset(in node: Any) -> Int {
        var first = Int.max
        if let list = node as? [Any] {
            for element in list { first = min(first, firstOffset(in: element)) }
        } else if let fields = node as? [String: Any] {
            for (name, value) in fields {
                if name.hasSuffix("_raw"), let raw = value as? [Any], raw.count > 1, let offset = raw[1] as? Int {
                    first = min(first, offset)
                } else {
                    first = min(first, firstOffset(in: value))
                }
            }
        }
        return first
    }

    /// Values are strings or lists of strings; beside `x` stands `x_raw` with bytes, offset and length.
    private static func collect(_ node: Any, into found: inout [String: [(offset: Int, value: String)]]) {
        if let list = node as? [Any] {
            for element in list { collect(element, into: &found) }
            return
        }
        guard let fields = node as? [String: Any] else { return }
        // In order, so that what stands at one place is compared in the same order each time.
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            if name.hasSuffix("_raw") { continue }
            if !(value is String), let label = label(name) {
                for branch in value as? [Any] ?? [value] {
                    found[label.kind, default: []].append((firstOffset(in: branch), label.value))
                }
            }
            let raw = fields[name + "_raw"] as? [Any] ?? []
            if let text = value as? String {
                if name == "bacapp.present_value.real", raw.count > 1, let offset = raw[1] as? Int {
                    found["label.real", default: []].append((offset, text))
                }
                found[name, default: []].append((raw.count > 1 ? raw[1] as? Int ?? 0 : 0, text))
            } else if let list = value as? [Any] {
                for (index, element) in list.enumerated() {
                    if let text = element as? String {
                        let place = index < raw.count ? raw[index] as? [Any] ?? [] : []
                        found[name, default: []].append((place.count > 1 ? place[1] as? Int ?? 0 : 0, text))
                    } else {
                        collect(element, into: &found)
                    }
                }
            } else {
                collect(value, into: &found)
            }
        }
    }
}
