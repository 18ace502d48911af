import EdgeTensors

/// Compares results with ONNX's own tolerances: integers and truth values exactly, floats as `numpy.allclose` does.
enum BackendComparison {
    /// What differs, nil where nothing does.
    static func difference(_ found: Tensor, _ expected: Tensor, of item: BackendCase) throws -> String? {
        guard found.dtype == expected.dtype else {
            return "the result is of type \(found.dtype.rawValue), expected \(expected.dtype.rawValue)"
        }
        guard found.shape == expected.shape else {
            return "the result has the shape \(found.shape), expected \(expected.shape)"
        }
        if item.random { return nil }
        if found.dtype == .text {
            let (left, right) = (try found.texts(), try expected.texts())
            return left == right ? nil : "\(left) is not \(right)"
        }
        guard found.dtype.isFloat else {
            let same = try found.withBytes { a in try expected.withBytes { b in a.elementsEqual(b) } }
            return same ? nil : "\(try text(found)) is not \(try text(expected))"
        }
        // Two units in the last place of bfloat16.
        let relative = found.dtype == .bf16 ? max(item.rtol, 0x1p-6) : item.rtol
        let left = try found.numbers()
        let right = try expected.numbers()
        for index in left.indices {
            let (a, b) = (left[index], right[index])
            if a == b || (a.isNaN && b.isNaN) { continue }
            guard abs(a - b) <= item.atol + relative * abs(b), b.isFinite else {
                return "element \(index) is \(a), expected \(b)"
            }
        }
        return nil
    }

    private static func text(_ tensor: Tensor) throws -> String {
        try tensor.withBytes { $0.prefix(24).map { String($0) }.joined(separator: " ") }
    }
}
