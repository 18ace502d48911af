import EdgeTensors

/// Operators that the graph has no word for, and that a few of its words say.
extension TFLiteGraphReader {
    mutating func convertComposite(_ operation: TFLiteOperation, _ code: TFLiteOperatorCode) throws {
        switch code {
        case .addN: try readSum(operation)
        case .floorDiv: try readFloorDivision(operation)
        case .l2Normalization: try readUnitLength(operation)
        case .l2Pool2d: try readRootMeanSquarePool(operation)
        case .gelu: try readGelu(operation)
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

    /// `x * Φ(x)`, or its approximation by the hyperbolic tangent.
    private mutating func readGelu(_ operation: TFLiteOperation) throws {
        let data = try real(operation, 0)
        let result = try realOutput(operation)
        var argument: ValueID
        if try operation.bool(0) {
            let square = step(.mul, operation, [data, data], "/square")
            let cube = step(.mul, operation, [square, data], "/cube")
            let share = step(.mul, operation, [cube, try number(operation, "/factor", 0.044715)], "/share")
            let sum = step(.add, operation, [data, share], "/argument")
            let scaled = step(.mul, operation, [sum, try number(operation, "/root", 0.7978845608)], "/scaled")
            argument = step(.tanh, operation, [scaled], "/tanh")
        } else {
            let scaled = step(.mul, operation, [data, try number(operation, "/root", 0.7071067812)], "/scaled")
            argument = step(.erf, operation, [scaled], "/erf")
        }
        argument = step(.add, operation, [argument, try number(operation, "/one", 1)], "/shifted")
        let half = step(.mul, operation, [data, try number(operation, "/half", 0.5)], "/halved")
        emit(.mul, operation, [half, argument], to: [result])
        try store(operation, result)
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
