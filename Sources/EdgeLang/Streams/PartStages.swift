/// The first few elements; then it lets go of the source.
final class TakeStage: Stage {
    private var rest: Int

    init(_ site: StageSite, from upstream: Stage, _ count: Int) {
        rest = count
        super.init(site, from: upstream)
    }

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        guard rest > 0, let upstream else { return .end }
        let pull = try upstream.next(context, deadline)
        if case .element = pull {
            rest -= 1
            if rest == 0 { upstream.close(context) }
        }
        return pull
    }
}

/// All but the first few elements.
final class DropStage: Stage {
    private var rest: Int

    init(_ site: StageSite, from upstream: Stage, _ count: Int) {
        rest = count
        super.init(site, from: upstream)
    }

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        guard let upstream else { return .end }
        let patience = Patience(rest > 0 ? deadline : .never)
        while true {
            let pull = try upstream.next(context, deadline)
            guard rest > 0, case .element = pull else { return pull }
            rest -= 1
            if patience.isOver { return .late }
        }
    }
}

/// The elements before the first of which a function says false.
final class TakeWhileStage: Stage {
    private let function: StageFunction
    private var current = Value.null
    private var isOver = false

    init(_ site: StageSite, from upstream: Stage, _ function: StageFunction) {
        self.function = function
        super.init(site, from: upstream)
    }

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        guard !isOver, let upstream else { return .end }
        let pull = try upstream.next(context, deadline)
        guard case .element(let element) = pull else { return pull }
        current = element
        if try function.test(context, element) == true { return pull }
        isOver = true
        upstream.close(context)
        return .end
    }

    override func trace(_ heap: Heap) {
        function.trace(heap)
        heap.mark(current)
        super.trace(heap)
    }
}

/// The elements from the first on of which a function says false.
final class DropWhileStage: Stage {
    private let function: StageFunction
    private var current = Value.null
    private var isOver = false

    init(_ site: StageSite, from upstream: Stage, _ function: StageFunction) {
        self.function = function
        super.init(site, from: upstream)
    }

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        guard let upstream else { return .end }
        let patience = Patience(isOver ? .never : deadline)
        while true {
            let pull = try upstream.next(context, deadline)
            guard !isOver, case .element(let element) = pull else { return pull }
            current = element
            if try function.test(context, element) != true {
                isOver = true
                return pull
            }
            if patience.isOver { return .late }
        }
    }

    override func trace(_ heap: Heap) {
        function.trace(heap)
        heap.mark(current)
        super.trace(heap)
    }
}
