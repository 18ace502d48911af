import ArgumentParser
import EdgeData
import EdgeRuntime

/// Writes the pages of `docs/reference`.
struct DocumentationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doc", abstract: "Write the reference pages.", shouldDisplay: false)

    @Option(help: "The folder for the pages; pages of topics that are gone are not removed.")
    var reference: String

    func run() throws {
        try Folder.make(reference)
        for page in ReferencePages.pages(Primitives.builtins()) {
            try FileContents.write(page.text.utf8, to: Folder.join(reference, page.name))
        }
    }
}
