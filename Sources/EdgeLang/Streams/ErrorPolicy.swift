/// What becomes of an element at which a function fails.
enum OnError: String, BuiltinChoice {
    case stop, skip
    case deadLetter = "dead_letter"
}

/// Where elements go at which a function failed: a function that is called with each, or a channel.
typealias DeadLetters = OneOf<Function, ChannelObject>

/// A function of the script as a stage calls it: an error says which stage it was, and an element at which the function fails is
/// treated as the script asked for.
final class StageFunction {
    private let function: Function
    private let site: StageSite
    private let onError: OnError
    private let deadLetters: DeadLetters?
    /// Elements that were left out, and said so since.
    private var skipped = 0
    private var reported = 1

    /// - Throws: where dead letters have no place to go.
    init(_ function: Function, _ site: StageSite, _ onError: OnError = .stop, _ deadLetters: DeadLetters? = nil) throws
    {
        if onError == .deadLetter, deadLetters == nil {
            throw RuntimeError(
                .callArguments, "`\(site.name)` needs `dead_letters` to put failed elements there",
                hint: "a function that is called with each, or a channel")
        }
        if onError != .deadLetter, deadLetters != nil {
            throw RuntimeError(
                .callArguments, "`\(site.name)` has `dead_letters` but does not use them",
                hint: "write `on_error: \"dead_letter\"` as well")
        }
        self.function = function
        self.site = site
        self.onError = onError
        self.deadLetters = deadLetters
    }

    /// What the function says of an element; nil where it failed and the element is to be left out.
    @inline(__always)
    func call(_ context: CallContext, _ element: Value) throws -> Value? {
        do {
            return try context.call(function, element)
        } catch {
            try handle(error, element, context)
            return nil
        }
    }

    /// Whether the function says true of an element; nil where it failed and the element is to be left out.
    ///
    /// - Parameter element: Held by the caller.
    func test(_ context: CallContext, _ element: Value) throws -> Bool? {
        do {
            let result = try context.call(function, element)
            if result.isBool { return result.asBool }
            throw RuntimeError(
                .argumentType,
                "`\(site.name)`: the function must return true or false, it returned \(context.typeName(result))")
        } catch {
            try handle(error, element, context)
            return nil
        }
    }

    /// What the function says of nothing, or of two things: there is no element that could be left out.
    func combine(_ context: CallContext, _ arguments: Value...) throws -> Value {
        do {
            return try context.call(function, arguments)
        } catch {
            throw context.interpreter.machine.located(error, in: site)
        }
    }

    func trace(_ heap: Heap) {
        heap.mark(function.value)
        switch deadLetters {
        case .first(let target): heap.mark(target.value)
        case .second(let channel): channel.trace(heap)
        case nil: break
        }
    }

    /// Says how many elements were left out.
    func close(_ context: CallContext) {
        guard skipped > reported else { return }
        reported = skipped
        context.warn("`\(site.name)` left out \(skipped) elements in all")
    }

    @inline(never)
    private func handle(_ error: any Error, _ element: Value, _ context: CallContext) throws {
        let failure = context.interpreter.machine.located(error, in: site)
        if failure.isFatal { throw failure }
        switch onError {
        case .stop: throw failure
        case .skip:
            skipped += 1
            if skipped == 1 {
                context.warn("`\(site.name)` leaves out an element: \(failure.diagnostic.message)")
            }
        case .deadLetter:
            // The caller holds the element no longer than up to here; the letter does from now on.
            let letter = context.record([
                (key: "element", value: element), (key: "error", value: context.string(failure.diagnostic.message)),
                (key: "code", value: context.string(failure.diagnostic.code.rawValue)),
                (key: "stage", value: context.string(site.name)),
            ])
            switch deadLetters {
            case .first(let target): _ = try context.call(target, letter)
            case .second(let channel): try channel.send(letter, .fail)
            case nil: throw failure
            }
        }
    }
}
