import ArgumentParser
import EdgeData
import EdgeLang
import Glibc

/// Lays scripts out in the one style of the language.
struct FormatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fmt", abstract: "Lay scripts out in the style of the language.",
        discussion: """
            Files are replaced, each at once; the names of those that changed are printed. A file that does not parse is left
            as it is. With - the script on standard input is written to standard output.

            Exit codes: 0; 1 if --check found a file that is laid out otherwise; 65 if a file could not be read.
            """)

    @Flag(help: "Change nothing, name the files that are laid out otherwise and exit with 1 if there are any.")
    var check = false

    @ArgumentParser.Argument(
        help: "Scripts, folders with scripts in them, or - for standard input; the working folder if left out.",
        completion: .file(extensions: ["edge"]))
    var paths: [String] = ["."]

    func run() throws {
        StandardStreams.reserve()
        let output = ToolOutput()
        var run = FormatRun(changesFiles: !check, output: output)
        if paths == ["-"] {
            run.formatInput()
        } else {
            for path in paths { run.format(at: path) }
        }
        throw ExitCode(output.finish(run.status))
    }
}

/// One call of `edgesh fmt`.
private struct FormatRun {
    let changesFiles: Bool
    let output: ToolOutput
    private(set) var status: Int32 = 0

    init(changesFiles: Bool, output: ToolOutput) {
        self.changesFiles = changesFiles
        self.output = output
    }

    mutating func format(at path: String) {
        do {
            for file in try ScriptFiles.find(at: path) { formatFile(file) }
        } catch {
            fail(error.message)
        }
    }

    private mutating func formatFile(_ path: String) {
        do {
            let bytes = try FileContents.read(path, limit: SourceFile.maximumLength)
            guard let text = formatted(SourceFile(name: path, bytes: bytes)) else { return }
            guard !bytes.elementsEqual(text.utf8) else { return }
            output.line(path)
            if changesFiles {
                try FileContents.replace(text.utf8, at: path)
            } else if status == 0 {
                status = 1
            }
        } catch {
            fail(error.message)
        }
    }

    mutating func formatInput() {
        guard let bytes = StandardStreams.readAllInput(limit: SourceFile.maximumLength) else {
            return fail("cannot read standard input")
        }
        guard let text = formatted(SourceFile(name: "<stdin>", bytes: bytes)) else { return }
        if changesFiles {
            output.write(text)
        } else if !bytes.elementsEqual(text.utf8) {
            output.line("<stdin>")
            status = 1
        }
    }

    /// The text in the style of the language; nil, after a report, where it cannot be read.
    private mutating func formatted(_ source: SourceFile) -> String? {
        var sources = SourceMap()
        let file = sources.add(source)
        do throws(EdgeLang.Formatter.Failure) {
            return try EdgeLang.Formatter().format(source, as: file)
        } catch {
            switch error {
            case .syntax(let diagnostics): output.show(diagnostics, sources)
            case .notFaithful:
                output.warn("\(source.name) is left as it is: a fault of the formatter, please report it")
            }
            status = ExitStatus.doesNotCompile.rawValue
            return nil
        }
    }

    private mutating func fail(_ message: String) {
        output.warn(message)
        status = ExitStatus.doesNotCompile.rawValue
    }
}
