import EdgeLang

/// Finds functions by what is said about them.
struct HelpSearch {
    /// A function and how well it fits.
    private struct Match {
        var spec: BuiltinSpec
        var score: Int
    }

    /// More are not of use to anybody.
    static let mostResults = 15

    private static let fillers: Set<String> = [
        "and", "are", "can", "does", "for", "from", "how", "into", "the", "what", "with",
    ]

    /// The functions in whose declaration all words occur, best first; where there is none, those with some of the words.
    static func find(_ words: [String], in specs: some Sequence<BuiltinSpec>) -> [BuiltinSpec] {
        let all = words.map { $0.lowercased() }
        // Words that stand in every other sentence say nothing of what is looked for.
        let telling = all.filter { $0.count > 2 && !fillers.contains($0) }
        let words = telling.isEmpty ? all : telling
        guard !words.isEmpty else { return [] }
        var whole: [Match] = []
        var some: [Match] = []
        for spec in specs {
            let scores = words.map { score($0, spec) }
            let match = Match(spec: spec, score: scores.reduce(0, +))
            if scores.allSatisfy({ $0 > 0 }) { whole.append(match) } else if match.score >= 2 { some.append(match) }
        }
        let found = (whole.isEmpty ? some.filter { $0.score * 2 >= (some.map(\.score).max() ?? 0) } : whole).sorted {
            ($1.score, $0.spec.name) < ($0.score, $1.spec.name)
        }
        return found.prefix(mostResults).map(\.spec)
    }

    /// How much a function has to do with a word: its name says most, then its summary, its topic, its parameters and details.
    private static func score(_ word: String, _ spec: BuiltinSpec) -> Int {
        let name = spec.name.lowercased()
        var score = 0
        if name == word {
            score += 100
        } else if name.hasPrefix(word) {
            score += 40
        } else if name.split(separator: "_").contains(where: { $0 == word }) {
            score += 40
        } else if name.contains(word) {
            score += 20
        }
        score += occurrences(word, spec.summary, whole: 12, part: 8)
        score += occurrences(word, spec.topic, whole: 8, part: 4)
        score += spec.parameters.reduce(0) { best, parameter in
            let choices = parameter.choices.joined(separator: " ")
            return max(
                best,
                occurrences(word, parameter.name + " " + parameter.documentation + " " + choices, whole: 4, part: 2))
        }
        score += occurrences(word, spec.details + " " + spec.result.documentation, whole: 4, part: 2)
        return score
    }

    private static func occurrences(_ word: String, _ text: String, whole: Int, part: Int) -> Int {
        let text = text.lowercased()
        guard text.contains(word) else { return 0 }
        let words = text.split { !$0.isLetter && !$0.isNumber }
        // `average` is also meant by `averages`.
        if words.contains(where: { $0 == word || ($0.hasPrefix(word) && $0.count <= word.count + 2) }) { return whole }
        return word.count > 3 ? part : 0
    }
}
