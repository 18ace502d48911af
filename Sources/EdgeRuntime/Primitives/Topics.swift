import EdgeData
import EdgeLang
import EdgeProtocols

extension Primitives {
    /// Messages under topics.
    static var messages: [BuiltinSpec] { [publish, subscribe, receive] }

    private static var publish: BuiltinSpec {
        BuiltinSpec(
            "publish", "Publishes a message under a topic.",
            .value("broker", EndpointObject.self, "a connection to a broker"),
            .value("topic", String.self, "for example `plant/boiler/temperature`"),
            .value(
                "payload", Payload.self,
                "a text or bytes as they are; everything else as JSON. A stream: each element as a message of its own"),
            .label("qos", Int.self, default: 0, in: 0...2, "0 at most once, 1 at least once, 2 exactly once"),
            .label("retain", Bool.self, default: false, "the broker keeps it for those who subscribe later"),
            .label(
                "timeout", TimeSpan.self, default: TimeSpan(seconds: 5), in: 0.0..., "how long to wait for the broker"),
            returns: "nothing", effects: [.network],
            details: """
                With `qos` 1 or 2 it returns once the broker has answered for the message. An error says whether the message was not sent, or
                whether nobody knows.
                """,
            topic: topicOfConnections, seeAlso: ["subscribe", "connect"],
            examples: [
                .varies(
                    "try {\n  let broker = connect(\"mqtt://localhost:1883\", timeout: 1s)\n  publish(broker, \"plant/boiler\", {temperature: 71.5}, qos: 1, retain: true)\n} catch e { print(e.message) }"
                ),
                Example(
                    "let plant = serve(\"modbus-tcp://127.0.0.1:0\")\ntry { publish(plant, \"t\", 1) } catch e { e.code }",
                    "\"N0011\""),
            ]
        ) { context, object, topic, payload, qos, retain, timeout in
            func send(_ value: PlainValue) throws {
                let message = TopicMessage(
                    topic: topic, payload: try Topics.payload(value), qos: qos, isRetained: retain)
                try object.endpoint.publish(message, Wait(timeout, context))
            }
            switch payload {
            case .value(let value): try send(value)
            case .stream(let stream):
                let reader = try stream.read(for: "publish")
                defer { reader.close(context) }
                while case .element(let element) = try reader.next(context, until: .never) {
                    try send(context.plain(element))
                }
            }
            return Nothing()
        }
    }

    /// What is published: one message, or one after the other.
    private enum Payload: BuiltinArgument {
        case value(PlainValue)
        case stream(StreamObject)

        static var types: [ValueType] { [.any] }

        static func decode(_ value: Value, _ context: CallContext) throws -> Payload? {
            if let stream = try StreamObject.decode(value, context) { return .stream(stream) }
            return .value(try context.plain(value))
        }
    }

    private static var subscribe: BuiltinSpec {
        BuiltinSpec(
            "subscribe", "Asks a broker for the messages of topics.",
            .value("broker", EndpointObject.self, "a connection to a broker"),
            .value(
                "filter", String.self,
                "topics; `+` stands for one level, `#` at the end for all that follow: `plant/+/temperature`"),
            .label("qos", Int.self, default: 0, in: 0...2, "the best quality of service that is asked for"),
            .label("as", SubscriptionObject.PayloadForm.self, default: .text, "what the payload becomes"),
            .label("capacity", Int.self, default: 1000, in: 1...1_000_000, "messages that may wait to be received"),
            .label(
                "timeout", TimeSpan.self, default: TimeSpan(seconds: 5), in: 0.0..., "how long to wait for the broker"),
            returns: "the subscription", effects: [.network],
            details: """
                The subscription is a stream of its messages: `for`, `map` and the other functions on streams take it as it is, and `receive` takes
                one message. Messages wait in a queue. Where nobody takes them in time the oldest are dropped, and `dropped` counts them. The subscription is
                renewed when a lost connection comes back. Filters that overlap may bring a message once for each of them.
                """,
            topic: topicOfConnections, seeAlso: ["receive", "publish", "close"],
            examples: [
                .varies(
                    "try {\n  let readings = connect(\"mqtt://localhost:1883\", timeout: 1s) |> subscribe(\"plant/#\", as: \"json\")\n  print(receive(readings, timeout: 10ms))\n} catch e { print(e.message) }"
                ),
                Example(
                    "let plant = serve(\"modbus-tcp://127.0.0.1:0\")\ntry { subscribe(plant, \"t/#\") } catch e { e.code }",
                    "\"N0011\""),
            ]
        ) { context, object, filter, qos, form, capacity, timeout in
            SubscriptionObject(
                try object.endpoint.subscribe(filter, qos: qos, capacity: capacity, Wait(timeout, context)),
                of: object, as: form)
        }
    }

    private static var receive: BuiltinSpec {
        BuiltinSpec(
            "receive", "Takes the next message of a subscription, and waits for one where there is none.",
            .value("subscription", SubscriptionObject.self, "the subscription"),
            .label("timeout", TimeSpan.self, default: TimeSpan(seconds: 1), in: 0.0..., "how long to wait"),
            returns: "the message, or null where none came in time", type: "record?", effects: [.network],
            details: """
                A message is a record: `topic`, `payload` in the form that `subscribe` was asked for, `bytes` as they came, `qos`, `retain`, `time` of
                arrival since 1970, and `problem`: why `payload` is null where it does not have that form.
                """,
            topic: topicOfConnections, seeAlso: ["subscribe", "publish"],
            examples: [
                .varies(
                    "try {\n  let broker = connect(\"mqtt://localhost:1883\", timeout: 1s)\n  let echo = subscribe(broker, \"echo\")\n  publish(broker, \"echo\", \"hello\")\n  print(receive(echo))\n} catch e { print(e.message) }"
                )
            ]
        ) { context, object, timeout in
            try object.subscription.receive(Wait(timeout, context)).map { object.record($0) }
        }
    }
}

/// Messages in the words of the language.
enum Topics {
    /// The bytes of a payload: texts and bytes as they are, everything else as JSON.
    static func payload(_ value: PlainValue) throws -> [UInt8] {
        switch value {
        case .bytes(let bytes): return bytes
        case .string(let text): return Array(text.utf8)
        case .null, .bool, .int, .float, .quantity, .list, .record:
            return Array(try JSONWriter().write(DataTree(value)).utf8)
        }
    }

    static func will(_ value: PlainValue) throws -> TopicMessage {
        let known = ["topic", "payload", "qos", "retain"]
        guard case .record(let fields) = value, case .string(let topic)? = value["topic"],
            fields.allSatisfy({ known.contains($0.key) })
        else {
            throw RuntimeError(
                .unsuitableValue, "`connect`: a will is a record with `topic`, `payload`, `qos` and `retain`",
                hint: "{topic: \"plant/state\", payload: \"gone\", qos: 1, retain: true}")
        }
        var message = TopicMessage(topic: topic, payload: try payload(value["payload"] ?? .string("")))
        switch value["qos"] {
        case nil: break
        case .int(let qos)? where (0...2).contains(qos): message.qos = qos
        default: throw RuntimeError(.unsuitableValue, "`connect`: `qos` of a will is 0, 1 or 2")
        }
        switch value["retain"] {
        case nil: break
        case .bool(let retain)?: message.isRetained = retain
        default: throw RuntimeError(.unsuitableValue, "`connect`: `retain` of a will is true or false")
        }
        return message
    }
}
