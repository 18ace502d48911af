/// A stream as scripts hold it: elements that come one by one, once, when somebody asks for them.
public final class StreamObject: HostObject, ValueHolder {
    public static let typeName = "stream"

    let stage: Stage
    /// What goes through it; nil as long as nothing does.
    private var user: String?
    /// A sink may pull on only after this.
    private var isOver = false

    /// - Throws: where the chain of stages becomes too long.
    init(_ stage: Stage) throws {
        guard stage.depth <= Stage.deepest else {
            throw RuntimeError(
                .streamTooLong, "the stream has more than \(Stage.deepest) stages",
                hint: "is a stage added in a loop? Do in one function what the stages do together")
        }
        self.stage = stage
    }

    /// A stream of elements that come from outside of the interpreter.
    public convenience init(_ source: any StreamSource, name: String, _ context: CallContext) throws {
        try self.init(OutsideStage(StageSite(name, context), source))
    }

    /// Hands the stages over to the one who goes through the elements.
    ///
    /// - Throws: `E0340` where somebody did already.
    func take(for user: String) throws -> Stage {
        if let earlier = self.user {
            throw RuntimeError(
                .streamUsed, "the stream is used up: `\(earlier)` goes through it already",
                hint:
                    "a stream gives its elements once; `let xs = collect(s)` makes a list that can be gone through again",
                notes: ["stream: \(stage.path.joined(separator: " |> "))"])
        }
        self.user = user
        return stage
    }

    /// Hands the elements over to a sink, which asks for them one by one.
    ///
    /// - Throws: `E0340` where somebody goes through the stream already.
    public func read(for user: String) throws -> StreamReader { StreamReader(stage: try take(for: user)) }

    /// Hands each element to a function, until there are no more or the function has had enough.
    ///
    /// - Parameter body: Gives whether it wants more. The element is held until it returns.
    func drain(for user: String, _ context: CallContext, _ body: (Value) throws -> Bool) throws {
        let stage = try take(for: user)
        defer { stage.close(context) }
        let holder = context.makeHolder()
        while true {
            switch try stage.next(context, .never) {
            case .element(let element):
                holder.list.pointee.elements[0] = element
                if try !body(element) { return }
            case .end: return
            case .late: break
            }
        }
    }

    /// The next element for a `for`, nil at the end.
    func nextForLoop(_ context: CallContext) throws -> Value? {
        if isOver { return nil }
        let parked = context.heap.state.pointee.parked.count
        defer { context.heap.unpark(to: parked) }
        do {
            while true {
                switch try stage.next(context, .never) {
                case .element(let element): return element
                case .end:
                    isOver = true
                    stage.close(context)
                    return nil
                case .late: break
                }
            }
        } catch {
            isOver = true
            stage.close(context)
            throw error
        }
    }

    /// Whether elements come as time goes by, perhaps without end.
    public var isLive: Bool { stage.isLive }

    func trace(_ heap: Heap) { stage.trace(heap) }

    public func display(_ options: DisplayOptions) -> String {
        "<stream: \(stage.path.joined(separator: " |> "))\(user.map { ", used by \($0)" } ?? "")>"
    }

    public var fieldNames: [String] { ["stages", "live", "used"] }

    public func field(_ name: String, _ context: CallContext) throws -> Value? {
        switch name {
        case "stages": try stage.path.encode(context)
        case "live": .bool(isLive)
        case "used": .bool(user != nil)
        default: nil
        }
    }
}

/// What a sink outside of this module pulls from.
public struct StreamReader {
    let stage: Stage

    /// The next element. It is valid until the next pull.
    public func next(_ context: CallContext, until deadline: Moment) throws -> Pull {
        try stage.next(context, deadline)
    }

    /// Ends the reading, whether everything was read or not.
    public func close(_ context: CallContext) { stage.close(context) }

    /// Whether elements come as time goes by, perhaps without end.
    public var isLive: Bool { stage.isLive }
}
