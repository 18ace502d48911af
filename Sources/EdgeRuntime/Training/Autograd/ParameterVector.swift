/// The trainable numbers of a model in one flat buffer, and their gradients in another of the same layout.
///
/// Optimisers are loops over both; what differs from group to group (weight decay, a layer's own rate) they find in `entries`. The
/// buffers begin on a cache line, entries lie behind one another without gaps, and nothing moves as long as the vector lives.
/// One thread at a time uses it.
public final class ParameterVector {
    /// What a parameter is to its layer: optimisers decay weights and embeddings, and leave the others alone.
    public enum Role: String, Sendable, Hashable, CaseIterable {
        /// Factors of inputs: kernels, matrices, recurrent weights, slopes.
        case weight
        /// What is added to a layer's sums.
        case bias
        /// Scale and shift of a normalisation.
        case normalization
        /// Rows that an index chooses from.
        case embedding
    }

    /// One tensor of the model.
    public struct Entry: Sendable, Hashable {
        /// The value's name in the model's graph.
        public let name: String
        public let shape: [Int]
        /// Where its elements lie in `values` and `gradients`, in C order.
        public let range: Range<Int>
        public let role: Role
    }

    /// In the order of the buffers.
    public let entries: [Entry]
    /// The number of elements of each buffer.
    public var count: Int { values.count }
    /// The numbers themselves; valid as long as this object lives.
    public let values: UnsafeMutableBufferPointer<Float>
    /// The gradient of each, to which `TrainableModel.backward` adds; valid as long as this object lives.
    public let gradients: UnsafeMutableBufferPointer<Float>

    /// Where the buffers begin: a cache line and a vector register.
    private static let alignment = 64

    /// Zeros for tensors of these shapes.
    ///
    /// - Throws: `TrainingError` where they take more than can be addressed.
    public init(_ parts: [(name: String, shape: [Int], role: Role)]) throws(TrainingError) {
        var entries: [Entry] = []
        var total = 0
        for part in parts {
            var count = 1
            for extent in part.shape {
                let (product, overflow) = count.multipliedReportingOverflow(by: extent)
                guard extent >= 0, !overflow, product <= Int(Int32.max) * 64 else {
                    throw .untrainable("the parameter `\(part.name)` of shape \(part.shape) is too large")
                }
                count = product
            }
            entries.append(Entry(name: part.name, shape: part.shape, range: total..<total + count, role: part.role))
            total += count
        }
        self.entries = entries
        values = Self.zeros(total)
        gradients = Self.zeros(total)
    }

    deinit {
        values.deallocate()
        gradients.deallocate()
    }

    private static func zeros(_ count: Int) -> UnsafeMutableBufferPointer<Float> {
        // Kernels may read a whole register at the end.
        let bytes = (max(count, 1) * MemoryLayout<Float>.stride + 2 * alignment - 1) & ~(alignment - 1)
        let block = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: alignment)
        block.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        return UnsafeMutableBufferPointer(start: block.assumingMemoryBound(to: Float.self), count: count)
    }

    /// Sets all gradients to zero, as before the first backward pass of a step.
    public func zeroGradients() { gradients.update(repeating: 0) }
}
