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
        switch self {
        case .f32: 0
        case .f16: 1
        case .i32: 2
        case .u8: 3
        case .i64: 4
        case .bool: 6
        case .i16: 7
        case .i8: 9
        case .f64: 10
        case .u64: 12
        case .u32: 15
        case .u16: 16
        case .i4: 17
        case .bf16: 18
        case .i2: 19
        case .u4: 20
        }
    }
}
