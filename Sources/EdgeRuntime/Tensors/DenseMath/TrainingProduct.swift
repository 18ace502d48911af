internal import CDNNL
package import CEdgeKernels

/// `c = (adds ? c : 0) + alpha * op(a) * op(b)` on matrices in rows that change from run to run: by our own kernel, or by oneDNN where the
/// product is large enough for its blocking to pay.
package struct TrainingProduct: Sendable {
    package var rows, columns, depth: Int
    package var alpha: Float = 1
    package var aTransposed, bTransposed: Bool
    /// The distances of rows of a, b and c as they are stored.
    package var aStride, bStride, cStride: Int
    private let isa: edge_isa
    private let usesOneDNN: Bool
    /// The bytes of scratch memory that a run wants.
    package let scratchByteCount: Int

    /// Products of fewer multiplications are left to our own kernel: below, it is as fast, and needs no library.
    private static let largeWork = 4_000_000

    /// Matrices without gaps between rows; set the strides for others.
    package init(
        rows: Int, columns: Int, depth: Int, aTransposed: Bool = false, bTransposed: Bool = false, isa: edge_isa,
        backend: FloatConvolution.Backend = .automatic
    ) {
        (self.rows, self.columns, self.depth) = (rows, columns, depth)
        (self.aTransposed, self.bTransposed) = (aTransposed, bTransposed)
        aStride = aTransposed ? rows : depth
        bStride = bTransposed ? depth : columns
        cStride = columns
        self.isa = isa
        let isLarge = Double(rows) * Double(columns) * Double(depth) >= Double(Self.largeWork) && min(rows, columns) > 1
        usesOneDNN =
            isa != EDGE_ISA_SCALAR && (backend == .oneDNN || backend == .automatic && isLarge) && OneDNN.isPresent
        scratchByteCount = edge_product_scratch(columns, depth)
    }

    /// Runs it.
    package func callAsFunction(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, adds: Bool, to c: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutableRawPointer
    ) {
        if usesOneDNN, depth > 0,
            edge_dnnl_product(
                Int64(rows), Int64(columns), Int64(depth), alpha, a, Int64(aStride), aTransposed, b, Int64(bStride),
                bTransposed, adds, c, Int64(cStride), 1)
        {
            return
        }
        edge_product_f32(
            isa, rows, columns, depth, alpha, a, aStride, aTransposed, b, bStride, bTransposed, adds, c, cStride,
            scratch)
    }
}
