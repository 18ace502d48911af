import EdgeTensors

/// `OneHot`: an axis of `depth` values for each index, "on" where the index points and "off" elsewhere.
enum ReferenceOneHot {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        try context.loweredBits(try context.operand(2).dtype, Kernel(context: context))
    }

    private struct Kernel: BitsKernel {
        let context: LoweringContext

        func lower<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type) throws(ModelError) -> Lowered {
            let indices = try context.operand(0)
            let values = try context.operand(2)
            let depth = Int(exactly: Double(try context.scalar(1)).rounded(.towardZero)) ?? -1
            guard depth >= 0, values.type.count == 2, let read = ElementCodec.reader(of: indices.dtype) else {
                throw context.fail("it needs a depth and two values")
            }
            let given = context.node.int("axis") ?? -1
            let axis = given < 0 ? given &+ indices.shape.count &+ 1 : given
            guard axis >= 0, axis <= indices.shape.count else { throw context.fail("axis \(given) is out of range") }
            var shape = indices.shape
            shape.insert(depth, at: axis)
            let result = try context.result(values.dtype, shape)
            let inner = indices.shape[axis...].reduce(1, *)
            let count = indices.type.count
            return Lowered([result]) { memory throws(ModelError) in
                let values = memory.input(2, as: T.self)
                let target = memory.output(0, as: T.self)
                target.update(repeating: values[0], count: result.count)
                for position in 0..<count {
                    let index = read(memory.inputs[0], position).rounded(.towardZero)
                    // What lies outside sets nothing.
                    guard index >= -Double(depth), index < Double(depth) else { continue }
                    let place = Int(index) < 0 ? Int(index) + depth : Int(index)
                    target[(position / inner * depth + place) * inner + position % inner] = values[1]
                }
            }
        }
    }
}
