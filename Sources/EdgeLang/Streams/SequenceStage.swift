/// The elements of a list, a range, or an object that has elements.
final class SequenceStage: Stage {
    private let elements: SequenceValue
    private var position = 0
    private var pace = Pace()

    init(_ site: StageSite, _ elements: SequenceValue) {
        self.elements = elements
        // A variable that holds the list as well copies it before it changes it.
        elements.value.markShared()
        super.init(site)
    }

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        if position >= elements.count { return .end }
        try pace.step(context)
        let element = try elements.element(position, context)
        position += 1
        element.markShared()
        return .element(element)
    }

    override func trace(_ heap: Heap) { heap.mark(elements.value) }
}

/// What a function of the script gives, again and again until it gives `null`.
final class GeneratorStage: Stage {
    private let function: StageFunction
    private var pace = Pace()

    init(_ site: StageSite, _ function: StageFunction) {
        self.function = function
        super.init(site)
    }

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        try pace.step(context)
        let element = try function.combine(context)
        return element.isNull ? .end : .element(element)
    }

    override func trace(_ heap: Heap) { function.trace(heap) }
    // What a function gives may take its time, and may never end.
    override var isLive: Bool { true }
}
