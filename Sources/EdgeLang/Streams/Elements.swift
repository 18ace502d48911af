/// Something with elements as an argument: a list, a range or an object whose elements are all there, or a stream.
enum Elements: BuiltinArgument {
    case sequence(SequenceValue)
    case stream(StreamObject)

    static var types: [ValueType] { [.list, .range, .host(StreamObject.typeName), .elements] }
    static var typeDescription: String { "list | range | stream" }

    static func decode(_ value: Value, _ context: CallContext) throws -> Elements? {
        if let sequence = try SequenceValue.decode(value, context) { return .sequence(sequence) }
        return try value.asStream(context).map { .stream($0) }
    }

    /// The elements as the source of further stages, taken from the script.
    func stage(for site: StageSite) throws -> Stage {
        switch self {
        case .sequence(let sequence): SequenceStage(StageSite(copying: site, name: "list"), sequence)
        case .stream(let stream): try stream.take(for: site.name)
        }
    }

    /// Hands each element to a function, until there are no more or the function has had enough.
    ///
    /// - Parameter body: Gives whether it wants more. The element is held until it returns.
    func drain(for user: String, _ context: CallContext, _ body: (Value) throws -> Bool) throws {
        switch self {
        case .sequence(let sequence):
            let holder = context.makeHolder()
            for position in 0..<sequence.count {
                if position & 0xFFF == 0xFFF { try context.checkCancellation() }
                let element = try sequence.element(position, context)
                holder.list.pointee.elements[0] = element
                if try !body(element) { return }
            }
        case .stream(let stream): try stream.drain(for: user, context, body)
        }
    }
}

extension StageSite {
    /// The place of another stage under a name of its own.
    init(copying other: StageSite, name: String) {
        self.name = name
        span = other.span
    }
}

extension Value {
    /// The stream that this value is, or an object whose elements come one by one; nil for everything else.
    func asStream(_ context: CallContext) throws -> StreamObject? {
        guard let object = hostObject else { return nil }
        if let stream = object as? StreamObject { return stream }
        if let channel = object as? ChannelObject {
            return try StreamObject(ChannelStage(StageSite("channel", context), channel))
        }
        if let object = object as? any StreamableObject {
            return try StreamObject(try object.makeStreamSource(context), name: type(of: object).typeName, context)
        }
        return nil
    }
}

extension CallContext {
    /// A list of one element that is kept alive until the built-in function returns, and with it what is put into it.
    func makeHolder() -> Value {
        let holder = heap.makeList(capacity: 1)
        heap.append(.null, to: holder)
        park(holder)
        return holder
    }

    /// A stream of one more stage.
    func stream(_ stage: Stage) throws -> FreshValue { FreshValue(heap.makeHost(try StreamObject(stage))) }
}

/// A stream as an argument of a sink; or a list, a range or an object with elements in its place.
public struct StreamArgument: BuiltinArgument {
    private let elements: Elements

    public static var types: [ValueType] { Elements.types }
    public static var typeDescription: String { Elements.typeDescription }

    public static func decode(_ value: Value, _ context: CallContext) throws -> StreamArgument? {
        try Elements.decode(value, context).map { StreamArgument(elements: $0) }
    }

    /// Hands the elements over to a sink.
    ///
    /// - Parameter user: The function that goes through them.
    /// - Throws: `E0340` where somebody goes through the stream already.
    public func read(for user: String, _ context: CallContext) throws -> StreamReader {
        StreamReader(stage: try elements.stage(for: StageSite(user, context)))
    }
}
