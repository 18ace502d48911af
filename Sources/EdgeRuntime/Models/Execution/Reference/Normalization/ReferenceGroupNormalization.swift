import EdgeTensors

/// `GroupNormalization` and `InstanceNormalization` (each channel a group of its own): groups of channels of each sample get mean 0 and
/// variance 1, then every channel its scale and bias.
enum ReferenceGroupNormalization {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        return try context.loweredFloat(data.dtype, Kernel(context: context, data: data))
    }

    private struct Kernel: FloatKernel {
        let context: LoweringContext
        let data: Operand

        func lower<T: BinaryFloatingPoint & KernelNumber & MathFunctions>(_: T.Type) throws(ModelError) -> Lowered {
            guard data.shape.count >= 2 else { throw context.fail("it needs an axis of channels") }
            let channels = data.shape[1]
            let groups =
                context.node.op == .instanceNormalization ? channels : context.node.int("num_groups") ?? 0
            guard groups > 0 || channels == 0, channels == 0 || channels % groups == 0 else {
                throw context.fail("\(channels) channels cannot be split into \(groups) groups")
            }
            // Before opset 21 there was one scale for each group.
            let parameters = try context.operand(1, of: data.dtype).type.count
            guard parameters == channels || parameters == groups,
                try context.operand(2, of: data.dtype).type.count == parameters
            else { throw context.fail("its scale and bias do not fit \(channels) channels in \(groups) groups") }
            let perGroup = groups == 0 ? 0 : channels / groups
            let perParameter = parameters == channels ? 1 : perGroup
            let area = data.shape[2...].reduce(1, *)
            let epsilon = Double(context.node.float("epsilon") ?? 1e-5)
            let batch = data.shape[0]
            let count = perGroup * area
            return Lowered([try context.result(data.dtype, data.shape)]) { memory throws(ModelError) in
                for block in 0..<batch * groups {
                    let source = memory.input(0, as: T.self) + block * count
                    let target = memory.output(0, as: T.self) + block * count
                    var sum = 0.0
                    for position in 0..<count { sum += Double(source[position]) }
                    let mean = sum / Double(max(count, 1))
                    var squares = 0.0
                    for position in 0..<count {
                        let distance = Double(source[position]) - mean
                        squares += distance * distance
                    }
                    let factor = 1 / (squares / Double(max(count, 1)) + epsilon).squareRoot()
                    for channel in 0..<perGroup {
                        let parameter = (block % groups * perGroup + channel) / perParameter
                        let scale = Double(memory.input(1, as: T.self)[parameter]) * factor
                        let bias = Double(memory.input(2, as: T.self)[parameter])
                        for position in channel * area..<(channel + 1) * area {
                            target[position] = T((Double(source[position]) - mean) * scale + bias)
                        }
                    }
                }
            }
        }
    }
}
