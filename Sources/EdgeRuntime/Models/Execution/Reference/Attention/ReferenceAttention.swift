import EdgeTensors
import Glibc

/// `Attention`: `softmax(softcap(q * k * scale) + bias) * v` for each head, with grouped queries, a cache of keys and values kept inside or
/// outside, causal and sliding windows. A query that may attend to no key gives zeros.
struct ReferenceAttention {
    private let context: LoweringContext
    private let batch: Int
    private let queryHeads: Int
    private let heads: Int
    private let queries: Int
    private let keys: Int
    private let past: Int
    private let depth: Int
    private let width: Int
    /// Heads lie inside the sequence: `[batch, sequence, heads * size]`.
    private let isPacked: Bool

    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        try ReferenceAttention(context).lowered()
    }

    private init(_ context: LoweringContext) throws(ModelError) {
        self.context = context
        let query = try context.operand(0).shape
        let key = try context.operand(1).shape
        let value = try context.operand(2).shape
        isPacked = query.count == 3
        guard query.count == key.count, key.count == value.count, query.count == 3 || query.count == 4 else {
            throw context.fail("shapes \(query), \(key) and \(value) are no queries, keys and values")
        }
        batch = query[0]
        if isPacked {
            guard let first = context.node.int("q_num_heads"), let second = context.node.int("kv_num_heads"), first > 0,
                second > 0, query[2] % first == 0, key[2] % second == 0, value[2] % second == 0
            else { throw context.fail("its heads do not divide \(query), \(key) and \(value)") }
            (queryHeads, heads) = (first, second)
            (queries, depth) = (query[1], query[2] / first)
            width = value[2] / second
            guard key[2] / second == depth, value[1] == key[1] else {
                throw context.fail("keys \(key) do not fit \(query)")
            }
        } else {
            (queryHeads, heads, queries, depth, width) = (query[1], key[1], query[2], query[3], value[3])
            guard key[3] == depth, value[1] == heads, value[2] == key[2] else {
                throw context.fail("keys \(key) do not fit \(query)")
            }
        }
        guard heads > 0 || queryHeads == 0, heads == 0 || queryHeads % heads == 0, key[0] == batch, value[0] == batch
        else { throw context.fail("\(queryHeads) heads of queries cannot share \(heads) heads of keys") }
        let current = isPacked ? key[1] : key[2]
        guard (context.optional(4) == nil) == (context.optional(5) == nil) else {
            throw context.fail("past keys and values come together")
        }
        if let pastKey = context.optional(4)?.shape, let pastValue = context.optional(5)?.shape {
            guard pastKey.count == 4, pastKey == [batch, heads, pastKey[2], depth],
                pastValue == [batch, heads, pastKey[2], width]
            else { throw context.fail("a past of shapes \(pastKey) and \(pastValue) does not fit") }
            past = pastKey[2]
        } else {
            past = 0
        }
        keys = past + current
        if let lengths = context.optional(6), lengths.type.count != batch || past > 0 {
            throw context.fail("its lengths do not fit \(batch) samples")
        }
    }

    private func lowered() throws(ModelError) -> Lowered {
        let dtype = try context.operand(0).dtype
        let shape = isPacked ? [batch, queries, queryHeads * width] : [batch, queryHeads, queries, width]
        let scoreShape = [batch, queryHeads, queries, keys]
        let results = [
            try context.result(dtype, shape), try context.result(dtype, [batch, heads, keys, depth]),
            try context.result(dtype, [batch, heads, keys, width]), try context.result(dtype, scoreShape),
        ]
        // The last axis of a mask may be shorter: what it lacks is masked.
        var mask: Broadcasting?
        var maskWidth = keys
        let isBoolean = context.optional(3)?.dtype == .bool
        if let operand = context.optional(3) {
            guard let last = operand.shape.last, last <= keys || last == 1 else {
                throw context.fail("a mask of shape \(operand.shape) does not fit \(scoreShape)")
            }
            maskWidth = last == 1 ? keys : last
            let covered = Array(scoreShape.dropLast()) + [maskWidth]
            guard let walk = Broadcasting([covered, operand.shape]), walk.shape == covered else {
                throw context.fail("a mask of shape \(operand.shape) does not fit \(scoreShape)")
            }
            mask = walk
        }
        let covered = maskWidth
        let scale = Double(context.node.float("scale") ?? 1 / Float(max(depth, 1)).squareRoot())
        let softcap = Double(context.node.float("softcap") ?? 0)
        let mode = context.node.int("qk_matmul_output_mode") ?? 0
        return try .real(context, Array(results.prefix(max(context.node.outputs.count, 1)))) {
            values throws(ModelError) in
            let (presentKeys, presentValues) = (
                joined(values[1], past: values.count > 4 ? values[4] : [], size: depth),
                joined(values[2], past: values.count > 5 ? values[5] : [], size: width)
            )
            let bias = self.bias(values, mask: mask, covered: covered, isBoolean: isBoolean)
            var result = [Double](repeating: 0, count: batch * queryHeads * queries * width)
            var scores = [Double](repeating: 0, count: batch * queryHeads * queries * keys)
            var row = [Double](repeating: 0, count: keys)
            let perHead = heads == 0 ? 1 : queryHeads / heads
            for sample in 0..<batch {
                for head in 0..<queryHeads {
                    let group = sample * heads + head / perHead
                    for query in 0..<queries {
                        let from =
                            isPacked
                            ? (sample * queries + query) * queryHeads * depth + head * depth
                            : ((sample * queryHeads + head) * queries + query) * depth
                        let place = ((sample * queryHeads + head) * queries + query) * keys
                        var largest = -Double.infinity
                        var isMasked = true
                        for key in 0..<keys {
                            var sum = 0.0
                            let other = (group * keys + key) * depth
                            for element in 0..<depth { sum += values[0][from + element] * presentKeys[other + element] }
                            sum *= scale
                            if mode == 0 { scores[place + key] = sum }
                            if softcap > 0 { sum = softcap * Glibc.tanh(sum / softcap) }
                            if mode == 1 { scores[place + key] = sum }
                            if bias[place + key] > -.infinity { isMasked = false }
                            sum += bias[place + key]
                            if mode == 2 { scores[place + key] = sum }
                            row[key] = sum
                            largest = max(largest, sum)
                        }
                        if isMasked || keys == 0 { continue }
                        var total = 0.0
                        for key in 0..<keys {
                            row[key] = Glibc.exp(row[key] - largest)
                            total += row[key]
                        }
                        let target =
                            isPacked
                            ? (sample * queries + query) * queryHeads * width + head * width
                            : ((sample * queryHeads + head) * queries + query) * width
                        for key in 0..<keys {
                            let weight = row[key] / total
                            if mode == 3 { scores[place + key] = weight }
                            let other = (group * keys + key) * width
                            for element in 0..<width {
                                result[target + element] += weight * presentValues[other + element]
                            }
                        }
                    }
                }
            }
            return [result, presentKeys, presentValues, scores]
        }
    }

    /// Keys or values as `[batch, heads, past + current, size]`.
    private func joined(_ current: [Double], past given: [Double], size: Int) -> [Double] {
        var result = [Double](repeating: 0, count: batch * heads * keys * size)
        let length = keys - past
        for sample in 0..<batch {
            for head in 0..<heads {
                let target = (sample * heads + head) * keys * size
                let old: Int = (sample * heads + head) * past * size
                for element in 0..<past * size { result[target + element] = given[old + element] }
                for step in 0..<length {
                    let from =
                        isPacked
                        ? ((sample * length + step) * heads + head) * size
                        : ((sample * heads + head) * length + step) * size
                    for element in 0..<size {
                        result[target + (past + step) * size + element] = current[from + element]
                    }
                }
            }
        }
        return result
    }

    /// What is added to the scores: the mask, and minus infinity where a query may not look.
    private func bias(_ values: [[Double]], mask: Broadcasting?, covered: Int, isBoolean: Bool) -> [Double] {
        var result = [Double](repeating: mask == nil ? 0 : -.infinity, count: batch * queryHeads * queries * keys)
        if let mask {
            mask.forEachRow { start, count, positions, steps in
                for column in 0..<count {
                    let value = values[3][positions[1] + column * steps[1]]
                    let place = start + column
                    result[place / covered * keys + place % covered] = isBoolean ? (value != 0 ? 0 : -.infinity) : value
                }
            }
        }
        let isCausal = context.node.int("is_causal") == 1
        let left = context.node.int("left_window_size") ?? -1
        let right = context.node.int("right_window_size") ?? -1
        let lengths = values.count > 6 ? values[6] : []
        guard isCausal || left >= 0 || right >= 0 || !lengths.isEmpty else { return result }
        for row in 0..<batch * queryHeads * queries {
            let sample = row / (queryHeads * queries)
            // A length that is no number hides nothing.
            let given: Double = lengths.isEmpty || lengths[sample].isNaN ? Double(keys) : lengths[sample]
            let length = Int(min(max(given, 0), Double(keys)))
            let offset = lengths.isEmpty ? past : length - queries
            let position = offset + row % queries
            for key in 0..<keys {
                let isHidden =
                    key >= length || (isCausal && key > position) || (left >= 0 && position - key > left)
                    || (right >= 0 && key - position > right)
                if isHidden { result[row * keys + key] = -.infinity }
            }
        }
        return result
    }
}
