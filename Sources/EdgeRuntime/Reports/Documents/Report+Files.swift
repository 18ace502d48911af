extension Report {
    /// The files of the report: one for HTML; for Markdown also one beside it for each picture.
    ///
    /// - Parameters:
    ///   - gnuplot: Draws the pictures; without it they are drawn in characters.
    ///   - isCancelled: Asked while pictures are drawn.
    public func files(
        path: String, gnuplot: Gnuplot?, isCancelled: () -> Bool = { false }
    ) throws(ReportError) -> [ReportFile] {
        let format = try ReportFormat(path: path)
        var pictures: [ReportFile] = []
        var parts: [String] = []
        for block in blocks {
            switch (block, format) {
            case (.plot(let plot), .html):
                let name = "plot\(parts.count)"
                parts.append(HTMLText.figure(try svg(plot, name, gnuplot, isCancelled), plot))
            case (.plot(let plot), .markdown):
                guard let bytes = try svg(plot, "plot\(parts.count)", gnuplot, isCancelled) else {
                    parts.append(MarkdownText.verbatim(TextPlot.draw(plot)))
                    continue
                }
                let file = Report.withoutEnding(path) + "-\(pictures.count + 1).svg"
                pictures.append(ReportFile(path: file, bytes: Array(bytes.utf8)))
                parts.append(MarkdownText.picture(Report.lastComponent(file), plot))
            case (_, .html): parts.append(HTMLText.block(block))
            case (_, .markdown): parts.append(MarkdownText.block(block))
            }
        }
        let page =
            switch format {
            case .html: HTMLText.page(title, parts)
            case .markdown: MarkdownText.page(title, parts)
            }
        // The pictures first: a page that is there never points to nothing.
        return pictures + [ReportFile(path: path, bytes: Array(page.utf8))]
    }

    private func svg(
        _ plot: Plot, _ name: String, _ gnuplot: Gnuplot?, _ isCancelled: () -> Bool
    ) throws(ReportError) -> String? {
        guard let gnuplot else { return nil }
        let bytes = try gnuplot.picture(plot, .svg, width: 760, height: 400, name: name, isCancelled: isCancelled)
        // gnuplot gives the marks that it draws with the same names in every picture. Texts of data hold no single quotes.
        return String(decoding: bytes, as: UTF8.self).replacing(" id='", with: " id='\(name)")
            .replacing("'#", with: "'#\(name)").replacing("'url(#", with: "'url(#\(name)")
            .replacing("\"gnuplot_canvas\"", with: "\"\(name)_canvas\"")
    }

    private static func withoutEnding(_ path: String) -> String {
        path.lastIndex(of: ".").map { String(path[..<$0]) } ?? path
    }

    private static func lastComponent(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }
}
