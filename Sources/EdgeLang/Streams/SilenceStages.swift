/// The last element before a silence of a given length.
final class DebounceStage: Stage {
    private let silence: Double
    private var last: Value?
    private var due = Moment.never
    private var isOver = false

    init(_ site: StageSite, from upstream: Stage, silence: Double) {
        self.silence = silence
        super.init(site, from: upstream)
    }

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        guard !isOver, let upstream else { return .end }
        while true {
            switch try upstream.next(context, min(deadline, due)) {
            case .element(let element):
                last = element
                due = Moment.now.advanced(bySeconds: silence)
            case .end:
                isOver = true
                return give() ?? .end
            case .late:
                if Moment.now >= due, let pull = give() { return pull }
                if Moment.now >= deadline { return .late }
            }
        }
    }

    private func give() -> Pull? {
        guard let element = last else { return nil }
        last = nil
        due = .never
        return .element(element)
    }

    override func trace(_ heap: Heap) {
        if let last { heap.mark(last) }
        super.trace(heap)
    }

    override var canWake: Bool { last != nil || super.canWake }
}

/// What `timeout` does when nothing came in time.
enum WhenSilent: String, BuiltinChoice {
    case fail, end
}

/// The elements as they come, as long as no silence is too long.
final class TimeoutStage: Stage {
    private let longest: Double
    private let whenSilent: WhenSilent
    /// When the silence ends that is too long; nil while nobody waits.
    private var due: Moment?
    private var isOver = false

    init(_ site: StageSite, from upstream: Stage, longest: Double, _ whenSilent: WhenSilent) {
        self.longest = longest
        self.whenSilent = whenSilent
        super.init(site, from: upstream)
    }

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        guard !isOver, let upstream else { return .end }
        let limit = due ?? Moment.now.advanced(bySeconds: longest)
        due = limit
        while true {
            let pull = try upstream.next(context, min(deadline, limit))
            guard case .late = pull else {
                due = nil
                return pull
            }
            if Moment.now >= limit {
                isOver = true
                upstream.close(context)
                if whenSilent == .end { return .end }
                let text = QuantityFormat.text(Quantity(value: longest, dimension: .time))
                throw context.interpreter.machine.located(
                    RuntimeError(
                        .nothingInTime, "nothing came for \(text)",
                        hint: "allow more time, or end the stream then with `then: \"end\"`"), in: site)
            }
            if Moment.now >= deadline { return .late }
        }
    }

    override var canWake: Bool { true }
}
