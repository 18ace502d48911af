/// Lists and functions: what is made of each element, which elements stay, what they come to.
enum ListTransformBuiltins {
    static var all: [BuiltinSpec] {
        [map, filter, reduce, each, build, sort, find, any, allOf, count, groupBy]
    }

    /// Calls a function for each element, asking now and then whether the user has had enough.
    private static func forEach(
        _ list: SequenceValue, _ context: CallContext, _ body: (Int, Value) throws -> Void
    ) throws {
        for position in 0..<list.count {
            try context.checkPace(position)
            try body(position, list.element(position, context))
        }
    }

    /// The labels that say what becomes of elements at which a function fails.
    static let onError: BuiltinParameter<OnError> = .label(
        "on_error", OnError.self, default: .stop,
        "what becomes of an element at which the function fails: the error goes on, the element is left out, or it goes to `dead_letters`"
    )
    static let deadLetters: BuiltinParameter<DeadLetters?> = .label(
        "dead_letters", DeadLetters?.self,
        "a function that is called with each failed element as `{element, error, code, stage}`, or a channel that gets it"
    )

    private static var map: BuiltinSpec {
        BuiltinSpec(
            "map", "Makes a list or stream of what a function says of each element.",
            .value("list", Elements.self, "the elements"),
            .value("function", Function.self, "called with each element"), onError, deadLetters,
            returns: "the results, in order", type: "list | stream", details: ofAStream,
            topic: "Lists", seeAlso: ["filter", "reduce", "scan"],
            examples: [
                Example("map([1, 2, 3], x => x * x)", "[1, 4, 9]"),
                Example("stream(0..1000000) |> map(n => n * 10) |> take(3) |> collect()", "[0, 10, 20]"),
                Example(
                    "map([\"7\", \"x\"], int, on_error: \"dead_letter\", dead_letters: l => print(l.element))", "x\n[7]"
                ),
            ]
        ) { context, elements, function, onError, deadLetters in
            let site = StageSite("map", context)
            let function = try StageFunction(function, site, onError, deadLetters)
            guard case .sequence(let list) = elements else {
                return try context.stream(MapStage(site, from: elements.stage(for: site), function))
            }
            defer { function.close(context) }
            try context.heap.ensure(sizeOfElements(list.count))
            let result = context.heap.makeList(capacity: list.count)
            context.park(result)
            try elements.drain(for: "map", context) { element in
                if let value = try function.call(context, element) { context.heap.append(value, to: result) }
                return true
            }
            return FreshValue(result)
        }
    }

    /// What functions say that take streams too.
    static let ofAStream = "Of a stream it makes a stream: nothing happens until somebody goes through it."

    private static var filter: BuiltinSpec {
        BuiltinSpec(
            "filter", "Keeps the elements of which a function says true.",
            .value("list", Elements.self, "the elements"),
            .value("function", Function.self, "called with each element"), onError, deadLetters,
            returns: "those that stay, in order", type: "list | stream", details: ofAStream,
            topic: "Lists", seeAlso: ["map", "find", "count", "take_while"],
            examples: [Example("filter([1, 2, 3, 4], x => x % 2 == 0)", "[2, 4]")]
        ) { context, elements, function, onError, deadLetters in
            let site = StageSite("filter", context)
            let function = try StageFunction(function, site, onError, deadLetters)
            guard case .sequence = elements else {
                return try context.stream(FilterStage(site, from: elements.stage(for: site), function))
            }
            defer { function.close(context) }
            let result = context.heap.makeList(capacity: 0)
            context.park(result)
            try elements.drain(for: "filter", context) { element in
                if try function.test(context, element) == true {
                    element.markShared()
                    context.heap.append(element, to: result)
                }
                return true
            }
            return FreshValue(result)
        }
    }

    private static var reduce: BuiltinSpec {
        BuiltinSpec(
            "reduce", "Combines all elements, from the first to the last.",
            .value("list", Elements.self, "the elements"),
            .value("start", Value.self, "what to begin with"),
            .value("function", Function.self, "called with what there is so far and the next element"),
            returns: "what the last call returned", type: "any", topic: "Lists", seeAlso: ["map", "sum", "scan"],
            examples: [Example("reduce([1, 2, 3], 10, (a, b) => a + b)", "16")]
        ) { context, elements, start, function in
            start.markShared()
            // The list of one keeps what there is so far alive across the calls.
            let holder = context.makeHolder()
            holder.list.pointee.elements[0] = start
            try elements.drain(for: "reduce", context) { element in
                holder.list.pointee.elements[0] = try context.call(function, holder.list.pointee.elements[0], element)
                return true
            }
            return FreshValue(holder.list.pointee.elements[0])
        }
    }

    private static var each: BuiltinSpec {
        BuiltinSpec(
            "each", "Calls a function with each element.", .value("list", Elements.self, "the elements"),
            .value("function", Function.self, "called with each element"), onError, deadLetters,
            returns: "null", topic: "Lists", seeAlso: ["map"],
            examples: [Example("each([1, 2], x => print(x))", "1\n2")]
        ) { context, elements, function, onError, deadLetters in
            let function = try StageFunction(function, StageSite("each", context), onError, deadLetters)
            defer { function.close(context) }
            try elements.drain(for: "each", context) { element in
                _ = try function.call(context, element)
                return true
            }
            return Nothing()
        }
    }

    private static var build: BuiltinSpec {
        BuiltinSpec(
            "build", "Makes a list of what a function says of each position.",
            .value("count", Int.self, in: 0..., "how many elements"),
            .value("function", Function.self, "called with 0, 1, 2, …"), returns: "the results, in order", type: "list",
            topic: "Lists", seeAlso: ["map", "fill"], examples: [Example("build(4, i => i * 10)", "[0, 10, 20, 30]")]
        ) { context, count, function in
            try context.heap.ensure(sizeOfElements(count))
            let result = context.heap.makeList(capacity: count)
            context.park(result)
            for position in 0..<count {
                try context.checkPace(position)
                context.heap.append(try context.call(function, .int(position)), to: result)
            }
            return FreshValue(result)
        }
    }

    private static var sort: BuiltinSpec {
        BuiltinSpec(
            "sort", "Puts elements in ascending order; equal ones keep theirs.",
            .value("list", SequenceValue.self, "the elements"),
            .label("by", Function?.self, "what to order by, called with each element"),
            .label("descending", Bool.self, default: false, "the largest first"), returns: "a new list", type: "list",
            details:
                "Orders numbers, strings (by code point), truth values, quantities of one dimension, and lists of these. NaN comes last.",
            topic: "Lists", seeAlso: ["reverse", "min", "max"],
            examples: [
                Example("sort([3, 1, 2])", "[1, 2, 3]"),
                Example("sort([\"pump\", \"fan\"], by: s => len(s), descending: true)", "[\"pump\", \"fan\"]"),
            ]
        ) { context, list, by, descending in
            try context.heap.ensure(sizeOfElements(list.count))
            var keys: [Value] = []
            keys.reserveCapacity(list.count)
            try forEach(list, context) { _, element in
                let key = try by.map { try context.call($0, element) } ?? element
                context.park(key)
                keys.append(key)
            }
            var positions = Array(0..<list.count)
            // Swift's sort is stable, as the summary promises.
            var compared = 0
            try positions.sort {
                compared += 1
                try context.checkPace(compared)
                return try descending ? context.precedes(keys[$1], keys[$0]) : context.precedes(keys[$0], keys[$1])
            }
            return FreshValue(try list.newList(context, positions))
        }
    }

    private static var find: BuiltinSpec {
        BuiltinSpec(
            "find", "Gives the first element of which a function says true.",
            .value("list", Elements.self, "the elements"),
            .value("function", Function.self, "called with each element"),
            returns: "the element, null where there is none",
            topic: "Lists", seeAlso: ["filter", "index_of"], examples: [Example("find([1, 5, 9], x => x > 3)", "5")]
        ) { context, elements, function in
            var found = Value.null
            try elements.drain(for: "find", context) { element in
                guard try isTrue(context.call(function, element), "find", context) else { return true }
                found = element
                return false
            }
            return found
        }
    }

    private static var any: BuiltinSpec {
        BuiltinSpec(
            "any", "Whether a function says true of an element.", .value("list", Elements.self, "the elements"),
            .value("function", Function.self, "called with each element until one is true"),
            returns: "whether there is one",
            topic: "Lists", seeAlso: ["all", "find"], examples: [Example("any([1, 5], x => x > 3)", "true")]
        ) { context, elements, function in
            var result = false
            try elements.drain(for: "any", context) { element in
                result = try isTrue(context.call(function, element), "any", context)
                return !result
            }
            return result
        }
    }

    private static var allOf: BuiltinSpec {
        BuiltinSpec(
            "all", "Whether a function says true of every element.", .value("list", Elements.self, "the elements"),
            .value("function", Function.self, "called with each element until one is false"),
            returns: "whether all are",
            topic: "Lists", seeAlso: ["any"], examples: [Example("all([1, 5], x => x > 3)", "false")]
        ) { context, elements, function in
            var result = true
            try elements.drain(for: "all", context) { element in
                result = try isTrue(context.call(function, element), "all", context)
                return result
            }
            return result
        }
    }

    private static var count: BuiltinSpec {
        BuiltinSpec(
            "count", "Counts the elements of which a function says true, or all of them.",
            .value("list", Elements.self, "the elements"),
            .value("function", Function?.self, "called with each element; without it all are counted"),
            returns: "how many", topic: "Lists",
            seeAlso: ["len", "filter"],
            examples: [Example("count([1, 5, 9], x => x > 3)", "2"), Example("count(stream(0..1000))", "1000")]
        ) { context, elements, function in
            if function == nil, case .sequence(let list) = elements { return list.count }
            var result = 0
            try elements.drain(for: "count", context) { element in
                if try function.map({ try isTrue(context.call($0, element), "count", context) }) ?? true { result += 1 }
                return true
            }
            return result
        }
    }

    private static var groupBy: BuiltinSpec {
        BuiltinSpec(
            "group_by", "Collects the elements that a function says the same of.",
            .value("list", Elements.self, "the elements"),
            .value("function", Function.self, "called with each element; what it returns becomes a key, as text"),
            returns: "a record of lists, keys in order of first appearance", type: "record", topic: "Lists",
            seeAlso: ["unique", "chunk"],
            examples: [
                Example(
                    "group_by([1, 2, 3], x => if x % 2 == 0 { \"even\" } else { \"odd\" })", "{odd: [1, 3], even: [2]}")
            ]
        ) { context, elements, function in
            let result = context.heap.makeRecord()
            context.park(result)
            try elements.drain(for: "group_by", context) { element in
                let name = try context.call(function, element)
                let key = name.isString ? name : context.string(context.display(name))
                element.markShared()
                if let group = context.heap.get(result.record, key.string) {
                    context.heap.append(element, to: group)
                } else {
                    let group = context.heap.makeList(capacity: 4)
                    context.heap.append(element, to: group)
                    context.heap.set(result.record, key.string, group)
                }
                return true
            }
            return FreshValue(result)
        }
    }

    /// The truth value that a function of the script returned.
    private static func isTrue(_ value: Value, _ name: String, _ context: CallContext) throws -> Bool {
        guard let result = value.boolValue else {
            throw RuntimeError(
                .argumentType,
                "`\(name)`: the function must return true or false, it returned \(context.typeName(value))")
        }
        return result
    }
}
