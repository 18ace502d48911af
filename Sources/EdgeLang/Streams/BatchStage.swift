/// Lists of so many elements; with a time, of those that came within it if they are fewer.
final class BatchStage: Stage {
    private let size: Int
    private let span: Double?
    private var elements: [Value] = []
    private var due = Moment.never

    init(_ site: StageSite, from upstream: Stage, size: Int, within span: Double?) {
        self.size = size
        self.span = span
        super.init(site, from: upstream)
    }

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        guard let upstream else { return .end }
        while true {
            if elements.count == size { return give(context) }
            switch try upstream.next(context, min(deadline, due)) {
            case .element(let element):
                if elements.isEmpty, let span { due = Moment.now.advanced(bySeconds: span) }
                elements.append(element)
            case .end: return elements.isEmpty ? .end : give(context)
            case .late:
                if Moment.now >= due { return give(context) }
                if Moment.now >= deadline { return .late }
            }
        }
    }

    private func give(_ context: CallContext) -> Pull {
        defer { elements.removeAll(keepingCapacity: true) }
        due = .never
        return .element(context.list(elements))
    }

    override func trace(_ heap: Heap) {
        for element in elements { heap.mark(element) }
        super.trace(heap)
    }

    override var canWake: Bool { due != .never || super.canWake }
}

/// Lists of so many neighbours, each list a step further than the one before it.
final class CountWindowStage: Stage {
    private let size: Int
    private let step: Int
    private var elements: [Value] = []
    /// Elements to leave out before the next window, where windows lie further apart than they are long.
    private var gap = 0

    init(_ site: StageSite, from upstream: Stage, size: Int, step: Int) {
        self.size = size
        self.step = step
        super.init(site, from: upstream)
    }

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        guard let upstream else { return .end }
        while true {
            let pull = try upstream.next(context, deadline)
            guard case .element(let element) = pull else { return pull }
            if gap > 0 {
                gap -= 1
                continue
            }
            elements.append(element)
            guard elements.count == size else { continue }
            let window = context.list(elements)
            elements.removeFirst(min(step, size))
            gap = max(0, step - size)
            return .element(window)
        }
    }

    override func trace(_ heap: Heap) {
        for element in elements { heap.mark(element) }
        super.trace(heap)
    }
}
