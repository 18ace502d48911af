package import EdgeLang

/// The pages of `docs/reference`: one a topic, made from the declarations of the primitives.
package enum ReferencePages {
    /// The primitives by topic, both in alphabetical order.
    package static func topics(_ specs: [BuiltinSpec]) -> [(topic: String, members: [BuiltinSpec])] {
        var byTopic: [String: [BuiltinSpec]] = [:]
        var seen: Set<String> = []
        // The later of two declarations of one name is the one that counts.
        for spec in specs.reversed() where seen.insert(spec.name).inserted {
            byTopic[spec.topic.isEmpty ? "other" : spec.topic, default: []].append(spec)
        }
        return byTopic.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted { $0.name < $1.name }) }
    }

    /// The pages' file names and contents.
    package static func pages(_ specs: [BuiltinSpec]) -> [(name: String, text: String)] {
        let topics = topics(specs)
        var pages = topics.map { topic, members in (fileName(topic), page(topic, members)) }
        pages.append(("index.md", index(topics)))
        return pages
    }

    private static let header =
        "<!-- Made by `make docs` from the declarations of the primitives; do not edit. -->\n\n"

    private static func fileName(_ topic: String) -> String {
        String(topic.map { $0.isLetter || $0.isNumber ? $0 : "-" }) + ".md"
    }

    private static func title(_ topic: String) -> String { topic.prefix(1).uppercased() + topic.dropFirst() }

    private static func index(_ topics: [(topic: String, members: [BuiltinSpec])]) -> String {
        var text = header + "# Reference\n"
        for (topic, members) in topics {
            text += "\n## [\(title(topic))](\(fileName(topic)))\n\n"
            for spec in members { text += "- [`\(spec.name)`](\(fileName(topic))#\(spec.name)): \(spec.summary)\n" }
        }
        return text
    }

    private static func page(_ topic: String, _ members: [BuiltinSpec]) -> String {
        header + "# \(title(topic))\n" + members.map(entry).joined()
    }

    private static func entry(_ spec: BuiltinSpec) -> String {
        var text = "\n## \(spec.name)\n\n```\n\(spec.synopsis)\n```\n\n\(spec.summary)\n"
        if !spec.details.isEmpty { text += "\n\(spec.details)\n" }
        if !spec.parameters.isEmpty {
            text += "\n"
            for parameter in spec.parameters { text += "- `\(parameter.name)`: \(ParameterText.describe(parameter))\n" }
        }
        text += "\nResult: \(spec.result.documentation) (`\(spec.result.type)`).\n"
        if !spec.effects.isEmpty { text += "\nEffects: \(HelpText.effects(spec)).\n" }
        for example in spec.examples {
            text += "\n```\n\(example.code)\n"
            if let result = example.result {
                text += result.split(separator: "\n").map { "# \($0)\n" }.joined()
            }
            text += "```\n"
        }
        if !spec.seeAlso.isEmpty { text += "\nSee also: \(spec.seeAlso.map { "`\($0)`" }.joined(separator: ", ")).\n" }
        return text + "\nSince \(spec.since).\n"
    }
}
