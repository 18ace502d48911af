import EdgeTensors

/// `Trilu`: the upper or lower triangle of matrices; `EyeLike`: a matrix with ones on a diagonal.
enum ReferenceTriangle {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        return try context.loweredBits(data.dtype, Kernel(context: context, data: data))
    }

    private struct Kernel: BitsKernel {
        let context: LoweringContext
        let data: Operand

        func lower<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type) throws(ModelError) -> Lowered {
            guard data.shape.count >= 2 else { throw context.fail("it needs matrices") }
            let (rows, columns) = (data.shape[data.shape.count - 2], data.shape[data.shape.count - 1])
            let matrices = data.shape.dropLast(2).reduce(1, *)
            let limit = LoweringContext.largestExtent
            let diagonal = min(max(try context.optionalIntegers(1)?.first ?? 0, -limit), limit)
            let keepsUpper = context.node.int("upper") != 0
            let result = try context.result(data.dtype, data.shape, data.type.quantization)
            return Lowered([result], inPlace: [0]) { memory throws(ModelError) in
                let source = memory.input(0, as: T.self)
                let target = memory.output(0, as: T.self)
                for matrix in 0..<matrices {
                    for row in 0..<rows {
                        for column in 0..<columns {
                            let position = (matrix * rows + row) * columns + column
                            let isKept = keepsUpper ? column - row >= diagonal : column - row <= diagonal
                            target[position] = isKept ? source[position] : 0
                        }
                    }
                }
            }
        }
    }

    static func eye(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let dtype = context.node.string("dtype").flatMap(DType.init) ?? data.dtype
        guard data.shape.count == 2, let write = ElementCodec.writer(of: dtype) else {
            throw context.fail("it needs the shape of a matrix, found \(data.shape)")
        }
        let result = try context.result(dtype, data.shape)
        let (rows, columns) = (data.shape[0], data.shape[1])
        let limit = LoweringContext.largestExtent
        let diagonal = min(max(context.node.int("k") ?? 0, -limit), limit)
        return Lowered([result]) { memory throws(ModelError) in
            for row in 0..<rows {
                for column in 0..<columns {
                    write(memory.outputs[0], row * columns + column, column - row == diagonal ? 1 : 0)
                }
            }
        }
    }
}
