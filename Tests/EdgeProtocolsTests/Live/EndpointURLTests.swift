import Testing

@testable import EdgeProtocols

@Suite struct EndpointURLTests {
    @Test func thePartsAreFound() throws {
        let url = try EndpointURL("MQTTS://anna:p%40ss@[fe80::1]:8884/x%20y")
        #expect(url.scheme == "mqtts")
        #expect(url.user == "anna")
        #expect(url.password == "p@ss")
        #expect(url.host == "fe80::1")
        #expect(url.port == 8884)
        #expect(url.path == "x y")
        #expect(url.description == "mqtts://[fe80::1]:8884/x y")
    }

    @Test func theSchemeKnowsItsPort() throws {
        #expect(try EndpointURL("modbus-tcp://plc").port == 502)
        #expect(try EndpointURL("mqtt://localhost").port == 1883)
    }

    @Test(arguments: [
        "", "plc", "modbus-tcp:/plc", "modbus-tcp://", "modbus-tcp://:1", "ftp://plc", "modbus-tcp://plc:0",
        "modbus-tcp://plc:65536", "modbus-tcp://plc:-1", "modbus-tcp://plc:x", "modbus-tcp://::1", "modbus-tcp://[::1",
        "modbus-tcp://pl c", "mqtt://a%zz@b", "mqtt://a%00@b", "mqtt://[::1]x",
    ])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(throws: EndpointError.self) { try EndpointURL(text) }
    }

    @Test(arguments: ["mqtt://anna:secret@host:x", "mqtt://anna:secret%@host", "anna:secret@host", "x://a:secret@b"])
    func aPasswordNeverShowsInAnError(text: String) {
        let error = #expect(throws: EndpointError.self) { try EndpointURL(text) }
        #expect(error.map { !"\($0)".contains("secret") } == true)
    }
}
