import EdgeReports
import Testing

@Suite struct TextPlotTests {
    @Test func aSparklineRisesWithItsNumbers() {
        #expect(Sparkline.text([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█")
        #expect(Sparkline.text([5, 5, 5]) == "▄▄▄")
        #expect(Sparkline.text([1, .nan, 2]) == "▁ █")
        #expect(Sparkline.text([]) == "")
        #expect(Sparkline.text([.nan, .infinity]) == "  ")
    }

    @Test func aLongSparklineShowsMeans() {
        let text = Sparkline.text((0..<1000).map { Double($0) }, width: 8)
        #expect(text == "▁▂▃▄▅▆▇█")
    }

    @Test func theLargestNumbersDoNotOverflow() throws {
        let huge = [-Double.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude]
        #expect(Sparkline.text(huge) == "▁▅█")
        _ = TextPlot.draw(try Plot(.lines([.init(name: "", y: huge)])))
    }

    @Test func aLineReachesFromCornerToCorner() throws {
        let plot = try Plot(.lines([.init(name: "a", y: [0, 10])]), title: "rise", xLabel: "s")
        let lines = TextPlot.draw(plot, width: 30, height: 5).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 1 + 5 + 2)
        #expect(lines[0] == "rise")
        #expect(lines[1].hasPrefix("10 │") && lines[1].last != " ")
        #expect(lines[5].hasPrefix(" 0 │") && lines[5].dropFirst(4).first != " ")
        #expect(lines.dropFirst().allSatisfy { $0.count <= 30 })
        #expect(lines[7].contains("s"))
    }

    @Test func barsAreAsLongAsTheirNumbers() throws {
        let plot = try Plot(.bars(categories: ["pump", "fan"], [.init(name: "", y: [4, 2])]))
        let lines = TextPlot.draw(plot, width: 40).split(separator: "\n")
        #expect(lines[0].hasPrefix("pump │████") && lines[0].hasSuffix(" 4"))
        #expect(lines[0].count { $0 == "█" } == 2 * lines[1].count { $0 == "█" })
    }

    @Test func aMatrixShowsItsNumbers() throws {
        let plot = try Plot(.matrix(rows: ["cat", "dog"], columns: ["cat", "dog"], [[9, 1], [2, 8]]))
        let text = TextPlot.draw(plot)
        #expect(text.contains("9█") && text.contains("1 "))
        #expect(text.split(separator: "\n").count == 3)
    }

    @Test func gapsStayGaps() throws {
        let plot = try Plot(.lines([.init(name: "", y: [1, .nan, 1])]))
        let rows = TextPlot.draw(plot, width: 40, height: 4).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(rows[..<4].joined().unicodeScalars.count { $0.value > 0x2800 && $0.value < 0x2900 } == 2)
    }

    @Test func labelsCannotBreakTheLines() throws {
        let plot = try Plot(
            .bars(categories: ["a\u{1B}[2J\nb", "c"], [.init(name: "", y: [1, 2])]), title: "x\r\ny")
        let text = TextPlot.draw(plot)
        #expect(text.split(separator: "\n").count == 3)
        #expect(!text.unicodeScalars.contains("\u{1B}"))
    }

    @Test func picturesOfNothingAreRefused() {
        #expect(throws: ReportError.self) { try Plot(.lines([])) }
        #expect(throws: ReportError.self) { try Plot(.lines([.init(name: "", y: [])])) }
        #expect(throws: ReportError.self) { try Plot(.lines([.init(name: "", y: [.nan, .infinity])])) }
        #expect(throws: ReportError.self) { try Plot(.lines([.init(name: "", x: [.nan], y: [1])])) }
        #expect(throws: ReportError.self) { try Plot(.lines([.init(name: "", x: [1], y: [1, 2])])) }
        #expect(throws: ReportError.self) { try Plot(.bars(categories: ["a"], [.init(name: "", y: [1, 2])])) }
        #expect(throws: ReportError.self) { try Plot(.matrix(rows: ["a"], columns: ["b"], [[.nan]])) }
        #expect(throws: ReportError.self) { try Plot(.matrix(rows: ["a"], columns: ["b"], [[1, 2]])) }
        #expect(throws: ReportError.self) { try Plot(.matrix(rows: [], columns: [], [])) }
    }

    /// 2026-03-01 00:00 is 1 772 323 200 seconds after 1970 (GNU date).
    @Test(arguments: [
        (60.0, "00:00:00", "00:01:00"), (86_400.0, "03-01 00:00", "03-02 00:00"),
        (2_592_000.0, "2026-03-01", "2026-03-31"), (315_576_000.0, "2026-03", "2036-02"),
    ])
    func momentsAreWrittenAsShortAsTheSpanAllows(span: Double, first: String, last: String) throws {
        let start = 1_772_323_200.0
        let series = Plot.Series(name: "a", x: [start, start + span], y: [0, 1])
        let text = TextPlot.draw(try Plot(.lines([series]), isOverTime: true), width: 60, height: 5)
        let axis = try #require(text.split(separator: "\n").last)
        #expect(axis.contains(first) && axis.hasSuffix(last), "\(text)")
    }
}
