/// Finds what somebody may have meant to write.
enum NearestName {
    /// The candidate with the fewest edits, if at most a third of the letters differ.
    static func closest(to name: String, among candidates: some Sequence<String>) -> String? {
        let word = Array(name.lowercased().unicodeScalars.prefix(64))
        let limit = max(1, word.count / 3)
        var best: (name: String, distance: Int)?
        for candidate in candidates where candidate != name {
            let other = Array(candidate.lowercased().unicodeScalars.prefix(64))
            guard abs(other.count - word.count) <= limit else { continue }
            let distance = edits(word, other)
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// A hint that names the nearest candidate, or all where they are few.
    static func hint(for name: String, among candidates: some Collection<String>) -> String? {
        if let near = closest(to: name, among: candidates.sorted()) { return "did you mean `\(near)`?" }
        return candidates.isEmpty || candidates.count > 24
            ? nil : "there are " + candidates.sorted().map { "`\($0)`" }.joined(separator: ", ")
    }

    /// Edit distance in which a swap of neighbours counts as one edit (optimal string alignment).
    private static func edits(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var current = [i + 1]
            for (j, y) in b.enumerated() {
                var edits = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (x == y ? 0 : 1))
                if i > 0, j > 0, x == b[j - 1], a[i - 1] == y { edits = min(edits, beforePrevious[j - 1] + 1) }
                current.append(edits)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[b.count]
    }
}
