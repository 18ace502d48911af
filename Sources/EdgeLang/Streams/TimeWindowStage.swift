/// Lists of the elements of a time, each list a step later than the one before it.
///
/// By the clock, a window ends when its time is over, whether anything came or not. By times that the elements carry, it ends when an element of
/// a later time comes; a time in which nothing lies is passed over.
final class TimeWindowStage: Stage {
    private let size: Double
    private let step: Double
    private let capacity: Int
    /// Says the time of an element; nil where it is that of its arrival.
    private let time: StageFunction?
    private var elements: [(time: Double, value: Value)] = []
    /// Seconds: since `origin` by the clock, as the elements say otherwise.
    private var start: Double?
    private var origin = Moment.past
    private var isOver = false
    /// The element whose time is asked.
    private var current = Value.null

    init(
        _ site: StageSite, from upstream: Stage, size: Double, step: Double, capacity: Int, time: StageFunction?
    ) {
        self.size = size
        self.step = step
        self.capacity = capacity
        self.time = time
        super.init(site, from: upstream)
    }

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        time == nil ? try nextByClock(context, deadline) : try nextByElement(context, deadline)
    }

    private func nextByClock(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        guard let upstream else { return .end }
        if start == nil {
            start = 0
            origin = .now
        }
        while true {
            let from = start ?? 0
            let end = origin.advanced(bySeconds: from + size)
            if isOver { return elements.isEmpty ? .end : .element(cut(from, context)) }
            let now = Moment.now
            if now >= end {
                let window = cut(from, context)
                // Where nobody asked for long, windows in which nothing lies do not come in a heap.
                if elements.isEmpty, let next = start {
                    let behind = (origin.seconds(until: now) - size - next) / step
                    if behind > 1 { start = next + behind.rounded(.down) * step }
                }
                return .element(window)
            }
            switch try upstream.next(context, min(deadline, end)) {
            case .element(let element): try add(element, at: origin.seconds(until: .now))
            case .end: isOver = true
            case .late: if Moment.now < end, Moment.now >= deadline { return .late }
            }
        }
    }

    private func nextByElement(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        guard let upstream, let time else { return .end }
        while true {
            // Windows that end before the oldest element are passed over.
            if let from = start, let oldest = elements.first?.time, oldest >= from + size {
                start = from + (((oldest - from - size) / step).rounded(.down) + 1) * step
            }
            if let from = start, let newest = elements.last?.time, isOver || newest >= from + size {
                return .element(cut(from, context))
            }
            if isOver { return .end }
            let pull = try upstream.next(context, deadline)
            switch pull {
            case .late: return .late
            case .end: isOver = true
            case .element(let element):
                current = element
                guard let result = try time.call(context, element) else { continue }
                guard let seconds = result.numericValue, seconds.isFinite,
                    result.dimension == .time || !result.isQuantity
                else {
                    throw context.interpreter.machine.located(
                        RuntimeError(
                            .argumentType,
                            "`\(site.name)`: the function must return the time of an element, a duration, it returned \(context.typeName(result))"
                        ), in: site)
                }
                if start == nil { start = (seconds / step).rounded(.down) * step }
                // One that comes too late belongs to the oldest window that is still open.
                try add(element, at: max(seconds, elements.last?.time ?? start ?? seconds))
            }
        }
    }

    private func add(_ element: Value, at time: Double) throws {
        guard elements.count < capacity else {
            throw RuntimeError(
                .tooLarge, "`\(site.name)`: more than \(capacity) elements lie in one window",
                hint: "make windows shorter, thin the stream out before them, or raise `capacity`")
        }
        elements.append((time, element))
    }

    /// The window that begins at a time; the next one begins a step later. Behind the end of the stream the one that holds the newest element
    /// is the last.
    private func cut(_ from: Double, _ context: CallContext) -> Value {
        let window = context.list(elements.prefix { $0.time < from + size }.map(\.value))
        let next = from + step
        start = next
        if isOver, let newest = elements.last?.time, newest < from + size {
            elements.removeAll()
        } else {
            elements.removeFirst(elements.prefix { $0.time < next }.count)
        }
        return window
    }

    override func trace(_ heap: Heap) {
        for element in elements { heap.mark(element.value) }
        heap.mark(current)
        time?.trace(heap)
        super.trace(heap)
    }

    override func close(_ context: CallContext) {
        time?.close(context)
        super.close(context)
    }

    override var canWake: Bool { time == nil || super.canWake }
}
