import CEdgeKernels
import EdgeTensors

/// The kernels of `CEdgeKernels`, for the cases they are written for.
enum FastKernels {
    /// Nil where no kernel fits the node.
    static func lower(_ context: LoweringContext) throws(ModelError) -> Lowered? { nil }
}
