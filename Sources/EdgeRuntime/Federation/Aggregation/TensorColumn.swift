import EdgeTensors

/// The same tensor of several updates, as the loops read it: one pointer for each update, all in one element type.
///
/// The pointers are valid while `body` runs.
enum TensorColumn {
    /// The type to compute in: double precision where the update has it, else single precision.
    static func isDouble(_ tensors: [Tensor]) -> Bool { tensors.contains { $0.dtype == .f64 } }

    static func withPointers<Element: TensorElement, Result>(
        _ tensors: [Tensor], of type: Element.Type, _ body: ([UnsafePointer<Element>]) throws -> Result
    ) throws -> Result {
        let whole = try tensors.map { try $0.converted(to: Element.dtype).contiguous() }
        return try withExtendedLifetime(whole) {
            try body(
                whole.map { tensor in
                    UnsafePointer(tensor.storage.base.assumingMemoryBound(to: Element.self) + tensor.offset)
                })
        }
    }

    /// Runs `body` for each tensor of the updates and makes an update of what it gives, in the element types of the
    /// first.
    static func map(
        _ updates: [Update], _ progress: ((Double) throws -> Void)?, _ body: ([Tensor]) throws -> Tensor
    ) throws -> Update {
        let total = Double(max(1, updates[0].count))
        var done = 0
        return Update(
            try updates[0].parts.indices.map { position in
                let first = updates[0].parts[position]
                let result = try body(updates.map { $0.parts[position].tensor }).converted(to: first.tensor.dtype)
                done += first.tensor.count
                try progress?(Double(done) / total)
                return Update.Part(name: first.name, tensor: result)
            })
    }
}
