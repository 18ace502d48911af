import EdgeTensors

extension Lowered {
    /// A step that is written on whole operands as doubles, whatever their types: for operators that are rare or cost little.
    ///
    /// - Parameter body: makes the elements of each result of those of each operand (none for an absent one).
    static func real(
        _ context: LoweringContext, _ results: [ConcreteType],
        _ body: @escaping ([[Double]]) throws(ModelError) -> [[Double]]
    ) throws(ModelError) -> Lowered {
        var readers: [(position: Int, count: Int, read: ElementCodec.Reader<Double>)] = []
        for (position, operand) in context.operands.enumerated() {
            guard let operand else { continue }
            guard let read = ElementCodec.reader(of: operand.dtype) else { throw context.unsupported(operand.dtype) }
            // The doubles may take eight times the memory of the operand.
            _ = try context.scratchBytes(operand.type.count, width: 8)
            readers.append((position, operand.type.count, read))
        }
        var writers: [ElementCodec.Writer<Double>] = []
        for result in results {
            guard let write = ElementCodec.writer(of: result.dtype) else { throw context.unsupported(result.dtype) }
            _ = try context.scratchBytes(result.count, width: 8)
            writers.append(write)
        }
        let operandCount = context.operands.count
        let (reading, writing) = (readers, writers)
        return Lowered(results) { memory throws(ModelError) in
            var values = [[Double]](repeating: [], count: operandCount)
            for item in reading {
                let base = memory.inputs[item.position]
                values[item.position] = (0..<item.count).map { item.read(base, $0) }
            }
            for (position, elements) in try body(values).enumerated() where position < writing.count {
                let base = memory.outputs[position]
                for element in 0..<min(elements.count, results[position].count) {
                    writing[position](base, element, elements[element])
                }
            }
        }
    }
}

extension LoweringContext {
    /// The elements of an operand as doubles.
    ///
    /// - Throws: `ModelError.dependsOnData` where they are known only when the model runs.
    func doubles(_ position: Int) throws(ModelError) -> [Double] {
        let operand = try operand(position)
        guard let constant = operand.constant else { throw .dependsOnData(node) }
        return ElementCodec.doubles(constant.storage.base, constant.dtype, count: constant.count)
    }

    /// An index that is held as a double, counted from the front.
    func place(_ index: Double, extent: Int) throws(ModelError) -> Int {
        guard index >= -Double(extent), index < Double(extent) else {
            throw fail("index \(index) is out of range for an axis of \(extent)")
        }
        return try place(Int(index), extent: extent)
    }

    /// An attribute that lists numbers.
    func numbers(_ name: String) -> [Double]? {
        if case .floats(let values)? = node.attributes[name] { values.map(Double.init) } else { nil }
    }

    /// A list of integers for each spatial axis, within bounds that keep products of two small.
    func window(_ name: String, count: Int, standard: Int, least: Int = 1) throws(ModelError) -> [Int] {
        let values = node.ints(name) ?? [Int](repeating: standard, count: count)
        guard values.count == count, values.allSatisfy({ $0 >= least && $0 <= Self.largestExtent }) else {
            throw fail("its \(name) \(values) do not fit \(count) numbers")
        }
        return values
    }
}
