/// Ticks. The moment of each is counted from the first one, so that the time a consumer takes does not add up.
final class TimerStage: Stage {
    private let period: Double
    private var start: Moment?
    private var index = 0
    private var pace = Pace()

    init(_ site: StageSite, period: Double) {
        self.period = period
        super.init(site)
    }

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        try pace.step(context)
        let first = start ?? Moment.now
        start = first
        var due = first.advanced(bySeconds: Double(index) * period)
        while Moment.now < due {
            guard Moment.now < deadline else { return .late }
            try context.nap(until: min(due, deadline))
        }
        // Ticks that passed while nobody asked do not come in a heap.
        let missed = Int(min(max(due.seconds(until: .now) / period, 0), 1e15))
        index += missed
        due = first.advanced(bySeconds: Double(index) * period)
        let time = TimeBuiltins.timeOfDay + Moment.now.seconds(until: due)
        let tick = context.record([
            (key: "index", value: .int(index)), (key: "time", value: .quantity(time, .time)),
            (key: "missed", value: .int(missed)),
        ])
        index += 1
        return .element(tick)
    }

    override var isLive: Bool { true }
}
