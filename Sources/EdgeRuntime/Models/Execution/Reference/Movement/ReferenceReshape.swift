import EdgeTensors

/// Operators that give the same elements another shape.
enum ReferenceReshape {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let shape: [Int] =
            switch context.node.op {
            case .reshape: try reshaped(context, data.shape)
            case .flatten: try flattened(context, data.shape)
            case .squeeze: try squeezed(context, data.shape)
            case .unsqueeze: try unsqueezed(context, data.shape)
            default: data.shape
            }
        let result = try context.result(data.dtype, shape, data.type.quantization)
        guard result.count == data.type.count else {
            throw context.fail("shape \(data.shape) cannot be reshaped to \(shape)")
        }
        return .view(as: result)
    }

    private static func reshaped(_ context: LoweringContext, _ source: [Int]) throws(ModelError) -> [Int] {
        var shape = try context.optionalIntegers(1) ?? context.node.ints("shape") ?? []
        let keepsZero = (context.node.int("allowzero") ?? 0) == 0
        for axis in shape.indices where shape[axis] == 0 && keepsZero && axis < source.count {
            shape[axis] = source[axis]
        }
        let open = shape.indices.filter { shape[$0] == -1 }
        guard open.count <= 1, shape.allSatisfy({ $0 >= -1 }) else {
            throw context.fail("\(shape) is no shape to reshape to")
        }
        if let axis = open.first {
            var known = shape
            known.remove(at: axis)
            let count = source.reduce(1, *)
            guard let divisor = Tensor.elementCount(of: known), divisor > 0, count % divisor == 0 else {
                throw context.fail("shape \(source) cannot be reshaped to \(shape)")
            }
            shape[axis] = count / divisor
        }
        return shape
    }

    private static func flattened(_ context: LoweringContext, _ source: [Int]) throws(ModelError) -> [Int] {
        let given = context.node.int("axis") ?? 1
        let axis = given < 0 ? given &+ source.count : given
        guard (0...source.count).contains(axis) else {
            throw context.fail("axis \(given) is out of range for shape \(source)")
        }
        return [source[..<axis].reduce(1, *), source[axis...].reduce(1, *)]
    }

    private static func squeezed(_ context: LoweringContext, _ source: [Int]) throws(ModelError) -> [Int] {
        guard let axes = try context.optionalIntegers(1) ?? context.node.ints("axes") else {
            return source.filter { $0 != 1 }
        }
        var dropped = Set<Int>()
        for given in axes {
            let axis = try context.axis(given, of: source)
            guard source[axis] == 1 else { throw context.fail("axis \(given) of shape \(source) is not 1") }
            dropped.insert(axis)
        }
        return source.indices.filter { !dropped.contains($0) }.map { source[$0] }
    }

    private static func unsqueezed(_ context: LoweringContext, _ source: [Int]) throws(ModelError) -> [Int] {
        guard let axes = try context.optionalIntegers(1) ?? context.node.ints("axes") else {
            throw context.fail("its axes are missing")
        }
        let rank = source.count + axes.count
        var added = Set<Int>()
        for given in axes {
            let axis = given < 0 ? given &+ rank : given
            guard (0..<rank).contains(axis), added.insert(axis).inserted else {
                throw context.fail("axis \(given) is out of range or given twice")
            }
        }
        var rest = source.makeIterator()
        return (0..<rank).map { added.contains($0) ? 1 : rest.next() ?? 1 }
    }
}
