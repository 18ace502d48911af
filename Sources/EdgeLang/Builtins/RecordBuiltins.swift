/// Records: their keys and values. A record is a value: these functions return a new one.
enum RecordBuiltins {
    static var all: [BuiltinSpec] { [keys, values, entries, fromEntries, has, get, merge, without, mapValues] }

    private static var keys: BuiltinSpec {
        BuiltinSpec(
            "keys", "Lists the keys of a record.", .value("record", RecordValue.self, "the record"),
            returns: "strings, in order", topic: "Records", seeAlso: ["values", "entries"],
            examples: [Example("keys({a: 1, b: 2})", "[\"a\", \"b\"]")]
        ) { _, record in record.keys }
    }

    private static var values: BuiltinSpec {
        BuiltinSpec(
            "values", "Lists the values of a record.", .value("record", RecordValue.self, "the record"),
            returns: "values, in the order of the keys", type: "list", topic: "Records", seeAlso: ["keys", "entries"],
            examples: [Example("values({a: 1, b: 2})", "[1, 2]")]
        ) { context, record in FreshValue(context.list(record.map(\.value))) }
    }

    private static var entries: BuiltinSpec {
        BuiltinSpec(
            "entries", "Lists keys with their values.", .value("record", RecordValue.self, "the record"),
            returns: "a list of [key, value]", type: "list", topic: "Records", seeAlso: ["from_entries", "keys"],
            examples: [Example("entries({a: 1, b: 2})", "[[\"a\", 1], [\"b\", 2]]")]
        ) { context, record in
            FreshValue(context.list(record.map { context.list([context.string($0.key), $0.value]) }))
        }
    }

    private static var fromEntries: BuiltinSpec {
        BuiltinSpec(
            "from_entries", "Makes a record of keys with their values.",
            .value("entries", [ListValue].self, "a list of [key, value]"),
            returns: "a record; of a key that appears twice the last value counts", type: "record", topic: "Records",
            seeAlso: ["entries"], examples: [Example("from_entries([[\"a\", 1], [\"b\", 2]])", "{a: 1, b: 2}")]
        ) { context, entries in
            let record = context.heap.makeRecord(capacity: entries.count)
            for (position, entry) in entries.enumerated() {
                guard entry.count == 2, entry[0].isString else {
                    throw RuntimeError(.argumentType, "`from_entries`: element \(position) is not a [key, value]")
                }
                entry[1].markShared()
                context.heap.set(record.record, entry[0].string, entry[1])
            }
            return FreshValue(record)
        }
    }

    private static var has: BuiltinSpec {
        BuiltinSpec(
            "has", "Whether a record has a key.", .value("record", RecordValue.self, "the record"),
            .value("key", String.self, "the key"), returns: "whether it is there", topic: "Records",
            seeAlso: ["get", "contains"], examples: [Example("has({a: 1}, \"a\")", "true")]
        ) { _, record, key in record[key] != nil }
    }

    private static var get: BuiltinSpec {
        BuiltinSpec(
            "get", "Gives the value of a key, or a default.", .value("record", RecordValue.self, "the record"),
            .value("key", String.self, "the key"),
            .value("default", Value.self, default: .null, "what to return where the key is not there"),
            returns: "the value", type: "any", topic: "Records", seeAlso: ["has"],
            examples: [Example("get({a: 1}, \"a\")", "1"), Example("get({a: 1}, \"b\", 0)", "0")]
        ) { _, record, key, missing in record[key] ?? missing }
    }

    private static var merge: BuiltinSpec {
        BuiltinSpec(
            "merge", "Joins records, or streams.",
            .rest("parts", OneOf<RecordValue, Elements>.self, "records; or streams, lists and ranges"),
            returns:
                "a new record; of a key in several the last value counts. Of streams a stream of their elements as they come",
            type: "record | stream",
            details: "In a stream each part keeps its order; the stream ends when all of them have ended.",
            topic: "Records", seeAlso: ["without", "zip", "stream"],
            examples: [
                Example("merge({a: 1, b: 2}, {b: 3})", "{a: 1, b: 3}"),
                Example("merge(stream([1, 2]), stream([3])) |> collect() |> sort()", "[1, 2, 3]"),
            ]
        ) { context, parts in
            let streams = parts.compactMap { part -> Elements? in
                if case .second(let elements) = part { elements } else { nil }
            }
            if !streams.isEmpty {
                guard streams.count == parts.count else {
                    throw RuntimeError(.argumentType, "`merge` joins records or streams, not both")
                }
                let site = StageSite("merge", context)
                return try context.stream(MergeStage(site, streams.map { try $0.stage(for: site) }))
            }
            let records = parts.compactMap { part -> RecordValue? in
                if case .first(let record) = part { record } else { nil }
            }
            let result = context.heap.makeRecord()
            for record in records {
                context.heap.forEach(record.value.record) { key, value in
                    value.markShared()
                    context.heap.set(result.record, key, value)
                }
            }
            return FreshValue(result)
        }
    }

    private static var without: BuiltinSpec {
        BuiltinSpec(
            "without", "Leaves out keys.", .value("record", RecordValue.self, "the record"),
            .rest("keys", String.self, "the keys to leave out, whether they are there or not"), returns: "a new record",
            type: "record", topic: "Records", seeAlso: ["merge"],
            examples: [Example("without({a: 1, b: 2}, \"a\")", "{b: 2}")]
        ) { context, record, keys in
            let copy = try context.heap.copyRecord(record.value)
            for key in keys { context.heap.remove(copy.record, context.string(key).string) }
            return FreshValue(copy)
        }
    }

    private static var mapValues: BuiltinSpec {
        BuiltinSpec(
            "map_values", "Makes a record of what a function says of each value.",
            .value("record", RecordValue.self, "the record"),
            .value("function", Function.self, "called with each value"),
            returns: "a record with the same keys", type: "record", topic: "Records", seeAlso: ["map", "entries"],
            examples: [Example("map_values({a: 1, b: 2}, x => x * 10)", "{a: 10, b: 20}")]
        ) { context, record, function in
            let result = context.heap.makeRecord(capacity: record.count)
            context.park(result)
            for (key, value) in record {
                context.heap.set(result.record, key, try context.call(function, value))
            }
            return FreshValue(result)
        }
    }
}
