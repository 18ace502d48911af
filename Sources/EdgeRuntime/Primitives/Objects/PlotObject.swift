import EdgeLang
import EdgeReports

/// A picture as scripts hold it. Printed, it is drawn in characters, by gnuplot where that may run and is there.
final class PlotObject: HostObject {
    static let typeName = "plot"

    let plot: Plot
    /// nil where there is none, or where the script may not run programs.
    private let gnuplot: Gnuplot?

    init(_ plot: Plot, gnuplot: Gnuplot?) {
        self.plot = plot
        self.gnuplot = gnuplot
    }

    func display(_ options: DisplayOptions) -> String {
        let width = min(options.width ?? 78, 120)
        if let gnuplot, let text = try? gnuplot.text(plot, columns: width, lines: 24, seconds: 5) { return text }
        return TextPlot.draw(plot, width: width)
    }

    var fieldNames: [String] { ["title", "kind", "text"] }

    func field(_ name: String, _ context: CallContext) throws -> Value? {
        switch name {
        case "title": context.string(plot.title)
        case "kind": context.string(kind)
        case "text": context.string(TextPlot.draw(plot))
        default: nil
        }
    }

    private var kind: String {
        switch plot.content {
        case .lines: "line"
        case .points: "points"
        case .bars: "bars"
        case .matrix: "matrix"
        }
    }

    var plainValue: PlainValue { .record([.init("title", .string(plot.title)), .init("kind", .string(kind))]) }
}
