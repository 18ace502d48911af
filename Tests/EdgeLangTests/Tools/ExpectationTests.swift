import Testing

@testable import EdgeLang

/// What `expect` says where something does not hold.
@Suite struct ExpectationTests {
    private func failure(_ code: String) throws -> Diagnostic {
        let interpreter = Interpreter()
        interpreter.isStressed = true
        do throws(Interpreter.Failure) {
            _ = try interpreter.run(SourceFile(name: "t", text: code), mode: .script)
        } catch {
            return try #require(error.diagnostics.first)
        }
        Issue.record("it holds: \(code)")
        return Diagnostic(code: "E0000", "")
    }

    @Test(arguments: [
        ("expect(1 + 1 == 3)", ["left:  2", "right: 3"]),
        ("let xs = [1, 2]\nexpect(len(xs) > 2)", ["left:  2", "right: 2"]),
        ("expect(\"a\" in [\"b\"])", ["left:  \"a\"", "right: [\"b\"]"]),
        ("expect(1 not in [1])", ["left:  1", "right: [1]"]),
        ("expect({a: null}[\"a\"] != null)", ["left:  null", "right: null"]),
        ("expect(\"x\\(1)\" == \"x\\(2)\", \"texts\")", ["left:  \"x1\"", "right: \"x2\""]),
        ("expect(false, left: [1], right: null)", ["left:  [1]", "right: null"]),
        ("expect(1 > 2 and true)", []),
    ])
    func bothSidesAreShown(code: String, notes: [String]) throws {
        let found = try failure(code)
        #expect(found.code == .expectation)
        #expect(found.notes == notes)
    }

    @Test func theSidesAreEvaluatedOnceAndInOrder() throws {
        let interpreter = Interpreter()
        var output = ""
        interpreter.writeOutput = { output += $0 }
        let code = """
            fn say(x) { print(x)
              x }
            expect(say(1) < say(2), say("message"))
            """
        _ = try interpreter.run(SourceFile(name: "t", text: code), mode: .script)
        #expect(output == "1\n2\nmessage\n")
    }

    @Test func aVariableThatTheOtherSideChangesIsShownAsItWas() throws {
        let code = "var xs = [1]\nexpect(xs == { xs[0] = 2\n xs })"
        #expect(try failure(code).notes == ["left:  [1]", "right: [2]"])
    }

    @Test func itsMessageAndValueStayWhatTheyWere() throws {
        #expect(try failure("expect(1 == 2, \"no\")").message == "no")
        #expect(try failure("expect(1 == 2)").message == "an expectation does not hold")
        let interpreter = Interpreter()
        let outcome = try interpreter.run(SourceFile(name: "t", text: "expect(1 == 1)"), mode: .expression)
        #expect(outcome.value.isNull)
    }

    @Test func aFunctionOfThatNameIsTheScriptsOwn() throws {
        let interpreter = Interpreter()
        let code = "fn expect(a) { a }\nexpect(1 == 2)"
        #expect(
            interpreter.display(try interpreter.run(SourceFile(name: "t", text: code), mode: .expression).value)
                == "false")
    }
}
