import Testing

@testable import EdgeLang

/// What is found before a program runs by following types through it, and, above all, what is not.
@Suite struct CheckerTests {
    private func found(_ text: String, mode: Interpreter.Mode = .script) -> [Diagnostic] {
        Interpreter().check(SourceFile(name: "t.edge", text: text), mode: mode)
    }

    private func errors(_ text: String) -> [String] {
        found(text).filter { $0.severity == .error }.map(\.code.rawValue)
    }

    private func warnings(_ text: String) -> [String] {
        found(text).filter { $0.severity == .warning }.map(\.code.rawValue)
    }

    @Test(arguments: [
        ("let a = \"x\"\nprint(a - 1)", "E0260"),
        ("print([1] * 2)", "E0260"),
        ("print({a: 1} + {b: 2})", "E0260"),
        ("print(~1.5)", "E0260"),
        ("let n = len(\"abc\")\nprint(upper(n))", "E0207"),
        ("print([1, 2] |> sum |> upper)", "E0207"),
        ("fn f(x) { \"\\(x)\" }\nprint(f(1) - 1)", "E0260"),
        ("fn f(x) { if x > 1 { return \"a\" }\n \"b\" }\nprint(sqrt(f(1)))", "E0207"),
        ("let x = if now() > 5s { 1 } else { 2 }\nprint(upper(x))", "E0207"),
        ("let x = match now() { 1 => \"a\", _ => \"b\" }\nprint(x - 1)", "E0260"),
        ("let a = 5ms\nlet b = 1KiB\nprint(a + b)", "E0210"),
        ("let a = 5ms\nprint(a < 3)", "E0210"),
        ("let size = 1KiB\nsleep(size)", "E0207"),
        ("let t = 5\nsleep(t)", "E0207"),
        ("var n = 0\nfor i in 0..5 { n += i }\nprint(upper(n))", "E0207"),
        ("var s = \"\"\nfor i in 0..5 { s = s + \"x\" }\nprint(s - 1)", "E0260"),
        ("let r = {a: {b: 1}}\nprint(r.a.c)", "E0262"),
        ("let r = {a: 1}\nprint(r.a.b)", "E0262"),
        ("let x: int = upper(\"a\")\nprint(x)", "E0207"),
        ("fn f(n: int) { n }\nprint(f(upper(\"a\")))", "E0207"),
        ("fn f(n) -> int { upper(n) }\nprint(f(\"a\"))", "E0207"),
        ("let f = 5\nlet g = f\nprint(g(1))", "E0218"),
        ("for x in 5 { print(x) }", "E0261"),
        ("for x in [1, 2] { print(upper(x)) }", "E0207"),
        ("print(5[0])", "E0263"),
        ("print([1][\"a\"])", "E0263"),
        ("if len([1]) { print(1) }", "E0264"),
        ("print(not len([1]))", "E0264"),
        ("print(len([1]) and true)", "E0264"),
        ("print(1.5..3)", "E0260"),
    ])
    func whatCanOnlyFailIsAnError(_ text: String, _ code: String) {
        #expect(errors(text) == [code])
    }

    @Test(arguments: [
        // What a condition asks about is not taken for known.
        "let x = null\nif x != null { print(x.a) }",
        "let x = \"a\"\nif type_of(x) == \"int\" { print(x - 1) }",
        "let x = 5\nmatch x { null => 0, v => print(v) }",
        "let r = {a: 1}\nif \"b\" in r { print(r.b) }",
        // Several types, one of which fits.
        "let x = if now() > 5s { 1 } else { \"a\" }\nprint(x - 1, upper(x))",
        "var x = null\nfor i in 0..5 { if x == null or i > x { x = i } }\nprint(x + 1)",
        "var best = null\nfor i in 0..5 { best = i }\nprint(best + 1)",
        "var x = 1\nfn set() { x = \"a\" }\nset()\nprint(upper(x))",
        "var r = {a: 1}\nr.b = 2\nprint(r.b)",
        "var xs = []\nfor i in 0..3 { xs = push(xs, i) }\nprint(xs[0] - 1)",
        "var x = 1\nx = \"\\(x)\"\nprint(upper(x))",
        // Parameters, elements and fields that nothing is known of.
        "fn f(x) { x.a - x[0] }\nprint(f({a: 1}))",
        "print(map([1, 2], x => x - 1))",
        "let r = parse({a: 1})\nfn parse(x) { x }\nprint(r.b)",
        "fn f(n) { if n == 0 { 0 } else { f(n - 1) - 1 } }\nprint(f(3))",
        "fn even(n) { if n == 0 { true } else { odd(n - 1) } }\nfn odd(n) { if n == 0 { false } else { even(n - 1) } }\nif even(4) { print(1) }",
        // Numbers of both kinds, quantities of calculated kinds.
        "let a = 10MB / 2s\nlet b = a * 3s\nprint(b + 1KiB)",
        "let f = 1 / 20ms\nprint(f + 1Hz)",
        "let x: float = 5\nprint(x / 2)",
        "print(2 ** 3 + 0.5)",
        "for x in 0..3 { print(x - 1) }",
        "for [k, v] in {a: 1} { print(k, v) }",
        "let {a, b} = {a: 1, b: \"x\"}\nprint(a - 1, upper(b))",
        "fn f(x: string? = null) { x ?? 5 }\nprint(f())",
        "print((now() > 5s or fail(\"early\")) == true)",
        "let x = now() |> float\nprint(x - 1)",
    ])
    func whatMayWorkIsNoError(_ text: String) {
        #expect(errors(text) == [])
    }

    @Test func withinTryACertainErrorIsAWarning() {
        for text in [
            "print(try { \"a\" - 1 } catch e { e.code })",
            "fn attempt(f) { try { f() } catch e { e.code } }\nprint(attempt(() => \"a\" - 1))",
        ] {
            let found = found(text)
            #expect(found.map(\.code.rawValue) == ["E0260"])
            #expect(found.first?.severity == .warning)
        }
    }

    @Test func anErrorSaysWhatWasFoundAndWhereItComesFrom() {
        let diagnostic = found("let n = len(\"abc\")\nprint(upper(n))").first
        #expect(diagnostic?.message == "`text` of `upper` must be of type string, not int")
        #expect(diagnostic?.labels.map(\.text) == ["this is an int", "`len` gives an int"])
    }

    @Test func severalErrorsAreFoundAtOnceInOrder() {
        let text = "let a = 5 - \"x\"\nprint(undeclared)\nprint(upper(a, b: 1))\nfor x in 5 { print(x) }"
        #expect(errors(text) == ["E0260", "E0201", "E0203", "E0261"])
    }

    @Test(arguments: [
        ("let x = 5", ["W0270"]), ("fn f() { let x = 5\n 6 }\nprint(f())", ["W0270"]), ("fn f() { f() }", ["W0270"]),
        ("var x = 5\nx = 6", ["W0270"]), ("var x = 5\nx += 1", []), ("let _x = 5", []), ("export let x = 5", []),
        ("fn f(x) { 5 }\nprint(f(1))", []), ("for i in 0..3 { print(1) }", []), ("let [a, _] = [1, 2]\nprint(a)", []),
        ("fn f() { return 1\n print(2) }\nprint(f())", ["W0271"]),
        ("fn f() { fail(\"no\")\n print(2) }\nf()", ["W0271"]),
        ("fn die(m) { fail(m) }\nfn f() { die(\"no\")\n print(2) }\nf()", ["W0271"]),
        ("fn f(x) { if x { return 1 } else { return 2 }\n print(2) }\nprint(f(true))", ["W0271"]),
        ("fn f(x) { if x { return 1 }\n print(2) }\nprint(f(true))", []),
        ("fn f() { return g()\n fn g() { 1 } }\nprint(f())", []),
        ("let mean = 5\nprint(mean)", []), ("fn f(xs) { let mean = 1\n mean }\nprint(f(1), mean([1]))", ["W0272"]),
        ("fn map(f) { f }\nprint(map(1))", ["W0272"]), ("export fn map(f) { f }", []),
        ("fn f(map) { map }\nprint(f(1))", []),
        ("let now = now()\nprint(now)", []), ("let x = 1\nmatch x { _ => 1, 2 => 2 }", ["W0273"]),
        ("let x = 1\nmatch x { 1 | 2 => 1, 2 => 2, 1 => 3 }", ["W0273", "W0273"]),
        ("let x = 1\nmatch x { n if n > 5 => 1, 2 => 2, n => 3 }", []),
        ("let x = 1\nmatch x { 1..5 => 1, 5 => 2, 1.5 => 3 }", ["W0273"]),
        ("let x = 1\nmatch x { -1 => 1, -1 => 2, [] => 3, [] => 4 }", ["W0273"]),
        ("if 1 < 2 { print(1) }", ["W0274"]), ("while true { break }", []),
        ("let x = 5\nif x == null { print(1) }", ["W0274"]), ("let x = 5\nif x == 5.0 { print(1) }", []),
        ("fn f(x) { if x == null { 1 } }\nprint(f(1))", []), ("let n = len([]) ?? 1\nprint(n)", ["W0275"]),
        ("let r = {a: null}\nprint(r.a ?? 1, r[\"b\"] ?? 2)", []),
    ])
    func warningsSpeakOfWhatMakesNoSense(_ text: String, _ codes: [String]) {
        #expect(warnings(text) == codes)
        #expect(errors(text) == [])
    }

    @Test func thePromptDoesNotWarnOfVariablesForLaterEntries() {
        #expect(found("let x = 5\nfn f() { 1 }\nlet map = 1", mode: .entry).isEmpty)
    }

    @Test func longChainsAndDeepValuesAreChecked() {
        let functions = (0..<3_000).map { "fn f\($0)() { f\($0 + 1)() }\n" }.joined()
        #expect(errors(functions + "fn f3000() { 5 }\nprint(f0())") == [])
        let values = (1..<60).map { "let a\($0) = {x: a\($0 - 1), y: [a\($0 - 1), a\($0 - 1)]}\n" }.joined()
        #expect(errors("let a0 = 5\n" + values + "print(a59)") == [])
        let variables = (0..<300).map { "var v\($0) = 1\n" }.joined()
        let assignments = (1..<300).map { "v\($0) = [v\($0 - 1)]\n" }.joined()
        #expect(errors(variables + assignments + "v0 = v299\nprint(v0)") == [])
        #expect(errors("print(" + String(repeating: "[", count: 150) + String(repeating: "]", count: 150) + ")") == [])
    }

    @Test func anEditorLearnsOfVariablesTheirUsesAndTypes() throws {
        let text = "fn twice(n: int) { n * 2 }\nlet x = twice(4)\nprint(x, x)\nupper(x"
        let broken = Interpreter().inspect(SourceFile(name: "t", text: text))
        #expect(!broken.isValid)
        let result = Interpreter().inspect(SourceFile(name: "t", text: text + ")"))
        #expect(result.diagnostics.map(\.code.rawValue) == ["E0207"])
        let x = try #require(result.bindings.first { $0.name == "x" })
        #expect(x.type == "int" && x.uses.count == 3 && x.kind == .let)
        #expect(result.bindings.first { $0.name == "twice" }?.resultType == "int")
        #expect(result.binding(at: Int(x.uses[0].start))?.name == "x")
        #expect(result.primitives.map(\.name) == ["print", "upper"])
        #expect(result.type(at: Int(x.uses[0].start))?.type == "int")
    }
}
