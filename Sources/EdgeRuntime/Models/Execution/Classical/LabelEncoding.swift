import EdgeTensors

/// The table of `LabelEncoder` and of `CategoryMapper`: keys, a value for each, and one for everything else.
struct LabelEncoding {
    let keys: Tensor
    let values: Tensor
    /// One element of the values' type.
    let standard: Tensor

    /// - Parameter takesText: whether the input holds texts; decides which way a `CategoryMapper` goes.
    init(_ node: Node, takesText: Bool) throws(ModelError) {
        do {
            if node.op == .categoryMapper {
                guard case .strings(let texts)? = node.attributes["cats_strings"],
                    let numbers = node.ints("cats_int64s"), texts.count == numbers.count
                else { throw node.bad("its `cats_strings` and `cats_int64s` are not as many") }
                let words = try Tensor(texts: texts, shape: [texts.count])
                let integers = try Tensor.int64s(numbers)
                (keys, values) = takesText ? (words, integers) : (integers, words)
            } else {
                keys = try Self.list(node, "keys")
                values = try Self.list(node, "values")
            }
            standard = try Self.standard(node, for: values.dtype)
        } catch let error as ModelError {
            throw error
        } catch { throw node.bad("\(error)") }
        guard keys.count == values.count, !keys.dtype.isPacked, !values.dtype.isPacked else {
            throw node.bad("it has \(keys.count) keys and \(values.count) values")
        }
        guard standard.count == 1, standard.dtype == values.dtype else {
            throw node.bad("its default is no single \(values.dtype.rawValue)")
        }
    }

    private static func list(_ node: Node, _ prefix: String) throws -> Tensor {
        if case .tensor(let tensor)? = node.attributes["\(prefix)_tensor"] { return try tensor.contiguous() }
        if case .strings(let texts)? = node.attributes["\(prefix)_strings"] {
            return try Tensor(texts: texts, shape: [texts.count])
        }
        if let numbers = node.ints("\(prefix)_int64s") { return try Tensor.int64s(numbers) }
        if case .floats(let numbers)? = node.attributes["\(prefix)_floats"] {
            return try Tensor(numbers, shape: [numbers.count])
        }
        throw node.bad("its `\(prefix)` are missing")
    }

    private static func standard(_ node: Node, for dtype: DType) throws -> Tensor {
        if case .tensor(let tensor)? = node.attributes["default_tensor"] { return tensor }
        switch dtype {
        case .text: return try Tensor(texts: [node.string("default_string") ?? "_Unused"], shape: [1])
        case .f32, .f64, .f16, .bf16:
            return try Tensor(numbers: [Double(node.float("default_float") ?? -0.0)], shape: [1], dtype: dtype)
        default: return try Tensor(integers: [Int64(node.int("default_int64") ?? -1)], shape: [1], dtype: dtype)
        }
    }
}
