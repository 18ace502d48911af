import EdgeLang
import EdgeTensors

extension Primitives {
    /// The element types that a script can ask for.
    enum ElementType: String, BuiltinChoice {
        case f32, f64, i64, i32, i16, i8, u8, bool
    }

    /// Tensors in scripts.
    static let tensors: [BuiltinSpec] = [
        BuiltinSpec(
            "tensor", "Makes a tensor of numbers or texts.",
            .value(
                "values", OneOf<TensorObject, PlainValue>.self,
                "a number or text, a list of them, or lists of such lists of one length"),
            .label(
                "dtype", ElementType?.self,
                "the type of the elements; `f32` for floats, `i64` for ints, `bool` for truth values, `text` for texts"),
            .label("shape", [Int]?.self, "another shape for the same number of elements"),
            returns: "the tensor", type: "tensor", topic: "Tensors", seeAlso: ["to_list", "run"],
            examples: [
                Example("tensor([[1, 2, 3], [4, 5, 6]]).shape", "[2, 3]"),
                Example("tensor([1, 2, 3, 4], dtype: \"f32\", shape: [2, 2]).dtype", "\"f32\""),
            ]
        ) { context, values, dtype, shape in
            var tensor: Tensor
            switch values {
            case .first(let object):
                tensor = object.tensor
                if let dtype, dtype.rawValue != tensor.dtype.rawValue {
                    guard tensor.dtype != .text else {
                        throw RuntimeError(.tensorContents, "texts have no numbers to turn into \(dtype.rawValue)")
                    }
                    let numbers = try TensorNumbers(tensor)
                    tensor = try TensorBuilder.tensor(
                        (0..<tensor.count).map { numbers[$0] }, shape: tensor.shape, dtype: dtype)
                }
            case .second(let plain): tensor = try TensorBuilder.tensor(plain, dtype: dtype)
            }
            if let shape { tensor = try tensor.reshaped(shape) }
            return TensorObject(tensor)
        },
        BuiltinSpec(
            "to_list", "Gives the elements of a tensor as lists.",
            .value("tensor", TensorObject.self, "the tensor"),
            returns: "lists of lists, one level an axis; the element itself where the tensor has no axes", type: "any",
            topic: "Tensors", seeAlso: ["tensor"],
            examples: [Example("to_list(tensor([[1, 2], [3, 4]]))", "[[1, 2], [3, 4]]")]
        ) { _, object in
            guard object.tensor.count <= 50_000_000 else {
                throw RuntimeError(.tensorContents, "\(object.tensor.count) elements are too many for lists")
            }
            return try TensorNumbers(object.tensor).nested()
        },
    ]
}
