/// Finds the protocol of bytes by their structure: which grammars they fit, and how much each of them demands.
public struct ProtocolIdentifier: Sendable {
    /// A protocol that fits.
    public struct Candidate: Sendable {
        public let name: String
        public let direction: MessageDirection?
        /// How many bits of the bytes had to be as they are.
        public let evidence: Int
        /// From 0 to 1: how likely it is that the bytes are of this protocol and of none of the other candidates, where each is as
        /// likely as `2^evidence`.
        public let confidence: Double
        /// Whether writing the message again gives the same bytes.
        public let isCanonical: Bool
        public let message: ProtocolCodec.Message
    }

    private let codecs: [ProtocolCodec]

    /// - Parameter codecs: The protocols to choose from.
    public init(_ codecs: [ProtocolCodec]) { self.codecs = codecs }

    /// The protocols whose grammar takes all the bytes as one message, the likeliest first.
    ///
    /// - Parameter port: Of the server, where that is known; it counts as much as eight bits.
    public func candidates(_ bytes: [UInt8], port: Int? = nil) -> [Candidate] {
        var found: [(codec: ProtocolCodec, message: ProtocolCodec.Message, isCanonical: Bool, evidence: Int)] = []
        for codec in codecs {
            guard let message = try? codec.decode(bytes) else { continue }
            let isCanonical = codec.nonCanonicalReason(bytes[...], message) == nil
            var evidence = message.evidence + (isCanonical ? 4 : 0)
            if let port, codec.tcpPorts.contains(port) || codec.udpPorts.contains(port) { evidence += 8 }
            found.append((codec, message, isCanonical, evidence))
        }
        found.sort { ($0.evidence, $1.codec.name) > ($1.evidence, $0.codec.name) }
        guard let best = found.first?.evidence else { return [] }
        // Bytes may be of no known protocol at all: that is one more candidate, without evidence.
        let weights = found.map { power($0.evidence - best) }
        let total = weights.reduce(power(-best), +)
        return zip(found, weights).map { entry, weight in
            Candidate(
                name: entry.codec.name, direction: entry.message.direction, evidence: entry.evidence,
                confidence: weight / total, isCanonical: entry.isCanonical, message: entry.message)
        }
    }

    private func power(_ exponent: Int) -> Double {
        Double(sign: .plus, exponent: max(-200, min(200, exponent)), significand: 1)
    }
}
