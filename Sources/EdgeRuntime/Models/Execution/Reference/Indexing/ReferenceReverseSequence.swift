import EdgeTensors

/// `ReverseSequence`: the first elements of each sequence in reverse order, as many as its length says.
enum ReferenceReverseSequence {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        guard !data.dtype.isPacked else { throw context.unsupported(data.dtype) }
        let time = context.node.int("time_axis") ?? 0
        let batch = context.node.int("batch_axis") ?? 1
        guard data.shape.count >= 2, time != batch, (0...1).contains(time), (0...1).contains(batch),
            try context.operand(1).type.count == data.shape[batch]
        else { throw context.fail("its axes or lengths do not fit shape \(data.shape)") }
        let read = try context.indexReader(1)
        let (steps, samples) = (data.shape[time], data.shape[batch])
        let block = data.shape[2...].reduce(1, *) * data.dtype.bits / 8
        let result = try context.result(data.dtype, data.shape, data.type.quantization)
        return Lowered([result]) { memory throws(ModelError) in
            for sample in 0..<samples {
                let length = read(memory, sample)
                guard length >= 0, length <= steps else {
                    throw context.fail("a length of \(length) does not fit \(steps) steps")
                }
                for step in 0..<steps {
                    let from = step < length ? length - 1 - step : step
                    let (source, target) =
                        time == 0
                        ? (from * samples + sample, step * samples + sample)
                        : (sample * steps + from, sample * steps + step)
                    (memory.outputs[0] + target * block).copyMemory(
                        from: memory.inputs[0] + source * block, byteCount: block)
                }
            }
        }
    }
}
