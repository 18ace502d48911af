import EdgeTensors

/// Fourier transforms, and the complex numbers between them and what reads them: two floats each, on an axis of their own behind the others.
extension TFLiteGraphReader {
    /// Whether an operator takes or gives complex numbers.
    func isComplex(_ operation: TFLiteOperation) -> Bool {
        (operation.inputs + operation.outputs).contains { $0 >= 0 && complexTensors.contains($0) }
    }

    mutating func readSpectrum(_ operation: TFLiteOperation, _ code: TFLiteOperatorCode) throws {
        switch code {
        case .rfft2d: try readTransform(operation)
        case .complexAbs:
            emit(
                .reduceL2, operation, [try required(operation, 0), try int64s(operation, "/axis", [-1])],
                to: [try output(operation)], ["keepdims": .int(0)])
        case .real, .imaginary: try readPart(operation, code == .real ? 0 : 1)
        case .cast where !operation.outputs.contains(where: complexTensors.contains):
            try readRealParts(operation)
        case .reshape, .squeeze, .expandDims: try reshapeComplex(operation)
        default: try refuseComplex(operation)
        }
    }

    private mutating func refuseComplex(_ operation: TFLiteOperation) throws {
        reportUnsupported(operation, "of complex numbers")
        try skipOutputs(operation)
    }

    /// A cast to plain numbers, which drops the imaginary parts.
    private mutating func readRealParts(_ operation: TFLiteOperation) throws {
        // Reading the result adds it to the graph: only then is it looked up.
        let result = try output(operation)
        guard graph.type(of: result)?.dtype == .f32 else { return try refuseComplex(operation) }
        try readPart(operation, 0)
    }

    /// The shape is the one that the file tells for the result, the pairs behind it.
    private mutating func reshapeComplex(_ operation: TFLiteOperation) throws {
        let result = try output(operation)
        let shape = graph.type(of: result)?.shape?.map { $0.fixedValue ?? -1 }
        guard let shape, shape.count(where: { $0 == -1 }) <= 1,
            operation.outputs.contains(where: complexTensors.contains)
        else { return try refuseComplex(operation) }
        emit(.reshape, operation, [try required(operation, 0), try int64s(operation, "/shape", shape)], to: [result])
    }

    /// The real parts, or the imaginary ones.
    private mutating func readPart(_ operation: TFLiteOperation, _ index: Int64) throws {
        let part = constant(operation, "/part", try Tensor(scalar: index))
        emit(.gather, operation, [try required(operation, 0), part], to: [try output(operation)], ["axis": .int(-1)])
    }

    /// `RFFT2D`: the half of the spectrum along the last axis, all of it along the one before.
    private mutating func readTransform(_ operation: TFLiteOperation) throws {
        guard let lengths = try integers(operation, 1), lengths.count == 2, lengths.allSatisfy({ $0 > 0 }) else {
            return try computed(operation, "length")
        }
        func floats(_ suffix: String) -> ValueID {
            intermediate(operation, suffix, TensorType(dtype: .f32, shape: nil))
        }
        func number(_ suffix: String, _ value: Int) throws -> ValueID {
            constant(operation, suffix, try Tensor(scalar: Int64(value)))
        }
        let data = floats("/data")
        emit(
            .unsqueeze, operation, [try required(operation, 0), try int64s(operation, "/axes", [-1])], to: [data],
            suffix: "/data")
        let rows = floats("/rows")
        emit(
            .fourierTransform, operation, [data, try number("/width", lengths[1]), try number("/along_rows", -2)],
            to: [rows], ["onesided": .int(1)], suffix: "/rows")
        emit(
            .fourierTransform, operation, [rows, try number("/height", lengths[0]), try number("/along_columns", -3)],
            to: [try output(operation)])
    }
}
