import EdgeTensors

/// ONNX Runtime's attention operators as the graph's `Attention`, with what they compute around it: projections, masks as lengths or as marks,
/// caches kept together.
extension ONNXGraphReader {
    /// `Attention`: one product gives queries, keys and values.
    mutating func readFusedAttention(_ source: ONNXNode) throws {
        let input = try required(source, 0)
        let weights = try required(source, 1)
        let product = step(.matMul, source, "product", [input, weights])
        try readProjected(
            source, input: input, weights: weights, product: product,
            inputs: ProjectedInputs(bias: 2, mask: 3, past: 4, addend: 5, length: 6))
    }

    /// `QAttention`: the same product of quantized numbers.
    mutating func readQuantizedAttention(_ source: ONNXNode) throws {
        let input = try realOperand(source, 0, scale: 3, zeroPoint: 6, axis: 0, "input")
        let weights = try realOperand(source, 1, scale: 4, zeroPoint: 7, axis: 1, "weights")
        let product = step(.matMul, source, "product", [input, weights])
        try readProjected(
            source, input: input, weights: try required(source, 1), product: product,
            inputs: ProjectedInputs(bias: 2, mask: 5, past: 8, addend: nil, length: nil))
    }

    /// Where an operator takes what its attention needs besides the product.
    private struct ProjectedInputs {
        var bias: Int
        var mask: Int
        var past: Int
        var addend: Int?
        var length: Int?
    }

    private mutating func readProjected(
        _ source: ONNXNode, input: ValueID, weights: ValueID, product: ValueID, inputs: ProjectedInputs
    ) throws {
        if source.int("do_rotary") == 1 || source.int("past_present_share_buffer") == 1
            || inputs.length.flatMap({ source.input($0) }) != nil || asks(source, forOutput: 2)
        {
            return context.reportUnsupported(
                "\(source.op) with rotation, a shared buffer or its scores", node: source.name)
        }
        let heads = source.int("num_heads") ?? 0
        guard headCounts.contains(heads) else {
            throw ModelError.inconsistent("\(source.op) `\(source.name)` has \(heads) heads")
        }
        var projected = product
        if let bias = source.input(inputs.bias) { projected = step(.add, source, "projected", [product, bias]) }
        let parts: [ValueID]
        if let sizes = source.ints("qkv_hidden_sizes"), sizes.count == 3 {
            parts = steps(
                .split, source, "parts", [projected, try list(source, "sizes", sizes)], count: 3, ["axis": .int(2)])
        } else {
            parts = steps(
                .split, source, "parts", [projected], count: 3, ["axis": .int(2), "num_outputs": .int(3)])
        }
        var pastKeys: ValueID?
        var pastValues: ValueID?
        if let past = source.input(inputs.past) {
            let whole = steps(
                .split, source, "past", [past], count: 2, ["axis": .int(0), "num_outputs": .int(2)])
            let axes = try list(source, "past_axes", [0])
            pastKeys = step(.squeeze, source, "past_keys", [whole[0], axes])
            pastValues = step(.squeeze, source, "past_values", [whole[1], axes])
        }
        var total = try extent(input, 1, source, "length")
        if let pastKeys { total = step(.add, source, "total", [total, try extent(pastKeys, 2, source, "gone")]) }
        var bias: ValueID?
        if let mask = source.input(inputs.mask) {
            guard let made = try self.bias(source, mask: mask, batchOf: input, total: total) else { return }
            bias = made
        }
        if let addend = inputs.addend.flatMap({ source.input($0) }) {
            bias = bias.map { step(.add, source, "bias", [$0, addend]) } ?? addend
        }
        let asksPresent = asks(source, forOutput: 1)
        let results = steps(
            .attention, source, "attention", [parts[0], parts[1], parts[2], bias, pastKeys, pastValues].trimmed,
            count: asksPresent ? 3 : 1, attentionAttributes(source, heads: heads, keyHeads: heads))
        try finish(.identity, source, output: 0, [results[0]])
        guard asksPresent else { return }
        let axes = try list(source, "present_axes", [0])
        let keys = step(.unsqueeze, source, "present_keys", [results[1], axes])
        let values = step(.unsqueeze, source, "present_values", [results[2], axes])
        try finish(.concat, source, output: 1, [keys, values], ["axis": .int(0)])
    }

    /// How many heads an attention may have: enough for any, and few enough to count with.
    var headCounts: ClosedRange<Int> { 1...65536 }

    func attentionAttributes(_ source: ONNXNode, heads: Int, keyHeads: Int) -> [String: Attribute] {
        var result: [String: Attribute] = ["q_num_heads": .int(heads), "kv_num_heads": .int(keyHeads)]
        if let scale = source.float("scale"), scale != 0 { result["scale"] = .float(scale) }
        if let softcap = source.float("softcap"), softcap > 0 { result["softcap"] = .float(softcap) }
        if source.int("unidirectional") == 1 { result["is_causal"] = .int(1) }
        return result
    }

    /// `MultiHeadAttention`: queries, keys and values come projected, apart or packed.
    mutating func readMultiHeadAttention(_ source: ONNXNode) throws {
        let heads = source.int("num_heads") ?? 0
        guard headCounts.contains(heads) else {
            throw ModelError.inconsistent("\(source.op) `\(source.name)` has \(heads) heads")
        }
        if source.input(8) != nil || source.input(9) != nil || asks(source, forOutput: 3) {
            return context.reportUnsupported(
                "\(source.op) with a shared buffer, beams or its scores", node: source.name)
        }
        var (queries, keys, values) = (try required(source, 0), source.input(1), source.input(2))
        if keys == nil {
            let packed = try unpacked(source, queries, count: 3)
            (queries, keys, values) = (packed[0], packed[1], packed[2])
        } else if let packedKeys = keys, values == nil {
            let packed = try unpacked(source, packedKeys, count: 2)
            (keys, values) = (packed[0], packed[1])
        }
        guard var keys, var values else { return }
        let isSplit = shape(of: keys)?.count == 4
        if let bias = source.input(3) {
            let parts: [ValueID]
            if let width = shape(of: queries)?.last?.fixedValue, let all = shape(of: bias)?.first?.fixedValue,
                width <= Int(Int32.max), all > 2 * width
            {
                parts = steps(
                    .split, source, "biases",
                    [bias, try list(source, "bias_sizes", [width, width, all - 2 * width])], count: 3,
                    ["axis": .int(0)])
            } else {
                parts = steps(
                    .split, source, "biases", [bias], count: 3, ["axis": .int(0), "num_outputs": .int(3)])
            }
            queries = step(.add, source, "queries", [queries, parts[0]])
            if !isSplit {
                keys = step(.add, source, "keys", [keys, parts[1]])
                values = step(.add, source, "values", [values, parts[2]])
            }
        }
        var total = try extent(keys, isSplit ? 2 : 1, source, "length")
        if let past = source.input(6) {
            total = step(.add, source, "total", [total, try extent(past, 2, source, "gone")])
        }
        var bias: ValueID?
        if let mask = source.input(4) {
            guard let made = try self.bias(source, mask: mask, batchOf: queries, total: total) else { return }
            bias = made
        }
        if let addend = source.input(5) {
            bias = bias.map { step(.add, source, "bias", [$0, addend]) } ?? addend
        }
        if isSplit { queries = try headed(source, queries, heads: heads, "queries") }
        let count = asks(source, forOutput: 1) || asks(source, forOutput: 2) ? 3 : 1
        let results = steps(
            .attention, source, "attention", [queries, keys, values, bias, source.input(6), source.input(7)].trimmed,
            count: count, attentionAttributes(source, heads: heads, keyHeads: heads))
        if isSplit {
            try finishJoined(source, results[0])
        } else {
            try finish(.identity, source, output: 0, [results[0]])
        }
        guard count > 1 else { return }
        try finish(.identity, source, output: 1, [results[1]])
        try finish(.identity, source, output: 2, [results[2]])
    }

    /// `[batch, length, heads, count, size]` as so many values `[batch, length, heads * size]`.
    private mutating func unpacked(_ source: ONNXNode, _ value: ValueID, count: Int) throws -> [ValueID] {
        let parts = steps(
            .split, source, "packed", [value], count: count, ["axis": .int(3), "num_outputs": .int(count)])
        let target = try list(source, "packed_shape", [0, 0, -1])
        return parts.enumerated().map { step(.reshape, source, "unpacked_\($0)", [$1, target]) }
    }

    /// `[batch, length, heads * size]` as `[batch, heads, length, size]`.
    mutating func headed(_ source: ONNXNode, _ value: ValueID, heads: Int, _ suffix: String) throws -> ValueID {
        let target = try list(source, "\(suffix)_heads", [0, 0, heads, -1])
        let split = step(.reshape, source, "\(suffix)_split", [value, target])
        return step(.transpose, source, "\(suffix)_turned", [split], ["perm": .ints([0, 2, 1, 3])])
    }

    /// The first result, from `[batch, heads, length, size]` to `[batch, length, heads * size]`.
    mutating func finishJoined(_ source: ONNXNode, _ value: ValueID) throws {
        let turned = step(.transpose, source, "joined", [value], ["perm": .ints([0, 2, 1, 3])])
        try finish(.reshape, source, output: 0, [turned, try list(source, "joined_shape", [0, 0, -1])])
    }

    // MARK: Masks

    /// What is added to the scores for a mask of any of its forms: lengths, ends and starts, marks for each key, for each query and key. Nil, and
    /// reported, where the form is not known.
    private mutating func bias(
        _ source: ONNXNode, mask: ValueID, batchOf data: ValueID, total: ValueID
    ) throws -> ValueID? {
        let penalty = try number(source.float("mask_filter_value") ?? -10000, like: data, source, "penalty")
        let none = try number(0, like: data, source, "no_penalty")
        let isMarked: ValueID
        let added: [Int]
        guard let shape = shape(of: mask) else {
            context.reportUnsupported("\(source.op) with a mask of unknown rank", node: source.name)
            return nil
        }
        switch shape.count {
        case 1:
            isMarked = try marks(source, mask: mask, shape: shape, batchOf: data, total: total)
            added = [1, 2]
        case 2, 3:
            isMarked = step(.cast, source, "marks", [mask], ["to": .string(DType.bool.rawValue)])
            added = shape.count == 2 ? [1, 2] : [1]
        case 4:
            // The rows of the queries and the columns of the keys, of a square for the longest text.
            let first = step(.sub, source, "first_row", [total, try extent(data, 1, source, "rows")])
            let part = step(
                .slice, source, "square",
                [mask, first, total, try list(source, "square_rows", [2])])
            let square = step(
                .slice, source, "square_part",
                [part, try list(source, "square_from", [0]), total, try list(source, "square_columns", [3])])
            isMarked = step(.cast, source, "marks", [square], ["to": .string(DType.bool.rawValue)])
            added = []
        default:
            context.reportUnsupported("\(source.op) with a mask of \(shape.count) axes", node: source.name)
            return nil
        }
        let penalties = step(.selectWhere, source, "penalties", [isMarked, none, penalty])
        if added.isEmpty { return penalties }
        return step(.unsqueeze, source, "spread", [penalties, try list(source, "spread_axes", added)])
    }

    /// Truth for the keys below the length of each sample; where the mask is twice as long as the batch its second half says where they begin.
    private mutating func marks(
        _ source: ONNXNode, mask: ValueID, shape: [Dimension], batchOf data: ValueID, total: ValueID
    ) throws -> ValueID {
        let places = try count(to: total, source, "places")
        let wide = step(.cast, source, "lengths", [mask], ["to": .string(DType.i64.rawValue)])
        let axes = try list(source, "length_axes", [1])
        guard let all = shape[0].fixedValue, let batch = self.shape(of: data)?.first?.fixedValue, all % 2 == 0,
            all / 2 == batch
        else {
            return step(.less, source, "marks", [places, step(.unsqueeze, source, "ends", [wide, axes])])
        }
        let parts = steps(
            .split, source, "bounds", [wide], count: 2, ["axis": .int(0), "num_outputs": .int(2)])
        let ends = step(.unsqueeze, source, "ends", [parts[0], axes])
        let starts = step(.unsqueeze, source, "starts", [parts[1], axes])
        let below = step(.less, source, "below", [places, ends])
        return step(.and, source, "marks", [below, step(.greaterOrEqual, source, "behind", [places, starts])])
    }
}

extension [ValueID?] {
    /// Without absent inputs at the end.
    var trimmed: [ValueID?] {
        var result = self
        while let last = result.last, last == nil { result.removeLast() }
        return result
    }
}
