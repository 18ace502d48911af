import EdgeTensors

/// Operators that choose, scatter and count elements, in the words that ONNX has for them.
extension TFLiteGraphReader {
    mutating func convertChoice(_ operation: TFLiteOperation, _ code: TFLiteOperatorCode) throws {
        switch code {
        case .gatherNd:
            emit(
                .gatherND, operation, [try required(operation, 0), try int64Input(operation, 1, suffix: "/indices")],
                to: [try output(operation)])
        case .scatterNd: try readScatter(operation)
        case .topkV2: try readTopK(operation)
        case .oneHot: try readOneHot(operation)
        case .whereTrue: try readPositions(operation)
        case .unique: try readUnique(operation)
        case .sparseToDense: try readSparse(operation)
        case .segmentSum: try readSortedSegments(operation)
        case .unsortedSegmentSum: try readSegments(operation, "add", 0, 0)
        case .unsortedSegmentProd: try readSegments(operation, "mul", 1, 1)
        case .unsortedSegmentMax:
            try readSegments(operation, "max", -Float.greatestFiniteMagnitude, Int(Int32.min))
        case .unsortedSegmentMin: try readSegments(operation, "min", Float.greatestFiniteMagnitude, Int(Int32.max))
        case .dynamicUpdateSlice: try readUpdate(operation)
        case .cumsum:
            emit(
                .cumulativeSum, operation,
                [try required(operation, 0), try int64Input(operation, 1, suffix: "/axis")],
                to: [try output(operation)],
                [
                    "exclusive": .int(try operation.bool(0) ? 1 : 0), "reverse": .int(try operation.bool(1) ? 1 : 0),
                ])
        case .reverseSequence:
            emit(
                .reverseSequence, operation,
                [try required(operation, 0), try int64Input(operation, 1, suffix: "/lengths")],
                to: [try output(operation)],
                ["time_axis": .int(try operation.int(0)), "batch_axis": .int(try operation.int(1))])
        default: reportUnsupported(operation)
        }
    }

    private mutating func long(_ operation: TFLiteOperation, _ suffix: String) -> ValueID {
        intermediate(operation, suffix, TensorType(dtype: .i64, shape: nil))
    }

    private mutating func column(_ operation: TFLiteOperation, _ indices: ValueID) throws -> ValueID {
        let dtype = graph.type(of: indices)?.dtype ?? .i32
        let result = intermediate(operation, "/column", TensorType(dtype: dtype, shape: nil))
        emit(.unsqueeze, operation, [indices, try int64s(operation, "/last", [-1])], to: [result], suffix: "/column")
        return result
    }

    /// 64-bit positions in the type that the file declares for an output.
    private mutating func narrowed(_ operation: TFLiteOperation, _ wide: ValueID, _ position: Int) throws {
        let result = try output(operation, position)
        let dtype = graph.type(of: result)?.dtype ?? .i32
        emit(.cast, operation, [wide], to: [result], ["to": .string(dtype.rawValue)], suffix: "/cast\(position)")
    }

    /// `GATHER` whose first axes are common to data and indices.
    mutating func readBatchedGather(_ operation: TFLiteOperation, _ batchAxes: Int) throws {
        let data = try required(operation, 0)
        let indices = try int64Input(operation, 1, suffix: "/indices")
        guard let rank = graph.type(of: data)?.shape?.count, let own = graph.type(of: indices)?.shape?.count else {
            return try computed(operation, "shape")
        }
        let axis = try operation.int(0)
        let batches = batchAxes < 0 ? batchAxes + own : batchAxes
        guard batches >= 0, (axis < 0 ? axis + rank : axis) == batches else {
            return reportUnsupported(operation, "with batch dimensions before axis \(axis)")
        }
        emit(
            .gatherND, operation, [data, try column(operation, indices)], to: [try output(operation)],
            ["batch_dims": .int(batches)])
    }

    /// A tensor of one number, of a shape that may be computed.
    private mutating func filled(
        _ operation: TFLiteOperation, _ shape: ValueID, _ dtype: DType, _ real: Float, _ integer: Int
    ) throws -> ValueID {
        let value =
            try dtype == .f32 ? Tensor([real], shape: [1]) : Tensor.integers([integer], shape: [1], dtype: dtype)
        let result = intermediate(operation, "/filled", TensorType(dtype: dtype, shape: nil))
        emit(.constantOfShape, operation, [shape], to: [result], ["value": .tensor(value)], suffix: "/filled")
        return result
    }

    private mutating func readScatter(_ operation: TFLiteOperation) throws {
        let result = try output(operation)
        guard let type = graph.type(of: result), type.quantization == nil, type.dtype == .f32 || !type.dtype.isFloat
        else { return reportUnsupported(operation, "of this type") }
        let zeros = try filled(operation, int64Input(operation, 2, suffix: "/shape"), type.dtype, 0, 0)
        emit(
            .scatterND, operation,
            [zeros, try int64Input(operation, 0, suffix: "/indices"), try required(operation, 1)], to: [result],
            type.dtype == .bool ? [:] : ["reduction": .string("add")])
    }

    private mutating func readTopK(_ operation: TFLiteOperation) throws {
        let places = long(operation, "/places")
        emit(
            .topK, operation, [try required(operation, 0), try int64Input(operation, 1, suffix: "/count")],
            to: [try output(operation), places], ["axis": .int(-1), "largest": .int(1), "sorted": .int(1)])
        try narrowed(operation, places, 1)
    }

    /// Negative indices mean nothing here, and the last elements in ONNX.
    private mutating func readOneHot(_ operation: TFLiteOperation) throws {
        let indices = try required(operation, 0)
        let dtype = graph.type(of: indices)?.dtype ?? .i32
        var depth = try required(operation, 1)
        if let numbers = try integers(operation, 1) {
            depth = constant(operation, "/depth", try Tensor.integers(numbers, shape: [], dtype: dtype))
        } else if graph.type(of: depth)?.dtype != dtype {
            return try computed(operation, "depth")
        }
        let zero = constant(operation, "/zero", try Tensor.integers([0], shape: [], dtype: dtype))
        let negative = intermediate(operation, "/negative", TensorType(dtype: .bool, shape: nil))
        emit(.less, operation, [indices, zero], to: [negative], suffix: "/negative")
        let places = intermediate(operation, "/places", TensorType(dtype: dtype, shape: nil))
        emit(.selectWhere, operation, [negative, depth, indices], to: [places], suffix: "/places")
        var pair: [ValueID?] = []
        for position in [3, 2] {
            let number = try required(operation, position)
            let single = intermediate(
                operation, "/value\(position)",
                TensorType(dtype: graph.type(of: number)?.dtype ?? .f32, shape: [.fixed(1)]))
            emit(
                .reshape, operation, [number, try int64s(operation, "/one", [1])], to: [single],
                suffix: "/value\(position)")
            pair.append(single)
        }
        let result = try output(operation)
        let values = intermediate(
            operation, "/values", TensorType(dtype: graph.type(of: result)?.dtype ?? .f32, shape: [.fixed(2)]))
        emit(.concat, operation, pair, to: [values], ["axis": .int(0)], suffix: "/values")
        emit(.oneHot, operation, [places, depth, values], to: [result], ["axis": .int(try operation.int(0))])
    }

    /// `WHERE` of one input: the positions of what is not zero, a row each.
    private mutating func readPositions(_ operation: TFLiteOperation) throws {
        let columns = long(operation, "/columns")
        emit(.nonZero, operation, [try required(operation, 0)], to: [columns], suffix: "/columns")
        emit(.transpose, operation, [columns], to: [try output(operation)], ["perm": .ints([1, 0])])
    }

    private mutating func readUnique(_ operation: TFLiteOperation) throws {
        let first = long(operation, "/first")
        let inverse = long(operation, "/inverse")
        emit(
            .unique, operation, [try required(operation, 0)], to: [try output(operation), first, inverse],
            ["sorted": .int(0)])
        try narrowed(operation, inverse, 1)
    }

    private mutating func readSparse(_ operation: TFLiteOperation) throws {
        var places = try int64Input(operation, 0, suffix: "/places")
        var values = try required(operation, 2)
        guard let rank = graph.type(of: places)?.shape?.count, rank == 1 || rank == 2,
            let count = graph.type(of: places)?.shape?.first?.fixedValue,
            let type = graph.type(of: values)
        else { return try computed(operation, "shape") }
        if rank == 1 { places = try column(operation, places) }
        if type.shape?.isEmpty == true {
            let all = intermediate(operation, "/all", TensorType(dtype: type.dtype, shape: [.fixed(count)]))
            emit(.expand, operation, [values, try int64s(operation, "/count", [count])], to: [all], suffix: "/all")
            values = all
        }
        let dense = intermediate(operation, "/dense", TensorType(dtype: type.dtype, shape: nil))
        let shape = try int64Input(operation, 1, suffix: "/shape")
        emit(.expand, operation, [try required(operation, 3), shape], to: [dense], suffix: "/dense")
        emit(.scatterND, operation, [dense, places, values], to: [try output(operation)])
    }

    // MARK: Segments

    /// Segments in order: the last one says how many there are.
    private mutating func readSortedSegments(_ operation: TFLiteOperation) throws {
        guard let segments = try integers(operation, 1) else { return try computed(operation, "number of segments") }
        let count = segments.last.map { $0 &+ 1 } ?? 0
        try scatterSegments(operation, int64s(operation, "/segments", [count]), "add", 0, 0)
    }

    private mutating func readSegments(
        _ operation: TFLiteOperation, _ reduction: String, _ real: Float, _ integer: Int
    ) throws {
        try scatterSegments(operation, int64Input(operation, 2, suffix: "/segments"), reduction, real, integer)
    }

    /// Rows meet those of their segment in a tensor of what changes nothing.
    private mutating func scatterSegments(
        _ operation: TFLiteOperation, _ count: ValueID, _ reduction: String, _ real: Float, _ integer: Int
    ) throws {
        let data = try required(operation, 0)
        let segments = try int64Input(operation, 1, suffix: "/ids")
        guard let type = graph.type(of: data), let shape = type.fixedShape,
            let rank = graph.type(of: segments)?.shape?.count, rank <= shape.count, type.quantization == nil
        else { return try computed(operation, "shape") }
        let rest = try int64s(operation, "/rest", Array(shape[rank...]))
        let whole = long(operation, "/shape")
        emit(.concat, operation, [count, rest], to: [whole], ["axis": .int(0)], suffix: "/shape")
        let start = try filled(operation, whole, type.dtype, real, integer)
        emit(
            .scatterND, operation, [start, try column(operation, segments), data], to: [try output(operation)],
            ["reduction": .string(reduction)])
    }

    // MARK: Updates

    /// A part of the data replaced; where it begins is known when the model runs, and moved so that the part fits.
    private mutating func readUpdate(_ operation: TFLiteOperation) throws {
        let data = try required(operation, 0)
        let update = try required(operation, 1)
        guard let whole = graph.type(of: data)?.fixedShape, let part = graph.type(of: update)?.fixedShape,
            whole.count == part.count, zip(whole, part).allSatisfy({ $0 >= $1 }), !part.isEmpty,
            let count = Tensor.elementCount(of: part), count <= 1 << 20, count > 0
        else { return try computed(operation, "shape") }
        var grid: [Int64] = []
        let strides = Tensor.contiguousStrides(of: part)
        for position in 0..<count {
            for axis in part.indices { grid.append(Int64(position / strides[axis] % part[axis])) }
        }
        let positions = constant(operation, "/grid", try Tensor(grid, shape: part + [part.count]))
        let start = try int64Input(operation, 2, suffix: "/start")
        let least = try int64s(operation, "/least", part.map { _ in 0 })
        let most = try int64s(operation, "/most", zip(whole, part).map { $0 - $1 })
        let above = long(operation, "/above")
        emit(.maximum, operation, [start, least], to: [above], suffix: "/above")
        let within = long(operation, "/within")
        emit(.minimum, operation, [above, most], to: [within], suffix: "/within")
        let places = long(operation, "/places")
        emit(.add, operation, [positions, within], to: [places], suffix: "/places")
        emit(.scatterND, operation, [data, places, update], to: [try output(operation)])
    }
}
