#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A regular file seen as memory: its pages are read when they are first looked at. Writing to that memory never reaches the file.
///
/// A page of nothing follows the file, so that kernels may read a whole register at the end of a tensor. A file that another program
/// makes shorter while it is mapped ends the process that looks behind its new end; programs that replace files by renaming do no harm.
package final class MappedFile: @unchecked Sendable {
    package let base: UnsafeMutableRawPointer
    /// The bytes of the file.
    package let byteCount: Int
    private let reserved: Int

    /// Maps a file.
    ///
    /// - Throws: `TensorError` when it is absent, no regular file, or cannot be mapped.
    package init(path: String) throws(TensorError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(path, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .unreadable(path, reason: String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(
                path, reason: status.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : "it is not a regular file")
        }
        let page = max(Int(sysconf(Int32(_SC_PAGESIZE))), 4096)
        let size = Int(status.st_size)
        let (whole, overflow) = size.addingReportingOverflow(2 * page)
        guard !overflow else { throw .unreadable(path, reason: "it is too large") }
        reserved = whole / page * page
        let access = PROT_READ | PROT_WRITE
        let hidden = MAP_PRIVATE | MAP_NORESERVE
        guard let block = mmap(nil, reserved, access, hidden | MAP_ANONYMOUS, -1, 0), block != MAP_FAILED else {
            throw .outOfMemory(bytes: size)
        }
        if size > 0 {
            guard mmap(block, size, access, hidden | MAP_FIXED, descriptor, 0) != MAP_FAILED else {
                let reason = String(cString: strerror(errno))
                munmap(block, reserved)
                throw .unreadable(path, reason: reason)
            }
        }
        base = block
        byteCount = size
    }

    deinit { munmap(base, reserved) }

    /// A tensor over a part of the file: without a copy, where the part lies as the elements need it.
    ///
    /// - Throws: `TensorError` when the part is not in the file or not as long as shape and type ask for.
    package func tensor(at offset: Int, byteCount length: Int, shape: [Int], dtype: DType) throws(TensorError) -> Tensor
    {
        guard offset >= 0, length >= 0, offset <= byteCount, length <= byteCount - offset else {
            throw .malformed("bytes \(offset)..<\(offset)+\(length) lie beyond the end at \(byteCount)", at: offset)
        }
        guard let count = Tensor.elementCount(of: shape), let expected = dtype.byteCount(of: count) else {
            throw .tooLarge(shape: shape)
        }
        guard length == expected else {
            throw .shapeMismatch("shape \(shape) of \(dtype.rawValue) takes \(expected) bytes, found \(length)")
        }
        let start = base + offset
        // Other bytes than 0 and 1 are no truth values.
        guard dtype != .bool, offset % max(dtype.bits / 8, 1) == 0 else {
            return try Tensor(
                bytes: UnsafeRawBufferPointer(start: start, count: length), shape: shape, dtype: dtype)
        }
        return Tensor(
            dtype: dtype, shape: shape, strides: Tensor.contiguousStrides(of: shape), offset: 0,
            storage: TensorStorage(base: start, byteCount: length, owner: self))
    }
}
