/// Channels that stand or fall together.
///
/// Every channel of every layer starts as an atom of its own; whatever forces two of them to be kept or cut together (a residual sum,
/// a depthwise convolution) joins their atoms. An atom that must stay is frozen, with the reason.
struct ChannelAtoms {
    private var parents: [Int] = []
    private var reasons: [Int: String] = [:]

    /// The number of atoms ever made.
    var count: Int { parents.count }

    mutating func make(_ count: Int) -> [Int] {
        let first = parents.count
        parents.append(contentsOf: first..<first + count)
        return Array(first..<first + count)
    }

    /// The atom that stands for all that are joined with this one.
    func root(_ atom: Int) -> Int {
        var current = atom
        while parents[current] != current { current = parents[current] }
        return current
    }

    mutating func join(_ first: Int, _ second: Int) {
        let (a, b) = (compressedRoot(first), compressedRoot(second))
        guard a != b else { return }
        parents[b] = a
        if let reason = reasons.removeValue(forKey: b), reasons[a] == nil { reasons[a] = reason }
    }

    /// Keeps atoms, and all that are or will be joined with them; the first reason given is remembered.
    mutating func freeze(_ atoms: some Sequence<Int>, because reason: String) {
        for atom in atoms {
            let root = compressedRoot(atom)
            if reasons[root] == nil { reasons[root] = reason }
        }
    }

    /// Why an atom must stay, nil where it need not.
    func reason(_ atom: Int) -> String? { reasons[root(atom)] }

    private mutating func compressedRoot(_ atom: Int) -> Int {
        let result = root(atom)
        var current = atom
        while parents[current] != result { (parents[current], current) = (result, parents[current]) }
        return result
    }
}
