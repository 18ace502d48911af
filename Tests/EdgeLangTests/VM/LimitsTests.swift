import Testing

@testable import EdgeLang

/// No script crashes the program, hangs it or takes all memory.
@Suite struct LimitsTests {
    @Test(arguments: [
        ("fn f(n) { f(n + 1) + 1 }\nf(0)", "E0307"),
        ("fn f(n) { map([n], x => f(x + 1)) }\nf(0)", "E0307"),
        ("repeat(\"a\", 1000000000000)", "E0308"),
        ("[...0..1000000000000]", "E0308"),
        ("var s = \"x\"\nfor i in 0..100 { s = s + s }", "E0308"),
        ("var xs = [1]\nfor i in 0..100 { xs += xs }", "E0308"),
        ("var xs = [1]\nfor i in 0..60 { xs = [xs, xs] }\n\"\\(xs)\"", "E0325"),
        ("var a = []\nvar b = []\nfor i in 0..100000 { a = [a]\n b = [b] }\na == b", "E0325"),
        ("(-9223372036854775807 - 1) // -1", "E0302"),
        ("1 // 0", "E0303"),
        ("1 << 64", "E0302"),
        ("1 << -1", "E0315"),
        ("int(1e300)", "E0324"),
        ("let a = 5ms\nlet b = 1KiB\na + b", "E0304"),
    ])
    func endsInAnError(_ text: String, _ code: String) {
        var limits = Limits()
        limits.memory = 256 << 20
        #expect(output(of: text, limits: limits).hasPrefix(code))
    }

    @Test func dimensionsAreNamed() {
        let message = value(of: "let a = 5ms\nlet b = 1KiB\na + b")
        #expect(message.contains("time") && message.contains("size"))
    }

    @Test func hugeRangesAreWalkedLazily() {
        #expect(value(of: "var n = 0\nfor i in 0..=9223372036854775807 { n += 1\n if n > 5 { break } }\nn") == "6")
        #expect(value(of: "var n = 0\nfor i in 9223372036854775806..=9223372036854775807 { n += 1 }\nn") == "2")
    }

    @Test func deepValuesPrint() {
        let text = value(of: "var xs = []\nfor i in 0..100000 { xs = [xs] }\nxs")
        #expect(text.hasPrefix("[[[[") && text.contains("…"))
    }

    @Test func stepsAndTimeAreLimited() {
        #expect(output(of: "while true { }", limits: Limits(steps: 100_000)).hasPrefix("E0309"))
        #expect(output(of: "while true { }", limits: Limits(seconds: 0.05)).hasPrefix("E0310"))
        #expect(
            output(of: "try { while true { } } catch e { print(1) }", limits: Limits(steps: 9999)).hasPrefix("E0309"))
    }

    @Test func aCancellationEndsTheRunAndKeepsTheInterpreter() throws {
        let interpreter = Interpreter()
        interpreter.cancellation.cancel()
        #expect(output(of: "while true { }", interpreter).hasPrefix("E0311"))
        interpreter.cancellation.reset()
        #expect(output(of: "print(1)", interpreter) == "1\n")
    }

    @Test func aRunawayRecursionHasAShortTrace() {
        let interpreter = Interpreter()
        do throws(Interpreter.Failure) {
            _ = try interpreter.run(SourceFile(name: "t.edge", text: "fn f(n) { f(n + 1) + 1 }\nf(0)"))
            Issue.record("the run should fail")
        } catch {
            let trace = error.diagnostics.first?.trace ?? []
            #expect(trace.count > 3 && trace.count < 40)
            #expect(trace.first?.function == "f" && trace.last?.function == nil)
        }
    }
}
