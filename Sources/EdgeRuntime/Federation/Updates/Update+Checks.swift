package import EdgeTensors

extension Update {
    /// Checks that the update has the tensors that another one has, in the same order and of the same shapes.
    ///
    /// - Throws: `FederationError` naming the first tensor that differs.
    func checkFits(_ other: Update, _ ownName: String, _ otherName: String) throws(FederationError) {
        for (own, expected) in zip(parts, other.parts) {
            guard own.name == expected.name else {
                throw .mismatch(
                    "\(ownName) has the tensor `\(own.name)` where \(otherName) has `\(expected.name)`",
                    hint: "updates of one round come from one model")
            }
            guard own.tensor.shape == expected.tensor.shape else {
                throw .mismatch(
                    "the tensor `\(own.name)` has the shape \(own.tensor.shape) in \(ownName) and "
                        + "\(expected.tensor.shape) in \(otherName)", hint: "updates of one round come from one model")
            }
        }
        guard parts.count == other.parts.count else {
            let (longer, shorter) = parts.count > other.parts.count ? (self, other) : (other, self)
            let (name, without) = parts.count > other.parts.count ? (ownName, otherName) : (otherName, ownName)
            throw .mismatch(
                "\(name) has the tensor `\(longer.parts[shorter.parts.count].name)`, which \(without) lacks",
                hint: "updates of one round come from one model")
        }
    }

    /// Checks that all tensors are of floating-point numbers.
    func checkFloat(_ name: String) throws(FederationError) {
        for part in parts where !part.tensor.dtype.isFloat {
            throw .elementType(
                "the tensor `\(part.name)` of \(name) holds \(part.tensor.dtype.rawValue), not floating-point numbers",
                hint: "`tensor(…, dtype: \"f32\")` makes floats; quantize after aggregating, not before")
        }
    }

    /// Checks that all numbers are floating-point and finite.
    ///
    /// - Throws: `FederationError` naming tensor and element.
    public func checkUsable(_ name: String) throws {
        try checkFloat(name)
        try checkFinite(name)
    }

    /// Where the first number stands that is not finite; nil where all are.
    func firstNotFinite() throws -> (part: Part, index: Int, value: Double)? {
        for part in parts {
            if let (index, value) = try part.tensor.firstNotFinite() { return (part, index, value) }
        }
        return nil
    }

    /// - Throws: `FederationError` naming tensor and element where a number is not finite.
    func checkFinite(_ name: String) throws {
        guard let (part, index, value) = try firstNotFinite() else { return }
        throw FederationError.notFinite(
            "\(name) is not finite: element \(index) of the tensor `\(part.name)` is \(value)")
    }
}

extension Tensor {
    /// The first element, in C order, that is infinite or no number.
    package func firstNotFinite() throws -> (index: Int, value: Double)? {
        switch dtype {
        case .f32:
            return try withElements(of: Float.self) { numbers in
                // A sweep without a way out runs as fast as memory; the search begins only where it found something.
                var found: UInt32 = 0
                for number in numbers {
                    found |= number.bitPattern & 0x7F80_0000 == 0x7F80_0000 ? 1 : 0
                }
                guard found != 0, let index = numbers.firstIndex(where: { !$0.isFinite }) else { return nil }
                return (index, Double(numbers[index]))
            }
        case .f64, .f16, .bf16, .narrow:
            let numbers = try numbers()
            guard let index = numbers.firstIndex(where: { !$0.isFinite }) else { return nil }
            return (index, numbers[index])
        case .i64, .i32, .i16, .i8, .u64, .u32, .u16, .u8, .bool, .i4, .u4, .i2, .u2, .text: return nil
        }
    }
}
