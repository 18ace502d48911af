import Foundation
import PeerTesting
import Testing

@testable import EdgeProtocols

/// Our client with mosquitto as the broker, and paho-mqtt at the other end.
@Suite(.enabled(if: PythonPeer.isPresent && MosquittoBroker.path != nil, "no Python with peers, or no mosquitto"))
struct MQTTClientTests {
    private struct Message: Codable, Equatable {
        var topic: String
        var payload: String
        var qos: Int
        var retain = false
    }

    private struct Publication: Encodable {
        var port: Int
        var messages: [Message]
    }

    private func wait(_ seconds: Double = 10) -> Wait { Wait(seconds: seconds) }

    private func url(_ broker: MosquittoBroker) throws -> EndpointURL {
        try EndpointURL("mqtt://127.0.0.1:\(broker.port)")
    }

    private func listener(_ broker: MosquittoBroker, _ filter: String, qos: Int) throws -> RunningPeer {
        try RunningPeer(
            PythonPeer.python,
            [PackageRoot.file("Tests/Peers/mqtt_listen.py"), "\(broker.port)", "paho", filter, "\(qos)"])
    }

    private func next(_ listener: RunningPeer) throws -> Message? {
        try listener.readLine(seconds: 20).flatMap { line in
            line == "ready" ? try next(listener) : try JSONDecoder().decode(Message.self, from: Data(line.utf8))
        }
    }

    @Test(arguments: MQTTOptions.Version.allCases)
    func messagesOfEveryQualityReachPaho(version: MQTTOptions.Version) throws {
        let broker = try MosquittoBroker()
        let listener = try listener(broker, "plant/#", qos: 2)
        defer { listener.stop() }
        var options = MQTTOptions()
        options.version = version
        let client = try MQTTClient.connect(to: url(broker), options: options, wait())
        defer { client.close() }
        for qos in 0...2 {
            try client.publish(TopicMessage(topic: "plant/\(qos)", payload: [0, 0xFF, UInt8(qos)], qos: qos), wait())
            #expect(try next(listener) == Message(topic: "plant/\(qos)", payload: "00ff0\(qos)", qos: qos))
        }
        try client.publish(TopicMessage(topic: "plant/empty", payload: []), wait())
        #expect(try next(listener) == Message(topic: "plant/empty", payload: "", qos: 0))
    }

    @Test func whatPahoPublishesArrives() throws {
        let broker = try MosquittoBroker()
        let client = try MQTTClient.connect(to: url(broker), wait())
        defer { client.close() }
        let subscription = try client.subscribe("a/+/t", qos: 2, capacity: 100, wait())
        let other = try client.subscribe("other/#", qos: 0, capacity: 100, wait())
        let messages = (0..<3).map { Message(topic: "a/\($0)/t", payload: "c3a40\($0)", qos: $0) }
        let taken: Int = try PythonPeer.call("mqtt_publish.py", Publication(port: broker.port, messages: messages))
        #expect(taken == 3)
        for expected in messages {
            let message = try #require(try subscription.receive(wait()))
            #expect(message.topic == expected.topic)
            #expect(message.payload == [0xC3, 0xA4, UInt8(expected.qos)])
            #expect(message.qos == expected.qos)
            #expect(!message.isRetained)
            #expect(abs(Double(message.time) / 1e9 - Date().timeIntervalSince1970) < 60)
        }
        #expect(try subscription.receive(Wait(seconds: 0.05)) == nil)
        #expect(other.received == 0)
    }

    @Test func aRetainedMessageGreetsTheSubscriber() throws {
        let broker = try MosquittoBroker()
        let client = try MQTTClient.connect(to: url(broker), wait())
        defer { client.close() }
        try client.publish(TopicMessage(topic: "state", payload: Array("on".utf8), qos: 1, isRetained: true), wait())
        let subscription = try client.subscribe("state", qos: 1, capacity: 10, wait())
        let message = try #require(try subscription.receive(wait()))
        #expect(message.isRetained)
        #expect(message.payload == Array("on".utf8))
    }

    @Test func nothingAcknowledgedIsLostWhenTheBrokerRestarts() throws {
        let broker = try MosquittoBroker()
        let listener = try listener(broker, "count", qos: 1)
        defer { listener.stop() }
        let client = try MQTTClient.connect(to: url(broker), wait())
        defer { client.close() }
        var acknowledged: [UInt8] = []
        for number: UInt8 in 0..<60 {
            if number == 20 { broker.stop() }
            if number == 21 { try broker.start() }
            do {
                let patience = number == 20 ? 0.3 : 20
                try client.publish(TopicMessage(topic: "count", payload: [number], qos: 1), wait(patience))
                acknowledged.append(number)
            } catch let error as EndpointError {
                // Said, not swallowed.
                #expect(number == 20)
                #expect(["N0003", "N0004", "N0005"].contains(error.code))
            }
        }
        #expect(acknowledged.count >= 59)
        #expect(client.status.reconnects >= 1)
        var arrived: Set<UInt8> = []
        while !arrived.isSuperset(of: acknowledged), let message = try next(listener) {
            arrived.insert(try #require(UInt8(message.payload, radix: 16)))
        }
        #expect(arrived.isSuperset(of: acknowledged), "\(client.status)\n\(broker.log)")
    }

    @Test func subscriptionsAreRenewedAndASessionKeepsWhatCameMeanwhile() throws {
        let broker = try MosquittoBroker()
        var options = MQTTOptions()
        options.identifier = "edge"
        options.isClean = false
        let client = try MQTTClient.connect(to: url(broker), options: options, wait())
        let fresh = try MQTTClient.connect(to: url(broker), wait())
        defer {
            client.close()
            fresh.close()
        }
        let kept = try client.subscribe("t", qos: 1, capacity: 10, wait())
        let renewed = try fresh.subscribe("t", qos: 0, capacity: 10, wait())
        broker.stop()
        let end = Date(timeIntervalSinceNow: 10)
        while client.status.state == .connected, Date() < end { usleep(5_000) }
        #expect(client.status.state == .reconnecting)
        try broker.start()
        let taken: Int = try PythonPeer.call(
            "mqtt_publish.py",
            Publication(port: broker.port, messages: [Message(topic: "t", payload: "07", qos: 1)]))
        #expect(taken == 1)
        #expect(try kept.receive(wait(20))?.payload == [7])
        // The other one's subscription is new: it begins some time after the connection.
        var message: TopicMessage?
        while message?.payload != [8], Date() < end.addingTimeInterval(20) {
            try client.publish(TopicMessage(topic: "t", payload: [8], qos: 1), wait(20))
            message = try renewed.receive(Wait(seconds: 0.2))
        }
        #expect(message?.payload == [8])
    }

    @Test func aSlowReaderLosesTheOldestAndIsToldHowMany() throws {
        let broker = try MosquittoBroker()
        let client = try MQTTClient.connect(to: url(broker), wait())
        defer { client.close() }
        let subscription = try client.subscribe("n", qos: 1, capacity: 10, wait())
        for number: UInt8 in 0..<30 {
            try client.publish(TopicMessage(topic: "n", payload: [number], qos: 1), wait())
        }
        let end = Date(timeIntervalSinceNow: 10)
        while subscription.received < 30, Date() < end { usleep(2_000) }
        #expect(subscription.dropped == 20)
        #expect(try subscription.receive(wait())?.payload == [20])
        try client.unsubscribe(subscription, wait())
        #expect(subscription.isClosed)
    }

    @Test func wrongPasswordsAndForbiddenTopicsAreRefused() throws {
        let folder = try TemporaryDirectory()
        let passwords = folder.file("passwords")
        let made = try Subprocess.run("/usr/bin/mosquitto_passwd", ["-b", "-c", passwords, "anna", "right"])
        try #require(made.exitCode == 0, "\(made.standardError)")
        let rules = try folder.write("rules", "user anna\ntopic readwrite open/#\n")
        let broker = try MosquittoBroker(
            settings: "allow_anonymous false\npassword_file \(passwords)\nacl_file \(rules)")
        let wrong = #expect(throws: EndpointError.self) {
            try MQTTClient.connect(to: EndpointURL("mqtt://anna:wrong@127.0.0.1:\(broker.port)"), wait())
        }
        #expect(wrong?.code == "N0006")
        #expect(wrong.map { !"\($0)".contains("wrong@") } == true)
        var options = MQTTOptions()
        options.version = .v5
        let client = try MQTTClient.connect(
            to: EndpointURL("mqtt://anna:right@127.0.0.1:\(broker.port)"), options: options, wait())
        defer { client.close() }
        try client.publish(TopicMessage(topic: "open/x", payload: [1], qos: 1), wait())
        let forbidden = #expect(throws: EndpointError.self) {
            try client.publish(TopicMessage(topic: "shut/x", payload: [1], qos: 1), wait())
        }
        #expect(forbidden?.code == "N0006")
    }

    @Test func peersThatAreNoBrokersAreErrors() throws {
        let dead = #expect(throws: EndpointError.self) {
            try MQTTClient.connect(to: EndpointURL("mqtt://127.0.0.1:\(RunningPeer.freePort())"), wait())
        }
        #expect(dead?.code == "N0003")
        #expect(dead?.message.contains("connection refused") == true)
        // A server of Modbus closes the connection when it is spoken to in MQTT.
        let other = try ModbusServer.serve(
            at: EndpointURL("modbus-tcp://:0", isListening: true), ModbusServer.Options(), wait())
        defer { other.close() }
        let wrong = #expect(throws: EndpointError.self) {
            try MQTTClient.connect(to: EndpointURL("mqtt://127.0.0.1:\(other.url.port)"), wait(3))
        }
        #expect(wrong?.code == "N0003")
    }

    @Test func topicsAndFiltersAreChecked() throws {
        let broker = try MosquittoBroker()
        let client = try MQTTClient.connect(to: url(broker), wait())
        for topic in ["", "a/#", "a/+/b", "a\0b"] {
            #expect(throws: EndpointError.self) {
                try client.publish(TopicMessage(topic: topic, payload: []), wait())
            }
        }
        for filter in ["", "a/#/b", "a+/b"] {
            #expect(throws: EndpointError.self) { try client.subscribe(filter, qos: 0, capacity: 1, wait()) }
        }
        client.close()
        #expect(throws: EndpointError.self) { try client.publish(TopicMessage(topic: "t", payload: []), wait()) }
    }
}
