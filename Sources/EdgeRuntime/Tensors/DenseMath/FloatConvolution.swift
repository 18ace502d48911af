internal import CDNNL
package import CEdgeKernels

/// A packed float convolution, pointwise or dense layer with fused bias, residual and clamp, run by our own kernels or by
/// oneDNN.
///
/// Which is faster was measured on one thread of a processor with AVX-512 (`Benchmarks`): oneDNN blocks for the caches and
/// wins where the weights of a layer no longer fit the second-level cache beside its image; below that our kernels, which
/// need no set-up and few instructions around a layer, are as fast or faster. Loading oneDNN costs tens of milliseconds, a
/// primitive half of one, so that a layer must also be long enough to earn it back within a few hundred runs.
package final class FloatConvolution: @unchecked Sendable {
    package enum Backend: Sendable, CaseIterable {
        case automatic, own, oneDNN
    }

    private enum Engine {
        case own(OpaquePointer)
        case oneDNN(OpaquePointer)
    }

    private let engine: Engine
    /// The bytes that `run` wants as scratch memory.
    package let scratchByteCount: Int

    /// Whether oneDNN runs it.
    package var usesOneDNN: Bool { if case .oneDNN = engine { true } else { false } }

    /// Packs a layer. `weights` and `bias` are copied; see `edge_conv_f32_create` for their order.
    ///
    /// - Returns: nil for a shape that is not valid or where memory is short. A wish for oneDNN that cannot be granted is
    ///   answered by our own kernels.
    package init?(
        _ shape: edge_conv_shape, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        minimum: Float = -.infinity,
        maximum: Float = .infinity, addsResidual: Bool = false, backend: Backend = .automatic,
        isa: edge_isa = edge_isa_detected(), threads: Int = 1
    ) {
        var shape = shape
        var foreign = shape.forOneDNN
        let wanted =
            switch backend {
            case .own: false
            // Without AVX-512 oneDNN 2.7 adds the residual of some shapes wrongly.
            case .oneDNN: isa == EDGE_ISA_AVX512_VNNI
            case .automatic: isa == EDGE_ISA_AVX512_VNNI && Self.isLarge(shape)
            }
        if wanted,
            let conv = edge_dnnl_conv_create(
                &foreign, weights, bias, addsResidual, minimum, maximum, Int32(clamping: threads))
        {
            engine = .oneDNN(conv)
            let outputs = Int(shape.batch) * Int(shape.out_h) * Int(shape.out_w) * Int(shape.out_c)
            scratchByteCount = addsResidual ? outputs * MemoryLayout<Float>.stride : 0
        } else if let conv = edge_conv_f32_create(isa, &shape, weights, bias, minimum, maximum) {
            engine = .own(conv)
            scratchByteCount = edge_conv_f32_scratch(conv)
        } else {
            return nil
        }
    }

    deinit {
        switch engine {
        case .own(let conv): edge_conv_f32_destroy(conv)
        case .oneDNN(let conv): edge_dnnl_conv_destroy(conv)
        }
    }

    /// Runs it. One thread at a time may do so.
    ///
    /// - Parameters:
    ///   - residual: added before the clamp; given exactly where `addsResidual` was set. May be `output`.
    ///   - scratch: `scratchByteCount` bytes.
    package func run(
        _ input: UnsafePointer<Float>, residual: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutableRawPointer?
    ) {
        switch engine {
        case .own(let conv): edge_conv_f32_run(conv, input, residual, output, scratch)
        case .oneDNN(let conv):
            var operand = residual
            if residual == UnsafePointer(output), let scratch {
                // oneDNN may keep partial sums in the output before it adds the residual.
                scratch.copyMemory(from: output, byteCount: scratchByteCount)
                operand = UnsafePointer(scratch.assumingMemoryBound(to: Float.self))
            }
            // Execution fails only on arguments that differ from what was compiled: a residual given or missing.
            let done = edge_dnnl_conv_run(conv, input, operand, output)
            precondition(done, "oneDNN refused a convolution that it had compiled")
        }
    }

    /// Whether oneDNN is worth its set-up.
    private static func isLarge(_ shape: edge_conv_shape) -> Bool {
        let taps = Double(shape.kernel_h) * Double(shape.kernel_w)
        let weights = taps * Double(shape.in_c / max(shape.groups, 1)) * Double(shape.out_c)
        let outputs = Double(shape.batch) * Double(shape.out_h) * Double(shape.out_w)
        return shape.groups == 1 && weights >= 500_000 && weights * outputs >= 50_000_000
    }
}

extension edge_conv_shape {
    /// The same geometry as oneDNN's side of the C code knows it.
    fileprivate var forOneDNN: edge_dnnl_shape {
        edge_dnnl_shape(
            batch: batch, in_h: in_h, in_w: in_w, in_c: in_c, out_h: out_h, out_w: out_w, out_c: out_c,
            kernel_h: kernel_h, kernel_w: kernel_w, stride_h: stride_h, stride_w: stride_w, dilation_h: dilation_h,
            dilation_w: dilation_w, pad_top: pad_top, pad_left: pad_left, groups: groups)
    }
}
