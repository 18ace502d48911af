import CMosquitto
import Glibc

// The thread of the connection. It alone calls `mosquitto_loop`, connects and reconnects, and frees the library's object at its end.
// The library calls back on this thread, holding a lock of its own for callbacks; a caller on another thread
// holds the monitor while it calls the library, which never waits for that lock there. So the two cannot wait for each other.
extension MQTTClient {
    /// Seconds that a broker has to answer the greeting.
    private static let greetingTime = 10.0

    func start() throws(EndpointError) {
        let identifier = try clientIdentifier()
        // Held by the thread until its end.
        let held = Unmanaged.passRetained(self)
        guard let pointer = library.functions.pointee.mosquitto_new?(identifier, options.isClean, held.toOpaque())
        else {
            held.release()
            throw .point(identifier, "is no identifier of a client")
        }
        do throws(EndpointError) {
            try configure(pointer)
        } catch {
            library.functions.pointee.mosquitto_destroy?(pointer)
            held.release()
            throw error
        }
        monitor.update { $0.handle = Handle(pointer: pointer) }
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { raw in
                if let raw { Unmanaged<MQTTClient>.fromOpaque(raw).takeRetainedValue().serve() }
                return nil
            }, held.toOpaque())
        guard code == 0 else {
            monitor.update { $0.handle = nil }
            library.functions.pointee.mosquitto_destroy?(pointer)
            held.release()
            throw .unreachable(url, "no thread can be started: \(String(cString: strerror(code)))")
        }
        pthread_detach(thread)
    }

    private func clientIdentifier() throws(EndpointError) -> String {
        if let identifier = options.identifier, !identifier.isEmpty { return identifier }
        guard options.isClean else {
            throw .point("clean: false", "needs an identifier that stays the same", hint: "give `client`, a name")
        }
        return "edgesh-" + String(UInt64.random(in: .min ... .max), radix: 36)
    }

    // MARK: Before connecting

    private func configure(_ pointer: OpaquePointer) throws(EndpointError) {
        let functions = library.functions.pointee
        let version = options.version == .v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311
        _ = functions.mosquitto_int_option?(pointer, MOSQ_OPT_PROTOCOL_VERSION, Int32(version))
        _ = functions.mosquitto_int_option?(pointer, MOSQ_OPT_TCP_NODELAY, 1)
        _ = functions.mosquitto_threaded_set?(pointer, true)
        if let user = options.user ?? url.user {
            _ = functions.mosquitto_username_pw_set?(pointer, user, options.password ?? url.password)
        }
        if let will = options.will {
            let code = will.payload.withUnsafeBytes { payload in
                functions.mosquitto_will_set?(
                    pointer, will.topic, Int32(payload.count), payload.baseAddress, Int32(will.qos), will.isRetained)
            }
            guard code == 0, library.isTopic(will.topic), will.payload.count <= 65535 else {
                throw .point(will.topic, "cannot be the topic of a will", hint: "a topic, and a payload up to 64 KiB")
            }
        }
        if url.scheme == "mqtts" { try secure(pointer) }
        setCallbacks(pointer)
    }

    private func secure(_ pointer: OpaquePointer) throws(EndpointError) {
        let functions = library.functions.pointee
        for file in [options.authorities, options.certificate, options.key].compactMap({ $0 }) {
            guard access(file, R_OK) == 0 else {
                throw .security(url, "\(file) cannot be read", hint: "it must be a PEM file")
            }
        }
        let folder = options.authorities == nil ? "/etc/ssl/certs" : nil
        var code =
            functions.mosquitto_tls_set?(
                pointer, options.authorities, folder, options.certificate, options.key, nil) ?? 0
        // 1: the certificate and the name of the broker are verified.
        if code == 0 { code = functions.mosquitto_tls_opts_set?(pointer, 1, nil, nil) ?? 0 }
        guard code == 0 else {
            throw .security(url, library.reason(code), hint: "a certificate needs its key, both as PEM files")
        }
    }

    private func setCallbacks(_ pointer: OpaquePointer) {
        let functions = library.functions.pointee
        functions.mosquitto_connect_v5_callback_set?(pointer) { _, raw, code, flags, _ in
            MQTTClient.from(raw)?.greeted(code, hasSession: flags & 1 == 1)
        }
        functions.mosquitto_publish_v5_callback_set?(pointer) { _, raw, identifier, code, _ in
            MQTTClient.from(raw)?.answered(identifier, code)
        }
        functions.mosquitto_subscribe_callback_set?(pointer) { _, raw, identifier, count, granted in
            MQTTClient.from(raw)?.granted(identifier, count > 0 ? granted?.pointee : nil)
        }
        functions.mosquitto_message_callback_set?(pointer) { _, raw, message in
            if let message { MQTTClient.from(raw)?.arrived(message.pointee) }
        }
        functions.mosquitto_log_callback_set?(pointer) { _, raw, level, text in
            guard level == Int32(MOSQ_LOG_ERR), let text else { return }
            let line = String(cString: text)
            MQTTClient.from(raw)?.monitor.update { $0.lastLog = line }
        }
    }

    private static func from(_ raw: UnsafeMutableRawPointer?) -> MQTTClient? {
        raw.map { Unmanaged<MQTTClient>.fromOpaque($0).takeUnretainedValue() }
    }

    // MARK: The thread

    private func serve() {
        guard let handle = monitor.update({ $0.handle }) else { return }
        let functions = library.functions.pointee
        var isFirst = true
        while !isClosing {
            monitor.update { $0.lastLog = nil }
            let code =
                isFirst
                ? functions.mosquitto_connect?(handle.pointer, url.host, Int32(url.port), Int32(options.keepAlive))
                : functions.mosquitto_reconnect?(handle.pointer)
            isFirst = false
            let outcome = code ?? 0
            lost(outcome == 0 ? loop(handle) : library.reason(outcome), outcome)
            if isClosing { break }
            let pause = monitor.update { $0.backoff.next() }
            _ = try? monitor.wait(Wait(seconds: pause)) { $0.link == .closing ? true : nil }
        }
        // From here on nobody finds the handle any more.
        monitor.update { $0.handle = nil }
        functions.mosquitto_destroy?(handle.pointer)
    }

    private var isClosing: Bool { monitor.update { $0.link == .closing } }

    /// Serves one connection until it ends.
    ///
    /// - Returns: why it ended.
    private func loop(_ handle: Handle) -> String {
        let greeting = Wait(seconds: MQTTClient.greetingTime)
        var farewell: Wait?
        while true {
            let code = library.functions.pointee.mosquitto_loop?(handle.pointer, 1000, 1) ?? 0
            if code != 0 { return library.reason(code) }
            switch monitor.update({ $0.link }) {
            case .up: continue
            case .down: if greeting.remaining == 0 { return "something listens there, but does not answer as a broker" }
            case .closing:
                let end = farewell ?? Wait(seconds: 1)
                farewell = end
                if end.remaining == 0 { return "closed" }
            }
        }
    }

    private func lost(_ reason: String, _ code: Int32) {
        monitor.update { state in
            let wasUp = state.link == .up
            if state.link != .closing {
                state.link = .down
                state.status.state = wasUp || state.status.state == .reconnecting ? .reconnecting : .connecting
            }
            let log = state.lastLog
            let isTLS = url.scheme == "mqtts" && log?.contains("SSL") == true
            let problem = isTLS ? log ?? reason : reason
            state.status.lastProblem = problem
            if state.failure?.code != "N0006" {
                state.failure =
                    isTLS
                    ? .security(
                        url, problem,
                        hint: "`ca` names the authority that signed the broker's certificate; the host must stand in it"
                    )
                    : .unreachable(url, problem)
            }
            // What was written without a promise of an answer is lost, or not: nobody knows.
            for (identifier, qos) in state.unanswered where qos == 0 {
                state.unanswered[identifier] = nil
                guard state.awaited.remove(identifier) != nil else { continue }
                state.status.uncertain += 1
                state.outcomes[identifier] = .some(
                    .lost(url, "while a message was sent: \(problem)", hint: "nobody knows whether it arrived"))
            }
        }
    }

    // MARK: What the library tells

    private func greeted(_ code: Int32, hasSession: Bool) {
        monitor.update { state in
            guard state.link != .closing else { return }
            guard code == 0 else {
                let reason = library.refusal(code, options.version)
                state.status.lastProblem = reason
                state.failure = .refused(url, reason, hint: "check user, password and the name of the client")
                return
            }
            if state.status.state == .reconnecting { state.status.reconnects += 1 }
            state.link = .up
            state.status.state = .connected
            state.failure = nil
            state.backoff.reset()
            var entries = state.entries
            for place in entries.indices where !hasSession || !entries[place].isConfirmed {
                ask(&entries[place], &state)
            }
            state.entries = entries
        }
    }

    private func answered(_ identifier: Int32, _ code: Int32) {
        monitor.update { state in
            state.unanswered[identifier] = nil
            guard state.awaited.remove(identifier) != nil else { return }
            // MQTT 5: from 128 on the broker did not take it.
            state.outcomes[identifier] = .some(
                code < 128
                    ? nil : .refused(url, library.refusal(code, .v5), hint: "the client may not publish this topic"))
        }
    }

    private func granted(_ identifier: Int32, _ qos: Int32?) {
        monitor.update { state in
            guard let place = state.entries.firstIndex(where: { $0.identifier == identifier }) else { return }
            guard let qos, qos < 128 else {
                let subscription = state.entries.remove(at: place).subscription
                state.refusals[ObjectIdentifier(subscription)] = .refused(
                    url, "the subscription to `\(subscription.filter)`", hint: "the client may not read these topics")
                subscription.end()
                return
            }
            state.entries[place].isConfirmed = true
        }
    }

    private func arrived(_ message: mosquitto_message) {
        guard let topic = message.topic.map({ String(cString: $0) }) else { return }
        let payload = [UInt8](UnsafeRawBufferPointer(start: message.payload, count: max(0, Int(message.payloadlen))))
        let arrival = TopicMessage(
            topic: topic, payload: payload, qos: Int(message.qos), isRetained: message.retain, time: Wait.timeOfDay())
        let receivers = monitor.update { state in
            state.status.received += 1
            return state.entries.filter { library.matches(topic, $0.pattern) }.map(\.subscription)
        }
        for receiver in receivers { receiver.deliver(arrival) }
    }
}
