import EdgeTensors
internal import FoundationEssentials
internal import SwiftProtobuf

/// Makes tensors of `TensorProto` messages. What a message claims is checked against the bytes it brings before any memory is taken.
struct ONNXTensorReader {
    /// Weights kept beside the model file.
    let external: ONNXExternalData

    init(folder: String?) { external = ONNXExternalData(folder: folder) }

    func tensor(_ proto: Onnx_TensorProto, named name: String) throws -> Tensor {
        let label = "tensor `\(name)`"
        guard let dtype = DType(onnx: Int(proto.dataType)) else {
            throw ModelError.unsupported("\(label) has elements of ONNX type \(proto.dataType), which is not supported")
        }
        let shape = try shape(proto, label: label)
        guard let count = Tensor.elementCount(of: shape), let byteCount = dtype.byteCount(of: count) else {
            throw ModelError.malformed("ONNX", "\(label) claims the shape \(shape), more than memory can address")
        }
        guard !proto.hasSegment else { throw ModelError.unsupported("\(label) is stored in segments") }
        if dtype == .text { return try texts(proto, shape: shape, count: count, label: label) }
        if proto.dataLocation == .external || !proto.externalData.isEmpty {
            return try external.tensor(of: proto, shape: shape, dtype: dtype, expected: byteCount, label: label)
        }
        if !proto.rawData.isEmpty {
            guard proto.rawData.count == byteCount else {
                throw ModelError.malformed(
                    "ONNX",
                    "\(label) of shape \(shape) and type \(dtype.rawValue) takes \(byteCount) bytes, found \(proto.rawData.count)"
                )
            }
            return try Tensor(bytes: proto.rawData, shape: shape, dtype: dtype)
        }
        return try typedTensor(proto, dtype: dtype, shape: shape, count: count, label: label)
    }

    private func shape(_ proto: Onnx_TensorProto, label: String) throws -> [Int] {
        guard proto.dims.count <= 16 else {
            throw ModelError.malformed("ONNX", "\(label) has \(proto.dims.count) axes")
        }
        return try proto.dims.map { extent in
            guard extent >= 0 else { throw ModelError.malformed("ONNX", "\(label) has the negative extent \(extent)") }
            return Int(extent)
        }
    }

    /// The fields for older files, one number an entry, several types sharing a field.
    private func typedTensor(
        _ proto: Onnx_TensorProto, dtype: DType, shape: [Int], count: Int, label: String
    ) throws -> Tensor {
        func check(_ found: Int) throws {
            guard found == count else {
                throw ModelError.malformed("ONNX", "\(label) of shape \(shape) has \(count) elements, found \(found)")
            }
        }
        switch dtype {
        case .f32:
            try check(proto.floatData.count)
            return try Tensor(proto.floatData, shape: shape)
        case .f64:
            try check(proto.doubleData.count)
            return try Tensor(proto.doubleData, shape: shape)
        case .i64:
            try check(proto.int64Data.count)
            return try Tensor(proto.int64Data, shape: shape)
        case .u64, .u32:
            try check(proto.uint64Data.count)
            return try Tensor.integers(proto.uint64Data.map { Int(truncatingIfNeeded: $0) }, shape: shape, dtype: dtype)
        case .i32, .i16, .i8, .u16, .u8, .bool:
            try check(proto.int32Data.count)
            return try Tensor.integers(proto.int32Data.map(Int.init), shape: shape, dtype: dtype)
        case .f16, .bf16:
            try check(proto.int32Data.count)
            let bytes = proto.int32Data.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
            return try Tensor(bytes: bytes, shape: shape, dtype: dtype)
        case .i4, .u4, .i2, .u2, .narrow:
            // One byte an entry, whether of one element or of several packed ones.
            let bytes = proto.int32Data.map { UInt8(truncatingIfNeeded: $0) }
            guard bytes.count == dtype.byteCount(of: count) else {
                throw ModelError.malformed(
                    "ONNX", "\(label) of shape \(shape) has \(count) elements, found \(bytes.count) bytes")
            }
            return try Tensor(bytes: bytes, shape: shape, dtype: dtype)
        case .text: return try texts(proto, shape: shape, count: count, label: label)
        }
    }

    /// Texts stand in a field of their own. Bytes that are no UTF-8 are replaced by the sign for that.
    private func texts(_ proto: Onnx_TensorProto, shape: [Int], count: Int, label: String) throws -> Tensor {
        guard proto.stringData.count == count, proto.rawData.isEmpty, proto.externalData.isEmpty else {
            throw ModelError.malformed(
                "ONNX", "\(label) of shape \(shape) has \(count) texts, found \(proto.stringData.count)")
        }
        return try Tensor(texts: proto.stringData.map { String(decoding: $0, as: UTF8.self) }, shape: shape)
    }
}
