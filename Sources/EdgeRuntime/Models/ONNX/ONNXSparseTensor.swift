import EdgeTensors
internal import SwiftProtobuf

extension ONNXTensorReader {
    /// A tensor whose file holds the elements that are not zero, and where they stand.
    func dense(_ proto: Onnx_SparseTensorProto) throws -> Tensor {
        let name = proto.values.name
        let label = "sparse tensor `\(name)`"
        let values = try tensor(proto.values, named: name)
        let places = try tensor(proto.indices, named: "\(name).indices")
        let shape = try proto.dims.map { extent -> Int in
            guard extent >= 0, extent <= Int64(Int32.max) else {
                throw ModelError.malformed("ONNX", "\(label) has the extent \(extent)")
            }
            return Int(extent)
        }
        guard shape.count <= 16, let count = Tensor.elementCount(of: shape),
            let bytes = values.dtype.byteCount(of: count)
        else { throw ModelError.malformed("ONNX", "\(label) claims the shape \(shape), more than memory can address") }
        // Zeros that the file does not hold are bounded by what it does.
        guard bytes <= max(values.count, 1) * Self.sparseRatio + 1 << 20 else {
            throw ModelError.unsupported(
                "\(label) of shape \(shape) holds \(values.count) elements: too few for the memory that it takes")
        }
        guard !values.dtype.isPacked, values.dtype != .text, values.rank == 1, count > 0 || values.count == 0,
            let numbers = places.integerValues(),
            places.rank == 1
                ? numbers.count == values.count : places.shape == [values.count, shape.count]
        else { throw ModelError.malformed("ONNX", "\(label) has places that do not fit its elements") }
        let width = values.dtype.bits / 8
        var stored = [UInt8](repeating: 0, count: bytes)
        let source = try values.withBytes { Array($0) }
        for element in 0..<values.count {
            var place = 0
            if places.rank == 1 {
                place = numbers[element]
            } else {
                for axis in shape.indices {
                    let index = numbers[element * shape.count + axis]
                    guard index >= 0, index < shape[axis] else { place = -1; break }
                    place = place * shape[axis] + index
                }
            }
            guard place >= 0, place < count else {
                throw ModelError.malformed("ONNX", "\(label) has an element outside its shape \(shape)")
            }
            for byte in 0..<width { stored[place * width + byte] = source[element * width + byte] }
        }
        return try Tensor(bytes: stored, shape: shape, dtype: values.dtype)
    }

    /// How many bytes an element that is held may stand for.
    private static let sparseRatio = 1 << 16
}
