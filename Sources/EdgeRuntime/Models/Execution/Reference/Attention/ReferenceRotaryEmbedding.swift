import EdgeTensors

/// `RotaryEmbedding`: pairs of elements of each head turned by angles that depend on the position, given as cosines and sines.
enum ReferenceRotaryEmbedding {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let shape = data.shape
        let isPacked = shape.count == 3
        guard shape.count == 3 || shape.count == 4 else { throw context.fail("shape \(shape) holds no heads") }
        let heads = isPacked ? context.node.int("num_heads") ?? 0 : shape[1]
        guard heads > 0, !isPacked || shape[2] % heads == 0 else {
            throw context.fail("\(heads) heads do not divide \(shape)")
        }
        let steps = isPacked ? shape[1] : shape[2]
        let size = isPacked ? shape[2] / heads : shape[3]
        let given = context.node.int("rotary_embedding_dim") ?? 0
        let turned = given == 0 ? size : given
        let half = turned / 2
        guard turned > 0, turned <= size, turned % 2 == 0 else {
            throw context.fail("\(turned) of \(size) elements cannot turn")
        }
        let cache = try context.operand(1).shape
        let positions = context.optional(3)
        guard try context.operand(2).shape == cache, cache.last == half,
            positions == nil
                ? cache == [shape[0], steps, half] : cache.count == 2 && positions?.shape == [shape[0], steps]
        else { throw context.fail("a cache of shape \(cache) does not fit \(shape)") }
        let interleaves = context.node.int("interleaved") == 1
        let batch = shape[0]
        return try .real(context, [try context.result(data.dtype, shape)]) { values throws(ModelError) in
            var result = values[0]
            for sample in 0..<batch {
                for step in 0..<steps {
                    var row = sample * steps + step
                    if positions != nil { row = try context.place(values[3][row], extent: cache[0]) }
                    for head in 0..<heads {
                        let start =
                            isPacked
                            ? ((sample * steps + step) * heads + head) * size
                            : ((sample * heads + head) * steps + step) * size
                        for pair in 0..<half {
                            let (first, second) =
                                interleaves
                                ? (start + 2 * pair, start + 2 * pair + 1) : (start + pair, start + half + pair)
                            let (cosine, sine) = (values[1][row * half + pair], values[2][row * half + pair])
                            result[first] = cosine * values[0][first] - sine * values[0][second]
                            result[second] = sine * values[0][first] + cosine * values[0][second]
                        }
                    }
                }
            }
            return [result]
        }
    }
}
