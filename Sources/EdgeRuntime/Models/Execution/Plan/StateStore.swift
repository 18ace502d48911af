import EdgeTensors

/// The state blocks of one session: what recurrent nodes remember from one run to the next.
final class StateStore {
    private struct Key: Hashable {
        var scope: String
        var position: Int
        var byteCount: Int
    }

    /// The texts of the session.
    let texts = TextStore()
    private var blocks: [Key: (storage: TensorStorage, initial: Lowered.State)] = [:]

    /// The address of a node's block, made and filled with its initial value where it is new.
    func block(
        scope: String, position: Int, state: Lowered.State
    ) throws(ModelError) -> UnsafeMutableRawPointer {
        let key = Key(scope: scope, position: position, byteCount: state.byteCount)
        if let block = blocks[key] { return block.storage.base }
        do {
            let storage = try TensorStorage(byteCount: state.byteCount)
            blocks[key] = (storage, state)
            Self.fill(storage, state)
            return storage.base
        } catch {
            throw ModelError(code: error.code, message: error.message, hint: error.hint)
        }
    }

    /// Back to how every block was when it was made.
    func reset() {
        for block in blocks.values { Self.fill(block.storage, block.initial) }
    }

    private static func fill(_ storage: TensorStorage, _ state: Lowered.State) {
        if let initial = state.initial, initial.isContiguous, initial.byteCount == state.byteCount {
            let source = initial.storage.base + initial.offset * initial.dtype.bits / 8
            storage.base.copyMemory(from: source, byteCount: state.byteCount)
        } else {
            storage.base.initializeMemory(as: UInt8.self, repeating: state.initialByte, count: state.byteCount)
        }
    }
}
