/// Pairs of elements of two streams; the shorter one ends it.
final class ZipStage: Stage {
    private let second: Stage
    /// The element that waits for its partner.
    private var waiting: Value?

    init(_ site: StageSite, _ first: Stage, _ second: Stage) {
        self.second = second
        super.init(site, from: first, beside: [second])
    }

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        guard let upstream else { return .end }
        if waiting == nil {
            let pull = try upstream.next(context, deadline)
            guard case .element(let element) = pull else { return pull }
            waiting = element
        }
        let pull = try second.next(context, deadline)
        guard case .element(let partner) = pull, let first = waiting else { return pull }
        waiting = nil
        return .element(context.list([first, partner]))
    }

    override func trace(_ heap: Heap) {
        if let waiting { heap.mark(waiting) }
        second.trace(heap)
        super.trace(heap)
    }

    override func close(_ context: CallContext) {
        second.close(context)
        super.close(context)
    }

    override var isLive: Bool { super.isLive || second.isLive }
    override var canWake: Bool { super.canWake || second.canWake }
}

/// Each element with its position.
final class EnumerateStage: Stage {
    private var position = 0

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        guard let upstream else { return .end }
        let pull = try upstream.next(context, deadline)
        guard case .element(let element) = pull else { return pull }
        defer { position += 1 }
        return .element(context.list([.int(position), element]))
    }
}

/// The elements of lists, and elements that are no lists.
final class FlattenStage: Stage {
    private var list = Value.null
    private var position = 0

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        guard let upstream else { return .end }
        let patience = Patience(deadline)
        while true {
            if list.isList {
                if position < list.list.pointee.count {
                    let element = list.list.pointee.elements[position]
                    position += 1
                    element.markShared()
                    return .element(element)
                }
                list = .null
            }
            let pull = try upstream.next(context, deadline)
            guard case .element(let element) = pull, element.isList else { return pull }
            element.markShared()
            list = element
            position = 0
            if list.list.pointee.count == 0, patience.isOver { return .late }
        }
    }

    override func trace(_ heap: Heap) {
        heap.mark(list)
        super.trace(heap)
    }
}

/// The elements of several streams as they come; each in its order.
final class MergeStage: Stage {
    private var open: [Stage]
    private var turn = 0

    init(_ site: StageSite, _ stages: [Stage]) {
        open = stages
        super.init(site, from: nil, beside: stages)
    }

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        var nap = 0.001
        while true {
            // With one stream left there is nobody else to look after.
            if open.count == 1 {
                let pull = try open[0].next(context, deadline)
                if case .end = pull { remove(0, context) }
                return pull
            }
            var remaining = open.count
            while remaining > 0, !open.isEmpty {
                if turn >= open.count { turn = 0 }
                switch try open[turn].next(context, .past) {
                case .element(let element):
                    turn += 1
                    return .element(element)
                case .end: remove(turn, context)
                case .late: turn += 1
                }
                remaining -= 1
            }
            if open.isEmpty { return .end }
            if open.count == 1 { continue }
            if deadline == .never, !open.contains(where: \.canWake) {
                throw RuntimeError(
                    .nothingCanArrive, "all channels are empty, and nothing can send to them while this waits",
                    hint: "`close` a channel behind its last value")
            }
            guard Moment.now < deadline else { return .late }
            try context.nap(until: min(deadline, Moment.now.advanced(bySeconds: nap)))
            nap = min(nap * 2, 0.01)
        }
    }

    private func remove(_ index: Int, _ context: CallContext) {
        open[index].close(context)
        open.remove(at: index)
    }

    override func trace(_ heap: Heap) { for stage in open { stage.trace(heap) } }
    override func close(_ context: CallContext) { for stage in open { stage.close(context) } }
    override var isLive: Bool { open.contains(where: \.isLive) }
    override var canWake: Bool { open.contains(where: \.canWake) }
    override var path: [String] {
        ["\(site.name)(\(open.map { $0.path.joined(separator: " |> ") }.joined(separator: ", ")))"]
    }
}
