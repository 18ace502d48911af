import EdgeTensors

/// Operators that the graph has no word for, and that a few of its words say.
extension TFLiteGraphReader {
    mutating func convertComposite(_ operation: TFLiteOperation, _ code: TFLiteOperatorCode) throws {
        switch code {
        case .addN: try readSum(operation)
        case .floorDiv: try readFloorDivision(operation)
        case .l2Normalization: try readUnitLength(operation)
        case .l2Pool2d: try readRootMeanSquarePool(operation)
        case .floorMod: try readFloorRemainder(operation)
        case .atan2: try readAngle(operation)
        case .localResponseNormalization: try readLocalResponse(operation)
        case .fakeQuant: try readFakeQuantization(operation)
        case .reduceAny, .reduceAll: try readTruths(operation, any: code == .reduceAny)
        case .bucketize: try readBuckets(operation)
        case .matrixDiag: try readDiagonal(operation)
        case .matrixSetDiag: try readNewDiagonal(operation)
        case .broadcastArgs: try readCommonShape(operation)
        default: reportUnsupported(operation)
        }
    }

    private mutating func value(_ operation: TFLiteOperation, _ suffix: String, _ dtype: DType = .f32) -> ValueID {
        intermediate(operation, suffix, TensorType(dtype: dtype, shape: nil))
    }

    /// A node between the others of an operator; its result.
    private mutating func step(
        _ op: Operator, _ operation: TFLiteOperation, _ inputs: [ValueID?], _ suffix: String,
        _ attributes: [String: Attribute] = [:], dtype: DType = .f32
    ) -> ValueID {
        let result = value(operation, suffix, dtype)
        emit(op, operation, inputs, to: [result], attributes, suffix: suffix)
        return result
    }

    private mutating func number(_ operation: TFLiteOperation, _ suffix: String, _ value: Float) throws -> ValueID {
        constant(operation, suffix, try Tensor(scalar: value))
    }

    private mutating func readSum(_ operation: TFLiteOperation) throws {
        guard !operation.inputs.isEmpty else { _ = try required(operation, 0); return }
        var current = try required(operation, 0)
        let dtype = graph.type(of: current)?.dtype ?? .f32
        for position in operation.inputs.indices.dropFirst() {
            let next = try required(operation, position)
            if position == operation.inputs.count - 1 {
                return emit(.add, operation, [current, next], to: [try output(operation)])
            }
            current = step(.add, operation, [current, next], "/sum\(position)", dtype: dtype)
        }
        emit(.identity, operation, [current], to: [try output(operation)])
    }

    /// Rounded down; of integers through real numbers, which are exact up to 2⁵³.
    private mutating func readFloorDivision(_ operation: TFLiteOperation) throws {
        let first = try real(operation, 0)
        let second = try real(operation, 1)
        guard let dtype = graph.type(of: first)?.dtype, !dtype.isFloat else {
            let result = try realOutput(operation)
            let quotient = step(.div, operation, [first, second], "/quotient")
            emit(.floor, operation, [quotient], to: [result])
            return try store(operation, result)
        }
        let wide: [String: Attribute] = ["to": .string(DType.f64.rawValue)]
        let parts: [ValueID?] = [
            step(.cast, operation, [first], "/wide0", wide, dtype: .f64),
            step(.cast, operation, [second], "/wide1", wide, dtype: .f64),
        ]
        let quotient = step(.div, operation, parts, "/quotient", dtype: .f64)
        let floor = step(.floor, operation, [quotient], "/floor", dtype: .f64)
        emit(.cast, operation, [floor], to: [try output(operation)], ["to": .string(dtype.rawValue)])
    }

    /// Vectors of length one along the last axis.
    private mutating func readUnitLength(_ operation: TFLiteOperation) throws {
        let data = try real(operation, 0)
        let result = try realOutput(operation)
        let squares = step(.mul, operation, [data, data], "/squares")
        let sums = step(
            .reduceSum, operation, [squares, try int64s(operation, "/axis", [-1])], "/sums", ["keepdims": .int(1)])
        let lengths = step(.sqrt, operation, [sums], "/lengths")
        let bounded = step(.maximum, operation, [lengths, try number(operation, "/least", 1e-6)], "/bounded")
        emit(.div, operation, [data, bounded], to: [result])
        try store(operation, result)
    }

    private mutating func readRootMeanSquarePool(_ operation: TFLiteOperation) throws {
        let data = try required(operation, 0)
        let squares = step(.mul, operation, [data, data], "/squares")
        graph[squares].type = graph.type(of: data)
        let means = value(operation, "/means")
        try emitPool(operation, .averagePool, squares, to: means)
        try emitActivated(.sqrt, operation, [means], to: output(operation), activation: operation.byte(5))
    }

    /// The remainder with the sign of the divisor; of floats through `fmod`, which has that of the dividend.
    private mutating func readFloorRemainder(_ operation: TFLiteOperation) throws {
        let first = try real(operation, 0)
        let second = try real(operation, 1)
        let result = try realOutput(operation)
        guard graph.type(of: first)?.dtype.isFloat == true else {
            return emit(.mod, operation, [first, second], to: [result], ["fmod": .int(0)])
        }
        let rest = step(.mod, operation, [first, second], "/rest", ["fmod": .int(1)])
        let lifted = step(.add, operation, [rest, second], "/lifted")
        emit(.mod, operation, [lifted, second], to: [result], ["fmod": .int(1)])
        try store(operation, result)
    }

    /// The angle of the point (x, y): the arctangent of y/x, half a turn further left of the y axis.
    private mutating func readAngle(_ operation: TFLiteOperation) throws {
        let (y, x) = (try required(operation, 0), try required(operation, 1))
        guard graph.type(of: y)?.dtype == .f32 else { return reportUnsupported(operation, "of this type") }
        let zero = try number(operation, "/zero", 0)
        let slope = step(.div, operation, [y, x], "/slope")
        let angle = step(.atan, operation, [slope], "/angle")
        let isBelow = step(.less, operation, [y, zero], "/below", dtype: .bool)
        let half = step(
            .selectWhere, operation,
            [isBelow, try number(operation, "/down", -.pi), try number(operation, "/up", .pi)],
            "/half")
        let isLeft = step(.less, operation, [x, zero], "/left", dtype: .bool)
        let turn = step(.selectWhere, operation, [isLeft, half, zero], "/turn")
        let sum = step(.add, operation, [angle, turn], "/sum")
        let still = step(.equal, operation, [x, zero], "/still", dtype: .bool)
        let level = step(.equal, operation, [y, zero], "/level", dtype: .bool)
        let nowhere = step(.and, operation, [still, level], "/nowhere", dtype: .bool)
        emit(.selectWhere, operation, [nowhere, zero, sum], to: [try output(operation)])
    }

    /// ONNX's operator sums over the second axis and divides the factor by the number of summands.
    private mutating func readLocalResponse(_ operation: TFLiteOperation) throws {
        let data = try required(operation, 0)
        let radius = try operation.int(0)
        guard (0...4096).contains(radius), graph.type(of: data)?.shape?.count == 4 else {
            return reportUnsupported(operation, "of radius \(radius)")
        }
        let size = 2 * radius + 1
        let first = step(.transpose, operation, [data], "/channels_first", ["perm": .ints([0, 3, 1, 2])])
        let normal = step(
            .localResponseNormalization, operation, [first], "/normal",
            [
                "size": .int(size), "bias": .float(try operation.float(1, 0)),
                "alpha": .float(try operation.float(2, 0) * Float(size)), "beta": .float(try operation.float(3, 0)),
            ])
        emit(.transpose, operation, [normal], to: [try output(operation)], ["perm": .ints([0, 2, 3, 1])])
    }

    /// Rounded to the steps of a quantization whose zero is exact, as training saw it.
    private mutating func readFakeQuantization(_ operation: TFLiteOperation) throws {
        let (low, high) = (try operation.float(0, 0), try operation.float(1, 0))
        let bits = try operation.int(2, 8)
        guard low <= 0, high >= 0, low < high, low.isFinite, high.isFinite, (2...8).contains(bits) else {
            return reportUnsupported(operation, "of \(bits) bits over \(low)...\(high)")
        }
        let least: Float = try operation.bool(3) ? 1 : 0
        let most = Float(1 << bits - 1)
        let scale = (high - low) / (most - least)
        let zero = min(max((least - low / scale).rounded(.toNearestOrAwayFromZero), least), most)
        let data = try required(operation, 0)
        let clipped = value(operation, "/clipped")
        try emitClip(operation, data, to: clipped, (least - zero) * scale, (most - zero) * scale)
        let stored = intermediate(
            operation, "/stored",
            TensorType(dtype: .u8, shape: nil, quantization: Quantization(scale: scale, zeroPoint: Int32(zero))))
        emit(.quantizeLinear, operation, [clipped], to: [stored], suffix: "/quantize")
        emit(.dequantizeLinear, operation, [stored], to: [try output(operation)])
    }

    /// Truth values reduce as the numbers 0 and 1.
    private mutating func readTruths(_ operation: TFLiteOperation, any: Bool) throws {
        let numbers = step(
            .cast, operation, [try required(operation, 0)], "/numbers", ["to": .string(DType.i32.rawValue)], dtype: .i32
        )
        let reduced = step(
            any ? .reduceMax : .reduceMin, operation, [numbers, try int64Input(operation, 1, suffix: "/axes")],
            "/reduced",
            ["keepdims": .int(try operation.bool(0) ? 1 : 0)], dtype: .i32)
        emit(.cast, operation, [reduced], to: [try output(operation)], ["to": .string(DType.bool.rawValue)])
    }

    /// How many boundaries each element has reached.
    private mutating func readBuckets(_ operation: TFLiteOperation) throws {
        let data = try required(operation, 0)
        guard let boundaries = try operation.options?.floats(0), graph.type(of: data)?.dtype == .f32 else {
            return try computed(operation, "boundaries")
        }
        let column = step(.unsqueeze, operation, [data, try int64s(operation, "/axis", [-1])], "/column")
        let list = constant(operation, "/boundaries", try Tensor(boundaries, shape: [boundaries.count]))
        let below = step(.less, operation, [column, list], "/below", dtype: .bool)
        let reached = step(.not, operation, [below], "/reached", dtype: .bool)
        let numbers = step(.cast, operation, [reached], "/numbers", ["to": .string(DType.i32.rawValue)], dtype: .i32)
        emit(
            .reduceSum, operation, [numbers, try int64s(operation, "/last", [-1])], to: [try output(operation)],
            ["keepdims": .int(0)])
    }

    // MARK: Diagonals

    /// True on the diagonal of the last two axes.
    private mutating func diagonalMask(_ operation: TFLiteOperation, _ rows: Int, _ columns: Int) throws -> ValueID? {
        guard rows * columns <= 1 << 24 else { return nil }
        let truths = (0..<rows * columns).map { $0 / columns == $0 % columns }
        return constant(operation, "/mask", try Tensor(truths, shape: [rows, columns]))
    }

    private mutating func readDiagonal(_ operation: TFLiteOperation) throws {
        let data = try required(operation, 0)
        guard let type = graph.type(of: data), let extent = type.shape?.last?.fixedValue, extent <= 1 << 12,
            type.quantization == nil, let mask = try diagonalMask(operation, extent, extent)
        else { return try computed(operation, "shape") }
        let column = step(
            .unsqueeze, operation, [data, try int64s(operation, "/axis", [-1])], "/column", dtype: type.dtype)
        let zero = constant(operation, "/zero", try Tensor.integers([0], shape: [], dtype: type.dtype))
        emit(.selectWhere, operation, [mask, column, zero], to: [try output(operation)])
    }

    private mutating func readNewDiagonal(_ operation: TFLiteOperation) throws {
        let data = try required(operation, 0)
        guard let type = graph.type(of: data), let shape = type.shape, shape.count >= 2,
            let rows = shape[shape.count - 2].fixedValue, let columns = shape[shape.count - 1].fixedValue,
            max(rows, columns) <= 1 << 12, let mask = try diagonalMask(operation, rows, columns)
        else { return try computed(operation, "shape") }
        // The diagonal has as many elements as the shorter side: along it, it is repeated over the other.
        let axis = rows <= columns ? -1 : -2
        let line = step(
            .unsqueeze, operation, [try required(operation, 1), try int64s(operation, "/axis", [axis])], "/line",
            dtype: type.dtype)
        emit(.selectWhere, operation, [mask, line, data], to: [try output(operation)])
    }

    /// The shape that two shapes broadcast to: the longer of two extents, the shorter list filled up with ones.
    private mutating func readCommonShape(_ operation: TFLiteOperation) throws {
        var lists: [ValueID] = [try required(operation, 0), try required(operation, 1)]
        let counts = lists.map { graph.type(of: $0)?.fixedShape?.first ?? 0 }
        let dtype = graph.type(of: lists[0])?.dtype ?? .i32
        if let short = counts.firstIndex(where: { $0 < max(counts[0], counts[1]) }) {
            let missing = abs(counts[0] - counts[1])
            guard missing <= 16 else { return try computed(operation, "shape") }
            let ones = constant(
                operation, "/ones",
                try Tensor.integers([Int](repeating: 1, count: missing), shape: [missing], dtype: dtype))
            lists[short] = step(.concat, operation, [ones, lists[short]], "/filled", ["axis": .int(0)], dtype: dtype)
        }
        emit(.maximum, operation, lists.map { $0 }, to: [try output(operation)])
    }
}
