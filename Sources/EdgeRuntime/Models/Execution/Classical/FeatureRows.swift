import EdgeTensors

/// The operand of a classical model: rows of features, `[rows, columns]`, in whatever type of number. A list is one row.
struct FeatureRows {
    let rows: Int
    let columns: Int
    private let position: Int
    private let dtype: DType
    private let read: ElementCodec.Reader<Double>

    init(_ context: LoweringContext, at position: Int = 0) throws(ModelError) {
        let operand = try context.operand(position)
        guard operand.shape.count == 1 || operand.shape.count == 2 else {
            throw context.fail("it takes rows of features, [rows, columns], found the shape \(operand.shape)")
        }
        guard let read = ElementCodec.reader(of: operand.dtype) else { throw context.unsupported(operand.dtype) }
        rows = operand.shape.count == 1 ? 1 : operand.shape[0]
        columns = operand.shape[operand.shape.count - 1]
        self.position = position
        dtype = operand.dtype
        self.read = read
    }

    /// Whether the model computes in single precision: on all inputs but doubles.
    var isSingle: Bool { dtype != .f64 }

    /// The bytes of the scratch block that `floats` fills; 0 where the operand is read as it lies.
    func floatScratch(_ context: LoweringContext) throws(ModelError) -> Int {
        dtype == .f32 ? 0 : try context.scratchBytes(rows, columns, width: 4)
    }

    /// The bytes of the scratch block that `doubles` fills; 0 where the operand is read as it lies.
    func doubleScratch(_ context: LoweringContext) throws(ModelError) -> Int {
        dtype == .f64 ? 0 : try context.scratchBytes(rows, columns, width: 8)
    }

    /// The features in single precision.
    func floats(_ memory: StepMemory, scratch: Int) -> UnsafeMutablePointer<Float> {
        guard dtype != .f32 else { return memory.input(position) }
        let target = memory.scratch(scratch, as: Float.self)
        let source = memory.inputs[position]
        for place in 0..<rows * columns { target[place] = Float(read(source, place)) }
        return target
    }

    /// The features in double precision; those that the model computes on in single precision are rounded to it.
    func doubles(_ memory: StepMemory, scratch: Int) -> UnsafeMutablePointer<Double> {
        guard dtype != .f64 else { return memory.input(position) }
        let target = memory.scratch(scratch, as: Double.self)
        let source = memory.inputs[position]
        for place in 0..<rows * columns { target[place] = Double(Float(read(source, place))) }
        return target
    }
}
