import EdgeLang
import EdgeProtocols

extension Primitives {
    /// Connections to devices and brokers, and devices of our own.
    static let connections: [BuiltinSpec] = [connect, serve] + points + messages

    static let topicOfConnections = "Connections"

    private static var connect: BuiltinSpec {
        BuiltinSpec(
            "connect", "Connects to a device or a broker.",
            .value("url", String.self, "`modbus-tcp://host:port/unit`, `mqtt://host:port` or `mqtts://user@host:port`"),
            .label("timeout", TimeSpan.self, default: TimeSpan(seconds: 5), in: 0.0..., "how long to try"),
            .label("wait", Bool.self, default: false, "try until the time is up where nobody is there yet"),
            .label(
                "longest_pause", TimeSpan.self, default: TimeSpan(seconds: 5), in: 0.1...3600.0,
                "how long to wait at most before a lost connection is tried again"),
            .label("version", Version?.self, "MQTT: the version, \"3.1.1\" where it is left out"),
            .label("client", String?.self, "MQTT: the name that the broker knows us by"),
            .label(
                "clean", Bool?.self,
                "MQTT: `false` lets the broker keep subscriptions and messages for `client` while we are away"),
            .label(
                "keep_alive", TimeSpan?.self, in: 5.0...65535.0,
                "MQTT: the silence after which the other side is asked whether it is there; 15 s where it is left out"),
            .label("user", String?.self, "MQTT: the name to sign in with"),
            .label("password", String?.self, "MQTT: the password to sign in with"),
            .label(
                "will", PlainValue?.self,
                "MQTT: the message that the broker publishes when we are gone: `{topic, payload, qos, retain}`"),
            .label("ca", String?.self, "MQTT: a PEM file with the authorities to trust in place of the system's"),
            .label("certificate", String?.self, "MQTT: a PEM file with our certificate"),
            .label("key", String?.self, "MQTT: a PEM file with our key"),
            returns: "the connection", effects: [.network],
            details: """
                A connection that breaks is made again by itself, with growing pauses; `state`, `reconnects` and `problem` of the connection say how it
                goes. It ends with `close`, or when no value names it any more.
                """,
            topic: topicOfConnections, seeAlso: ["read", "write", "publish", "subscribe", "serve", "close"],
            examples: [
                Example(
                    "let plant = serve(\"modbus-tcp://127.0.0.1:0\", holding: 10)\nlet plc = connect(plant.url)\nread(plc, \"holding/3\")",
                    "0"),
                Example("try { connect(\"mqtt://127.0.0.1:1\") } catch e { e.code }", "\"N0003\""),
            ]
        ) {
            context, address, timeout, insists, pause, version, client, clean, keepAlive, user, password, will, ca,
            certificate, key in
            let url = try EndpointURL(address)
            try context.authorize(.network(host: url.host, port: url.port))
            for file in [ca, certificate, key].compactMap({ $0 }) { try context.authorize(.readFile(file)) }
            let wait = Wait(timeout, context)
            let backoff = Backoff(longest: pause.seconds)
            if url.scheme == "modbus-tcp" {
                let mqttOnly: [(String, Bool)] = [
                    ("version", version != nil), ("client", client != nil), ("clean", clean != nil),
                    ("keep_alive", keepAlive != nil), ("user", user != nil), ("password", password != nil),
                    ("will", will != nil), ("ca", ca != nil), ("certificate", certificate != nil), ("key", key != nil),
                ]
                if let label = mqttOnly.first(where: { $0.1 })?.0 {
                    throw RuntimeError(.unsuitableValue, "`connect`: `\(label)` is for MQTT, and \(url) is not")
                }
                var options = ModbusClient.Options()
                options.backoff = backoff
                return EndpointObject(try ModbusClient.connect(to: url, options: options, insists: insists, wait))
            }
            var options = MQTTOptions()
            options.version = version?.version ?? .v311
            options.identifier = client
            options.isClean = clean ?? true
            options.keepAlive = Int(keepAlive?.seconds ?? 15)
            (options.user, options.password) = (user, password)
            options.will = try will.map { try Topics.will($0) }
            (options.authorities, options.certificate, options.key) = (ca, certificate, key)
            options.backoff = backoff
            return EndpointObject(try MQTTClient.connect(to: url, options: options, insists: insists, wait))
        }
    }

    private enum Version: String, BuiltinChoice {
        case v311 = "3.1.1"
        case v5 = "5"

        var version: MQTTOptions.Version { self == .v5 ? .v5 : .v311 }
    }

    private static var serve: BuiltinSpec {
        BuiltinSpec(
            "serve", "Is a Modbus TCP device: holds registers and coils, and answers clients.",
            .value(
                "url", String.self,
                "where to listen: `modbus-tcp://127.0.0.1:502`; without a host only this machine gets in; port 0 is any free one"
            ),
            .label("holding", Int.self, default: 0, in: 0...65536, "holding registers, from address 0 on"),
            .label("input", Int.self, default: 0, in: 0...65536, "input registers"),
            .label("coils", Int.self, default: 0, in: 0...65536, "coils"),
            .label("discrete", Int.self, default: 0, in: 0...65536, "discrete inputs"),
            .label("units", [Int].self, default: [], "the unit identifiers it answers for; without any, all of them"),
            .label(
                "faulty", [String].self, default: [], "points at which clients get exception 4: a device with a fault"),
            .label("clients", Int.self, default: 64, in: 1...1000, "connections at the same time"),
            .label(
                "idle", TimeSpan.self, default: TimeSpan(seconds: 60), in: 0.01...,
                "silence after which a client is sent away"),
            returns: "the device; `url` and `port` say where it listens", effects: [.network],
            details: """
                The script sets and reads all four tables with `write` and `read`, input registers and discrete inputs too. A value of several
                registers changes as a whole. Clients get exceptions 1 to 3 for what does not exist, and 11 for other units.
                """,
            topic: topicOfConnections, seeAlso: ["read", "write", "connect", "close"],
            examples: [
                Example(
                    "let plant = serve(\"modbus-tcp://127.0.0.1:0\", input: 4)\nwrite(plant, \"input/2\", 21.5, as: \"f32\")\nread(connect(plant.url), \"input/2\", as: \"f32\")",
                    "21.5")
            ]
        ) { context, address, holding, input, coils, discrete, units, faulty, clients, idle in
            let url = try EndpointURL(address, isListening: true)
            guard url.scheme == "modbus-tcp" else {
                throw RuntimeError(
                    .unsuitableValue, "`serve`: only `modbus-tcp://` can be served, not `\(url.scheme)://`")
            }
            try context.authorize(.network(host: url.host, port: url.port))
            var options = ModbusServer.Options()
            (options.holding, options.input, options.coils, options.discrete) = (holding, input, coils, discrete)
            options.units = Set(try units.map { try Points.unit($0, "serve") })
            options.faulty = faulty
            options.mostClients = clients
            options.idleTime = idle.seconds
            return EndpointObject(
                try ModbusServer.serve(at: url, options, Wait(TimeSpan(seconds: 10), context)))
        }
    }
}

extension Wait {
    /// As long as a script allows, unless Ctrl-C or a limit of the run comes before.
    init(_ timeout: TimeSpan, _ context: CallContext) {
        self.init(seconds: timeout.seconds) { try context.checkCancellation() }
    }
}
