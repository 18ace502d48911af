import Testing

@testable import EdgeLang

/// What functions of the library declare as their results is what they give.
@Suite struct ResultTypeTests {
    @Test func everyDeclaredTypeIsOneOfTheLanguage() {
        for spec in CoreLibrary.builtins {
            for type in spec.result.types {
                guard case .host(let name) = type, !["stream", "channel"].contains(name) else { continue }
                Issue.record("\(spec.name) gives `\(name)`, which is no type")
            }
        }
    }

    @Test func examplesGiveWhatIsDeclared() throws {
        let seen = Seen()
        let specs = CoreLibrary.builtins.map { spec in
            spec.observed { event in
                guard case .returned(let value) = event else { return }
                seen.names.insert(spec.name)
                #expect(spec.declares(value), "\(spec.name) gives \(value.typeName), not \(spec.result.type)")
            }
        }
        for spec in CoreLibrary.builtins {
            for example in spec.examples {
                let interpreter = Interpreter(builtins: [BuiltinChapter(specs)])
                interpreter.writeOutput = { _ in }
                _ = try? interpreter.run(SourceFile(name: "example", text: example.code), mode: .expression)
            }
        }
        #expect(seen.names.count > CoreLibrary.builtins.count * 9 / 10)
    }

    /// The functions that gave something; all of them run on the test's own thread.
    private final class Seen: @unchecked Sendable {
        var names: Set<String> = []
    }
}
