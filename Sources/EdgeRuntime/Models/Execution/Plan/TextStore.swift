import EdgeTensors

/// The texts of one session. Inside of it the elements of all tensors of texts are numbers of this one list, so that equal texts have equal
/// numbers, and whatever moves elements moves texts.
///
/// Texts of the graph and of plans stay; those that a run brings are forgotten at its end. Tensors that leave the session take a list of
/// their own with them.
final class TextStore {
    private var table = TextTable()
    private var kept = 1
    private var bytes = 0

    /// The bytes that the texts of a session may take.
    static let byteLimit = 1 << 28

    var count: Int { table.count }

    /// The number of a text.
    ///
    /// - Throws: `ModelError` where texts take too much memory.
    func number(of text: String) throws(ModelError) -> UInt32 {
        let before = table.count
        let number = table.number(of: text)
        if table.count > before { try charge(from: before) }
        return number
    }

    private func charge(from first: Int) throws(ModelError) {
        for text in table.texts[first...] { bytes += text.utf8.count + 64 }
        guard bytes <= Self.byteLimit else {
            throw .tooMuchMemory("the texts of one run", limit: Self.byteLimit)
        }
    }

    func text(_ number: UInt32) -> String { table.text(number) }

    /// The texts at an address.
    func texts(_ base: UnsafeMutableRawPointer, count: Int) -> [String] {
        let numbers = base.assumingMemoryBound(to: UInt32.self)
        return (0..<count).map { table.text(numbers[$0]) }
    }

    // MARK: The border

    /// Tensors from outside, those of texts with numbers of this list.
    func adopted(_ tensors: [Tensor]) throws -> [Tensor] { try tensors.map { try adopted($0) } }

    func adopted(_ tensor: Tensor) throws -> Tensor {
        guard tensor.dtype == .text else { return tensor }
        let before = table.count
        let numbers = try table.numbers(of: tensor)
        try charge(from: before)
        // No list of its own: the numbers are the session's.
        return try Tensor(textNumbers: numbers, of: TextTable(), shape: tensor.shape)
    }

    /// A graph whose constants, those of its bodies included, have numbers of this list.
    func adopted(_ graph: Graph) throws -> Graph {
        var result = graph
        for (id, tensor) in graph.constants where tensor.dtype == .text { result.constants[id] = try adopted(tensor) }
        for position in graph.nodes.indices {
            for (name, attribute) in graph.nodes[position].attributes {
                guard case .graph(let body) = attribute else { continue }
                result.nodes[position].attributes[name] = .graph(try adopted(body))
            }
        }
        return result
    }

    /// A tensor for the world outside.
    func released(_ tensor: Tensor) throws -> Tensor {
        guard tensor.dtype == .text else { return tensor }
        return try Tensor(texts: tensor.textNumbers().map(table.text), shape: tensor.shape)
    }

    // MARK: What stays

    /// What is there now outlives the run.
    func keepAll() { kept = table.count }

    /// Forgets what the run brought.
    func endRun() { keep(first: kept) }

    /// Forgets all texts beyond the first.
    func keep(first count: Int) {
        guard table.count > count else { return }
        for text in table.texts[max(count, 1)...] { bytes -= text.utf8.count + 64 }
        table.keep(first: count)
        kept = min(kept, max(count, 1))
    }
}
