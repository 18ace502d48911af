import EdgeTensors

/// `Pad`: elements around the operand, constant or taken from it.
enum ReferencePad {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        guard !data.dtype.isPacked else { throw context.unsupported(data.dtype) }
        let rank = data.shape.count
        guard let given = try context.optionalIntegers(1) ?? context.node.ints("pads") else {
            throw context.fail("its pads are missing")
        }
        let axes = try (try context.optionalIntegers(3) ?? Array(0..<rank)).map { axis throws(ModelError) in
            try context.axis(axis, of: data.shape)
        }
        guard given.count == 2 * axes.count,
            given.allSatisfy({ $0 >= -LoweringContext.largestExtent && $0 <= LoweringContext.largestExtent })
        else {
            throw context.fail("pads \(given) do not fit shape \(data.shape)")
        }
        var before = [Int](repeating: 0, count: rank)
        var after = before
        for (position, axis) in axes.enumerated() {
            before[axis] = given[position]
            after[axis] = given[axes.count + position]
        }
        let shape = data.shape.indices.map { data.shape[$0] + before[$0] + after[$0] }
        let result = try context.result(data.dtype, shape, data.type.quantization)
        let sources = try data.shape.indices.map { axis throws(ModelError) in
            try sourceIndices(context, extent: data.shape[axis], before: before[axis], count: shape[axis])
        }
        let fill = try fillBytes(context, data)
        let walk = PaddedCopy(
            sources: sources, strides: Tensor.contiguousStrides(of: data.shape), shape: shape, fill: fill,
            width: data.dtype.bits / 8)
        return Lowered([result]) { memory throws(ModelError) in walk.run(from: memory.inputs[0], to: memory.outputs[0])
        }
    }

    /// For each position of a padded axis, the position it is taken from, -1 for the constant.
    private static func sourceIndices(
        _ context: LoweringContext, extent: Int, before: Int, count: Int
    ) throws(ModelError) -> [Int] {
        let mode = context.node.string("mode") ?? "constant"
        guard mode == "constant" || extent > 0 || count == 0 else {
            throw context.fail("an empty axis cannot be padded by `\(mode)`")
        }
        return try (0..<count).map { position throws(ModelError) in
            let source = position - before
            if (0..<extent).contains(source) { return source }
            switch mode {
            case "constant": return -1
            case "edge": return min(max(source, 0), extent - 1)
            case "wrap": return ((source % extent) + extent) % extent
            case "reflect", "symmetric":
                // The edge itself is repeated only by `symmetric`, which is TFLite's.
                let isSymmetric = mode == "symmetric"
                if extent == 1 { return 0 }
                let period = isSymmetric ? 2 * extent : 2 * (extent - 1)
                let folded = ((source % period) + period) % period
                return folded < extent ? folded : period - folded - (isSymmetric ? 1 : 0)
            default: throw context.fail("padding by `\(mode)` is not known")
            }
        }
    }

    /// The bytes of the constant: zero (as a real number) where none is given.
    private static func fillBytes(_ context: LoweringContext, _ data: Operand) throws(ModelError) -> [UInt8] {
        let width = data.dtype.bits / 8
        if let value = context.optional(2) {
            guard let constant = value.constant else { throw .dependsOnData(context.node) }
            if constant.count > 0 {
                guard constant.dtype == data.dtype else {
                    throw context.fail("its constant is of another type than its data")
                }
                return try context.wrap { try constant.withBytes { Array($0.prefix(width)) } }
            }
        }
        if data.dtype == .f32, let value = context.node.float("value") {
            return withUnsafeBytes(of: value) { Array($0) }
        }
        let zero = Int64(data.type.scale?.zeroPoint ?? 0)
        return data.dtype.isFloat
            ? [UInt8](repeating: 0, count: width) : withUnsafeBytes(of: zero) { Array($0.prefix(width)) }
    }
}

/// Copies along tables of source positions.
struct PaddedCopy {
    /// Elements of the last axis that lie one behind the other in the source, or are all constants.
    private struct Run {
        /// Nil for constants.
        var source: Int?
        var count: Int
    }

    private let sources: [[Int]]
    private let strides: [Int]
    private let shape: [Int]
    private let fill: [UInt8]
    private let width: Int
    private let runs: [Run]

    /// - Parameters:
    ///   - sources: for each position of each axis, the position it is taken from, -1 for the constant.
    ///   - fill: the bytes of the constant, `width` of them.
    init(sources: [[Int]], strides: [Int], shape: [Int], fill: [UInt8], width: Int) {
        self.sources = sources
        self.strides = strides
        self.shape = shape
        self.fill = fill
        self.width = width
        var runs: [Run] = []
        var next: Int?
        for position in sources.last ?? [] {
            let source = position < 0 ? nil : position
            if let last = runs.indices.last, source == next {
                runs[last].count += 1
            } else {
                runs.append(Run(source: source, count: 1))
            }
            next = source.map { $0 + 1 }
        }
        self.runs = runs
    }

    func run(from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
        guard !shape.contains(0) else { return }
        var next = target
        copy(axis: 0, from: source, to: &next)
    }

    private func copy(axis: Int, from source: UnsafeRawPointer?, to target: inout UnsafeMutableRawPointer) {
        guard axis < shape.count else {
            if let source { target.copyMemory(from: source, byteCount: width) } else { writeFill(to: target, count: 1) }
            target += width
            return
        }
        if axis == shape.count - 1 {
            copyRow(from: source, to: &target)
            return
        }
        for position in sources[axis] {
            copy(
                axis: axis + 1, from: position < 0 ? nil : source.map { $0 + position * strides[axis] * width },
                to: &target)
        }
    }

    private func copyRow(from source: UnsafeRawPointer?, to target: inout UnsafeMutableRawPointer) {
        guard let source else {
            writeFill(to: target, count: shape[shape.count - 1])
            target += shape[shape.count - 1] * width
            return
        }
        for run in runs {
            if let start = run.source {
                target.copyMemory(from: source + start * width, byteCount: run.count * width)
            } else {
                writeFill(to: target, count: run.count)
            }
            target += run.count * width
        }
    }

    private func writeFill(to target: UnsafeMutableRawPointer, count: Int) {
        let bytes = count * width
        guard bytes > 0, let first = fill.first else { return }
        if fill.allSatisfy({ $0 == first }) {
            target.initializeMemory(as: UInt8.self, repeating: first, count: bytes)
            return
        }
        for position in 0..<width { target.storeBytes(of: fill[position], toByteOffset: position, as: UInt8.self) }
        // What is written is copied behind itself, twice as much each time.
        var written = width
        while written < bytes {
            let next = min(written, bytes - written)
            (target + written).copyMemory(from: target, byteCount: next)
            written += next
        }
    }
}
