import EdgeTensors

/// `TfIdfVectorizer` on integers and texts: how often each n-gram of a list stands in each row, weighted.
enum ReferenceTfIdf {
    static func lower(_ given: LoweringContext) throws(ModelError) -> Lowered {
        var context = given
        let node = context.node
        var pool = node.ints("pool_int64s")
        if try context.operand(0).dtype == .text {
            // Texts are counted by their numbers.
            context.operands[0] = try context.operand(0).asNumbers
            guard case .strings(let words)? = node.attributes["pool_strings"] else {
                throw context.fail("its n-grams are not complete")
            }
            var numbers: [Int] = []
            for word in words { numbers.append(Int(try context.texts.number(of: word))) }
            pool = numbers
        }
        let shape = try context.operand(0).shape
        guard let starts = node.ints("ngram_counts"), let targets = node.ints("ngram_indexes"),
            let pool, let least = node.int("min_gram_length"),
            let most = node.int("max_gram_length"), let skips = node.int("max_skip_count"), !shape.isEmpty,
            shape.count <= 2, least >= 1, most >= least, most <= 64, skips >= 0, skips <= 1 << 16,
            targets.allSatisfy({ $0 >= 0 && $0 < 1 << 24 }), starts.allSatisfy({ $0 >= 0 && $0 <= pool.count })
        else { throw context.fail("its n-grams are not complete") }
        // The n-grams of all lengths, in the order in which they are numbered.
        var numbers: [[Double]: Int] = [:]
        var count = 0
        for (position, start) in starts.enumerated() {
            let end = position + 1 < starts.count ? starts[position + 1] : pool.count
            let length = position + 1
            guard end >= start, (end - start) % length == 0 else { throw context.fail("its n-grams are not complete") }
            for first in stride(from: start, to: end, by: length) {
                let gram = pool[first..<first + length].map(Double.init)
                if length >= least, length <= most { numbers[gram] = count }
                count += 1
            }
        }
        let weights = context.numbers("weights")
        guard targets.count == count, weights.map({ $0.count == count }) ?? true else {
            throw context.fail("it has \(count) n-grams and \(targets.count) places for them")
        }
        let mode = node.string("mode") ?? "TF"
        let width = (targets.max() ?? -1) + 1
        let rows = shape.count == 1 ? 1 : shape[0]
        let length = shape[shape.count - 1]
        let result = try context.result(.f32, shape.count == 1 ? [width] : [rows, width])
        let known = numbers
        return try .real(context, [result]) { values throws(ModelError) in
            var output = [Double](repeating: 0, count: result.count)
            for row in 0..<rows {
                for size in least...most {
                    // Single elements have nothing to skip.
                    for skip in 0...(size == 1 ? 0 : skips) {
                        let reach = (size - 1) * (skip + 1)
                        guard reach < length else { break }
                        for start in 0..<length - reach {
                            let gram = (0..<size).map { values[0][row * length + start + $0 * (skip + 1)] }
                            guard let number = known[gram] else { continue }
                            let place = row * width + targets[number]
                            let weight = weights?[number] ?? 1
                            switch mode {
                            case "IDF": output[place] = weight
                            case "TFIDF": output[place] += weight
                            default: output[place] += 1
                            }
                        }
                    }
                }
            }
            return [output]
        }
    }
}
