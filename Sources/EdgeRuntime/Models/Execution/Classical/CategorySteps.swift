import EdgeTensors

/// `LabelEncoder`, `CategoryMapper` and `OneHotEncoder`.
enum CategorySteps {
    static func encoder(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let operand = try context.operand(0)
        let encoding = try LabelEncoding(context.node, takesText: operand.dtype == .text)
        let index = try CategoryIndex(encoding.keys, of: operand.dtype, context)
        let values = try context.elementBytes(encoding.values)
        let standard = try context.elementBytes(encoding.standard)
        let result = try context.result(encoding.values.dtype, operand.shape)
        let (count, width) = (result.count, standard.count)
        return Lowered([result]) { memory throws(ModelError) in
            values.withUnsafeBytes { values in
                standard.withUnsafeBytes { standard in
                    guard let other = standard.baseAddress else { return }
                    for element in 0..<count {
                        let found = index.position(memory.inputs[0], element)
                        let source = found.flatMap { place in values.baseAddress.map { $0 + place * width } } ?? other
                        (memory.outputs[0] + element * width).copyMemory(from: source, byteCount: width)
                    }
                }
            }
        }
    }

    /// The categories of a `OneHotEncoder`.
    static func categories(_ node: Node) throws(ModelError) -> Tensor {
        do {
            if case .strings(let texts)? = node.attributes["cats_strings"], !texts.isEmpty {
                return try Tensor(texts: texts, shape: [texts.count])
            }
            return try Tensor.int64s(node.ints("cats_int64s") ?? [])
        } catch { throw node.bad("\(error)") }
    }

    /// `OneHotEncoder`: a new last axis with a one where the category stands.
    static func oneHot(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let operand = try context.operand(0)
        let categories = try categories(context.node)
        let index = try CategoryIndex(categories, of: operand.dtype, context)
        let allowsOthers = (context.node.int("zeros") ?? 1) != 0
        let width = categories.count
        let result = try context.result(.f32, operand.shape + [width])
        let count = operand.type.count
        return Lowered([result]) { memory throws(ModelError) in
            let output = memory.output(0, as: Float.self)
            output.initialize(repeating: 0, count: count * width)
            for element in 0..<count {
                if let place = index.position(memory.inputs[0], element) {
                    output[element * width + place] = 1
                } else if !allowsOthers {
                    throw context.fail("element \(element) is none of its \(width) categories")
                }
            }
        }
    }
}
