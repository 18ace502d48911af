import EdgeTensors

/// TFLite's numbers for the types of elements (`TensorType` of the schema).
extension DType {
    init?(tflite code: Int8) {
        switch code {
        case 0: self = .f32
        case 1: self = .f16
        case 2: self = .i32
        case 3: self = .u8
        case 4: self = .i64
        case 6: self = .bool
        case 7: self = .i16
        case 9: self = .i8
        case 10: self = .f64
        case 12: self = .u64
        case 15: self = .u32
        case 16: self = .u16
        case 17: self = .i4
        case 18: self = .bf16
        case 19: self = .i2
        case 20: self = .u4
        default: return nil
        }
    }

    var tfliteCode: Int8 {
        get throws(ModelError) {
            switch self {
            case .f32: return 0
            case .f16: return 1
            case .i32: return 2
            case .u8: return 3
            case .i64: return 4
            case .bool: return 6
            case .i16: return 7
            case .i8: return 9
            case .f64: return 10
            case .u64: return 12
            case .u32: return 15
            case .u16: return 16
            case .i4: return 17
            case .bf16: return 18
            case .i2: return 19
            case .u4: return 20
            case .narrow, .u2, .text:
                throw .unsupported("TFLite files of elements of type \(rawValue) are not written: save to ONNX instead")
            }
        }
    }
}
