import CEdgeKernels
import EdgeModels
import EdgeTensors

/// Convolutions over images with channels last, and their transposes, which are the same passes in other roles.
enum ConvolutionRule {
    static func differentiate(_ context: GradientContext) throws -> Differentiated {
        let data = try context.operand(0)
        let weights = try context.operand(1)
        guard context.node.layout == .channelsLast else {
            throw context.refused("its channels could not be moved last")
        }
        guard weights.shape.count == data.shape.count, weights.shape.count >= 3,
            let window = try NodeKernel.window(
                context.node, data: data.shape, kernel: Array(weights.shape[2...]), outputs: weights.shape[0],
                groups: context.node.int("group") ?? 1)?.shape
        else { throw context.refused("convolutions over three axes have no gradient yet") }
        guard window.groups > 0, window.in_c % window.groups == 0, window.out_c % window.groups == 0,
            weights.shape[1] == Int(window.in_c / window.groups)
        else { throw context.refused("weights of shape \(weights.shape) do not fit data of shape \(data.shape)") }
        let hasBias = context.optional(2) != nil
        let wants = (context.wants(0), context.wants(1), context.wants(2))
        guard
            let layer = TrainingConvolution(
                window, passes: .init(forward: true, data: wants.0, weights: wants.1, bias: hasBias),
                backend: context.backend, isa: context.isa)
        else { throw context.refused("its shape is not one that the kernels know") }
        let isa = context.isa
        let columns = Int(window.out_c)
        let rows = context.results[0].count / max(columns, 1)
        var result = Differentiated()
        result.forwardScratch = [layer.scratchByteCount]
        result.backwardScratch = [layer.scratchByteCount]
        result.readsInputs = (wants.0 ? [1] : []) + (wants.1 ? [0] : [])
        result.exceptions = [0: .storesOnly, 1: .addsOnly, 2: .addsOnly]
        result.forward = { memory, _ throws(ModelError) in
            layer.forward(
                memory.input(0), weights: memory.input(1), bias: hasBias ? memory.input(2) : nil, y: memory.output(),
                scratch: memory.scratch[0])
        }
        result.backward = { memory in
            if wants.1 {
                layer.weights(
                    memory.input(0), gy: memory.gradient(), gw: memory.inputGradient(1),
                    gbias: wants.2 ? memory.inputGradient(2) : nil, scratch: memory.scratch[0])
            } else if wants.2 {
                edge_sum_rows_f32(isa, rows, columns, 1, memory.gradient(), true, memory.inputGradient(2))
            }
            if wants.0 {
                layer.data(
                    weights: memory.input(1), gy: memory.gradient(), gx: memory.inputGradient(0),
                    scratch: memory.scratch[0])
            }
        }
        return result
    }

    /// `ConvTranspose`: what is the gradient by the image there is the forward pass here.
    static func transposed(_ context: GradientContext) throws -> Differentiated {
        let node = context.node
        let data = try context.operand(0).shape
        let weights = try context.operand(1).shape
        let output = context.results[0].shape
        guard node.layout == .channelsLast else { throw context.refused("its channels could not be moved last") }
        let rank = data.count - 2
        guard (1...2).contains(rank), weights.count == data.count, output.count == data.count else {
            throw context.refused("convolutions over three axes have no gradient yet")
        }
        let strides = node.ints("strides") ?? [Int](repeating: 1, count: rank)
        let dilations = node.ints("dilations") ?? [Int](repeating: 1, count: rank)
        let pads = node.ints("pads") ?? [Int](repeating: 0, count: 2 * rank)
        let groups = node.int("group") ?? 1
        let numbers = data + weights + output + strides + dilations + pads + [groups]
        guard strides.count == rank, dilations.count == rank, pads.count == 2 * rank, node.string("auto_pad") == nil,
            numbers.allSatisfy({ $0 >= 0 && $0 < Int(Int32.max) / 4 })
        else { throw context.refused("its window is not one that the kernels know") }
        func size(_ values: [Int], _ axis: Int) -> Int32 {
            rank == 1 ? (axis == 0 ? 1 : Int32(values[0])) : Int32(values[axis])
        }
        let spatial = Array(data[1...rank])
        let result = Array(output[1...rank])
        let kernel = Array(weights[2...])
        let window = edge_conv_shape(
            batch: Int32(data[0]), in_h: size(result, 0), in_w: size(result, 1), in_c: Int32(output[rank + 1]),
            out_h: size(spatial, 0), out_w: size(spatial, 1), out_c: Int32(data[rank + 1]), kernel_h: size(kernel, 0),
            kernel_w: size(kernel, 1), stride_h: size(strides, 0), stride_w: size(strides, 1),
            dilation_h: size(dilations, 0), dilation_w: size(dilations, 1), pad_top: rank == 1 ? 0 : Int32(pads[0]),
            pad_left: Int32(pads[rank - 1]), groups: Int32(groups))
        let wants = (context.wants(0), context.wants(1), context.wants(2))
        guard
            let layer = TrainingConvolution(
                window, passes: .init(forward: true, data: true, weights: wants.1, bias: false),
                backend: context.backend, isa: context.isa)
        else { throw context.refused("its shape is not one that the kernels know") }
        let hasBias = context.optional(2) != nil
        let isa = context.isa
        let columns = output[rank + 1]
        let rows = context.results[0].count / max(columns, 1)
        var differentiated = Differentiated()
        differentiated.forwardScratch = [layer.scratchByteCount]
        differentiated.backwardScratch = [layer.scratchByteCount]
        differentiated.readsInputs = (wants.0 ? [1] : []) + (wants.1 ? [0] : [])
        differentiated.exceptions = [0: .storesOnly, 1: .addsOnly, 2: .addsOnly]
        differentiated.forward = { memory, _ throws(ModelError) in
            layer.data(
                weights: memory.input(1), gy: memory.input(0), gx: memory.output(), scratch: memory.scratch[0])
            if hasBias { edge_add_row_f32(isa, rows, columns, memory.input(2), memory.output()) }
        }
        differentiated.backward = { memory in
            if wants.1 {
                layer.weights(
                    memory.gradient(), gy: memory.input(0), gw: memory.inputGradient(1), gbias: nil,
                    scratch: memory.scratch[0])
            }
            if wants.2 {
                edge_sum_rows_f32(isa, rows, columns, 1, memory.gradient(), true, memory.inputGradient(2))
            }
            if wants.0 {
                layer.forward(
                    memory.gradient(), weights: memory.input(1), bias: nil, y: memory.inputGradient(0),
                    scratch: memory.scratch[0])
            }
        }
        return differentiated
    }
}
