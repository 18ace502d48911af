import CEdgeKernels
import EdgeModels
import EdgeTensors

/// Maxima and means over windows and whole maps.
enum PoolingRule {
    private static func window(
        _ context: GradientContext
    ) throws -> (shape: edge_conv_shape, padBottom: Int32, padRight: Int32) {
        let data = try context.operand(0)
        guard context.node.layout == .channelsLast else {
            throw context.refused("its channels could not be moved last")
        }
        let isGlobal = context.node.op == .globalAveragePool || context.node.op == .globalMaxPool
        var node = context.node
        if isGlobal {
            for name in ["strides", "pads", "dilations", "auto_pad", "ceil_mode"] { node.attributes[name] = nil }
        }
        guard (3...4).contains(data.shape.count),
            let window = try NodeKernel.window(
                node, data: data.shape, kernel: isGlobal ? Array(data.shape[1..<(data.shape.count - 1)]) : nil,
                outputs: nil, groups: 1),
            data.count < Int(Int32.max)
        else { throw context.refused("pools over three axes have no gradient yet") }
        return window
    }

    static func maximum(_ context: GradientContext) throws -> Differentiated {
        let shape = try window(context).shape
        let isa = context.isa
        var result = Differentiated()
        result.saved = [context.results[0].count * MemoryLayout<Int32>.stride]
        result.writing = .addsOnly
        result.forward = { memory, _ throws(ModelError) in
            withUnsafePointer(to: shape) { shape in
                edge_max_pool_training_f32(
                    isa, shape, memory.input(0), memory.output(), memory.saved[0].assumingMemoryBound(to: Int32.self))
            }
        }
        result.backward = { memory in
            withUnsafePointer(to: shape) { shape in
                edge_max_pool_gradient_f32(
                    isa, shape, memory.saved[0].assumingMemoryBound(to: Int32.self), memory.gradient(),
                    memory.inputGradient(0))
            }
        }
        return result
    }

    static func average(_ context: GradientContext) throws -> Differentiated {
        let (shape, padBottom, padRight) = try window(context)
        let countsPadding = (context.node.int("count_include_pad") ?? 0) != 0
        let isa = context.isa
        var result = Differentiated()
        result.writing = .addsOnly
        result.backward = { memory in
            withUnsafePointer(to: shape) { shape in
                edge_average_pool_gradient_f32(
                    isa, shape, countsPadding, padBottom, padRight, memory.gradient(), memory.inputGradient(0))
            }
        }
        return result
    }
}
