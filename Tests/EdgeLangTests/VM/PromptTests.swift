import Testing

@testable import EdgeLang

/// Entries at the prompt share their variables.
@Suite struct PromptTests {
    private func enter(_ text: String, _ interpreter: Interpreter) throws -> String {
        let outcome = try interpreter.run(SourceFile(name: "<prompt>", text: text), mode: .entry)
        return interpreter.display(outcome.value)
    }

    @Test func variablesStayBetweenEntries() throws {
        let interpreter = Interpreter()
        _ = try enter("var xs = [1]", interpreter)
        _ = try enter("fn add(x) { xs = push(xs, x) }", interpreter)
        _ = try enter("add(2)", interpreter)
        _ = try enter("let old = xs", interpreter)
        _ = try enter("xs[0] = 9", interpreter)
        #expect(try enter("[xs, old]", interpreter) == "[[9, 2], [1, 2]]")
        #expect(interpreter.globals.map(\.name) == ["xs", "add", "old"])
    }

    /// A list among the variables of a session grows in place although functions without side effects look at it on the way.
    @Test func aListIsHandedOverPastCallsThatOnlyRead() throws {
        let interpreter = Interpreter()
        _ = try enter("var xs = [1]\nvar calls = 0", interpreter)
        _ = try enter("fn more() { calls += 1\n xs = [7]\n 2 }", interpreter)
        _ = try enter("for i in 0..3 { xs = push(xs, \"\\(len(xs)) \\(abs(-len(xs)))\") }", interpreter)
        #expect(try enter("xs", interpreter) == #"[1, "1 1", "2 2", "3 3"]"#)
        // The arguments are evaluated in order: the list is read before the call replaces it.
        _ = try enter("xs = push(xs, more())", interpreter)
        #expect(try enter("[len(xs), xs[4], calls]", interpreter) == "[5, 2, 1]")
        _ = try enter("xs = push(xs, len(push(xs, 0)))", interpreter)
        #expect(try enter("xs[5]", interpreter) == "6")
    }

    @Test func theLastResultHasAName() throws {
        let interpreter = Interpreter()
        _ = try enter("20 + 1", interpreter)
        #expect(try enter("_ * 2", interpreter) == "42")
    }

    @Test func anErrorKeepsTheSession() throws {
        let interpreter = Interpreter()
        _ = try enter("let a = 1", interpreter)
        #expect(throws: Interpreter.Failure.self) { try enter("a + null", interpreter) }
        #expect(try enter("a", interpreter) == "1")
    }

    @Test func twoInterpretersShareNothing() throws {
        let first = Interpreter()
        let second = Interpreter()
        _ = try enter("let a = 1", first)
        #expect(throws: Interpreter.Failure.self) { try enter("a", second) }
    }

    @Test func testsRunOnTheirOwn() throws {
        let interpreter = Interpreter()
        var results: [String] = []
        let text = "let a = 1\ntest \"good\" { expect(a == 1) }\ntest \"bad\" { expect(a == 2) }\nprint(\"ran\")"
        interpreter.writeOutput = { results.append($0) }
        try interpreter.runTests(SourceFile(name: "t.edge", text: text)) {
            results.append("\($0.name): \($0.failure == nil)")
        }
        #expect(results.joined(separator: "|").hasSuffix("good: true|bad: false"))
    }
}
