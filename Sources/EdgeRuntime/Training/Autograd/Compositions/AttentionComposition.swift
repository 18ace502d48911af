import EdgeModels
import EdgeTensors

/// `Attention` and `RotaryEmbedding`.
enum AttentionComposition {
    /// Stands for minus infinity: it leaves nothing of a score, and no rest that is not a number.
    private static let lowest: Float = -1e30

    private struct Sizes {
        var batch: Int
        var queryHeads: Int
        var heads: Int
        var queries: Int
        var keys: Int
        var past: Int
        var depth: Int
        var width: Int
        var isPacked: Bool
    }

    static func expand(_ builder: inout CompositionBuilder) throws {
        let node = builder.node
        var sizes = try sizes(builder)
        guard node.input(6) == nil else { throw builder.refused("lengths of keys have no gradient yet") }
        guard let query = node.input(0), let key = node.input(1), let value = node.input(2) else {
            throw builder.refused("its keys or values are missing")
        }
        let mode = node.int("qk_matmul_output_mode") ?? 0
        let q = try heads(query, sizes.queryHeads, sizes.queries, sizes.depth, sizes, &builder)
        var k = try heads(key, sizes.heads, sizes.keys, sizes.depth, sizes, &builder)
        var v = try heads(value, sizes.heads, sizes.keys, sizes.width, sizes, &builder)
        if let pastKey = node.input(4), let pastValue = node.input(5) {
            let shape = try builder.shape(of: pastKey)
            guard shape.count == 4 else { throw builder.refused("a past of shape \(shape) does not fit") }
            k = builder.add(.concat, [pastKey, k], ["axis": .int(2)])
            v = builder.add(.concat, [pastValue, v], ["axis": .int(2)])
            sizes.past = shape[2]
            sizes.keys += shape[2]
        }
        builder.finish(.identity, [k], output: 1)
        builder.finish(.identity, [v], output: 2)
        k = try repeated(k, sizes.depth, sizes, &builder)
        v = try repeated(v, sizes.width, sizes, &builder)

        let scale = node.float("scale") ?? 1 / Float(max(sizes.depth, 1)).squareRoot()
        var scores = builder.add(.matMul, [q, builder.transposed(k, [0, 1, 3, 2])])
        scores = builder.add(.mul, [scores, try builder.number(scale)])
        if mode == 0 { builder.finish(.identity, [scores], output: 3) }
        if let cap = node.float("softcap"), cap > 0 {
            let limit = try builder.number(cap)
            scores = builder.add(.mul, [builder.add(.tanh, [builder.add(.div, [scores, limit])]), limit])
        }
        if mode == 1 { builder.finish(.identity, [scores], output: 3) }
        guard mode != 2 || node.outputs.count < 4 else {
            throw builder.refused("its masked scores have no gradient yet")
        }
        let (biases, kept) = try biases(sizes, &builder)
        for bias in biases { scores = builder.add(.add, [scores, bias]) }
        var shares = builder.add(.softmax, [scores], ["axis": .int(-1)])
        // A query that may look nowhere gives zeros.
        for factor in kept { shares = builder.add(.mul, [shares, factor]) }
        if mode == 3 { builder.finish(.identity, [shares], output: 3) }
        guard sizes.isPacked else { return builder.finish(.matMul, [shares, v]) }
        let mixed = builder.transposed(builder.add(.matMul, [shares, v]), [0, 2, 1, 3])
        try builder.finish(reshaping: mixed, to: [sizes.batch, sizes.queries, sizes.queryHeads * sizes.width])
    }

    private static func sizes(_ builder: CompositionBuilder) throws -> Sizes {
        let node = builder.node
        let (query, key, value) = (try builder.shape(0), try builder.shape(1), try builder.shape(2))
        let isPacked = query.count == 3
        guard isPacked || query.count == 4, key.count == query.count, value.count == query.count else {
            throw builder.refused("shapes \(query), \(key) and \(value) are no queries, keys and values")
        }
        let queryHeads = isPacked ? node.int("q_num_heads") ?? 0 : query[1]
        let heads = isPacked ? node.int("kv_num_heads") ?? 0 : key[1]
        guard heads > 0, queryHeads > 0, queryHeads % heads == 0,
            !isPacked || (query[2] % queryHeads == 0 && key[2] % heads == 0 && value[2] % heads == 0)
        else { throw builder.refused("\(queryHeads) heads of queries cannot share \(heads) heads of keys") }
        return Sizes(
            batch: query[0], queryHeads: queryHeads, heads: heads, queries: isPacked ? query[1] : query[2],
            keys: isPacked ? key[1] : key[2], past: 0, depth: isPacked ? query[2] / queryHeads : query[3],
            width: isPacked ? value[2] / heads : value[3], isPacked: isPacked)
    }

    /// `[batch, heads, steps, size]`.
    private static func heads(
        _ id: ValueID, _ heads: Int, _ steps: Int, _ size: Int, _ sizes: Sizes, _ builder: inout CompositionBuilder
    ) throws -> ValueID {
        guard sizes.isPacked else { return id }
        return builder.transposed(try builder.reshaped(id, [sizes.batch, steps, heads, size]), [0, 2, 1, 3])
    }

    /// Keys or values for each head of queries.
    private static func repeated(
        _ id: ValueID, _ size: Int, _ sizes: Sizes, _ builder: inout CompositionBuilder
    ) throws -> ValueID {
        guard sizes.queryHeads != sizes.heads else { return id }
        let share = sizes.queryHeads / sizes.heads
        let apart = try builder.reshaped(id, [sizes.batch, sizes.heads, 1, sizes.keys, size])
        let shape = try builder.integers([sizes.batch, sizes.heads, share, sizes.keys, size])
        return try builder.reshaped(
            builder.add(.expand, [apart, shape]), [sizes.batch, sizes.queryHeads, sizes.keys, size])
    }

    /// What is added to the scores, and what the shares are multiplied with.
    private static func biases(
        _ sizes: Sizes, _ builder: inout CompositionBuilder
    ) throws -> (added: [ValueID], kept: [ValueID]) {
        var added: [ValueID] = []
        var kept: [ValueID] = []
        let node = builder.node
        if let mask = node.input(3) {
            let last = try builder.shape(of: mask).last ?? 1
            guard last == 1 || last == sizes.keys else {
                throw builder.refused("a mask of \(last) of \(sizes.keys) keys has no gradient yet")
            }
            let (zero, hidden) = (try builder.number(0), try builder.number(lowest))
            let numbers: [String: Attribute] = ["to": .string(DType.f32.rawValue)]
            if builder.graph.type(of: mask)?.dtype == .bool {
                added.append(builder.add(.selectWhere, [mask, zero, hidden]))
                kept.append(builder.add(.cast, [mask], numbers))
            } else {
                added.append(builder.add(.maximum, [mask, hidden]))
                let seen = builder.add(.greater, [mask, try builder.number(lowest / 2)])
                kept.append(builder.add(.cast, [seen], numbers))
            }
        }
        let isCausal = node.int("is_causal") == 1
        let left = node.int("left_window_size") ?? -1
        let right = node.int("right_window_size") ?? -1
        guard isCausal || left >= 0 || right >= 0 else { return (added, kept) }
        var bias = [Float](repeating: 0, count: sizes.queries * sizes.keys)
        var share = [Float](repeating: 1, count: sizes.queries * sizes.keys)
        for query in 0..<sizes.queries {
            let position = sizes.past + query
            for key in 0..<sizes.keys {
                let isHidden =
                    (isCausal && key > position) || (left >= 0 && position - key > left)
                    || (right >= 0 && key - position > right)
                guard isHidden else { continue }
                bias[query * sizes.keys + key] = lowest
                share[query * sizes.keys + key] = 0
            }
        }
        added.append(try builder.floats(bias, [sizes.queries, sizes.keys]))
        kept.append(try builder.floats(share, [sizes.queries, sizes.keys]))
        return (added, kept)
    }

    /// `RotaryEmbedding`: pairs of elements turned by the angles of their positions.
    static func expandRotation(_ builder: inout CompositionBuilder) throws {
        let node = builder.node
        let shape = try builder.shape(0)
        let isPacked = shape.count == 3
        let heads = isPacked ? node.int("num_heads") ?? 0 : shape.count == 4 ? shape[1] : 0
        guard let data = node.input(0), heads > 0, !isPacked || shape[2] % heads == 0 else {
            throw builder.refused("\(heads) heads do not divide \(shape)")
        }
        let size = isPacked ? shape[2] / heads : shape[3]
        let given = node.int("rotary_embedding_dim") ?? 0
        let turned = given == 0 ? size : given
        guard turned > 0, turned <= size, turned % 2 == 0 else {
            throw builder.refused("\(turned) of \(size) elements cannot turn")
        }
        let axis = try builder.integers([isPacked ? 2 : 1])
        func angles(_ position: Int, _ builder: inout CompositionBuilder) -> ValueID {
            var cache = node.input(position)
            if let positions = node.input(3) {
                cache = builder.add(.gather, [cache, positions], ["axis": .int(0)])
            }
            return builder.add(.unsqueeze, [cache, axis])
        }
        let (cosines, sines) = (angles(1, &builder), angles(2, &builder))
        let x = isPacked ? try builder.reshaped(data, [shape[0], shape[1], heads, size]) : data
        let interleaves = node.int("interleaved") == 1
        let first =
            interleaves
            ? try builder.sliced(x, axis: 3, 0..<turned, step: 2) : try builder.sliced(x, axis: 3, 0..<turned / 2)
        let second =
            interleaves
            ? try builder.sliced(x, axis: 3, 1..<turned, step: 2) : try builder.sliced(x, axis: 3, turned / 2..<turned)
        var parts = [
            builder.add(.sub, [builder.add(.mul, [cosines, first]), builder.add(.mul, [sines, second])]),
            builder.add(.add, [builder.add(.mul, [sines, first]), builder.add(.mul, [cosines, second])]),
        ]
        if interleaves {
            let last = try builder.integers([4])
            let pairs = parts.map { builder.add(.unsqueeze, [$0, last]) }
            let joined = builder.add(.concat, pairs, ["axis": .int(4)])
            let outer = isPacked ? [shape[0], shape[1], heads] : Array(shape[..<3])
            parts = [try builder.reshaped(joined, outer + [turned])]
        }
        if turned < size { parts.append(try builder.sliced(x, axis: 3, turned..<size)) }
        let result = parts.count == 1 ? parts[0] : builder.add(.concat, parts, ["axis": .int(3)])
        try builder.finish(reshaping: result, to: shape)
    }
}
