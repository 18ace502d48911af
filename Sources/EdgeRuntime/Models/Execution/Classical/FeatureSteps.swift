import EdgeTensors

/// `ArrayFeatureExtractor`, `FeatureVectorizer`, and the operators that are the same elements: `ZipMap`, `DictVectorizer`.
enum FeatureSteps {
    /// `ArrayFeatureExtractor`: some positions of the last axis.
    static func extractor(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let chosen = try context.operand(1).type.count
        guard let last = data.shape.last else { throw context.fail("it takes features, found a single number") }
        let read = try context.indexReader(1)
        let outer = data.shape.count == 1 ? [1] : Array(data.shape.dropLast())
        let result = try context.result(data.dtype, outer + [chosen])
        guard !data.dtype.isPacked else { throw context.unsupported(data.dtype) }
        let width = data.dtype.bits / 8
        let rows = outer.reduce(1, *)
        return Lowered([result]) { memory throws(ModelError) in
            for position in 0..<chosen {
                let place = read(memory, position)
                guard place >= 0, place < last else {
                    throw context.fail("feature \(place) is out of range for rows of \(last)")
                }
                for row in 0..<rows {
                    (memory.outputs[0] + (row * chosen + position) * width)
                        .copyMemory(from: memory.inputs[0] + (row * last + place) * width, byteCount: width)
                }
            }
        }
    }

    /// `FeatureVectorizer`: the features of all operands side by side, each cut or filled with zeros to the width it is given.
    static func vectorizer(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let widths = context.node.ints("inputdimensions") ?? []
        guard widths.count == context.operands.count, widths.allSatisfy({ $0 >= 0 && $0 <= Int(Int32.max) }) else {
            throw context.fail("it has \(context.operands.count) inputs and \(widths.count) `inputdimensions`")
        }
        var rows: Int?
        var columns: [Int] = []
        for position in widths.indices {
            let shape = try context.operand(position).shape
            let count = shape.count <= 1 ? 1 : shape[0]
            guard rows == nil || rows == count else { throw context.fail("its inputs have different numbers of rows") }
            rows = count
            columns.append(shape.count <= 1 ? shape.first ?? 1 : shape.dropFirst().reduce(1, *))
        }
        let total = widths.reduce(0, +)
        let count = rows ?? 0
        let known = columns
        let result = try context.result(.f32, [count, total])
        return try .real(context, [result]) { values throws(ModelError) in
            var output = [Double](repeating: 0, count: count * total)
            for row in 0..<count {
                var start = row * total
                for (position, width) in widths.enumerated() {
                    for column in 0..<min(width, known[position]) {
                        output[start + column] = values[position][row * known[position] + column]
                    }
                    start += width
                }
            }
            return [output]
        }
    }

    /// `ZipMap` and `DictVectorizer`: rows of numbers whose columns have names. The names belong to the model's border.
    static func named(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let names = try ColumnNames(context.node)
        guard (1...2).contains(data.shape.count), data.shape.last == names.labels.count else {
            throw context.fail("it names \(names.labels.count) columns, found the shape \(data.shape)")
        }
        let shape = data.shape.count == 1 ? [1] + data.shape : data.shape
        return .view(as: try context.result(data.dtype, shape))
    }
}
