/// Where elements of a stream come from that are not the language's own: a file, a connection.
public protocol StreamSource: AnyObject {
    /// The next element. Waits for one until the deadline at most, in naps (`CallContext.nap`), so that Ctrl-C is heard.
    func next(until deadline: Moment, _ context: CallContext) throws -> Pull
    /// Lets go of what it holds; called when nothing more is asked, perhaps several times.
    func close(_ context: CallContext)
    /// Whether elements come as time goes by, perhaps without end.
    var isLive: Bool { get }
}

/// An object whose elements come one by one: `stream`, `for` and the functions on streams take it as it is.
public protocol StreamableObject: HostObject {
    /// Begins to read.
    func makeStreamSource(_ context: CallContext) throws -> any StreamSource
}

/// Gives what comes from outside.
final class OutsideStage: Stage {
    private let source: any StreamSource
    private var pace = Pace()

    init(_ site: StageSite, _ source: any StreamSource) {
        self.source = source
        super.init(site)
    }

    override func next(_ context: CallContext, _ deadline: Moment) throws -> Pull {
        try pace.step(context)
        return try source.next(until: deadline, context)
    }

    override func close(_ context: CallContext) { source.close(context) }
    override var isLive: Bool { source.isLive }
}

/// Counts what a source gives as steps of the run, and lets the collector work: a sink that calls no function of the script
/// would otherwise run on without either.
struct Pace {
    private static let interval = 1024
    private var count = 0

    /// At this point everything that stages hold lies in their fields.
    @inline(__always)
    mutating func step(_ context: CallContext) throws {
        count &+= 1
        if _slowPath(count >= Pace.interval) {
            count = 0
            try context.interpreter.machine.spend(Pace.interval)
        }
        if _slowPath(context.heap.wantsCollection) { try context.interpreter.machine.collectInside() }
    }
}
