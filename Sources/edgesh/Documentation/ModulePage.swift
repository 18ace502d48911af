import EdgeLang

/// What a module says of what it exports, for the terminal and as Markdown.
struct ModulePage {
    let name: String
    let documentation: ModuleDocumentation

    init(name: String, _ source: SourceFile, _ program: EdgeLang.Program) {
        self.name = name
        documentation = ModuleDocumentation(program, source)
    }

    /// For the terminal.
    var text: String {
        var lines = [name]
        if let text = documentation.documentation { lines += [""] + indented(text) }
        for entry in documentation.exports {
            lines += ["", entry.signature]
            if let text = entry.documentation { lines += [""] + indented(text) }
        }
        if documentation.exports.isEmpty { lines += ["", "  It exports nothing."] }
        return lines.joined(separator: "\n")
    }

    /// As a page of Markdown.
    var markdown: String {
        var text = "# \(name)\n"
        if let documentation = documentation.documentation { text += "\n\(documentation)\n" }
        for entry in documentation.exports {
            text += "\n## \(entry.name)\n\n```\n\(entry.signature)\n```\n"
            if let documentation = entry.documentation { text += "\n\(documentation)\n" }
        }
        if documentation.exports.isEmpty { text += "\nIt exports nothing.\n" }
        return text
    }

    /// The first sentence or line of what the module says of itself.
    var summary: String {
        documentation.documentation?.split(separator: "\n").first.map(String.init) ?? ""
    }

    private func indented(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "  \($0)" }
    }
}
