/// Stages of streams that lists have no use for, or had none so far. Of a list most of them make a stream.
enum StreamStageBuiltins {
    static var all: [BuiltinSpec] { [scan, takeWhile, dropWhile, batch, window, debounce, timeout] }

    /// A stage on a stream; on a list the same, with its elements as a list again.
    private static func stage(
        _ elements: Elements, _ site: StageSite, _ context: CallContext, _ make: (Stage) throws -> Stage
    ) throws -> FreshValue {
        let stream = try context.stream(make(elements.stage(for: site)))
        guard case .sequence = elements else { return stream }
        context.park(stream.value)
        let result = context.heap.makeList(capacity: 0)
        context.park(result)
        try stream.value.stream.drain(for: site.name, context) { element in
            element.markShared()
            context.heap.append(element, to: result)
            return true
        }
        return FreshValue(result)
    }

    private static var scan: BuiltinSpec {
        BuiltinSpec(
            "scan", "Combines elements as `reduce` does, and gives what there is behind each of them.",
            .value("list", Elements.self, "the elements"), .value("start", Value.self, "what to begin with"),
            .value("function", Function.self, "called with what there is so far and the next element"),
            returns: "what each call returned", type: "list | stream", topic: "Streams",
            seeAlso: ["reduce", "cumulative_sum"],
            examples: [Example("scan([3, 1, 2], 0, (high, x) => max(high, x))", "[3, 3, 3]")]
        ) { context, elements, start, function in
            let site = StageSite("scan", context)
            return try stage(elements, site, context) {
                ScanStage(site, from: $0, start: start, try StageFunction(function, site))
            }
        }
    }

    private static var takeWhile: BuiltinSpec {
        BuiltinSpec(
            "take_while", "Gives the elements before the first of which a function says false.",
            .value("list", Elements.self, "the elements"),
            .value("function", Function.self, "called with each element until one is false"),
            returns: "the elements before it", type: "list | stream", topic: "Streams",
            seeAlso: ["take", "drop_while"],
            examples: [Example("take_while([1, 2, 9, 3], x => x < 5)", "[1, 2]")]
        ) { context, elements, function in
            let site = StageSite("take_while", context)
            return try stage(elements, site, context) {
                TakeWhileStage(site, from: $0, try StageFunction(function, site))
            }
        }
    }

    private static var dropWhile: BuiltinSpec {
        BuiltinSpec(
            "drop_while", "Leaves out the elements before the first of which a function says false.",
            .value("list", Elements.self, "the elements"),
            .value("function", Function.self, "called with each element until one is false"),
            returns: "that element and all behind it", type: "list | stream", topic: "Streams",
            seeAlso: ["drop", "take_while"],
            examples: [Example("drop_while([1, 2, 9, 3], x => x < 5)", "[9, 3]")]
        ) { context, elements, function in
            let site = StageSite("drop_while", context)
            return try stage(elements, site, context) {
                DropWhileStage(site, from: $0, try StageFunction(function, site))
            }
        }
    }

    private static var batch: BuiltinSpec {
        BuiltinSpec(
            "batch", "Joins elements of a stream into lists of one size; the last may be shorter.",
            .value("stream", Elements.self, "the elements"),
            .value("size", Int.self, in: 1...1_000_000, "elements a batch"),
            .label(
                "within", TimeSpan?.self, in: 1e-6...1e8,
                "gives a batch that is not full this long after its first element came"),
            returns: "a stream of lists", type: "stream", topic: "Streams", seeAlso: ["window", "chunk"],
            examples: [Example("stream(0..5) |> batch(2) |> collect()", "[[0, 1], [2, 3], [4]]")]
        ) { context, elements, size, within in
            let site = StageSite("batch", context)
            return try context.stream(
                BatchStage(site, from: elements.stage(for: site), size: size, within: within?.seconds))
        }
    }

    /// The length of a window or of a step: elements or a time.
    private typealias Length = OneOf<Int, TimeSpan>

    private static var window: BuiltinSpec {
        BuiltinSpec(
            "window", "Gathers neighbours of a stream in lists: so many, or those of a time.",
            .value("stream", Elements.self, "the elements"),
            .value("size", Length.self, in: 1e-6..., "how many elements, or how long"),
            .label(
                "step", Length?.self, in: 1e-6...,
                "from the beginning of one window to that of the next; without it windows follow upon each other"),
            .label(
                "time", Function?.self,
                "says the time of an element, since 1970 or anything else; without it that of its arrival counts"),
            .label("capacity", Int.self, default: 1_000_000, in: 1..., "elements in one window at most"),
            returns: "a stream of lists", type: "stream",
            details: """
                A window of a count comes when it is full; what is left at the end is no window (`batch` gives it). A window of a time comes when its
                time is over, even where nothing came in it and the source is silent, and at the end of the stream. With `time`, it comes
                when an element of a later time comes, windows begin at multiples of `step`, and those in which nothing lies are passed
                over; an element that comes too late for its window counts to the oldest one that is open.
                """,
            topic: "Streams", seeAlso: ["batch", "debounce"],
            examples: [
                Example("stream(0..6) |> window(3) |> collect()", "[[0, 1, 2], [3, 4, 5]]"),
                Example("stream(0..4) |> window(2, step: 1) |> map(sum) |> collect()", "[1, 3, 5]"),
                Example(
                    "stream([1s, 2s, 11s, 35s]) |> window(10s, time: t => t) |> map(w => len(w)) |> collect()",
                    "[2, 1, 1]"),
            ]
        ) { context, elements, size, step, time, capacity in
            let site = StageSite("window", context)
            let stage: Stage
            switch (size, step ?? size) {
            case (.first(let count), .first(let step)):
                guard count <= 1_000_000 else {
                    throw RuntimeError(.argumentRange, "`window`: a window has at most 1000000 elements")
                }
                if time != nil {
                    throw RuntimeError(
                        .callArguments, "`window`: `time` is for windows of a time", hint: "give the size as a duration"
                    )
                }
                stage = try CountWindowStage(site, from: elements.stage(for: site), size: count, step: step)
            case (.second(let span), .second(let step)):
                stage = try TimeWindowStage(
                    site, from: elements.stage(for: site), size: span.seconds, step: step.seconds, capacity: capacity,
                    time: time.map { try StageFunction($0, site) })
            case (.first, .second), (.second, .first):
                throw RuntimeError(
                    .argumentType, "`window`: `size` and `step` are both counts or both durations")
            }
            return try context.stream(stage)
        }
    }

    private static var debounce: BuiltinSpec {
        BuiltinSpec(
            "debounce", "Gives the last element before each silence.",
            .value("stream", Elements.self, "the elements"),
            .value("silence", TimeSpan.self, in: 1e-6...1e8, "how long nothing may come"),
            returns: "a stream of elements that were followed by silence, and the last one", type: "stream",
            details: "For what chatters: a contact that bounces, a value that settles.", topic: "Streams",
            seeAlso: ["window", "timeout"],
            examples: [Example("stream([1, 2, 3]) |> debounce(10ms) |> collect()", "[3]")]
        ) { context, elements, silence in
            let site = StageSite("debounce", context)
            return try context.stream(
                DebounceStage(site, from: elements.stage(for: site), silence: silence.seconds))
        }
    }

    private static var timeout: BuiltinSpec {
        BuiltinSpec(
            "timeout", "Ends a stream that is silent for too long.",
            .value("stream", Elements.self, "the elements"),
            .value("longest", TimeSpan.self, in: 1e-6...1e8, "how long to wait for an element"),
            .label("then", WhenSilent.self, default: .fail, "whether that is an error, or the end"),
            returns: "a stream of the same elements", type: "stream", topic: "Streams",
            seeAlso: ["debounce", "receive"],
            examples: [
                Example("every(1s) |> timeout(5ms, then: \"end\") |> map(t => t.index) |> collect()", "[0]"),
                Example("try { every(1s) |> timeout(5ms) |> count() } catch e { e.code }", "\"E0343\""),
            ]
        ) { context, elements, longest, then in
            let site = StageSite("timeout", context)
            return try context.stream(
                TimeoutStage(site, from: elements.stage(for: site), longest: longest.seconds, then))
        }
    }
}
