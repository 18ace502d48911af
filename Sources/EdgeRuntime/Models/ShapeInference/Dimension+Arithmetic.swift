/// Sums and multiples of extents that are only names: `2*sequence`, `batch+1`. Equal texts are equal extents, whatever the order in which they
/// were put together.
extension Dimension {
    /// Longer texts say nothing that anybody compares.
    private static let textLimit = 64

    /// The sum of extents; nil where its text would be too long or a number too large.
    static func sum(_ extents: [Dimension]) -> Dimension? {
        var constant = 0
        var factors: [String: Int] = [:]
        for extent in extents {
            switch extent {
            case .fixed(let number):
                guard (0...(1 << 40)).contains(number) else { return nil }
                constant += number
            case .symbol(let name):
                guard let terms = terms(of: name) else { return nil }
                constant += terms.constant
                for (name, factor) in terms.factors { factors[name, default: 0] += factor }
            }
        }
        return text(constant, factors)
    }

    /// A multiple of an extent.
    func multiplied(by factor: Int) -> Dimension? {
        guard (0...(1 << 20)).contains(factor) else { return nil }
        switch self {
        case .fixed(let number): return (0...(1 << 40)).contains(number) ? .fixed(number * factor) : nil
        case .symbol(let name):
            guard factor > 0, let terms = Self.terms(of: name) else { return nil }
            return Self.text(terms.constant * factor, terms.factors.mapValues { $0 * factor })
        }
    }

    /// `2*sequence+batch+1` taken apart; a name of its own is one term.
    private static func terms(of name: String) -> (constant: Int, factors: [String: Int])? {
        guard name.utf8.count <= textLimit else { return nil }
        var constant = 0
        var factors: [String: Int] = [:]
        for part in name.split(separator: "+", omittingEmptySubsequences: false) {
            if let number = Int(part) {
                guard (0...(1 << 40)).contains(number) else { return nil }
                constant += number
                continue
            }
            let pieces = part.split(separator: "*", maxSplits: 1)
            if pieces.count == 2, let factor = Int(pieces[0]), (1...(1 << 20)).contains(factor) {
                factors[String(pieces[1]), default: 0] += factor
            } else {
                factors[String(part), default: 0] += 1
            }
        }
        guard (0...(1 << 40)).contains(constant), factors.values.allSatisfy({ $0 <= 1 << 40 }) else { return nil }
        return (constant, factors)
    }

    private static func text(_ constant: Int, _ factors: [String: Int]) -> Dimension? {
        guard !factors.isEmpty else { return .fixed(constant) }
        var parts = factors.sorted { $0.key < $1.key }.map { $0.value == 1 ? $0.key : "\($0.value)*\($0.key)" }
        if constant != 0 { parts.append(String(constant)) }
        let text = parts.joined(separator: "+")
        return text.utf8.count <= textLimit ? .symbol(text) : nil
    }
}
