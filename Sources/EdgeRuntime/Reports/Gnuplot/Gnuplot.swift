import Glibc

/// gnuplot, if it is installed: a program of its own that draws what it is told through its standard input.
public struct Gnuplot: Sendable {
    /// What a drawing is saved as.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        case svg, png

        /// The format that a path's ending names.
        public init?(path: String) {
            guard let dot = path.lastIndex(of: ".") else { return nil }
            self.init(rawValue: path[path.index(after: dot)...].lowercased())
        }
    }

    /// The full path of the program.
    public let path: String

    /// Looks along a list of folders as `PATH` has it; nil where there is no gnuplot.
    public init?(searchPath: String) {
        let places = searchPath.split(separator: ":").filter { $0.hasPrefix("/") }.map { String($0) + "/gnuplot" }
        guard let found = places.first(where: { access($0, X_OK) == 0 }) else { return nil }
        path = found
    }

    /// The gnuplot of this process's `PATH`.
    public init?() {
        guard let searchPath = getenv("PATH") else { return nil }
        self.init(searchPath: String(cString: searchPath))
    }

    /// What to say where there is none.
    public static var absence: ReportError { .noGnuplot() }

    /// Ends a drawing that takes longer.
    public static let usualSeconds = 20.0

    /// A picture of characters.
    public func text(
        _ plot: Plot, columns: Int, lines: Int, seconds: Double = usualSeconds, isCancelled: () -> Bool = { false }
    ) throws(ReportError) -> String {
        let terminal = GnuplotScript.Terminal.text(
            columns: max(24, min(columns, 400)), lines: max(6, min(lines, 200)))
        let text = String(decoding: try draw(plot, terminal, seconds, isCancelled), as: UTF8.self)
        // gnuplot begins the page with a form feed or an empty line.
        let page = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.filter { $0 != "\u{0C}" }.reversed().drop { $0 == " " }.reversed())
        }
        return page.drop { $0.isEmpty }.reversed().drop { $0.isEmpty }.reversed().joined(separator: "\n")
    }

    /// The contents of a picture file.
    ///
    /// - Parameter name: Keeps the marks within an SVG apart from those of others on the same page.
    public func picture(
        _ plot: Plot, _ format: Format, width: Int = 800, height: Int = 480, name: String = "plot",
        seconds: Double = usualSeconds, isCancelled: () -> Bool = { false }
    ) throws(ReportError) -> [UInt8] {
        let (width, height) = (max(100, min(width, 8000)), max(80, min(height, 8000)))
        let terminal: GnuplotScript.Terminal =
            switch format {
            case .svg: .svg(width: width, height: height, name: name)
            case .png: .png(width: width, height: height)
            }
        return try draw(plot, terminal, seconds, isCancelled)
    }

    private func draw(
        _ plot: Plot, _ terminal: GnuplotScript.Terminal, _ seconds: Double, _ isCancelled: () -> Bool
    ) throws(ReportError) -> [UInt8] {
        let script = GnuplotScript(plot, terminal).text
        let result: ChildProcess.Result
        do {
            // Without the user's start-up files, and in an environment that says nothing but where programs are.
            result = try ChildProcess.run(
                path, ["-d", "-"], environment: ["PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=/nonexistent"],
                input: Array(script.utf8), seconds: seconds, isCancelled: isCancelled)
        } catch {
            switch error {
            case .notStarted(let reason): throw .gnuplot("it does not start (\(reason.lowercased()))")
            case .timedOut: throw .timedOut(seconds: seconds)
            case .cancelled: throw .gnuplot("the drawing was interrupted")
            case .tooMuchOutput: throw .gnuplot("the picture is too large")
            }
        }
        guard result.succeeded, !result.output.isEmpty else {
            let complaint = String(decoding: result.errors, as: UTF8.self).split(separator: "\n")
                .last { !$0.allSatisfy { $0 == " " || $0 == "^" } }
            throw .gnuplot(complaint.map { PlainLabel.text(String($0)) } ?? "it ended without a word")
        }
        return result.output
    }
}
