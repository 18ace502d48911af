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
    /// What the system gave, in which the block begins at a multiple of the alignment; nil where there is an owner.
    private let allocation: UnsafeMutableRawPointer?

    /// The block; at least `byteCount` bytes.
    package let base: UnsafeMutableRawPointer
    /// The bytes that hold elements.
    public let byteCount: Int
    /// Of a tensor of texts: those that its elements number, the empty text first. A number beyond them stands for the empty text, too.
    package let texts: [String]

    /// A block of `byteCount` zero bytes.
    ///
    /// - Throws: `TensorError` when the system has no memory left for it.
    public convenience init(byteCount: Int) throws(TensorError) { try self.init(byteCount: byteCount, texts: []) }

    /// A block of `byteCount` zero bytes that stand for texts of a list.
    ///
    /// - Throws: `TensorError` when the system has no memory left for it.
    package init(byteCount: Int, texts: [String]) throws(TensorError) {
        // Kernels may read a whole register at the end, and the block begins up to one behind what the system gives. (Asked for
        // alignment, the system takes several times as long for blocks as small as a result of a model; and large ones from it
        // are zero already.)
        guard byteCount >= 0, byteCount <= Int.max - 2 * Self.alignment,
            let allocation = calloc(1, byteCount + 2 * Self.alignment)
        else { throw .outOfMemory(bytes: byteCount) }
        self.allocation = allocation
        self.base = allocation.alignedUp(toMultipleOf: Self.alignment)
        self.byteCount = byteCount
        self.texts = texts
        owner = nil
    }

    /// A block within memory of another owner, which it keeps alive. It may be read for a register's width behind its end.
    init(base: UnsafeMutableRawPointer, byteCount: Int, owner: AnyObject) {
        self.base = base
        self.byteCount = byteCount
        self.owner = owner
        allocation = nil
        texts = []
    }

    deinit { free(allocation) }
}
