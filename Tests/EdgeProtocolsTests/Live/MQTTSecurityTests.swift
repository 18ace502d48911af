import Foundation
import PeerTesting
import Testing

@testable import EdgeProtocols

/// `mqtts://`: who the broker is has to be proved.
@Suite(.enabled(if: MosquittoBroker.path != nil, "\(MosquittoBroker.absence)"))
struct MQTTSecurityTests {
    /// An authority, and a certificate that it signed for `localhost`.
    private func certificates() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        let commands = [
            "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=test-authority",
            "req -newkey rsa:2048 -nodes -keyout broker.key -out broker.csr -subj /CN=localhost",
            "x509 -req -in broker.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out broker.pem -days 2 -extfile names",
        ]
        try folder.write("names", "subjectAltName=DNS:localhost\n")
        for command in commands {
            let result = try Subprocess.run(
                "/usr/bin/openssl", command.split(separator: " ").map(String.init), directory: folder.path)
            try #require(result.exitCode == 0, "\(result.standardError)")
        }
        return folder
    }

    @Test func onlyABrokerWithAProvenNameIsSpokenTo() throws {
        let folder = try certificates()
        let broker = try MosquittoBroker(
            settings: """
                allow_anonymous true
                cafile \(folder.file("ca.pem"))
                certfile \(folder.file("broker.pem"))
                keyfile \(folder.file("broker.key"))
                """)
        var trusting = MQTTOptions()
        trusting.authorities = folder.file("ca.pem")
        func connect(_ host: String, _ options: MQTTOptions) throws -> MQTTClient {
            try MQTTClient.connect(
                to: EndpointURL("mqtts://\(host):\(broker.port)"), options: options, Wait(seconds: 10))
        }
        let client = try connect("localhost", trusting)
        try client.publish(TopicMessage(topic: "t", payload: [1], qos: 1), Wait(seconds: 10))
        client.close()

        let untrusted = #expect(throws: EndpointError.self) { try connect("localhost", MQTTOptions()) }
        #expect(untrusted?.code == "N0016")
        let otherName = #expect(throws: EndpointError.self) { try connect("127.0.0.1", trusting) }
        #expect(otherName?.code == "N0016")
        var absent = trusting
        absent.authorities = folder.file("nobody.pem")
        #expect(throws: EndpointError.self) { try connect("localhost", absent) }
    }
}
