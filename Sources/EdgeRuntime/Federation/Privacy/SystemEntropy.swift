import Glibc

/// Random numbers of the kernel's cryptographic generator, fetched as many bytes at a time as it gives without
/// interruption.
struct SystemEntropy {
    private var buffer = [UInt64](repeating: 0, count: 32)
    private var position = 32

    mutating func next() throws(FederationError) -> UInt64 {
        if position == buffer.count {
            let status = buffer.withUnsafeMutableBytes { bytes in
                bytes.baseAddress.map { getentropy($0, bytes.count) } ?? -1
            }
            guard status == 0 else { throw .noEntropy(String(cString: strerror(errno)).lowercased()) }
            position = 0
        }
        defer { position += 1 }
        return buffer[position]
    }
}
