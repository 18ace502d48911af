/// Texts and their numbers: each different text stands once, the empty one first.
///
/// Texts are compared by their bytes in UTF-8: what only looks the same is different, as in every other runtime.
package struct TextTable: Sendable {
    private struct Key: Hashable {
        let text: String

        static func == (left: Key, right: Key) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    package private(set) var texts: [String] = [""]
    private var numbers: [Key: UInt32] = [Key(text: ""): 0]

    package init() {}

    package var count: Int { texts.count }

    /// The number of a text, a new one where it has none yet.
    package mutating func number(of text: String) -> UInt32 {
        let key = Key(text: text)
        if let known = numbers[key] { return known }
        let number = UInt32(truncatingIfNeeded: texts.count)
        texts.append(text)
        numbers[key] = number
        return number
    }

    /// The text of a number; the empty one where there is none.
    package func text(_ number: UInt32) -> String { Int(number) < texts.count ? texts[Int(number)] : "" }

    /// The elements of a tensor of texts as numbers of this table.
    ///
    /// - Throws: `TensorError` when the tensor holds something else.
    package mutating func numbers(of tensor: Tensor) throws -> [UInt32] {
        let list = tensor.storage.texts
        var known = [UInt32?](repeating: nil, count: list.count)
        return try tensor.textNumbers().map { number in
            guard Int(number) < list.count else { return 0 }
            if let found = known[Int(number)] { return found }
            let found = self.number(of: list[Int(number)])
            known[Int(number)] = found
            return found
        }
    }

    /// Forgets all texts beyond the first.
    package mutating func keep(first count: Int) {
        while texts.count > max(count, 1) { numbers[Key(text: texts.removeLast())] = nil }
    }
}
