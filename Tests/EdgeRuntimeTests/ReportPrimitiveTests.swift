import EdgeLang
import EdgeReports
import PeerTesting
import Testing

@Suite struct ReportPrimitiveTests {
    @Test(arguments: [
        ("[1, 3, 2]", "line"), ("[[1, 2, 3], [3, 2, 1]]", "line"), ("{a: [1, 2], b: [2, 1]}", "line"),
        ("{pump: 4, fan: 2}", "bars"), ("[{name: \"a\", n: 1}, {name: \"b\", n: 2}]", "bars"),
        ("[{t: 1, n: 1}, {t: 2, n: 2}]", "line"), ("[[5, 1], [0, 7]]", "matrix"), ("[1s, 2s, null]", "line"),
        ("[{time: \"2026-01-01\", value: 3}]", "line"),
        ("table([{t: 1, n: 1}, {t: 2, n: 2}])", "line"), ("tensor([1, 2, 3])", "line"),
    ])
    func theDataSaysHowItIsDrawn(data: String, kind: String) {
        #expect(ScriptRun("plot(\(data)).kind").value == "\"\(kind)\"", "\(data)")
    }

    @Test func columnsAreChosenByName() {
        let data = "[{t: 10, a: 1, b: 5}, {t: 20, a: 2, b: 6}]"
        let text = ScriptRun("plot(\(data), x: \"t\", y: [\"b\"]).text").value ?? ""
        #expect(text.contains("6 │") && text.contains("5 │") && text.contains("10") && text.contains("20"))
        let run = ScriptRun("plot(\(data), y: [\"c\"])")
        #expect(run.code == "E0414" && run.message.contains("`c`"))
    }

    @Test func seriesAndForecastsAreDrawnOverTime() {
        let load = "series(build(200, i => i % 24), every: 1h, start: \"2026-03-01\")"
        let text = ScriptRun("plot(\(load)).text").value ?? ""
        #expect(text.contains("2026-03-01") && text.contains("2026-03-09"), "\(text)")
        let ahead = ScriptRun("plot(forecast(\(load), 24, model: \"seasonal_naive\")).text").value ?? ""
        #expect(ahead.contains("03-09 08:00") && ahead.contains("lower_95"), "\(ahead)")
        let logged = ScriptRun("plot([{time: \"2026-03-01 10:00\", kW: 3}, {time: \"2026-03-01 11:00\", kW: 4}]).text")
        #expect(logged.value?.contains("03-01 11:00") == true)
        #expect(ScriptRun("plot([{time: 1s, v: 3}, {time: 2s, v: 4}]).text").value?.contains("1970") == false)
    }

    @Test(arguments: [
        "plot([])", "plot([null])", "plot(5)", "plot(\"text\")", "plot([1, \"x\"])", "plot([0.0 / 0.0])", "plot({})",
        "plot([{name: \"a\"}])", "plot([1, 2], kind: \"matrix\")", "plot([1, 2], out: \"x.pdf\")",
        "plot([[1, 2], [3]], kind: \"matrix\")", "sparkline([\"a\"])", "report(\"x.pdf\")", "plot([{a: 1}, 5])",
        "plot({a: [1], b: 2})", "save(load)",
    ])
    func wrongInputIsAnErrorThatHelps(code: String) {
        let run = ScriptRun(code)
        #expect(run.value == nil && !run.message.isEmpty, "\(run.code) \(run.message)")
    }

    @Test(.enabled(if: Gnuplot() != nil, "gnuplot is not installed"))
    func picturesAreWrittenAsFiles() throws {
        let folder = try TemporaryDirectory()
        let run = ScriptRun(
            "plot([1, 2], out: \"\(folder.file("a.svg"))\")\nplot([1, 2], out: \"\(folder.file("a.png"))\")")
        #expect(run.message == "")
        #expect(try folder.read("a.svg").contains("</svg>"))
        #expect(try folder.read("a.png").contains("PNG"))
    }

    @Test func whoMayNotRunProgramsDrawsCharacters() {
        let denied: (Access) -> Bool = { if case .runProgram = $0 { true } else { false } }
        let output = ScriptRun("print(plot([1, 2]))", denying: denied).output
        #expect(output.unicodeScalars.contains { (0x2801...0x28FF).contains($0.value) })
        #expect(ScriptRun("plot([1, 2], out: \"x.svg\")", denying: denied).value == nil)
    }

    @Test func aReportTakesWhatItIsGiven() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("r.md")
        let run = ScriptRun(
            """
            let m = load("\(PackageRoot.file("examples/models/bearing.onnx"))")
            let r = report("\(path)", title: "All")
            add(r, "A text.", heading: "One")
            add(r, {epsilon: 2.5, order: 8})
            add(r, [{a: 1, b: "x"}])
            add(r, table([{a: 1}]))
            add(r, [])
            add(r, m)
            add(r, apply_delta(m, model_parameters(m)))
            add(r, 12)
            [r.parts > 8, save(r)]
            """, denying: { if case .runProgram = $0 { true } else { false } })
        #expect(run.value == "[true, \"\(path)\"]", "\(run.message)")
        let page = try folder.read("r.md")
        #expect(page.hasPrefix("# All\n\n## One\n\nA text.\n"))
        #expect(page.contains("| epsilon | 2.5 |"))
        #expect(page.contains("apply\\_delta()"))
        #expect(page.contains("Conv"))
    }

    @Test func aReportThatCannotBeWrittenSaysWhy() {
        #expect(ScriptRun("save(report(\"/nowhere/at/all.md\"))").code == "E0412")
    }
}
