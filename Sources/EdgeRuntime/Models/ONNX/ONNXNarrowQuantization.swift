import EdgeTensors

/// `QuantizeLinear` and `DequantizeLinear` of 8-bit and 4-bit floating-point numbers: casts and products, as such numbers have their own way
/// to round.
extension ONNXGraphReader {
    /// The narrow type that a quantizing node reads or writes, nil where it is one of integers.
    func narrowType(of source: ONNXNode) -> DType? {
        let types = [
            source.input(2).flatMap { graph.type(of: $0)?.dtype },
            source.op == "DequantizeLinear" ? source.input(0).flatMap { graph.type(of: $0)?.dtype } : nil,
            source.int("output_dtype").flatMap { DType(onnx: $0) },
        ]
        return types.lazy.compactMap { $0 }.first(where: \.isNarrow)
    }

    mutating func readNarrowQuantization(_ source: ONNXNode, _ dtype: DType) throws {
        guard let data = source.input(0), let scale = source.input(1) else {
            throw ModelError.inconsistent("\(source.op) `\(source.name)` has \(source.inputs.count) inputs, it takes 3")
        }
        let scales = try aligned(source, scale, of: data, "scales")
        if source.op == "DequantizeLinear" {
            let target: [String: Attribute] = ["to": .string((graph.type(of: scale)?.dtype ?? .f32).rawValue)]
            var numbers = step(.cast, source, "numbers", [data], target)
            if let zeroPoint = try shift(source, of: data, target) {
                numbers = step(.sub, source, "centred", [numbers, zeroPoint])
            }
            return try finish(.mul, source, [numbers, scales])
        }
        let single: [String: Attribute] = ["to": .string(DType.f32.rawValue)]
        var quotient = step(
            .div, source, "quotient",
            [step(.cast, source, "single", [data], single), step(.cast, source, "divisor", [scales], single)])
        if let zeroPoint = try shift(source, of: data, single) {
            quotient = step(.add, source, "shifted", [quotient, zeroPoint])
        }
        var target: [String: Attribute] = ["to": .string(dtype.rawValue)]
        if let saturate = source.int("saturate") { target["saturate"] = .int(saturate) }
        try finish(.cast, source, [quotient], target)
        // Who reads it may want to know how many axes it has.
        if let id = source.outputs.first.flatMap({ values[$0] }), graph.type(of: id) == nil {
            graph[id].type = TensorType(dtype: dtype, shape: graph.type(of: data)?.shape)
        }
    }

    /// The zero point as a wider number, nil where there is none or it is zero, as it should be.
    private mutating func shift(_ source: ONNXNode, of data: ValueID, _ type: [String: Attribute]) throws -> ValueID? {
        guard let zeroPoint = source.input(2) else { return nil }
        if graph.constants[zeroPoint]?.realValues()?.allSatisfy({ $0 == 0 }) == true { return nil }
        return step(.cast, source, "shift", [try aligned(source, zeroPoint, of: data, "zero_points")], type)
    }

    /// Scales or zero points in a shape that spreads over the data: one for all, one an index of an axis, or one a block of an axis.
    private mutating func aligned(_ source: ONNXNode, _ scale: ValueID, of data: ValueID, _ suffix: String) throws
        -> ValueID
    {
        guard let shape = graph.constants[scale]?.shape ?? graph.type(of: scale)?.fixedShape else {
            throw ModelError.unsupported("\(source.op) `\(source.name)` has a scale of an unknown shape")
        }
        if shape.allSatisfy({ $0 == 1 }), shape.count <= 1 { return scale }
        guard let extents = graph.constants[data]?.shape.map(Dimension.fixed) ?? graph.type(of: data)?.shape else {
            throw ModelError.unsupported("\(source.op) `\(source.name)` has a scale for each index of an unknown shape")
        }
        let named = source.int("axis") ?? 1
        let axis = named < 0 ? named + extents.count : named
        guard extents.indices.contains(axis) else {
            throw ModelError.inconsistent("\(source.op) `\(source.name)` has axis \(named) of \(extents.count)")
        }
        let block = source.int("block_size") ?? 0
        guard block > 0 else {
            var spread = [Int](repeating: 1, count: extents.count)
            spread[axis] = -1
            let along = try constant("\(source.outputs.first ?? "")/\(suffix)/shape", int64s: spread)
            return step(.reshape, source, suffix, [scale, along])
        }
        guard case .fixed(let extent) = extents[axis], extent <= 1 << 24, shape.count == extents.count,
            shape[axis] == (extent - 1) / block + 1
        else {
            throw ModelError.unsupported(
                "\(source.op) `\(source.name)` has blocks of \(block) that do not fit its axis")
        }
        let blocks = try constant(
            "\(source.outputs.first ?? "")/\(suffix)/blocks", int64s: (0..<extent).map { $0 / block })
        return step(.gather, source, suffix, [scale, blocks], ["axis": .int(axis)])
    }
}
