import EdgeTensors

/// Normalisations of ONNX Runtime that add, look up or turn first.
extension ONNXGraphReader {
    /// `x / sqrt(mean(x²) + epsilon) * scale`: ONNX's `RMSNormalization`, under the name that it had in ONNX Runtime before.
    mutating func readSimplifiedNormalization(_ source: ONNXNode) throws {
        if asks(source, forOutput: 1) {
            return context.reportUnsupported("\(source.op) with its deviation", node: source.name)
        }
        let attributes = source.attributes.filter { ["axis", "epsilon", "stash_type"].contains($0.key) }
        try finish(
            .rmsNormalization, source, output: 0, [try required(source, 0), try required(source, 1)], attributes)
    }

    /// A normalisation of the last axis of `input + skip + bias`; the sum is an output too.
    mutating func readSkipNormalization(_ source: ONNXNode) throws {
        let isSimple = source.op == "SkipSimplifiedLayerNormalization"
        if asks(source, forOutput: 1) || asks(source, forOutput: 2) {
            return context.reportUnsupported("\(source.op) with its mean and deviation", node: source.name)
        }
        var sum = step(.add, source, "sum", [try required(source, 0), try required(source, 1)])
        if let bias = source.input(isSimple ? 3 : 4) { sum = step(.add, source, "biased", [sum, bias]) }
        let scale = try required(source, 2)
        // The default of the operator's schema.
        let attributes: [String: Attribute] = ["axis": .int(-1), "epsilon": .float(source.float("epsilon") ?? 1e-12)]
        if isSimple {
            try finish(.rmsNormalization, source, output: 0, [sum, scale], attributes)
        } else {
            let inputs = source.input(3).map { [sum, scale, $0] } ?? [sum, scale]
            try finish(.layerNormalization, source, output: 0, inputs, attributes)
        }
        try finish(.identity, source, output: 3, [sum])
    }

    /// Words, positions and segments looked up, added and normalised.
    mutating func readEmbedding(_ source: ONNXNode) throws {
        try readEmbedding(source, tables: [2, 3, 4, 5, 6].map { source.input($0) }, mask: source.input(7))
    }

    mutating func readQuantizedEmbedding(_ source: ONNXNode) throws {
        var tables: [ValueID?] = []
        for position in 2...6 {
            guard source.input(position) != nil else {
                tables.append(nil)
                continue
            }
            tables.append(
                try realOperand(
                    source, position, scale: position + 6, zeroPoint: position + 11, axis: 0, "real_\(position)"))
        }
        try readEmbedding(source, tables: tables, mask: source.input(7))
    }

    private mutating func readEmbedding(_ source: ONNXNode, tables: [ValueID?], mask: ValueID?) throws {
        let words = try required(source, 0)
        guard let wordTable = tables[0], let positionTable = tables[1], let scale = tables[3], let bias = tables[4]
        else { throw ModelError.inconsistent("\(source.op) `\(source.name)` lacks a table") }
        let byRow: [String: Attribute] = ["axis": .int(0)]
        let positions: ValueID
        if source.op == "EmbedLayerNormalization", let given = source.input(8) {
            positions = step(.gather, source, "positions", [positionTable, given], byRow)
        } else {
            positions = step(
                .slice, source, "positions",
                [
                    positionTable, try list(source, "from", [0]), try extent(words, 1, source, "length"),
                    try list(source, "along", [0]),
                ])
        }
        var sum = step(
            .add, source, "placed", [step(.gather, source, "words", [wordTable, words], byRow), positions])
        if let segments = source.input(1), let segmentTable = tables[2] {
            sum = step(
                .add, source, "segmented",
                [sum, step(.gather, source, "segments", [segmentTable, segments], byRow)])
        }
        try finish(
            .layerNormalization, source, output: 0, [sum, scale, bias],
            ["axis": .int(-1), "epsilon": .float(source.float("epsilon") ?? 1e-12)])
        if asks(source, forOutput: 1) {
            // The number of tokens that count in each sample.
            let wide: [String: Attribute] = ["to": .string(DType.i32.rawValue)]
            var counted = step(.cast, source, "counted", [mask ?? words], wide)
            if mask == nil { counted = step(.sub, source, "none", [counted, counted]) }
            try finish(
                .reduceSum, source, output: 1, [counted, try list(source, "axes", [1])], ["keepdims": .int(0)])
        }
        try finish(.identity, source, output: 2, [sum])
    }

    /// Group normalisation, by default of images whose channels come last.
    mutating func readGroupNorm(_ source: ONNXNode) throws {
        var data = try required(source, 0)
        let isLast = source.int("channels_last") ?? 1 == 1
        if isLast { data = step(.transpose, source, "channels_first", [data], ["perm": .ints([0, 3, 1, 2])]) }
        var value = step(
            .groupNormalization, source, "normalised", [data, try required(source, 1), try required(source, 2)],
            ["epsilon": .float(source.float("epsilon") ?? 1e-5), "num_groups": .int(source.int("groups") ?? 1)])
        if source.int("activation") == 1 { value = step(.swish, source, "activated", [value]) }
        if isLast {
            try finish(.transpose, source, output: 0, [value], ["perm": .ints([0, 2, 3, 1])])
        } else {
            try finish(.identity, source, output: 0, [value])
        }
    }
}
