internal import CDNNL
package import CEdgeKernels

/// A float convolution over NHWC images whose weights change from run to run, with the gradients by image and weights.
///
/// oneDNN does the work where it is there, products of our own kernels where it is not. A primitive costs half a millisecond to make and
/// nothing is allocated afterwards, so that one is made a layer and batch size and kept.
package final class TrainingConvolution {
    private enum Engine {
        case own
        case oneDNN(OpaquePointer)
    }

    /// Which passes will be run.
    package struct Passes: Sendable {
        package var forward, data, weights, bias: Bool

        package init(forward: Bool, data: Bool, weights: Bool, bias: Bool) {
            (self.forward, self.data, self.weights, self.bias) = (forward, data, weights, bias)
        }
    }

    private var shape: edge_conv_shape
    private let isa: edge_isa
    private let engine: Engine
    /// The bytes of scratch memory that each pass wants.
    package let scratchByteCount: Int

    /// Whether oneDNN runs it.
    package var usesOneDNN: Bool { if case .oneDNN = engine { true } else { false } }

    /// - Returns: nil for a shape that is not valid.
    package init?(
        _ shape: edge_conv_shape, passes: Passes, backend: FloatConvolution.Backend = .automatic, isa: edge_isa,
        threads: Int = 1
    ) {
        self.shape = shape
        self.isa = isa
        let own = edge_convolution_scratch(&self.shape)
        guard own > 0 else { return nil }
        var foreign = edge_dnnl_shape(
            batch: shape.batch, in_h: shape.in_h, in_w: shape.in_w, in_c: shape.in_c, out_h: shape.out_h,
            out_w: shape.out_w, out_c: shape.out_c, kernel_h: shape.kernel_h, kernel_w: shape.kernel_w,
            stride_h: shape.stride_h, stride_w: shape.stride_w, dilation_h: shape.dilation_h,
            dilation_w: shape.dilation_w, pad_top: shape.pad_top, pad_left: shape.pad_left, groups: shape.groups)
        let wanted = edge_dnnl_passes(
            forward: passes.forward, data: passes.data, weights: passes.weights, bias: passes.bias)
        if backend != .own, isa != EDGE_ISA_SCALAR,
            let conv = edge_dnnl_training_create(&foreign, wanted, Int32(clamping: threads))
        {
            engine = .oneDNN(conv)
            scratchByteCount = 0
        } else {
            engine = .own
            scratchByteCount = own
        }
    }

    deinit { if case .oneDNN(let conv) = engine { edge_dnnl_training_destroy(conv) } }

    // Execution by oneDNN fails only on a pass or a bias that was not compiled.

    /// `y = convolution(x, weights) + bias`; the bias is given exactly where the passes have one.
    package func forward(
        _ x: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        y: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer
    ) {
        switch engine {
        case .own: edge_convolution_f32(isa, &shape, x, weights, bias, y, scratch)
        case .oneDNN(let conv):
            let done = edge_dnnl_training_forward(conv, x, weights, bias, y)
            precondition(done, "oneDNN refused a convolution that it had compiled")
        }
    }

    /// The gradient by the image, written to `gx`.
    package func data(
        weights: UnsafePointer<Float>, gy: UnsafePointer<Float>, gx: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutableRawPointer
    ) {
        switch engine {
        case .own: edge_convolution_data_gradient_f32(isa, &shape, weights, gy, gx, scratch)
        case .oneDNN(let conv):
            let done = edge_dnnl_training_data(conv, weights, gy, gx)
            precondition(done, "oneDNN refused a convolution that it had compiled")
        }
    }

    /// The gradients by weights and bias, added to `gw` and `gbias`.
    package func weights(
        _ x: UnsafePointer<Float>, gy: UnsafePointer<Float>, gw: UnsafeMutablePointer<Float>,
        gbias: UnsafeMutablePointer<Float>?, scratch: UnsafeMutableRawPointer
    ) {
        switch engine {
        case .own:
            edge_convolution_weight_gradient_f32(isa, &shape, x, gy, gw, scratch)
            if let gbias {
                let pixels = Int(shape.batch) * Int(shape.out_h) * Int(shape.out_w)
                edge_sum_rows_f32(isa, pixels, Int(shape.out_c), 1, gy, true, gbias)
            }
        case .oneDNN(let conv):
            let done = edge_dnnl_training_weights(conv, x, gy, gw, gbias)
            precondition(done, "oneDNN refused a convolution that it had compiled")
        }
    }
}
