/// Lists: their length, parts and order. A list is a value: these functions return a new one.
enum ListBuiltins {
    static var all: [BuiltinSpec] {
        [
            len, first, last, push, insert, removeAt, take, drop, reverse, flatten, chunk, zip, enumerate, fill, toList,
            contains, indexOf, unique,
        ]
    }

    private static var len: BuiltinSpec {
        BuiltinSpec(
            raw: "len", "Counts elements, keys, characters or bytes.",
            [
                ParameterSpec(
                    name: "value", documentation: "a list, record, string, bytes, range or object with elements",
                    types: [.any])
            ],
            returns: "the count", type: "int", topic: "Lists", seeAlso: ["count"],
            intrinsic: .length,
            examples: [Example("len([1, 2, 3])", "3"), Example("len(\"grün\")", "4"), Example("len({a: 1})", "1")]
        ) { context, arguments, _ in
            let value = arguments[0]
            if value.isList { return .int(value.list.pointee.count) }
            if value.isString { return .int(value.string.pointee.characterCount) }
            if value.isRecord { return .int(context.heap.count(value.record)) }
            if value.kind == .bytes { return .int(value.string.pointee.count) }
            if let sequence = try SequenceValue.decode(value, context) { return .int(sequence.count) }
            throw RuntimeError(
                .argumentType, "`len`: parameter `value` must have elements, found \(context.typeName(value))")
        }
    }

    private static var first: BuiltinSpec {
        BuiltinSpec(
            "first", "Gives the first element.", .value("list", Elements.self, "where to look"),
            returns: "the element, null where there is none", topic: "Lists", seeAlso: ["last", "take"],
            examples: [Example("first([3, 4])", "3"), Example("first([])", "null")]
        ) { context, elements -> Value in
            var result = Value.null
            try elements.drain(for: "first", context) { element in
                result = element
                return false
            }
            return result
        }
    }

    private static var last: BuiltinSpec {
        BuiltinSpec(
            "last", "Gives the last element.", .value("list", Elements.self, "where to look"),
            returns: "the element, null where there is none", topic: "Lists", seeAlso: ["first"],
            examples: [Example("last([3, 4])", "4")]
        ) { context, elements -> Value in
            if case .sequence(let list) = elements {
                return list.count == 0 ? .null : try list.element(list.count - 1, context)
            }
            let holder = context.makeHolder()
            try elements.drain(for: "last", context) { element in
                holder.list.pointee.elements[0] = element
                return true
            }
            return holder.list.pointee.elements[0]
        }
    }

    private static var push: BuiltinSpec {
        BuiltinSpec(
            raw: "push", "Adds an element at the end.",
            [
                ParameterSpec(name: "list", documentation: "the list", types: [.list]),
                ParameterSpec(name: "value", documentation: "the new last element", types: [.any]),
            ],
            returns: "the longer list", type: "list", details: "`xs = push(xs, v)` takes constant time.",
            topic: "Lists",
            seeAlso: ["insert"], consumesFirst: true, intrinsic: .push,
            examples: [Example("push([1, 2], 3)", "[1, 2, 3]")]
        ) { context, arguments, _ in
            guard arguments[0].isList else {
                throw RuntimeError(
                    .argumentType, "`push`: parameter `list` must be list, found \(context.typeName(arguments[0]))")
            }
            arguments[1].markShared()
            let list = arguments[0].list.pointee.isShared ? try context.heap.copyList(arguments[0]) : arguments[0]
            context.heap.append(arguments[1], to: list)
            return list
        }
    }

    private static var insert: BuiltinSpec {
        BuiltinSpec(
            "insert", "Adds an element before a position.", .value("list", ListValue.self, "the list"),
            .value("position", Int.self, "from 0 up to and including the length"),
            .value("value", Value.self, "the new element"),
            returns: "the longer list", type: "list", topic: "Lists", seeAlso: ["push", "remove_at"],
            examples: [Example("insert([1, 3], 1, 2)", "[1, 2, 3]")]
        ) { context, list, position, value in
            guard position >= 0, position <= list.count else {
                throw RuntimeError(
                    .indexOutOfRange, "`insert`: position \(position) is outside of a list of \(list.count) elements")
            }
            return FreshValue(context.list(Array(list[..<position]) + [value] + Array(list[position...])))
        }
    }

    private static var removeAt: BuiltinSpec {
        BuiltinSpec(
            "remove_at", "Leaves out the element at a position.", .value("list", ListValue.self, "the list"),
            .value("position", Int.self, "counted from 0"), returns: "the shorter list", type: "list", topic: "Lists",
            seeAlso: ["insert", "filter"], examples: [Example("remove_at([1, 2, 3], 1)", "[1, 3]")]
        ) { context, list, position in
            guard list.indices.contains(position) else {
                throw RuntimeError(
                    .indexOutOfRange, "`remove_at`: position \(position) is outside of a list of \(list.count) elements"
                )
            }
            return FreshValue(context.list(Array(list[..<position]) + Array(list[(position + 1)...])))
        }
    }

    private static var take: BuiltinSpec {
        BuiltinSpec(
            "take", "Gives the first few elements.", .value("list", Elements.self, "where from"),
            .value("count", Int.self, in: 0..., "how many at most"), returns: "a new list or stream",
            type: "list | stream", topic: "Lists",
            seeAlso: ["drop", "first", "take_while"], examples: [Example("take([1, 2, 3], 2)", "[1, 2]")]
        ) { context, elements, count in
            if case .sequence(let list) = elements {
                return FreshValue(try list.newList(context, 0..<min(count, list.count)))
            }
            let site = StageSite("take", context)
            return try context.stream(TakeStage(site, from: elements.stage(for: site), count))
        }
    }

    private static var drop: BuiltinSpec {
        BuiltinSpec(
            "drop", "Leaves out the first few elements.", .value("list", Elements.self, "where from"),
            .value("count", Int.self, in: 0..., "how many"), returns: "a new list or stream", type: "list | stream",
            topic: "Lists", seeAlso: ["take", "drop_while"], examples: [Example("drop([1, 2, 3], 2)", "[3]")]
        ) { context, elements, count in
            if case .sequence(let list) = elements {
                return FreshValue(try list.newList(context, min(count, list.count)..<list.count))
            }
            let site = StageSite("drop", context)
            return try context.stream(DropStage(site, from: elements.stage(for: site), count))
        }
    }

    private static var reverse: BuiltinSpec {
        BuiltinSpec(
            "reverse", "Turns the order around.", .value("list", SequenceValue.self, "what to turn around"),
            returns: "a new list", type: "list", topic: "Lists", seeAlso: ["sort"],
            examples: [Example("reverse([1, 2, 3])", "[3, 2, 1]")]
        ) { context, list in FreshValue(try list.newList(context, (0..<list.count).reversed())) }
    }

    private static var flatten: BuiltinSpec {
        BuiltinSpec(
            "flatten", "Joins the lists in a list or stream.",
            .value("list", Elements.self, "lists, and elements that stay as they are"),
            returns: "a new list or stream, one level flatter", type: "list | stream", topic: "Lists",
            examples: [Example("flatten([[1, 2], [3], 4])", "[1, 2, 3, 4]")]
        ) { context, elements in
            guard case .sequence(let list) = elements else {
                let site = StageSite("flatten", context)
                return try context.stream(FlattenStage(site, from: elements.stage(for: site)))
            }
            let result = context.heap.makeList(capacity: list.count)
            context.park(result)
            for position in 0..<list.count {
                try context.checkPace(position)
                let element = try list.element(position, context)
                guard element.isList else {
                    element.markShared()
                    context.heap.append(element, to: result)
                    continue
                }
                try context.heap.ensure(
                    sizeOfElements(element.list.pointee.count + 2 * result.list.pointee.count))
                try context.checkCancellation()
                for inner in ListValue(value: element) {
                    inner.markShared()
                    context.heap.append(inner, to: result)
                }
            }
            return FreshValue(result)
        }
    }

    private static var chunk: BuiltinSpec {
        BuiltinSpec(
            "chunk", "Cuts a list into lists of one size; the last may be shorter.",
            .value("list", SequenceValue.self, "what to cut"), .value("size", Int.self, in: 1..., "elements a chunk"),
            returns: "a list of lists", type: "list", topic: "Lists", seeAlso: ["group_by", "batch", "window"],
            examples: [Example("chunk([1, 2, 3, 4, 5], 2)", "[[1, 2], [3, 4], [5]]")]
        ) { context, list, size in
            let result = context.heap.makeList(capacity: 0)
            context.park(result)
            var start = 0
            while start < list.count {
                try context.checkPace(result.list.pointee.count)
                let end = size > list.count - start ? list.count : start + size
                context.heap.append(try list.newList(context, start..<end), to: result)
                start = end
            }
            return FreshValue(result)
        }
    }

    private static var zip: BuiltinSpec {
        BuiltinSpec(
            "zip", "Pairs the elements of two lists or streams; the shorter one ends it.",
            .value("first", Elements.self, "one of them"),
            .value("second", Elements.self, "the other one"), returns: "the pairs: a stream if one of both is a stream",
            type: "list | stream", topic: "Lists",
            seeAlso: ["enumerate", "merge"],
            examples: [Example("zip([1, 2], [\"a\", \"b\"])", "[[1, \"a\"], [2, \"b\"]]")]
        ) { context, one, other in
            guard case .sequence(let first) = one, case .sequence(let second) = other else {
                let site = StageSite("zip", context)
                return try context.stream(ZipStage(site, one.stage(for: site), other.stage(for: site)))
            }
            let count = min(first.count, second.count)
            try context.heap.ensure(sizeOfPairs(count))
            let result = context.heap.makeList(capacity: count)
            context.park(result)
            for position in 0..<count {
                try context.checkPace(position)
                let pair = [try first.element(position, context), try second.element(position, context)]
                context.heap.append(context.list(pair), to: result)
            }
            return FreshValue(result)
        }
    }

    private static var enumerate: BuiltinSpec {
        BuiltinSpec(
            "enumerate", "Pairs each element with its position.", .value("list", Elements.self, "the elements"),
            returns: "a list or stream of [position, element]", type: "list | stream", topic: "Lists", seeAlso: ["zip"],
            examples: [Example("enumerate([\"a\", \"b\"])", "[[0, \"a\"], [1, \"b\"]]")]
        ) { context, elements in
            guard case .sequence(let list) = elements else {
                let site = StageSite("enumerate", context)
                return try context.stream(EnumerateStage(site, from: elements.stage(for: site)))
            }
            try context.heap.ensure(sizeOfPairs(list.count))
            let result = context.heap.makeList(capacity: list.count)
            context.park(result)
            for position in 0..<list.count {
                try context.checkPace(position)
                context.heap.append(context.list([.int(position), try list.element(position, context)]), to: result)
            }
            return FreshValue(result)
        }
    }

    private static var fill: BuiltinSpec {
        BuiltinSpec(
            "fill", "Makes a list of one value.", .value("value", Value.self, "the value"),
            .value("count", Int.self, in: 0..., "how often"), returns: "a new list", type: "list", topic: "Lists",
            seeAlso: ["build"], examples: [Example("fill(0, 3)", "[0, 0, 0]")]
        ) { context, value, count in
            try context.heap.ensure(sizeOfElements(count))
            value.markShared()
            let result = context.heap.makeList(capacity: count)
            for position in 0..<count {
                try context.checkPace(position)
                context.heap.append(value, to: result)
            }
            return FreshValue(result)
        }
    }

    private static var toList: BuiltinSpec {
        BuiltinSpec(
            "list", "Makes a list of the elements of a range, or of the characters of a string.",
            .value("elements", OneOf<SequenceValue, String>.self, "what to list"),
            .label("step", Int.self, default: 1, in: 1..., "every how many elements"),
            returns: "a new list", type: "list", topic: "Lists", seeAlso: ["build", "fill"],
            examples: [Example("list(0..4)", "[0, 1, 2, 3]"), Example("list(0..10, step: 3)", "[0, 3, 6, 9]")]
        ) { context, elements, step in
            switch elements {
            case .first(let sequence):
                let count = sequence.count == 0 ? 0 : (sequence.count - 1) / step + 1
                return FreshValue(try sequence.newList(context, (0..<count).lazy.map { $0 * step }))
            case .second(let text):
                let characters = text.unicodeScalars.map { context.string(String($0)) }
                return FreshValue(context.list(stride(from: 0, to: characters.count, by: step).map { characters[$0] }))
            }
        }
    }

    private static var contains: BuiltinSpec {
        BuiltinSpec(
            "contains", "Whether an element, a key or a part of a string is there.",
            .value("in", Value.self, "a list, range, record or string"),
            .value("value", Value.self, "what to look for"),
            returns: "whether it is there", topic: "Lists", seeAlso: ["index_of", "find"],
            examples: [
                Example("contains([1, 2], 2)", "true"), Example("contains(\"bearing\", \"ring\")", "true"),
                Example("contains({a: 1}, \"b\")", "false"),
            ]
        ) { context, container, value -> Bool in
            if let text = container.stringValue, let part = value.stringValue { return text.range(of: part) != nil }
            if container.isRecord, value.isString { return context.heap.get(container.record, value.string) != nil }
            if container.kind == .range, let number = value.intValue { return container.range.pointee.contains(number) }
            guard let list = try SequenceValue.decode(container, context) else {
                throw RuntimeError(
                    .argumentType,
                    "`contains` cannot look for \(context.typeName(value)) in \(context.typeName(container))")
            }
            return try position(of: value, in: list, context) != nil
        }
    }

    private static var indexOf: BuiltinSpec {
        BuiltinSpec(
            "index_of", "Finds the first position of a value.", .value("list", SequenceValue.self, "where to look"),
            .value("value", Value.self, "what to look for"), returns: "the position, null where it is not there",
            topic: "Lists",
            seeAlso: ["contains", "find"], examples: [Example("index_of([\"a\", \"b\"], \"b\")", "1")]
        ) { context, list, value in try position(of: value, in: list, context) }
    }

    private static func position(of value: Value, in list: SequenceValue, _ context: CallContext) throws -> Int? {
        for position in 0..<list.count {
            try context.checkPace(position)
            if try context.areEqual(list.element(position, context), value) { return position }
        }
        return nil
    }

    private static var unique: BuiltinSpec {
        BuiltinSpec(
            "unique", "Leaves out what was there before.", .value("list", SequenceValue.self, "the list"),
            returns: "a new list of distinct elements, in order of first appearance", type: "list", topic: "Lists",
            seeAlso: ["group_by"], examples: [Example("unique([3, 1, 3, 2, 1])", "[3, 1, 2]")]
        ) { context, list in
            // What the table below takes for each element at the most.
            try context.heap.ensure(sizeOfElements(list.count < Int.max / 8 ? list.count * 8 : Int.max))
            var buckets: [GroupKey: [Int]] = [:]
            var kept: [Int] = []
            // Records share a group: comparisons count, not elements.
            var compared = 0
            for position in 0..<list.count {
                let element = try list.element(position, context)
                let key = GroupKey(element)
                compared += 1
                try context.checkPace(compared)
                let isNew = try !buckets[key, default: []].contains {
                    compared += 1
                    try context.checkPace(compared)
                    return try context.areEqual(list.element($0, context), element)
                }
                guard isNew else { continue }
                buckets[key, default: []].append(position)
                kept.append(position)
            }
            return FreshValue(try list.newList(context, kept))
        }
    }
}

/// Puts values that may be equal into one group: equal values always have equal keys.
enum GroupKey: Hashable {
    case number(Double)
    case text(String)
    case other(UInt8)

    init(_ value: Value) {
        if let number = value.numericValue {
            self = .number(number == 0 ? 0 : number)
        } else if let text = value.stringValue {
            self = .text(text)
        } else {
            self = .other(UInt8(truncatingIfNeeded: value.meta))
        }
    }
}
