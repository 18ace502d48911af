import EdgeProtocols
import Testing

@Suite struct CanonicalMessageTests {
    @Test func aValueIsTrustedUnlessItsSourceSaysOtherwise() {
        let message = CanonicalMessage(source: "plc", address: "30", name: "temperature", value: .real(21.5))
        #expect(message.quality == .good)
    }
}
