/// Streams: where elements come from, and the list that they become.
enum StreamBuiltins {
    static var all: [BuiltinSpec] { [stream, every, collect, channel, send, close] }

    static let topic = "Streams"

    /// What `stream` takes.
    private enum Source: BuiltinArgument {
        case elements(Elements)
        case function(Function)

        static var types: [ValueType] { Elements.types + [.function] }
        static var typeDescription: String { "list | range | channel | subscription | function" }

        static func decode(_ value: Value, _ context: CallContext) throws -> Source? {
            if let function = Function.decode(value, context) { return .function(function) }
            return try Elements.decode(value, context).map { .elements($0) }
        }
    }

    private static var stream: BuiltinSpec {
        BuiltinSpec(
            "stream", "Makes a stream: elements that come one by one, when somebody asks for them.",
            .value(
                "source", Source.self,
                "a list, a range, a channel, a subscription; or a function that is called for each element until it returns `null`"
            ),
            returns: "the stream", type: "stream",
            details: """
                Nothing happens until a sink goes through the stream: `for`, `collect`, `sink`, `print`, `each`, `sum` and the like. Stages such
                as `map` and `filter` make a further stream of it. A stream gives its elements once; a second use is an error.
                """,
            topic: topic, seeAlso: ["every", "collect", "channel", "merge"],
            examples: [
                Example("stream(0..1000000) |> filter(n => n % 7 == 0) |> take(3) |> collect()", "[0, 7, 14]"),
                Example("var n = 3\nstream(() => if n > 0 { n -= 1; n } else { null }) |> collect()", "[2, 1, 0]"),
            ]
        ) { context, source in
            let site = StageSite("stream", context)
            switch source {
            case .function(let function):
                return try context.stream(GeneratorStage(site, StageFunction(function, site)))
            case .elements(.sequence(let sequence)): return try context.stream(SequenceStage(site, sequence))
            case .elements(.stream(let stream)): return try context.stream(stream.take(for: "stream"))
            }
        }
    }

    private static var every: BuiltinSpec {
        BuiltinSpec(
            "every", "Ticks without end.",
            .value("period", TimeSpan.self, in: 1e-6...1e8, "from one tick to the next"),
            returns: "a stream of `{index, time, missed}`, the first one at once", type: "stream",
            details: """
                Each tick is due at the first one plus its index times the period: the time that the work between takes does not add up. Where the
                work takes longer than a period, ticks are left out, and `missed` counts those between this tick and the one before. `time` is
                when the tick was due, since 1970.
                """,
            topic: topic, seeAlso: ["stream", "window", "sleep"],
            examples: [
                Example("every(1ms) |> map(tick => tick.missed >= 0) |> take(3) |> collect()", "[true, true, true]")
            ]
        ) { context, period in
            try context.stream(TimerStage(StageSite("every", context), period: period.seconds))
        }
    }

    private static var collect: BuiltinSpec {
        BuiltinSpec(
            "collect", "Makes a list of the elements of a stream.",
            .value("stream", Elements.self, "the stream, which has to end"), returns: "all elements, in order",
            type: "list", topic: topic, seeAlso: ["stream", "take"],
            examples: [Example("stream(1..=3) |> map(n => n * n) |> collect()", "[1, 4, 9]")]
        ) { context, elements in
            if case .sequence(let list) = elements { return FreshValue(try list.newList(context)) }
            let result = context.heap.makeList(capacity: 0)
            context.park(result)
            var count = 0
            try elements.drain(for: "collect", context) { element in
                if count & 0xFFF == 0 { try context.heap.ensure(sizeOfElements(count + 0x1000)) }
                count += 1
                element.markShared()
                context.heap.append(element, to: result)
                return true
            }
            return FreshValue(result)
        }
    }

    private static var channel: BuiltinSpec {
        BuiltinSpec(
            "channel", "Makes a queue of bounded length: what is sent into it, a stream takes out.",
            .label("capacity", Int.self, default: 1000, in: 1...1_000_000, "values that may wait in it"),
            returns: "the channel; `waiting`, `sent`, `dropped` and `closed` say how it is", type: "channel",
            details: """
                A script is one thread: a sink that waits for an empty channel waits for ever unless a stage of the very same stream sends to it,
                and so that is an error. Channels serve to keep failed elements (`dead_letters`), and with `merge` to feed a stream with what
                its own stages find.
                """,
            topic: topic, seeAlso: ["send", "close", "stream"],
            examples: [
                Example(
                    "let jobs = channel(capacity: 8)\nsend(jobs, 1)\nsend(jobs, 2)\nclose(jobs)\nstream(jobs) |> collect()",
                    "[1, 2]")
            ]
        ) { _, capacity in ChannelObject(capacity: capacity) }
    }

    private static var send: BuiltinSpec {
        BuiltinSpec(
            "send", "Puts a value into a channel.", .value("channel", ChannelObject.self, "the channel"),
            .value("value", Value.self, "the value"),
            .label(
                "when_full", ChannelObject.WhenFull.self, default: .fail,
                "where there is no room: an error, or which value is dropped and counted"),
            returns: "whether the value is in the channel now", topic: topic, seeAlso: ["channel"],
            examples: [
                Example(
                    "let c = channel(capacity: 1)\nsend(c, 1)\nprint(send(c, 2, when_full: \"drop_newest\"), c.dropped)\ntry { send(c, 3) } catch e { e.code }",
                    "false 1\n\"E0344\"")
            ]
        ) { _, channel, value, whenFull in try channel.send(value, whenFull) }
    }

    private static var close: BuiltinSpec {
        BuiltinSpec(
            "close", "Ends a channel, a connection, a subscription or a device of our own, or lets go of a shadow.",
            .value("what", ClosableValue.self, "what is not needed any more"), returns: "nothing", type: "null",
            details: "What waits in a channel can still be taken out.", topic: topic,
            seeAlso: ["channel", "connect", "serve", "shadow"],
            examples: [Example("let c = channel()\nclose(c)\nc.closed", "true")]
        ) { context, what in
            try what.object.close(context)
            return Nothing()
        }
    }
}
