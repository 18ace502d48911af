#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// One block of memory, aligned to a cache line, owned by the tensors that look into it.
///
/// Tensors write only while they hold the block alone (`Tensor.withMutableBytes`), so that it may cross threads.
public final class TensorStorage: @unchecked Sendable {
    /// Alignment of the block in bytes: a cache line and an AVX-512 register.
    public static let alignment = 64

    /// Who the block belongs to, where it is a part of a mapped file; nil where the storage frees it.
    private let owner: AnyObject?

    /// The block; at least `byteCount` bytes.
    package let base: UnsafeMutableRawPointer
    /// The bytes that hold elements.
    public let byteCount: Int

    /// A block of `byteCount` zero bytes.
    ///
    /// - Throws: `TensorError` when the system has no memory left for it.
    public init(byteCount: Int) throws(TensorError) {
        var block: UnsafeMutableRawPointer?
        // Kernels may read a whole register at the end, so that the block is rounded up to one.
        let rounded = (max(byteCount, 1) + Self.alignment - 1) & ~(Self.alignment - 1)
        guard byteCount >= 0, posix_memalign(&block, Self.alignment, rounded) == 0, let block else {
            throw .outOfMemory(bytes: byteCount)
        }
        memset(block, 0, rounded)
        self.base = block
        self.byteCount = byteCount
        owner = nil
    }

    /// A block within memory of another owner, which it keeps alive. It may be read for a register's width behind its end.
    init(base: UnsafeMutableRawPointer, byteCount: Int, owner: AnyObject) {
        self.base = base
        self.byteCount = byteCount
        self.owner = owner
    }

    deinit { if owner == nil { free(base) } }
}
