import EdgeReports
import Foundation
import PeerTesting
import Testing

private let absence = "gnuplot is not installed; `make` installs it for the tests"

@Suite(.enabled(if: Gnuplot() != nil, "\(absence)")) struct GnuplotTests {
    private func gnuplot() throws -> Gnuplot { try #require(Gnuplot()) }

    private func plot(_ content: Plot.Content, title: String = "") throws -> Plot {
        try Plot(content, title: title, xLabel: "time", yLabel: "value")
    }

    private func svg(_ plot: Plot) throws -> String {
        String(decoding: try gnuplot().picture(plot, .svg), as: UTF8.self)
    }

    @Test func allKindsAreDrawn() throws {
        let series = [
            Plot.Series(name: "a", y: [1, 2, .nan, 4]), Plot.Series(name: "b", x: [0, .nan, 2, 3], y: [4, 3, 2, 1]),
        ]
        let contents: [Plot.Content] = [
            .lines(series), .points(series), .bars(categories: ["p", "q", "r", "s"], series),
            .matrix(rows: ["x", "y"], columns: ["x", "y"], [[9, 1], [.nan, 8]]), .lines([.init(name: "", y: [7])]),
            .bars(categories: ["zero"], [.init(name: "", y: [0])]), .lines([.init(name: "", y: [-1e300, 1e300])]),
            .matrix(rows: ["x"], columns: ["y"], [[3]]),
        ]
        for content in contents {
            let plot = try plot(content, title: "A title")
            #expect(try svg(plot).contains("<svg") && svg(plot).contains("</svg>"))
            let png = try gnuplot().picture(plot, .png, width: 300, height: 200)
            #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
            let text = try gnuplot().text(plot, columns: 60, lines: 16)
            #expect(text.contains("A title"))
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 60 })
        }
    }

    /// Texts that would run programs, end a string, begin a command or write a file, were they commands.
    @Test(arguments: [
        "'; system('touch TARGET'); '", "`touch TARGET`", "\"`touch TARGET`\"", "\nsystem 'touch TARGET'\n",
        "\r\n!touch TARGET\r\n", "\u{2028}!touch TARGET", "\\'; system('touch TARGET') #", "@X{/:Bold y}\u{0}", "''''",
        "\nEOD\n!touch TARGET\n", "\u{0B}!touch TARGET\u{0C}", "%s%n%d", "$(touch TARGET)", "<script>alert(1)</script>",
    ])
    func noTextBecomesACommand(text: String) throws {
        let folder = try TemporaryDirectory()
        let target = folder.file("written")
        let hostile = text.replacing("TARGET", with: target)
        let series = [Plot.Series(name: hostile, y: [1, 2]), Plot.Series(name: hostile + "2", y: [2, 1])]
        let contents: [Plot.Content] = [
            .lines(series), .bars(categories: [hostile, hostile], series),
            .matrix(rows: [hostile, "b"], columns: ["a", hostile], [[1, 2], [3, 4]]),
        ]
        for content in contents {
            let plot = try Plot(content, title: hostile, xLabel: hostile, yLabel: hostile)
            let picture = try svg(plot)
            #expect(!picture.contains("<script>"))
            _ = try gnuplot().text(plot, columns: 60, lines: 20)
            #expect(!FileManager.default.fileExists(atPath: target), "\(text)")
        }
    }

    @Test func theTextsArriveAsTheyAre() throws {
        let title = "it's 100 % of 5 µm_{x} ^2 \"quoted\" \\n `ls` & <b>"
        let picture = try svg(try plot(.lines([.init(name: "", y: [1, 2])]), title: title))
        #expect(picture.contains("it’s 100 % of 5 µm_{x} ^2 \"quoted\" \\n `ls` &amp; &lt;b>"))
    }

    @Test func anAxisOfMomentsHasRoundOnes() throws {
        let start = 1_772_323_200.0 - 1000
        let places = (0..<100).map { start + Double($0) * 3600 }
        let series = Plot.Series(name: "a", x: places, y: places.indices.map { Double($0) })
        let picture = try svg(try Plot(.lines([series]), isOverTime: true))
        #expect(picture.contains("2026-03-01") && picture.contains("2026-03-04"))
        #expect(!picture.contains("1.77"))
    }

    @Test func longCurvesAreThinnedAndKeepTheirPeaks() throws {
        var numbers = (0..<200_000).map { sin(Double($0) / 1000) }
        numbers[123_456] = 50
        let picture = try svg(try plot(.lines([.init(name: "", y: numbers)])))
        #expect(picture.utf8.count < 300_000)
        // The axis reaches to the peak.
        #expect(picture.contains(" 50</text>") || picture.contains(">50<") || picture.contains(" 60"))
    }

    @Test func aDrawingThatTakesTooLongIsEnded() throws {
        let folder = try TemporaryDirectory()
        let slow = try folder.write("gnuplot", "#!/bin/sh\nexec sleep 60\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: slow)
        let gnuplot = try #require(Gnuplot(searchPath: "relative:/nowhere:\(folder.path)"))
        let plot = try plot(.lines([.init(name: "", y: [1, 2])]))
        let error = #expect(throws: ReportError.self) { try gnuplot.picture(plot, .svg, seconds: 0.3) }
        #expect(error?.code == "R0004")
        #expect(throws: ReportError.self) { try gnuplot.picture(plot, .svg, isCancelled: { true }) }
    }

    @Test func aGnuplotThatFailsIsQuoted() throws {
        let folder = try TemporaryDirectory()
        let broken = try folder.write("gnuplot", "#!/bin/sh\necho 'unknown terminal' >&2\nexit 3\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: broken)
        let gnuplot = try #require(Gnuplot(searchPath: folder.path))
        let error = #expect(throws: ReportError.self) {
            try gnuplot.picture(plot(.lines([.init(name: "", y: Array(repeating: 1, count: 100_000))])), .svg)
        }
        #expect(error?.message.contains("unknown terminal") == true)
    }

    @Test func thereMayBeNoGnuplot() {
        #expect(Gnuplot(searchPath: "/nowhere:relative") == nil)
        #expect(Gnuplot.absence.hint?.contains("apt-get install gnuplot-nox") == true)
    }
}
