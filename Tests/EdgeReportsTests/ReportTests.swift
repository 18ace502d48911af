import EdgeReports
import Foundation
import PeerTesting
import Testing

@Suite struct ReportTests {
    private func sample() throws -> Report {
        var report = Report(title: "Plant <3> & more")
        try report.add(.heading("First \"results\""))
        try report.add(.text("All is well.\n\nSave for\none <b>pump</b> & its fan."))
        try report.add(
            .table(.init(columns: ["name", "a|b"], rows: [["<script>", "1"], ["x|y\nz", "2.5"]], numeric: [1])))
        try report.add(.plot(try Plot(.lines([.init(name: "load", y: [1, 3, 2])]), title: "Load <MW>")))
        try report.add(.verbatim("a  b\n``` c"))
        return report
    }

    private func text(_ file: ReportFile) -> String { String(decoding: file.bytes, as: UTF8.self) }

    @Test func htmlIsOneFileAndEscaped() throws {
        let files = try sample().files(path: "out/report.html", gnuplot: nil)
        #expect(files.map(\.path) == ["out/report.html"])
        let page = text(files[0])
        #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
        #expect(page.contains("<title>Plant &lt;3&gt; &amp; more</title>"))
        #expect(page.contains("<h2>First &quot;results&quot;</h2>"))
        #expect(page.contains("<p>All is well.</p>\n<p>Save for\none &lt;b&gt;pump&lt;/b&gt; &amp; its fan.</p>"))
        #expect(page.contains("<td>&lt;script&gt;</td><td class=\"n\">1</td>"))
        #expect(!page.contains("<script") && !page.contains("http://") && !page.contains("src="))
    }

    @Test(.enabled(if: Gnuplot() != nil, "gnuplot is not installed"))
    func picturesStandInThePage() throws {
        var report = try sample()
        try report.add(.plot(try Plot(.bars(categories: ["a"], [.init(name: "", y: [1])]))))
        let page = text(try report.files(path: "r.html", gnuplot: Gnuplot())[0])
        #expect(page.components(separatedBy: "<svg").count == 3)
        #expect(!page.contains("<?xml") && !page.contains("<!DOCTYPE svg"))
        #expect(page.contains("Load &lt;MW&gt;"))
        // No two pictures share a mark, or the second would show parts of the first.
        let marks = page.components(separatedBy: " id=").dropFirst().map {
            $0.dropFirst().prefix { $0 != "\"" && $0 != "'" }
        }
        #expect(Set(marks).count == marks.count, "\(marks)")
    }

    /// Any XML parser accepts the page, so its elements are closed and its texts escaped.
    @Test(.enabled(if: Gnuplot() != nil, "gnuplot is not installed"))
    func thePageIsWellFormed() throws {
        let page = text(try sample().files(path: "r.html", gnuplot: Gnuplot())[0])
        let xml = page.replacing("<meta charset=\"utf-8\">", with: "").replacing(
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">", with: ""
        ).replacing("<meta name=\"generator\" content=\"edgesh\">", with: "")
        let script = "import sys, xml.dom.minidom as m; m.parseString(sys.stdin.buffer.read())"
        let result = try Subprocess.run("/usr/bin/env", ["python3", "-c", script], standardInput: xml)
        #expect(result.exitCode == 0, "\(result.standardError)")
    }

    @Test func markdownMeansWhatWasSaid() throws {
        let page = text(try sample().files(path: "r.md", gnuplot: nil)[0])
        #expect(page.hasPrefix("# Plant \\<3\\> \\& more\n\n## First \"results\"\n"))
        #expect(page.contains("| name | a\\|b |\n| --- | ---: |\n| \\<script\\> | 1 |\n| x\\|y z | 2.5 |"))
        #expect(page.contains("````text\na  b\n``` c\n````"))
    }

    @Test func linesThatLookLikeMarksAreTexts() throws {
        var report = Report(title: "t")
        try report.add(.text("- no list\n1. nor this\n# no heading\n> no quote\n    no code"))
        let page = text(try report.files(path: "r.md", gnuplot: nil)[0])
        #expect(page.contains("\\- no list\n1\\. nor this\n\\# no heading\n\\> no quote\nno code"))
    }

    @Test(.enabled(if: Gnuplot() != nil, "gnuplot is not installed"))
    func markdownPutsPicturesBesideIt() throws {
        let files = try sample().files(path: "out/r.md", gnuplot: Gnuplot())
        #expect(files.map(\.path) == ["out/r-1.svg", "out/r.md"])
        #expect(text(files[0]).contains("<svg"))
        #expect(text(files[1]).contains("![Load \\<MW\\>](<r-1.svg>)"))
    }

    @Test func longTablesAreCutAndSaySo() throws {
        var report = Report(title: "t")
        try report.add(.table(.init(columns: ["n"], rows: (0..<1500).map { ["row \($0)"] })))
        for path in ["r.md", "r.html"] {
            let page = text(try report.files(path: path, gnuplot: nil)[0])
            #expect(page.contains("500 more rows") && page.contains("row 999") && !page.contains("row 1000"))
        }
    }

    @Test func theEndingSaysTheFormat() throws {
        #expect(try ReportFormat(path: "a.b/out.HTM") == .html)
        #expect(try ReportFormat(path: "x.markdown") == .markdown)
        for path in ["out.pdf", "out", "", "."] {
            #expect(throws: ReportError.self) { try ReportFormat(path: path) }
        }
    }

    @Test func aLoopCannotFillMemory() throws {
        var report = Report(title: "t")
        #expect(throws: ReportError.self) { for _ in 0...Report.maximumBlocks { try report.add(.text("x")) } }
    }
}
