import EdgeTensors

/// `BatchNormalization`: `(x - mean) / sqrt(variance + epsilon) * scale + bias` for each channel, with the statistics that training
/// left, or, in training mode, with those of the batch, which are then mixed into the running ones.
enum ReferenceBatchNormalization {
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.floatOperand(0)
        guard data.shape.count >= 1 else { throw context.fail("it needs an axis of channels") }
        let axis = data.shape.count == 1 || context.node.layout == .channelsLast ? data.shape.count - 1 : 1
        let channels = data.shape[axis]
        for position in 1...4 {
            guard try context.floatOperand(position).type.count == channels else {
                throw context.fail("its input \(position) does not hold \(channels) channels")
            }
        }
        let epsilon = context.node.float("epsilon") ?? 1e-5
        let outer = data.shape[..<axis].reduce(1, *)
        let inner = data.shape[(axis + 1)...].reduce(1, *)
        let result = try context.result(.f32, data.shape)
        if context.node.int("training_mode") == 1 {
            let momentum = context.node.float("momentum") ?? 0.9
            let running = try context.result(.f32, [channels])
            return Lowered([result, running, running]) { memory throws(ModelError) in
                let source = memory.input(0, as: Float.self)
                let target = memory.output(0, as: Float.self)
                let count = Double(outer * inner)
                for channel in 0..<channels {
                    var sum = 0.0
                    var squares = 0.0
                    for row in 0..<outer {
                        let start = source + (row * channels + channel) * inner
                        for position in 0..<inner { sum += Double(start[position]) }
                    }
                    let mean = sum / count
                    for row in 0..<outer {
                        let start = source + (row * channels + channel) * inner
                        for position in 0..<inner {
                            let distance = Double(start[position]) - mean
                            squares += distance * distance
                        }
                    }
                    let variance = squares / count
                    let factor =
                        memory.input(1, as: Float.self)[channel] / (Float(variance) + epsilon).squareRoot()
                    let offset = memory.input(2, as: Float.self)[channel] - Float(mean) * factor
                    for row in 0..<outer {
                        let start = (row * channels + channel) * inner
                        for position in start..<start + inner { target[position] = source[position] * factor + offset }
                    }
                    memory.output(1, as: Float.self)[channel] =
                        memory.input(3, as: Float.self)[channel] * momentum + Float(mean) * (1 - momentum)
                    memory.output(2, as: Float.self)[channel] =
                        memory.input(4, as: Float.self)[channel] * momentum + Float(variance) * (1 - momentum)
                }
            }
        }
        return Lowered([result], inPlace: [0]) { memory throws(ModelError) in
            let source = memory.input(0, as: Float.self)
            let target = memory.output(0, as: Float.self)
            for channel in 0..<channels {
                let variance = memory.input(4, as: Float.self)[channel]
                let factor = memory.input(1, as: Float.self)[channel] / (variance + epsilon).squareRoot()
                let offset =
                    memory.input(2, as: Float.self)[channel] - memory.input(3, as: Float.self)[channel] * factor
                for row in 0..<outer {
                    let start = (row * channels + channel) * inner
                    for position in start..<start + inner { target[position] = source[position] * factor + offset }
                }
            }
        }
    }
}
