extension Tensor: CustomStringConvertible {
    /// Type and shape, then the elements as nested lists, long axes shortened in the middle.
    public var description: String {
        let header = "\(dtype.rawValue)[\(shape.map(String.init).joined(separator: ", "))]"
        guard let body = try? elementText(edge: count <= 64 ? Int.max : 3) else { return header }
        return "\(header) \(body)"
    }

    /// The elements as nested lists; of an axis longer than twice `edge` only the first and last `edge` are shown.
    private func elementText(edge: Int) throws -> String {
        guard let extent = shape.first else { return try scalarText() }
        let shown: [Int?] =
            edge == Int.max || extent <= 2 * edge
            ? Array(0..<extent) : Array(0..<edge) + [nil] + Array(extent - edge..<extent)
        let parts = try shown.map { position in
            guard let position else { return "…" }
            return try selected(axis: 0, at: position).elementText(edge: edge)
        }
        return "[" + parts.joined(separator: ", ") + "]"
    }

    private func scalarText() throws -> String {
        switch dtype {
        case .bool: try integers().first == 0 ? "false" : "true"
        case .f64: try numbers().first.map { "\($0)" } ?? ""
        // The shortest text of the narrow type, not the long one of its exact value.
        case .f32, .bf16, .narrow: try numbers().first.map { "\(Float($0))" } ?? ""
        case .f16: try numbers().first.map { "\(Float16($0))" } ?? ""
        case .u64: try withElements(of: UInt64.self) { $0.first.map { "\($0)" } ?? "" }
        case .text: try texts().first.map { "\"\($0)\"" } ?? ""
        case .i64, .i32, .i16, .i8, .u32, .u16, .u8, .i4, .u4, .i2, .u2: try integers().first.map { "\($0)" } ?? ""
        }
    }
}
