import EdgeTensors

/// Attention of language models in ONNX Runtime's form: grouped heads, rotation and a cache of its own.
extension ONNXGraphReader {
    /// `RotaryEmbedding`: positions for each element, or one from which they count.
    mutating func readRotaryEmbedding(_ source: ONNXNode) throws {
        let data = try required(source, 0)
        var positions = try required(source, 1)
        let (cosines, sines) = (try required(source, 2), try required(source, 3))
        if let scale = source.float("scale"), scale != 1 {
            return context.reportUnsupported("RotaryEmbedding with a scale", node: source.name)
        }
        guard let rank = shape(of: data)?.count, let places = shape(of: positions)?.count else {
            return context.reportUnsupported("RotaryEmbedding of a value of unknown rank", node: source.name)
        }
        if places == 1 {
            // One position stands for the first element of all rows.
            let length = try extent(data, rank == 4 ? 2 : 1, source, "length")
            let row = step(.add, source, "row", [positions, try count(to: length, source, "steps")])
            let shape = step(
                .concat, source, "places_shape", [try extent(data, 0, source, "batch"), length], ["axis": .int(0)])
            positions = step(.expand, source, "places", [row, shape])
        }
        let turned = source.int("rotary_embedding_dim") ?? 0
        var attributes: [String: Attribute] = ["interleaved": .int(source.int("interleaved") ?? 0)]
        if turned > 0 { attributes["rotary_embedding_dim"] = .int(turned) }
        let heads = source.int("num_heads") ?? 0
        if rank == 4 || heads > 0 {
            if rank == 3 { attributes["num_heads"] = .int(heads) }
            return try finish(.rotaryEmbedding, source, [data, cosines, sines, positions], attributes)
        }
        // The tables tell how long a head is.
        guard let half = shape(of: cosines)?.last?.fixedValue, half > 0, half <= Int(Int32.max), turned == 0 else {
            return context.reportUnsupported("RotaryEmbedding of heads of unknown size", node: source.name)
        }
        let split = step(.reshape, source, "split", [data, try list(source, "heads", [0, 0, -1, 2 * half])])
        let first = step(.transpose, source, "turned", [split], ["perm": .ints([0, 2, 1, 3])])
        let rotated = step(.rotaryEmbedding, source, "rotated", [first, cosines, sines, positions], attributes)
        try finishJoined(source, rotated)
    }

    /// `GroupQueryAttention`: each sample has a length of its own, and its newest keys and values go behind those of its past.
    mutating func readGroupQueryAttention(_ source: ONNXNode) throws {
        let heads = source.int("num_heads") ?? 0
        let keyHeads = source.int("kv_num_heads") ?? 0
        guard headCounts.contains(heads), headCounts.contains(keyHeads) else {
            throw ModelError.inconsistent("\(source.op) `\(source.name)` has \(heads) and \(keyHeads) heads")
        }
        if source.input(11) != nil || source.int("smooth_softmax") == 1 || asks(source, forOutput: 3)
            || source.int("kv_cache_bit_width") ?? 0 != 0
        {
            return context.reportUnsupported(
                "\(source.op) with a smooth softmax, sinks, a quantized cache or its scores", node: source.name)
        }
        var (queries, keys, values) = try grouped(source, heads: heads, keyHeads: keyHeads)
        let length = try extent(queries, 2, source, "length")
        let wide: [String: Attribute] = ["to": .string(DType.i64.rawValue)]
        let last = step(.cast, source, "last", [try required(source, 5)], wide)
        let one = try list(source, "one", [1])
        // A first run may be padded behind the end of shorter samples: they begin at zero all the same.
        let ends = step(.add, source, "ends", [last, one])
        let first = step(
            .maximum, source, "first",
            [step(.sub, source, "before", [ends, length]), try list(source, "zero", [0])])
        let firsts = step(.reshape, source, "firsts", [first, try list(source, "flat", [-1])])
        if source.int("do_rotary") == 1 {
            guard let cosines = source.input(7), let sines = source.input(8) else {
                throw ModelError.inconsistent("\(source.op) `\(source.name)` lacks the tables of its rotation")
            }
            let column = step(.unsqueeze, source, "column", [firsts, one])
            let places =
                try source.input(9)
                ?? step(
                    .add, source, "places", [column, try count(to: length, source, "steps")])
            let attributes: [String: Attribute] = ["interleaved": .int(source.int("rotary_interleaved") ?? 0)]
            queries = step(.rotaryEmbedding, source, "queries_rotated", [queries, cosines, sines, places], attributes)
            keys = step(.rotaryEmbedding, source, "keys_rotated", [keys, cosines, sines, places], attributes)
        }
        var lengths: ValueID?
        if let pastKeys = source.input(3), let pastValues = source.input(4) {
            let total = step(
                .reshape, source, "total",
                [step(.cast, source, "total_wide", [try required(source, 6)], wide), one])
            let room = step(
                .maximum, source, "room",
                [
                    step(.sub, source, "lack", [total, try extent(pastKeys, 2, source, "held")]),
                    try list(source, "enough", [0]),
                ])
            let pads = step(
                .concat, source, "pads",
                [try list(source, "no_pads", [0, 0, 0, 0, 0, 0]), room, try list(source, "no_pad", [0])],
                ["axis": .int(0)])
            let cache: [String: Attribute] = ["axis": .int(2)]
            keys = step(
                .tensorScatter, source, "keys_cached",
                [step(.pad, source, "keys_room", [pastKeys, pads]), keys, firsts], cache)
            values = step(
                .tensorScatter, source, "values_cached",
                [step(.pad, source, "values_room", [pastValues, pads]), values, firsts], cache)
            lengths = step(.add, source, "lengths", [firsts, length])
        }
        var attributes = attentionAttributes(source, heads: heads, keyHeads: keyHeads)
        attributes["is_causal"] = .int(1)
        if let window = source.int("local_window_size"), window > 0 {
            attributes["left_window_size"] = .int(window - 1)
        }
        let inputs: [ValueID?] = [queries, keys, values, source.input(10), nil, nil, lengths].trimmed
        try finishJoined(source, steps(.attention, source, "attention", inputs, count: 1, attributes)[0])
        try finish(.identity, source, output: 1, [keys])
        try finish(.identity, source, output: 2, [values])
    }

    /// Queries, keys and values as `[batch, heads, length, size]`, whether they come packed or apart.
    private mutating func grouped(
        _ source: ONNXNode, heads: Int, keyHeads: Int
    ) throws -> (ValueID, ValueID, ValueID) {
        let queries = try required(source, 0)
        if let keys = source.input(1), let values = source.input(2) {
            return (
                try headed(source, queries, heads: heads, "queries"),
                try headed(source, keys, heads: keyHeads, "keys"),
                try headed(source, values, heads: keyHeads, "values")
            )
        }
        let all = try headed(source, queries, heads: heads + 2 * keyHeads, "packed")
        let parts = steps(
            .split, source, "parts", [all, try list(source, "sizes", [heads, keyHeads, keyHeads])], count: 3,
            ["axis": .int(1)])
        return (parts[0], parts[1], parts[2])
    }
}
