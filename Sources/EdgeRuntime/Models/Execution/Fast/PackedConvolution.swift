import CEdgeKernels

/// A float convolution that was packed for this processor. Owns the memory of its weights.
final class PackedFloatConvolution {
    private let handle: OpaquePointer

    /// Nil where the kernel refuses the shape.
    init?(
        isa: edge_isa, shape: edge_conv_shape, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?, low: Float,
        high: Float
    ) {
        var shape = shape
        guard let handle = edge_conv_f32_create(isa, &shape, weights, bias, low, high) else { return nil }
        self.handle = handle
    }

    deinit { edge_conv_f32_destroy(handle) }

    var scratchByteCount: Int { edge_conv_f32_scratch(handle) }

    @inline(__always) func run(
        _ input: UnsafePointer<Float>, residual: UnsafePointer<Float>?, to output: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutableRawPointer
    ) { edge_conv_f32_run(handle, input, residual, output, scratch) }
}

/// A quantized convolution that was packed for this processor. Owns the memory of its weights.
final class PackedQuantizedConvolution {
    private let handle: OpaquePointer

    /// Nil where the kernel refuses the shape or the parameters.
    init?(_ options: edge_conv_q8_options) {
        var options = options
        guard let handle = edge_conv_q8_create(&options) else { return nil }
        self.handle = handle
    }

    deinit { edge_conv_q8_destroy(handle) }

    var scratchByteCount: Int { edge_conv_q8_scratch(handle) }

    @inline(__always) func run(
        _ input: UnsafeRawPointer, residual: UnsafeRawPointer?, to output: UnsafeMutableRawPointer,
        scratch: UnsafeMutableRawPointer
    ) { edge_conv_q8_run(handle, input, residual, output, scratch) }

    @inline(__always) func runDynamic(
        _ input: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer
    ) { edge_conv_q8_run_dynamic(handle, input, output, scratch) }

    /// Dense layers alone: each row has a scale of its own.
    @inline(__always) func runDynamicRows(
        _ input: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer
    ) { edge_conv_q8_run_dynamic_rows(handle, input, output, scratch) }
}
