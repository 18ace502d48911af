import CEdgeKernels

/// A dense layer of float activations and integer weights that was packed for this processor. Owns the memory of its weights.
final class PackedLowBitDense {
    private let handle: OpaquePointer

    /// Nil where the kernel refuses the sizes.
    init?(_ options: edge_dense_lowbit_options) {
        var options = options
        guard let handle = edge_dense_lowbit_create(&options) else { return nil }
        self.handle = handle
    }

    deinit { edge_dense_lowbit_destroy(handle) }

    func scratchByteCount(rows: Int32) -> Int { edge_dense_lowbit_scratch(handle, rows) }

    @inline(__always) func run(
        rows: Int32, _ input: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutableRawPointer
    ) { edge_dense_lowbit_run(handle, rows, input, output, scratch) }
}
