import Testing

@testable import EdgeLang

/// Every example of every function of the core library runs and gives what its page says.
@Suite struct BuiltinExampleTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let example: Example
        var testDescription: String { "\(name): \(example.code)" }
    }

    static let cases = CoreLibrary.builtins.flatMap { spec in
        spec.examples.filter { $0.needs.isEmpty }.map { Case(name: spec.name, example: $0) }
    }

    @Test(arguments: cases)
    func exampleGivesItsResult(_ example: Case) throws {
        let interpreter = Interpreter()
        interpreter.isStressed = true
        var printed = ""
        interpreter.writeOutput = { printed += $0 }
        interpreter.writeWarning = { printed += $0 + "\n" }
        do throws(Interpreter.Failure) {
            let outcome = try interpreter.run(
                SourceFile(name: "example.edge", text: example.example.code), mode: .expression)
            guard let expected = example.example.result else { return }
            var shown = printed
            if outcome.endsInExpression, !outcome.value.isNull || printed.isEmpty {
                var text = TextBuilder()
                try? text.append(outcome.value, nested: true, heap: interpreter.heap)
                shown += text.text
            }
            if shown.hasSuffix("\n") { shown.removeLast() }
            #expect(shown == expected)
        } catch {
            let first = error.diagnostics.first
            let shown = "\(first?.code.rawValue ?? "") \(first?.message ?? "")"
            #expect(
                example.example.result.map { shown.contains($0) || $0.contains(first?.code.rawValue ?? "?") } ?? false,
                "\(shown)")
        }
    }

    @Test func everyFunctionIsDocumented() {
        for spec in CoreLibrary.builtins {
            #expect(!spec.examples.isEmpty, "\(spec.name) has no example")
            #expect(spec.summary.hasSuffix("."), "\(spec.name)")
            #expect(spec.parameters.allSatisfy { !$0.documentation.isEmpty }, "\(spec.name)")
        }
    }
}
