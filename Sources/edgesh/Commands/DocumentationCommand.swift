import ArgumentParser
import EdgeData
import EdgeRuntime

/// Writes the pages of `docs/reference`, and runs the examples in them.
struct DocumentationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doc", abstract: "Write the reference pages, or run their examples.", shouldDisplay: false)

    @Option(help: "The folder for the pages; pages of topics that are gone are not removed.")
    var reference: String?

    @Option(help: "Run every example in sub-folders of this folder.")
    var examples: String?

    @Option(help: "A folder with the files that examples need.")
    var samples: String?

    func run() throws {
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
    }
}
