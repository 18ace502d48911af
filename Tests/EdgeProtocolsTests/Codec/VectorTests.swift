import PeerTesting
import Testing

@testable import EdgeProtocols

/// The vectors in the grammar files, both ways.
@Suite struct VectorTests {
    static let library = ProtocolLibrary(folder: PackageRoot.file("stdlib/protocols"))
    static let names: [String] = (try? library.names()) ?? []

    @Test func thereAreGrammars() { #expect(VectorTests.names.contains("modbus-tcp")) }

    @Test(arguments: VectorTests.names) func everyVectorDecodesToItsValueAndBack(name: String) throws {
        let codec = try VectorTests.library.codec(name)
        #expect(!codec.grammar.vectors.isEmpty, "\(name) has no vectors")
        for vector in codec.grammar.vectors {
            let settings = MessageSettings(
                direction: vector.direction, context: vector.context, request: vector.request)
            let place: Comment = "\(name).yaml, line \(vector.mark.line)"
            do {
                let message = try codec.decode(vector.bytes, settings)
                #expect(message.value == vector.value, place)
                #expect(codec.nonCanonicalReason(vector.bytes[...], message, settings) == vector.nonCanonical, place)
                let written = try codec.encode(vector.value, settings)
                let again = try codec.decode(written, settings)
                #expect(again.value == vector.value, place)
            } catch {
                Issue.record("\(place): \(error)")
            }
        }
    }
}
