package import EdgeLang

/// What `help` shows of a function.
package enum HelpText {
    /// Everything that is declared of a primitive.
    package static func describe(_ spec: BuiltinSpec) -> String {
        var lines = [spec.synopsis, "", "  \(spec.summary)"]
        if !spec.details.isEmpty {
            lines.append("")
            lines += spec.details.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }
        }
        if !spec.parameters.isEmpty {
            lines.append("")
            let width = spec.parameters.map { $0.name.count }.max() ?? 0
            for parameter in spec.parameters {
                let name = TextTable.fit(parameter.name, width: width, .left)
                lines.append("  \(name)  \(ParameterText.describe(parameter))")
            }
        }
        lines += ["", "  Result: \(spec.result.documentation) (\(spec.result.type))"]
        if !spec.effects.isEmpty { lines.append("  Effects: \(effects(spec))") }
        let examples = spec.examples
        if !examples.isEmpty {
            lines += ["", "  Examples:"]
            for example in examples {
                lines += example.code.split(separator: "\n").map { "    \($0)" }
                if let result = example.result {
                    lines += result.split(separator: "\n").map { "    # \($0)" }
                }
            }
        }
        if !spec.seeAlso.isEmpty { lines += ["", "  See also: \(spec.seeAlso.joined(separator: ", "))"] }
        return lines.joined(separator: "\n")
    }

    /// What there is: the names of all primitives by topic.
    package static func overview(_ specs: [BuiltinSpec], width: Int?) -> String {
        let lines = ReferencePages.topics(specs).map { topic, members in
            "\(topic)\n" + wrapped(members.map(\.name), width: width ?? 100)
        }
        return lines.joined(separator: "\n")
            + "\n\n`help name` tells more about one, `edgesh explain CODE` about an error."
    }

    static func effects(_ spec: BuiltinSpec) -> String {
        Effect.allCases.filter(spec.effects.contains).map(\.rawValue).joined(separator: ", ")
    }

    private static func wrapped(_ names: [String], width: Int) -> String {
        var lines: [String] = []
        var line = " "
        for name in names {
            if line.count + name.count + 1 > width, line.count > 1 {
                lines.append(line)
                line = " "
            }
            line += " " + name
        }
        return (lines + [line]).joined(separator: "\n")
    }
}

/// What help and reference say of a parameter.
enum ParameterText {
    /// `bits of a weight (int, 2...8, default 8)`
    static func describe(_ parameter: ParameterSpec) -> String {
        var facts = [parameter.typeDescription]
        if let range = parameter.range { facts.append(range.text) }
        if let text = parameter.defaultText, text != "null" { facts.append("default \(text)") }
        return "\(parameter.documentation) (\(facts.joined(separator: ", ")))"
    }
}
