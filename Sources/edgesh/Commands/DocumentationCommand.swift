import ArgumentParser
import EdgeData
import EdgeLang
import EdgeRuntime

/// Shows what functions and modules do, and writes reference pages.
struct DocumentationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doc", abstract: "Show what a function or a module does.",
        discussion: """
            Without a name, lists the built-in functions. Of a module it shows what it exports, with the `##` comments above.
            """)

    @ArgumentParser.Argument(
        help: "Built-in functions, modules of the library as std/plant, scripts, or folders with scripts in them.",
        completion: .file(extensions: ["edge"]))
    var names: [String] = []

    @Flag(help: "Write Markdown instead of text for a terminal.")
    var markdown = false

    @Option(
        help: ArgumentHelp(
            "Write a page of Markdown for each module into this folder, and an index.", valueName: "folder"),
        completion: .directory)
    var output: String?

    @Option(help: ArgumentHelp("Write the reference of all built-in functions into this folder.", valueName: "folder"))
    var reference: String?

    @Option(
        help: ArgumentHelp("Run every example of the reference in sub-folders of this folder.", visibility: .hidden))
    var examples: String?

    @Option(help: ArgumentHelp("A folder with the files that examples need.", visibility: .hidden))
    var samples: String?

    func run() throws {
        StandardStreams.reserve()
        if let reference {
            try Folder.make(reference)
            for page in ReferencePages.pages(Primitives.builtins()) {
                try FileContents.write(page.text.utf8, to: Folder.join(reference, page.name))
            }
        }
        if let examples {
            let (count, failures) = try ExampleCheck.run(samples: samples, in: examples)
            for failure in failures { print("\(failure.primitive): \(failure.code)\n  \(failure.reason)") }
            print("\(count) examples, \(failures.count) failed")
            if !failures.isEmpty { throw ExitCode(ExitStatus.failed.rawValue) }
        }
        guard reference == nil, examples == nil else { return }
        let screen = ToolOutput()
        if names.isEmpty {
            screen.line(HelpText.overview(Primitives.builtins(), width: Terminal.width(1)))
        } else if let output {
            try writePages(to: output)
        } else {
            for (position, name) in names.enumerated() {
                if position > 0 { screen.line("") }
                for text in try describe(name) { screen.line(text) }
            }
        }
        let status = screen.finish(0)
        if status != 0 { throw ExitCode(status) }
    }

    /// What there is to say of a primitive, a module, or the modules of a folder.
    private func describe(_ name: String) throws -> [String] {
        if let spec = Primitives.builtins().last(where: { $0.name == name }) {
            return [markdown ? LanguageServer.markdown(spec) : HelpText.describe(spec)]
        }
        return try pages(of: name).map { markdown ? $0.markdown : $0.text }
    }

    private func pages(of name: String) throws -> [ModulePage] {
        if Folder.entry(at: name) != .nothing { return try ScriptFiles.find(at: name).map { try page($0, name: $0) } }
        let search = (Terminal.environment("EDGE_PATH") ?? "").split(separator: ":").map(String.init)
        let folders = search + (StandardLibrary.folder.map { [$0] } ?? [])
        if name.contains("/"), let path = ModulePaths.resolve(name, from: "./", library: folders) {
            return [try page(path, name: name)]
        }
        let near = Spelling.closest(to: name, among: Primitives.builtins().map(\.name))
        throw ValidationError(
            "There is no function, file or module \(name)" + (near.map { "; did you mean \($0)?" } ?? "."))
    }

    private func page(_ path: String, name: String) throws -> ModulePage {
        let source = SourceFile(name: path, bytes: try FileContents.read(path, limit: SourceFile.maximumLength))
        var sources = SourceMap()
        let parsed = Parser.parse(source, as: sources.add(source))
        guard parsed.isValid else {
            ToolOutput().show(parsed.diagnostics, sources)
            throw ExitCode(ExitStatus.doesNotCompile.rawValue)
        }
        return ModulePage(name: name, source, parsed.program)
    }

    /// Pages lie in the folder as the modules lie below the working folder; a path that leads out of it is kept inside.
    private func writePages(to folder: String) throws {
        var index = "# Modules\n\n"
        for page in try names.flatMap({ try pages(of: $0) }) {
            let parts = page.name.split(separator: "/").filter { $0 != "." && $0 != ".." }
            let stem = parts.joined(separator: "/")
            let name = (stem.hasSuffix(".edge") ? String(stem.dropLast(".edge".count)) : stem) + ".md"
            let path = Folder.join(folder, name)
            if let slash = path.lastIndex(of: "/") { try Folder.make(String(path[..<slash])) }
            try FileContents.write(page.markdown.utf8, to: path)
            index += "- [\(page.name)](\(name))" + (page.summary.isEmpty ? "" : ": \(page.summary)") + "\n"
        }
        try FileContents.write(index.utf8, to: Folder.join(folder, "index.md"))
    }
}
