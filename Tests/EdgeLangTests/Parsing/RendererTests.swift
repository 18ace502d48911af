import Testing

@testable import EdgeLang

@Suite struct RendererTests {
    private func render(_ text: String, _ labels: [(Range<Int>, String)], trace: [(String?, Range<Int>)] = []) -> String
    {
        var sources = SourceMap()
        let file = sources.add(SourceFile(name: "a.edge", text: text))
        let span = { (range: Range<Int>) in Span(file: file, start: range.lowerBound, end: range.upperBound) }
        let diagnostic = Diagnostic(
            code: "E0000", "message", labels: labels.map { Diagnostic.Label(span($0.0), $0.1) },
            trace: trace.map { Diagnostic.TraceFrame(function: $0.0, span: span($0.1)) })
        return DiagnosticRenderer(sources: sources).render(diagnostic)
    }

    @Test func tabsAndWideCharactersKeepTheMarkInPlace() {
        #expect(
            render("\tlet 温度 = x", [(14..<15, "here")]) == """
                error[E0000]: message
                  ┌─ a.edge:1:11
                1 │     let 温度 = x
                  │                ^ here

                """)
    }

    @Test func severalLabelsAndGapsBetweenThem() {
        #expect(
            render("one\ntwo\nthree\nfour\nfive\nsix", [(19..<23, "main"), (0..<3, "first"), (8..<13, "")]) == """
                error[E0000]: message
                  ┌─ a.edge:5:1
                1 │ one
                  │ --- first
                2 │ two
                3 │ three
                  │ -----
                4 │ four
                5 │ five
                  │ ^^^^ main

                """)
        #expect(render("1\n2\n3\n4\n5", [(0..<1, ""), (8..<9, "")]).contains("\n  ·\n"))
    }

    @Test func aSpanOfSeveralLinesIsMarkedAtItsEnds() {
        #expect(
            render("f(\n  1,\n  2,\n  3\n)", [(0..<18, "this call")]) == """
                error[E0000]: message
                  ┌─ a.edge:1:1
                1 │ f(
                  │ ^^
                  ·
                5 │ )
                  │ ^ this call

                """)
    }

    @Test func aLongLineIsCutAroundTheMark() {
        let text = String(repeating: "a", count: 5_000) + " X " + String(repeating: "b", count: 5_000)
        let shown = render(text, [(5_001..<5_002, "here")]).split(separator: "\n")
        #expect(shown[2].count < 180)
        let mark = shown[3].firstIndex(of: "^").map { shown[3].distance(from: shown[3].startIndex, to: $0) }
        let letter = shown[2].firstIndex(of: "X").map { shown[2].distance(from: shown[2].startIndex, to: $0) }
        #expect(mark == letter)
    }

    @Test func noControlCharacterReachesTheTerminal() {
        let shown = render("\u{1B}[2J \u{7}x\r\ny", [(0..<1, "\u{1B}[0m")])
        #expect(!shown.contains("\u{1B}"))
        #expect(!shown.contains("\u{7}"))
        #expect(!shown.contains("\r"))
    }

    @Test func aTracebackNamesTheCallsAndFoldsRepetitions() {
        let trace: [(String?, Range<Int>)] = [("f", 0..<1), ("f", 0..<1), ("f", 0..<1), ("g", 2..<3), (nil, 4..<5)]
        #expect(
            render("a\nb\nc", [(0..<1, "")], trace: trace).hasSuffix(
                """
                  in `f` at a.edge:1:1 (3 times)
                  in `g` at a.edge:2:1
                  at a.edge:3:1

                """))
    }

    @Test func aLabelBehindTheEndAndInNoFileIsHarmless() {
        #expect(render("ab", [(2..<2, "end")]).contains("  │   ^ end"))
        #expect(render("", [(0..<0, "empty")]).contains("^ empty"))
        let diagnostic = Diagnostic(code: "E0000", "message", labels: [.init(.none)])
        #expect(DiagnosticRenderer(sources: SourceMap()).render(diagnostic) == "error[E0000]: message\n")
    }

    @Test func jsonHoldsPlacesAndSuggestion() {
        var sources = SourceMap()
        let source = SourceFile(name: "a \"b\".edge", text: "let x = 1\nx = 2 && 3")
        let file = sources.add(source)
        let diagnostic = Parser.parse(source, as: file).diagnostics[0]
        #expect(
            diagnostic.json(sources: sources)
                == #"{"severity":"error","code":"E0132","message":"`&&` is not an operator here","labels":[{"file":"a \"b\".edge","line":2,"column":7,"endLine":2,"endColumn":9,"offset":16,"length":2,"text":""}],"hint":"write `and`","suggestion":{"file":"a \"b\".edge","line":2,"column":7,"endLine":2,"endColumn":9,"offset":16,"length":2,"replacement":"and"}}"#
        )
    }

    @Test func colourIsOnlyThereWhenAskedFor() {
        var sources = SourceMap()
        let source = SourceFile(name: "a", text: "let x = 5Ms")
        let diagnostics = Parser.parse(source, as: sources.add(source)).diagnostics
        #expect(DiagnosticRenderer(sources: sources, usesColor: true).render(diagnostics).contains("\u{1B}[1;31m"))
        #expect(!DiagnosticRenderer(sources: sources).render(diagnostics).contains("\u{1B}"))
    }
}
