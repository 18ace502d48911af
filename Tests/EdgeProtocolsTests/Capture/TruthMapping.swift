import Foundation

@testable import EdgeProtocols

/// Which fields of a grammar are which of tshark's.
struct TruthMapping {
    /// One field and how to compare it.
    struct Pair {
        /// A path in the message; `*` is every element of a list, `a|b` the first that there is.
        let ours: [String]
        let theirs: String
        let form: Form
        /// Compared only in these packets.
        var applies: @Sendable (TruthFile.Packet) -> Bool = { _ in true }
        /// Takes our values from a message, in place of a path.
        var collect: (@Sendable (FieldValue) -> [FieldValue])?
        /// Packets of several messages that tshark put together from other packets do not say in which order values stand.
        var isUnordered = false

        /// The message's values, in order.
        func values(_ message: FieldValue) -> [FieldValue] {
            collect?(message) ?? TruthMapping.values(ours[...], in: message)
        }
    }

    /// Why frames are refused or differ, and how many: everything else fails the test.
    struct Exception {
        /// Which of the notes that a comparison makes it explains: all of these texts are in the note.
        let parts: [String]
        let reason: String
    }

    enum Form {
        case number
        /// A number that the message names by this enumeration.
        case named(String)
        case text
        case bytes
        case real
        /// Milliseconds since 1970.
        case time
        /// Bytes or a text of them, as tshark shows both.
        case octets
    }

    let codec: String
    /// In the coverage table.
    let title: String
    /// Captures whose names begin so.
    let captures: [String]
    let layers: [String]
    let pairs: [Pair]
    /// Besides the grammar's own.
    var ports: [Int] = []
    var exceptions: [Exception] = []
    /// Packets that are not of this protocol although they have its layer.
    var isOther: @Sendable (TruthFile.Packet) -> Bool = { _ in false }

    /// The values of a path in a message, in order.
    static func values(_ path: ArraySlice<String>, in value: FieldValue) -> [FieldValue] {
        guard let first = path.first else { return [value] }
        let rest = path.dropFirst()
        if first == "*" {
            guard case .list(let elements) = value else { return [] }
            return elements.flatMap { values(rest, in: $0) }
        }
        if first == "**" {
            // At any depth.
            return values(rest, in: value)
                + { () -> [FieldValue] in
                    switch value {
                    case .record(let fields): fields.flatMap { values(path, in: $0.value) }
                    case .list(let elements): elements.flatMap { values(path, in: $0) }
                    default: []
                    }
                }()
        }
        for name in first.split(separator: "|") {
            if let field = value[String(name)] { return values(rest, in: field) }
        }
        return []
    }

    /// A value of ours in the form that theirs is brought to as well.
    static func normal(_ value: FieldValue, _ form: Form, _ codec: ProtocolCodec) -> String {
        switch (form, value) {
        case (.number, .bool(let flag)): flag ? "1" : "0"
        case (.number, .int(let whole)): String(whole)
        case (.number, .text(let digits)): digits
        case (.named(let enumeration), .text(let name)):
            codec.grammar.enumerations[enumeration]?.values[name].map { String($0) } ?? "?\(name)"
        case (.named, .int(let whole)): String(whole)
        case (.text, .text(let text)): text
        case (.bytes, .bytes(let bytes)), (.octets, .bytes(let bytes)), (.text, .bytes(let bytes)): hex(bytes)
        case (.octets, .text(let text)): hex(Array(text.utf8))
        case (.bytes, .text(let text)): hex(Array(text.utf8))
        case (.real, .real(let real)): real.isNaN ? "nan" : String(real)
        case (.real, .int(let whole)): String(whole)
        case (.time, .int(let milliseconds)): time(milliseconds)
        default: "\(value)"
        }
    }

    static func normal(_ theirs: String, _ form: Form) -> String {
        switch form {
        case .number, .named:
            if theirs.hasPrefix("0x") { return UInt64(theirs.dropFirst(2), radix: 16).map { String($0) } ?? theirs }
            if theirs == "True" { return "1" }
            if theirs == "False" { return "0" }
            return theirs
        case .text: return theirs
        case .bytes, .octets: return theirs.replacing(":", with: "")
        case .real: return Double(theirs)?.isNaN == true ? "nan" : theirs
        case .time: return theirs.replacing(" UTC", with: "")
        }
    }

    /// Whether a value of theirs is ours. tshark rounds real numbers to six digits, or to six decimals.
    static func isEqual(_ ours: String, _ theirs: String, _ form: Form) -> Bool {
        if ours == theirs { return true }
        guard case .real = form, let ours = Double(ours), let theirs = Double(theirs) else { return false }
        return abs(ours - theirs) <= max(1e-5 * max(abs(ours), abs(theirs)), 6e-7)
    }

    /// As tshark writes times: "Apr 10, 2020 16:02:23.983000000".
    private static func time(_ milliseconds: Int64) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        let date = Date(timeIntervalSince1970: Double(milliseconds / 1000))
        formatter.dateFormat = "MMM"
        let month = formatter.string(from: date)
        formatter.dateFormat = "d"
        let day = formatter.string(from: date)
        formatter.dateFormat = "yyyy HH:mm:ss"
        return "\(month) \(day.count < 2 ? " " : "")\(day), \(formatter.string(from: date))"
            + String(format: ".%03d000000", Int(milliseconds % 1000))
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension TruthMapping {
    /// `"body.topic"` → `["body", "topic"]`.
    static func pair(_ ours: String, _ theirs: String, _ form: Form = .number) -> Pair {
        Pair(ours: ours.split(separator: ".").map(String.init), theirs: theirs, form: form)
    }

    static func pair(
        _ theirs: String, _ form: Form = .number, collect: @escaping @Sendable (FieldValue) -> [FieldValue]
    ) -> Pair {
        Pair(ours: [], theirs: theirs, form: form, collect: collect)
    }

    /// The same, only in packets that fit.
    static func pair(
        _ ours: String, _ theirs: String, _ form: Form = .number,
        where applies: @escaping @Sendable (TruthFile.Packet) -> Bool
    ) -> Pair {
        Pair(ours: ours.split(separator: ".").map(String.init), theirs: theirs, form: form, applies: applies)
    }

    /// The values of fields of some names at any depth, in order.
    static func leaves(_ names: Set<String>, in value: FieldValue) -> [FieldValue] {
        switch value {
        case .record(let fields):
            fields.flatMap { names.contains($0.name) ? [$0.value] : leaves(names, in: $0.value) }
        case .list(let elements): elements.flatMap { leaves(names, in: $0) }
        default: []
        }
    }
}
