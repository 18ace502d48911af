public import EdgeLang
public import EdgeTensors

/// A tensor as scripts hold it. It never changes.
public final class TensorObject: HostObject {
    public static let typeName = "tensor"

    public let tensor: Tensor

    public init(_ tensor: Tensor) { self.tensor = tensor }

    public var byteCount: Int { tensor.byteCount }

    public func display(_ options: DisplayOptions) -> String { TensorText.describe(tensor) }

    public var fieldNames: [String] { ["shape", "dtype", "count", "rank", "size"] }

    public func field(_ name: String, _ context: CallContext) throws -> Value? {
        switch name {
        case "shape": try tensor.shape.encode(context)
        case "dtype": context.string(tensor.dtype.rawValue)
        case "count": .int(tensor.count)
        case "rank": .int(tensor.rank)
        case "size": .quantity(Double(tensor.byteCount), .size)
        default: nil
        }
    }

    public func isEqual(to other: any HostObject) -> Bool {
        guard let other = (other as? TensorObject)?.tensor else { return false }
        guard tensor.dtype == other.dtype, tensor.shape == other.shape else { return false }
        guard let left = try? TensorNumbers(tensor), let right = try? TensorNumbers(other) else { return false }
        if tensor.dtype == .text { return (0..<tensor.count).allSatisfy { left.plain($0) == right.plain($0) } }
        return (0..<tensor.count).allSatisfy { left[$0] == right[$0] }
    }

    public var plainValue: PlainValue { (try? TensorNumbers(tensor).nested()) ?? .null }

    /// The rows of the first axis.
    public var elementCount: Int? { tensor.shape.first }

    public func element(at index: Int, _ context: CallContext) throws -> Value {
        let row = Array(tensor.shape.dropFirst())
        let numbers = try TensorNumbers(tensor)
        if row.isEmpty { return try numbers.plain(index).encode(context) }
        let whole = try tensor.contiguous()
        let width = row.reduce(1, *)
        guard !tensor.dtype.isPacked else {
            throw RuntimeError(
                .tensorContents, "a tensor of packed \(tensor.dtype.rawValue) has no rows of its own",
                hint: "`to_list` gives its numbers")
        }
        return try TensorObject(
            Tensor(
                dtype: tensor.dtype, shape: row, strides: Tensor.contiguousStrides(of: row),
                offset: whole.offset + index * width, storage: whole.storage)
        ).encode(context)
    }
}
