import EdgeData
import EdgeLang
import Glibc

/// Runs the examples of primitives and holds what they give against what their declarations say.
package enum ExampleCheck {
    /// An example that did not do what it says.
    package struct Failure: Sendable {
        package let primitive: String
        package let code: String
        package let reason: String
    }

    /// Runs all examples, each in an interpreter and an empty folder of its own, which becomes the working directory meanwhile.
    ///
    /// - Parameters:
    ///   - samples: A folder with the files that examples need; those whose files are missing are left out.
    ///   - folder: An empty folder to work in.
    /// - Returns: how many were run, and those that failed.
    package static func run(samples: String?, in folder: String) throws -> (count: Int, failures: [Failure]) {
        var count = 0
        var failures: [Failure] = []
        for spec in Primitives.builtins() {
            for (position, example) in spec.examples.enumerated() {
                let place = Folder.join(folder, "\(spec.name)-\(position)")
                try Folder.make(place)
                guard try provide(example.needs, from: samples, to: place) else { continue }
                guard chdir(place) == 0 else { continue }
                count += 1
                if let reason = check(example) {
                    failures.append(Failure(primitive: spec.name, code: example.code, reason: reason))
                }
            }
        }
        return (count, failures)
    }

    private static func provide(_ files: [String], from samples: String?, to place: String) throws -> Bool {
        for file in files {
            guard let samples, Folder.entry(at: Folder.join(samples, file)) == .file else { return false }
            try FileContents.write(FileContents.read(Folder.join(samples, file)), to: Folder.join(place, file))
        }
        return true
    }

    /// - Returns: why the example is wrong, nil where it is right.
    private static func check(_ example: Example) -> String? {
        let interpreter = Interpreter(builtins: Primitives.chapters())
        var output = ""
        interpreter.writeOutput = { output += $0 }
        do {
            let outcome = try interpreter.run(
                SourceFile(name: "example", text: example.code), mode: .expression)
            guard let expected = example.result else { return nil }
            let shown = output.isEmpty ? interpreter.literal(outcome.value) : output
            return trimmed(shown) == trimmed(expected) ? nil : "gives \(trimmed(shown)) instead of \(trimmed(expected))"
        } catch {
            return DiagnosticRenderer(sources: interpreter.sources).render(error.diagnostics)
        }
    }

    private static func trimmed(_ text: String) -> String {
        String(text.reversed().drop(while: \.isNewline).reversed())
    }
}
