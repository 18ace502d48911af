/// A queue of bounded length within the script: what one part sends another one takes as a stream.
///
/// An interpreter is one thread. So nobody can send while a sink waits for a channel that is empty, except a stage of the very same
/// stream; where there is none, that is an error and not an endless wait.
final class ChannelObject: ValueHolder, ClosableObject {
    static let typeName = "channel"

    /// What `send` does where there is no room.
    enum WhenFull: String, BuiltinChoice {
        case fail
        case dropOldest = "drop_oldest"
        case dropNewest = "drop_newest"
    }

    let capacity: Int
    // A ring that grows up to the capacity, so that a long channel that stays empty costs nothing.
    private var elements: [Value] = []
    private var first = 0
    private(set) var count = 0
    private(set) var sent = 0
    private(set) var dropped = 0
    private(set) var isClosed = false

    init(capacity: Int) { self.capacity = capacity }

    var byteCount: Int { 64 }

    /// - Returns: whether the value is in the channel now.
    @discardableResult
    func send(_ value: Value, _ whenFull: WhenFull) throws -> Bool {
        if isClosed {
            throw RuntimeError(.channelRefuses, "the channel is closed", hint: "send before `close`")
        }
        sent += 1
        if count == capacity {
            switch whenFull {
            case .fail:
                sent -= 1
                throw RuntimeError(
                    .channelRefuses, "the channel is full: \(capacity) values wait in it",
                    hint: "take values out first, give it a larger `capacity`, or choose what to drop with `when_full`")
            case .dropOldest:
                _ = take()
                dropped += 1
            case .dropNewest:
                dropped += 1
                return false
            }
        }
        value.markShared()
        if count == elements.count { grow() }
        elements[(first + count) % elements.count] = value
        count += 1
        return true
    }

    func take() -> Value? {
        guard count > 0 else { return nil }
        let value = elements[first]
        elements[first] = .null
        first = (first + 1) % elements.count
        count -= 1
        return value
    }

    func close(_ context: CallContext) { isClosed = true }

    private func grow() {
        let size = min(capacity, max(16, elements.count * 2))
        var larger: [Value] = []
        larger.reserveCapacity(size)
        for position in 0..<count { larger.append(elements[(first + position) % elements.count]) }
        larger.append(contentsOf: repeatElement(.null, count: size - count))
        elements = larger
        first = 0
    }

    func trace(_ heap: Heap) {
        for position in 0..<count { heap.mark(elements[(first + position) % elements.count]) }
    }

    func display(_ options: DisplayOptions) -> String {
        "<channel, \(count) of \(capacity) waiting\(isClosed ? ", closed" : "")>"
    }

    var fieldNames: [String] { ["waiting", "capacity", "sent", "dropped", "closed"] }

    func field(_ name: String, _ context: CallContext) throws -> Value? {
        switch name {
        case "waiting": .int(count)
        case "capacity": .int(capacity)
        case "sent": .int(sent)
        case "dropped": .int(dropped)
        case "closed": .bool(isClosed)
        default: nil
        }
    }
}

/// What is sent into a channel.
final class ChannelStage: Stage {
    private let channel: ChannelObject
    private var pace = Pace()

    init(_ site: StageSite, _ channel: ChannelObject) {
        self.channel = channel
        super.init(site)
    }

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        try pace.step(context)
        if let value = channel.take() { return .element(value) }
        if channel.isClosed { return .end }
        if deadline == .never {
            throw RuntimeError(
                .nothingCanArrive, "the channel is empty, and nothing can send to it while this waits",
                hint: "`close` it behind the last value, or `merge` it with the stream whose stages send to it")
        }
        if Moment.now < deadline { try context.sleep(until: deadline) }
        return .late
    }

    override func trace(_ heap: Heap) { channel.trace(heap) }
    override var isLive: Bool { true }
    override var canWake: Bool { channel.count > 0 || channel.isClosed }
}
