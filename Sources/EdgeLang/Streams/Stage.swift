// A stream is a chain of stages. The sink asks the last one for an element, that one the stage before it, and so on up to the source;
// nothing runs but what a sink pulls, and nothing is kept but what a stage needs for its next element.
//
// Every call carries a deadline. A source that has nothing waits until then at most and says `late`; stages pass that on and keep what
// they have for the next call. So a window of a second closes on time although its source is silent, and several sources are
// asked in turn.
//
// A stage holds values between calls, and while a function of the script runs. The collector finds them through the stream's
// cell in the heap (`ValueHolder`): whatever has to outlive a pull or a call lies in a field and is marked by `trace`.

/// A part of a stream: gives elements, most often by asking the stage before it.
class Stage {
    /// A chain can be so long; asking takes native stack for each.
    static let deepest = 100

    let site: StageSite
    /// The stage it pulls from, nil for a source.
    let upstream: Stage?
    /// Stages up to and including this one, on the longest way.
    let depth: Int

    init(_ site: StageSite, from upstream: Stage? = nil) {
        self.site = site
        self.upstream = upstream
        depth = (upstream?.depth ?? 0) + 1
    }

    /// - Parameter others: Further stages it pulls from.
    init(_ site: StageSite, from upstream: Stage?, beside others: [Stage]) {
        self.site = site
        self.upstream = upstream
        depth = max(upstream?.depth ?? 0, others.map(\.depth).max() ?? 0) + 1
    }

    /// The next element.
    ///
    /// - Parameter deadline: How long to wait for one. Where it has passed, what is there already is given.
    func next(_ context: CallContext, _ deadline: Moment) throws -> Pull { .end }

    /// Marks the values it holds.
    func trace(_ heap: Heap) { upstream?.trace(heap) }

    /// Lets go of files and connections and says what was left out; nothing is asked of it any more.
    func close(_ context: CallContext) { upstream?.close(context) }

    /// Whether elements come as time goes by, perhaps without end.
    var isLive: Bool { upstream?.isLive ?? false }

    /// Whether an element may come without the script doing something.
    var canWake: Bool { upstream?.canWake ?? true }

    /// The names of the stages, from the source on.
    var path: [String] { (upstream?.path ?? []) + [site.name] }
}

/// The function that made a stage, and where in the script.
struct StageSite {
    let name: String
    let span: Span

    init(_ name: String, _ context: CallContext) {
        self.name = name
        span = context.interpreter.machine.callSpan
    }
}

/// An object of the host that holds values of the language.
protocol ValueHolder: HostObject {
    /// Marks them for the collector.
    func trace(_ heap: Heap)
}
