import EdgeProtocols
import Fuzzing

/// Any bytes are a message of any grammar or an error; what is read can be written. Any text is a grammar or an error.
///
/// The first byte chooses the grammar (255: the rest is the text of one), the second the direction.
@main struct FuzzProtocols {
    static func main() throws {
        let library = ProtocolLibrary(folder: "stdlib/protocols")
        let codecs = try library.names().map { try library.codec($0) }
        precondition(!codecs.isEmpty, "run this from the root of the repository")
        Fuzzer.run { bytes in
            guard bytes.count > 2 else { return }
            let rest = Array(bytes.dropFirst(2))
            if bytes[0] == 255 {
                guard
                    let codec = try? ProtocolLibrary.compile(rest, file: "fuzz.yaml", folders: ["stdlib/protocols"])
                        .first
                else { return }
                exercise(codec, Array(rest.prefix(64)), nil)
            } else {
                exercise(codecs[Int(bytes[0]) % codecs.count], rest, [nil, .request, .response][Int(bytes[1]) % 3])
            }
        }
    }

    private static func exercise(_ codec: ProtocolCodec, _ bytes: [UInt8], _ direction: MessageDirection?) {
        let settings = MessageSettings(direction: direction)
        if let message = try? codec.decode(bytes, settings) {
            _ = codec.nonCanonicalReason(bytes[...], message, settings)
        }
        if let message = try? codec.decodePrefix(bytes[...], settings) {
            precondition(message.length <= bytes.count, "a message ends within its bytes")
        }
    }
}
