import CMosquitto

/// A client of an MQTT broker, on libmosquitto.
///
/// A thread of its own runs the connection and makes it again with growing pauses when it breaks; subscriptions are renewed then,
/// and messages with a quality of service above 0 that the broker has not answered for are sent again.
public final class MQTTClient: Endpoint {
    public let url: EndpointURL
    let options: MQTTOptions
    let library: MQTTLibrary
    let monitor: Monitor<State>

    /// A `struct mosquitto *`. Only the thread of the connection frees it, after it took it out of the state; whoever finds
    /// it there, under the lock, may use it.
    struct Handle: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    enum Link: Sendable {
        case down, up, closing
    }

    struct Entry: Sendable {
        let subscription: Subscription
        /// What topics are compared with: the filter without `$share/group/`.
        let pattern: String
        var identifier: Int32
        var isConfirmed = false
    }

    struct State: Sendable {
        var handle: Handle?
        var link = Link.down
        /// Messages that were handed to the library, by their identifier, and their quality of service.
        var unanswered: [Int32: Int] = [:]
        /// Those of them whose publisher waits.
        var awaited: Set<Int32> = []
        var outcomes: [Int32: EndpointError?] = [:]
        var entries: [Entry] = []
        var refusals: [ObjectIdentifier: EndpointError] = [:]
        var backoff: Backoff
        var status = EndpointStatus(.connecting)
        var failure: EndpointError?
        var lastLog: String?
    }

    /// Connects.
    ///
    /// - Parameter insists: Whether to try again until the time is up where the broker cannot be reached.
    /// - Throws: `N0003` unreachable, `N0006` refused, `N0014` without libmosquitto, `N0016` without a secure connection.
    public static func connect(
        to url: EndpointURL, options: MQTTOptions = MQTTOptions(), insists: Bool = false, _ wait: Wait
    ) throws -> MQTTClient {
        let client = try MQTTClient(url, options)
        do {
            let isUp: Bool? = try client.monitor.wait(wait) { state in
                if state.link == .up { return true }
                guard let failure = state.failure else { return nil }
                // A broker that says no will not say yes to the same question.
                if !insists || failure.code != "N0003" { throw failure }
                return nil
            }
            if isUp != nil { return client }
            throw client.monitor.update { $0.failure }
                ?? EndpointError.unreachable(url, "something listens there, but does not answer as a broker")
        } catch {
            client.close()
            throw error
        }
    }

    private init(_ url: EndpointURL, _ options: MQTTOptions) throws {
        self.url = url
        self.options = options
        library = try MQTTLibrary()
        monitor = Monitor(State(backoff: options.backoff))
        try start()
    }

    public var status: EndpointStatus { monitor.update { $0.status } }

    public func close() {
        let isUp = monitor.update { state in
            guard state.link != .closing else { return false }
            let isUp = state.link == .up
            state.link = .closing
            state.status.state = .closed
            for entry in state.entries { entry.subscription.end() }
            for identifier in state.awaited { state.outcomes[identifier] = .some(.closed(url)) }
            if isUp, let handle = state.handle {
                _ = library.functions.pointee.mosquitto_disconnect?(handle.pointer)
            }
            return isUp
        }
        // A moment, so that the broker hears the goodbye and does not publish the will.
        if isUp { _ = try? monitor.wait(Wait(seconds: 1)) { $0.handle == nil ? true : nil } }
    }

    // MARK: Publishing

    public func publish(_ message: TopicMessage, _ wait: Wait) throws {
        guard library.isTopic(message.topic) else {
            throw EndpointError.point(
                message.topic, "is no topic to publish to", hint: "no `+`, no `#`, not empty: plant/boiler/temperature")
        }
        guard message.payload.count < 256 << 20 else { throw EndpointError.value("a payload has less than 256 MiB") }
        try waitForLink(wait, "message under `\(message.topic)` was not sent")
        let identifier = try monitor.update { state throws(EndpointError) in try hand(message, &state) }
        do {
            let outcome: EndpointError?? = try monitor.wait(wait) { $0.outcomes.removeValue(forKey: identifier) }
            if let outcome {
                if let error = outcome { throw error }
                return
            }
        } catch {
            abandon(identifier)
            throw error
        }
        abandon(identifier)
        monitor.update { $0.status.uncertain += 1 }
        throw EndpointError.noAnswer(
            url, to: "a message under `\(message.topic)`",
            hint: message.qos == 0
                ? "nobody knows whether it was sent"
                : "it stays queued in memory and is sent again when the broker is back, unless the program ends before")
    }

    private func abandon(_ identifier: Int32) {
        monitor.update { state in
            state.awaited.remove(identifier)
            state.outcomes[identifier] = nil
        }
    }

    private func hand(_ message: TopicMessage, _ state: inout State) throws(EndpointError) -> Int32 {
        guard let handle = state.handle, state.link != .closing else { throw .closed(url) }
        guard state.unanswered.count < options.mostUnanswered else { throw .full(url, options.mostUnanswered) }
        var identifier: Int32 = 0
        let code = message.payload.withUnsafeBytes { payload in
            library.functions.pointee.mosquitto_publish?(
                handle.pointer, &identifier, message.topic, Int32(payload.count), payload.baseAddress,
                Int32(message.qos), message.isRetained) ?? Int32(MOSQ_ERR_NOT_SUPPORTED.rawValue)
        }
        // Without a connection a message of a higher quality is in the library's queue all the same.
        let isQueued = code == MOSQ_ERR_NO_CONN.rawValue && message.qos > 0
        guard code == 0 || isQueued else {
            throw .lost(
                url, "before a message under `\(message.topic)`: \(library.reason(code))", hint: "it was not sent")
        }
        state.unanswered[identifier] = message.qos
        state.awaited.insert(identifier)
        state.status.sent += 1
        return identifier
    }

    // MARK: Subscribing

    public func subscribe(_ filter: String, qos: Int, capacity: Int, _ wait: Wait) throws -> Subscription {
        guard library.isFilter(filter) else {
            throw EndpointError.point(
                filter, "is no filter for topics",
                hint: "`+` stands for one level, `#` at the end for all that follow: plant/+/temperature, plant/#")
        }
        try waitForLink(wait, "filter `\(filter)` was not subscribed to")
        let subscription = Subscription(url: url, filter: filter, qos: qos, capacity: capacity)
        let identity = ObjectIdentifier(subscription)
        try monitor.update { state throws(EndpointError) in
            guard state.link != .closing else { throw .closed(url) }
            var entry = Entry(subscription: subscription, pattern: MQTTClient.pattern(filter), identifier: 0)
            ask(&entry, &state)
            state.entries.append(entry)
        }
        do {
            let isGranted: Bool? = try monitor.wait(wait) { state in
                if let refusal = state.refusals.removeValue(forKey: identity) { throw refusal }
                if state.link == .closing { throw EndpointError.closed(url) }
                let entry = state.entries.first { $0.subscription === subscription }
                return entry?.isConfirmed == true ? true : nil
            }
            if isGranted != nil { return subscription }
            throw EndpointError.noAnswer(
                url, to: "the subscription to `\(filter)`", hint: "the broker is slow or gone: try again")
        } catch {
            remove(subscription)
            throw error
        }
    }

    public func unsubscribe(_ subscription: Subscription, _ wait: Wait) throws { remove(subscription) }

    private func remove(_ subscription: Subscription) {
        subscription.end()
        monitor.update { state in
            state.entries.removeAll { $0.subscription === subscription }
            state.refusals[ObjectIdentifier(subscription)] = nil
            let isShared = state.entries.contains { $0.subscription.filter == subscription.filter }
            if !isShared, state.link == .up, let handle = state.handle {
                _ = library.functions.pointee.mosquitto_unsubscribe?(handle.pointer, nil, subscription.filter)
            }
        }
    }

    /// Asks the broker for what an entry is about.
    func ask(_ entry: inout Entry, _ state: inout State) {
        guard let handle = state.handle else { return }
        entry.isConfirmed = false
        _ = library.functions.pointee.mosquitto_subscribe?(
            handle.pointer, &entry.identifier, entry.subscription.filter, Int32(entry.subscription.qos))
    }

    /// A shared subscription is asked for as `$share/group/filter`, and its messages arrive under topics of the filter.
    private static func pattern(_ filter: String) -> String {
        let parts = filter.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        return parts.count == 3 && parts[0] == "$share" ? String(parts[2]) : filter
    }

    private func waitForLink(_ wait: Wait, _ loss: String) throws {
        let isUp: Bool? = try monitor.wait(wait) { state in
            if state.link == .closing { throw EndpointError.closed(url) }
            return state.link == .up ? true : nil
        }
        if isUp != nil { return }
        let reason = status.lastProblem ?? "no connection"
        throw EndpointError.unreachable(url, "\(reason); the \(loss)")
    }
}
