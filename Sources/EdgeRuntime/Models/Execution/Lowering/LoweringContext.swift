import EdgeTensors

/// What a lowering function sees of its node: operands with concrete types, declared types of the results, the choice of kernels.
struct LoweringContext {
    var node: Node
    var operands: [Operand?]
    /// Extents and attributes beyond this are refused, so that sums and products of a few of them do not overflow.
    static let largestExtent = 1 << 31

    /// What the graph says of each output: its type matters where it is quantized.
    var declared: [TensorType?]
    var options: ExecutionOptions
    /// The texts that elements of that type are numbers of.
    var texts = TextStore()

    /// An operand that must be there.
    func operand(_ position: Int) throws(ModelError) -> Operand {
        guard operands.indices.contains(position), let operand = operands[position] else {
            throw fail("input \(position) is missing")
        }
        return operand
    }

    /// An operand that may be absent.
    func optional(_ position: Int) -> Operand? { operands.indices.contains(position) ? operands[position] : nil }

    func fail(_ problem: String) -> ModelError { .node(node, problem) }

    /// An operand of f32.
    func floatOperand(_ position: Int) throws(ModelError) -> Operand {
        let operand = try operand(position)
        guard operand.dtype == .f32 else { throw unsupported(operand.dtype) }
        return operand
    }

    func unsupported(_ dtype: DType) -> ModelError { fail("elements of type \(dtype.rawValue) are not supported here") }

    /// The elements of an operand as integers.
    ///
    /// - Throws: `ModelError.dependsOnData` where they are known only when the model runs.
    func integers(_ position: Int) throws(ModelError) -> [Int] {
        let operand = try operand(position)
        guard let constant = operand.constant else { throw .dependsOnData(node) }
        return try integers(of: constant)
    }

    /// The elements of an optional operand as integers, nil where it is absent.
    func optionalIntegers(_ position: Int) throws(ModelError) -> [Int]? {
        optional(position) == nil ? nil : try integers(position)
    }

    func integers(of constant: Tensor) throws(ModelError) -> [Int] {
        do {
            switch constant.dtype {
            case .i64: return try constant.elements(as: Int64.self).map(Int.init)
            case .i32: return try constant.elements(as: Int32.self).map(Int.init)
            case .i16: return try constant.elements(as: Int16.self).map(Int.init)
            case .i8: return try constant.elements(as: Int8.self).map(Int.init)
            case .u8: return try constant.elements(as: UInt8.self).map(Int.init)
            case .u16: return try constant.elements(as: UInt16.self).map(Int.init)
            case .u32: return try constant.elements(as: UInt32.self).map(Int.init)
            case .bool: return try constant.elements(as: Bool.self).map { $0 ? 1 : 0 }
            case .u64: return try constant.elements(as: UInt64.self).map { Int(clamping: $0) }
            case .i4, .u4, .i2, .u2: return constant.integerValues() ?? []
            case .f64, .f32, .f16, .bf16, .narrow, .text: throw unsupported(constant.dtype)
            }
        } catch let error as ModelError {
            throw error
        } catch {
            throw fail("\(error)")
        }
    }

    /// The one element of an operand as a float.
    func scalar(_ position: Int) throws(ModelError) -> Float {
        let operand = try operand(position)
        guard let constant = operand.constant else { throw .dependsOnData(node) }
        guard constant.count == 1 else {
            throw fail("input \(position) must hold one element, found \(constant.shape)")
        }
        if constant.dtype == .f32 { return try wrap { try constant.elements(as: Float.self)[0] } }
        if constant.dtype == .f64 { return try wrap { Float(try constant.elements(as: Double.self)[0]) } }
        return Float(try integers(of: constant)[0])
    }

    /// The elements of a constant operand of f32.
    func floats(_ position: Int) throws(ModelError) -> [Float] {
        let operand = try floatOperand(position)
        guard let constant = operand.constant else { throw .dependsOnData(node) }
        return try wrap { try constant.elements(as: Float.self) }
    }

    /// Runs a tensor operation, its error under this node's name.
    func wrap<Result>(_ body: () throws -> Result) throws(ModelError) -> Result {
        do {
            return try body()
        } catch let error as ModelError {
            throw error
        } catch {
            throw fail("\(error)")
        }
    }

    /// A result type, checked against the memory that activations may take.
    func result(_ dtype: DType, _ shape: [Int], _ quantization: Quantization? = nil) throws(ModelError) -> ConcreteType
    {
        // An empty shape must not hide extents whose product does not fit.
        guard shape.allSatisfy({ $0 >= 0 && $0 <= Self.largestExtent }),
            let count = Tensor.elementCount(of: shape.map { max($0, 1) }), let bytes = dtype.byteCount(of: count),
            bytes <= options.activationLimit
        else {
            if shape.contains(where: { $0 < 0 }) { throw fail("its shape \(shape) has a negative extent") }
            throw .tooMuchMemory(
                "node `\(node.name)` (\(node.op.rawValue)): a result of shape \(shape)",
                limit: options.activationLimit)
        }
        return ConcreteType(dtype, shape, quantization)
    }

    /// The bytes of a scratch block of so many elements, checked like a result.
    func scratchBytes(_ extents: Int..., width: Int) throws(ModelError) -> Int {
        guard let count = Tensor.elementCount(of: extents + [width]), count <= options.activationLimit else {
            throw .tooMuchMemory(
                "node `\(node.name)` (\(node.op.rawValue)): a scratch block", limit: options.activationLimit)
        }
        return count
    }

    /// An axis attribute or operand that may count from the end.
    func axis(_ axis: Int, of shape: [Int]) throws(ModelError) -> Int {
        let position = axis < 0 ? axis &+ shape.count : axis
        guard shape.indices.contains(position) else { throw fail("axis \(axis) is out of range for shape \(shape)") }
        return position
    }
}
