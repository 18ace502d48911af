/// What a function says of each element.
final class MapStage: Stage {
    private let function: StageFunction

    init(_ site: StageSite, from upstream: Stage, _ function: StageFunction) {
        self.function = function
        super.init(site, from: upstream)
    }

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        guard let upstream else { return .end }
        while true {
            let pull = try upstream.next(context, deadline)
            guard case .element(let element) = pull else { return pull }
            if let result = try function.call(context, element) { return .element(result) }
            // It failed, and was left out.
            if deadline != .never, Moment.now >= deadline { return .late }
        }
    }

    override func trace(_ heap: Heap) {
        function.trace(heap)
        super.trace(heap)
    }

    override func close(_ context: CallContext) {
        function.close(context)
        super.close(context)
    }
}

/// The elements of which a function says true.
final class FilterStage: Stage {
    private let function: StageFunction
    /// The element that the function is asked about.
    private var current = Value.null

    init(_ site: StageSite, from upstream: Stage, _ function: StageFunction) {
        self.function = function
        super.init(site, from: upstream)
    }

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        guard let upstream else { return .end }
        let patience = Patience(deadline)
        while true {
            let pull = try upstream.next(context, deadline)
            guard case .element(let element) = pull else { return pull }
            current = element
            if try function.test(context, element) == true {
                element.markShared()
                return .element(element)
            }
            if patience.isOver { return .late }
        }
    }

    override func trace(_ heap: Heap) {
        function.trace(heap)
        heap.mark(current)
        super.trace(heap)
    }

    override func close(_ context: CallContext) {
        function.close(context)
        super.close(context)
    }
}

/// What a function says of what there is so far and the next element, for each element.
final class ScanStage: Stage {
    private let function: StageFunction
    private var soFar: Value

    init(_ site: StageSite, from upstream: Stage, start: Value, _ function: StageFunction) {
        self.function = function
        soFar = start
        super.init(site, from: upstream)
    }

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        guard let upstream else { return .end }
        let pull = try upstream.next(context, deadline)
        guard case .element(let element) = pull else { return pull }
        soFar.markShared()
        soFar = try function.combine(context, soFar, element)
        soFar.markShared()
        return .element(soFar)
    }

    override func trace(_ heap: Heap) {
        function.trace(heap)
        heap.mark(soFar)
        super.trace(heap)
    }
}
