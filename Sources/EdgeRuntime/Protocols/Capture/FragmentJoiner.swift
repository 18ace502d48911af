/// Puts together what protocols spread over several messages, as their grammar's `fragments` says.
///
/// A part that does not follow the one before it ends what was begun: the bytes would not be those that were sent.
struct FragmentJoiner {
    private let rule: Fragments
    private var open: [String: Begun] = [:]

    private struct Begun {
        var bytes: [UInt8]
        var sequence: Int64?
    }

    /// What is never larger, and how many may be open at a time.
    private static let maximumSize = 1 << 20
    private static let maximumOpen = 256

    init(_ rule: Fragments) { self.rule = rule }

    /// The bytes that a part completes; nil where more parts are needed, or it is no part.
    ///
    /// - Parameter flow: Who sends to whom, outside of the message.
    mutating func add(_ message: FieldValue, flow: String) -> [UInt8]? {
        guard case .bytes(let data)? = message[path: rule.data], let first = message[path: rule.first]?.integer,
            let final = message[path: rule.final]?.integer
        else { return nil }
        let key = ([flow] + rule.key.map { message[path: $0]?.brief ?? "" }).joined(separator: " ")
        let sequence = rule.sequence.flatMap { message[path: $0]?.integer }
        var begun: Begun
        if first != 0 {
            begun = Begun(bytes: data, sequence: sequence)
        } else {
            guard let known = open.removeValue(forKey: key), known.bytes.count + data.count <= Self.maximumSize
            else { return nil }
            if let sequence, let last = known.sequence {
                guard sequence == (last + 1) % (1 << Int64(rule.sequenceBits)) else { return nil }
            }
            begun = Begun(bytes: known.bytes + data, sequence: sequence)
        }
        guard final == 0 else { return begun.bytes }
        if open.count >= Self.maximumOpen { open = [:] }
        open[key] = begun
        return nil
    }
}
