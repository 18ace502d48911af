import EdgeTensors

/// `CenterCropPad`: axes cut or filled with zeros on both sides until they have the extents asked for.
enum ReferenceCenterCropPad {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        return try context.loweredBits(data.dtype, Kernel(context: context, data: data))
    }

    private struct Kernel: BitsKernel {
        let context: LoweringContext
        let data: Operand

        func lower<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type) throws(ModelError) -> Lowered {
            let asked = try context.integers(1)
            let axes = try (context.node.ints("axes") ?? Array(data.shape.indices)).map { value throws(ModelError) in
                try context.axis(value, of: data.shape)
            }
            guard asked.count == axes.count, asked.allSatisfy({ $0 >= 0 }) else {
                throw context.fail("extents \(asked) do not fit shape \(data.shape)")
            }
            var shape = data.shape
            for (axis, extent) in zip(axes, asked) { shape[axis] = extent }
            let result = try context.result(data.dtype, shape, data.type.quantization)
            // Where the middle part begins in either, and how long it is.
            let common = zip(shape, data.shape).map { min($0, $1) }
            let from = zip(shape, data.shape).map { max($1 - $0, 0) / 2 }
            let to = zip(shape, data.shape).map { max($0 - $1, 0) / 2 }
            let strideIn = Tensor.contiguousStrides(of: data.shape)
            let strideOut = Tensor.contiguousStrides(of: shape)
            let first = zip(from, strideIn).reduce(0) { $0 + $1.0 * $1.1 }
            let target = zip(to, strideOut).reduce(0) { $0 + $1.0 * $1.1 }
            let count = common.reduce(1, *)
            return Lowered([result]) { memory throws(ModelError) in
                let source = memory.input(0, as: T.self)
                let out = memory.output(0, as: T.self)
                out.update(repeating: 0, count: result.count)
                var counter = IndexCounter(common)
                for _ in 0..<count {
                    out[target + counter.offset(strideOut)] = source[first + counter.offset(strideIn)]
                    counter.advance()
                }
            }
        }
    }
}
