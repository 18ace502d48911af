import EdgeTensors

/// Comparing what a session gives with what another runtime gave.
enum ReferenceAnswers {
    /// The elements as numbers, as stored.
    static func numbers(_ tensor: Tensor) throws -> [Double] {
        switch tensor.dtype {
        case .f32: try tensor.elements(as: Float.self).map(Double.init)
        case .f64: try tensor.elements(as: Double.self)
        case .i64: try tensor.elements(as: Int64.self).map(Double.init)
        case .i32: try tensor.elements(as: Int32.self).map(Double.init)
        case .i16: try tensor.elements(as: Int16.self).map(Double.init)
        case .i8: try tensor.elements(as: Int8.self).map(Double.init)
        case .u8: try tensor.elements(as: UInt8.self).map(Double.init)
        case .bool: try tensor.elements(as: Bool.self).map { $0 ? 1 : 0 }
        case .f16: try tensor.withBytes { $0.bindMemory(to: Float16.self).map(Double.init) }
        case .bf16, .u64, .u32, .u16, .i4, .u4, .i2: []
        }
    }

    /// The largest difference, equal infinities and NaNs left out.
    static func largestDifference(_ first: [Double], _ second: [Double]) -> Double {
        guard first.count == second.count else { return .infinity }
        return zip(first, second).map { $0 == $1 || ($0.isNaN && $1.isNaN) ? 0 : abs($0 - $1) }
            .reduce(0) { $0 > $1 || $0.isNaN ? $0 : $1 }
    }

    /// Where the largest element stands.
    static func largestIndex(_ values: [Double]) -> Int? { values.indices.max { values[$0] < values[$1] } }
}
