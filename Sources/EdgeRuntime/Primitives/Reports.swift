import EdgeData
import EdgeLang
import EdgeReports

extension Primitives {
    /// How data is drawn.
    enum PlotKind: String, BuiltinChoice {
        case automatic = "auto"
        case line, points, bars, matrix
    }

    /// Pictures and reports.
    static let reports: [BuiltinSpec] = [plot, sparkline, report, addToReport]

    private static var plot: BuiltinSpec {
        BuiltinSpec(
            "plot", "Draws data.",
            .value(
                "data", PlainValue.self,
                "a list of numbers, lists or a record of lists of them, a table, a record of numbers, or rows of a matrix"
            ),
            .label("kind", PlotKind.self, default: .automatic, "what is drawn; `auto` looks at the data"),
            .label("x", String?.self, "the column on the horizontal axis"),
            .label("y", [String]?.self, "the columns to draw; all of numbers without it"),
            .label("title", String.self, default: "", "what stands above"),
            .label("x_label", String?.self, "what stands below the horizontal axis"),
            .label("y_label", String?.self, "what stands beside the vertical axis"),
            .label("out", String?.self, "a file to write: `.svg` or `.png`; needs gnuplot"),
            .label("width", Int.self, default: 800, in: 100...8000, "of the file, in pixels"),
            .label("height", Int.self, default: 480, in: 80...8000, "of the file, in pixels"),
            returns: "the plot, which prints as a picture of characters and can be added to a report", type: "plot",
            effects: [.writesFiles, .runsPrograms],
            details: """
                A list of numbers is a line, a record of lists several, a record of numbers is bars, and so is a table whose first
                column names its rows; a square list of lists of counts, as `evaluate` gives for `confusion`, is a matrix. `null` and
                numbers that are not finite are gaps. Pictures are drawn by gnuplot, which `apt-get install gnuplot-nox`
                brings; without it, and where a script may not run programs, plots are drawn in characters, and `out:` is an error.
                """,
            topic: "Reports", seeAlso: ["sparkline", "report"],
            examples: [
                Example("plot([1, 3, 2], title: \"load\").kind", "\"line\""),
                Example("plot({pump: 4, fan: 2}).kind", "\"bars\""),
                Example(
                    "print(plot({pump: 4, fan: 2}).text)",
                    "pump │████████████████████████████████████████████████████████████████ 4\nfan  │████████████████████████████████ 2\n"
                ),
            ]
        ) { context, data, kind, x, y, title, xLabel, yLabel, out, width, height in
            let builder = PlotBuilder(kind: kind, x: x, y: y, title: title, xLabel: xLabel, yLabel: yLabel)
            let plot = try builder.plot(data)
            guard let out else { return PlotObject(plot, gnuplot: permittedGnuplot(context)) }
            guard let format = Gnuplot.Format(path: out) else {
                throw RuntimeError(
                    .unsuitableValue, "cannot tell from its ending what to write to \(out)",
                    hint: "end it in .svg or .png")
            }
            try context.authorize(.writeFile(out))
            try context.authorize(.runProgram(gnuplotName))
            guard let gnuplot = Gnuplot() else { throw Gnuplot.absence }
            let cancellation = context.cancellation
            let bytes = try gnuplot.picture(
                plot, format, width: width, height: height, isCancelled: { cancellation.isCancelled })
            try FileContents.write(bytes, to: out)
            return PlotObject(plot, gnuplot: gnuplot)
        }
    }

    /// gnuplot where it is installed and the script may run it.
    static func permittedGnuplot(_ context: CallContext) -> Gnuplot? {
        do { try context.authorize(.runProgram(gnuplotName)) } catch { return nil }
        return Gnuplot()
    }

    /// Looking for the program is a use of it: it is asked for by its name first.
    private static let gnuplotName = "gnuplot"

    private static var sparkline: BuiltinSpec {
        BuiltinSpec(
            "sparkline", "Draws numbers in one line of text.",
            .value("numbers", PlainValue.self, "a list of numbers; `null` leaves a gap"),
            .label(
                "width", Int.self, default: 60, in: 1...10_000, "at most how many characters; more numbers are averaged"
            ),
            returns: "the text", topic: "Reports", seeAlso: ["plot"],
            examples: [
                Example("sparkline([0, 1, 2, 3, 4, 5, 6, 7])", "\"▁▂▃▄▅▆▇█\""),
                Example("sparkline([1, 5, null, 5, 1])", "\"▁█ █▁\""),
            ]
        ) { _, numbers, width in
            Sparkline.text(try PlotBuilder.numbers(numbers, "the list"), width: width)
        }
    }

    private static var report: BuiltinSpec {
        BuiltinSpec(
            "report", "Begins a report.",
            .value("path", String.self, "the file that `save` writes: `.html`, one page with all in it, or `.md`"),
            .label("title", String.self, default: "Report", "what stands above"),
            returns: "the report; `add` fills it, `save` writes it", type: "report", topic: "Reports",
            seeAlso: ["add", "save", "plot"],
            examples: [
                Example(
                    "let r = report(\"run.md\", title: \"Run\")\nadd(r, [{pump: 1, load: 0.5}], heading: \"Pumps\")\nsave(r)\nprint(read_text(\"run.md\"))",
                    "# Run\n\n## Pumps\n\n| pump | load |\n| ---: | ---: |\n| 1 | 0.5 |\n\n")
            ]
        ) { _, path, title in try ReportObject(path: path, title: title) }
    }

    private static var addToReport: BuiltinSpec {
        BuiltinSpec(
            "add", "Adds a part to a report.",
            .value("report", ReportObject.self, "the report"),
            .value(
                "part", Value.self, default: .null,
                "a text, table, list of records, record, plot, model, or anything that prints"),
            .label("heading", String?.self, "a heading above it"),
            returns: "the report, so that a pipe can go on with it", type: "report",
            details: """
                Empty lines in a text set paragraphs apart. A list of numbers is drawn as a line, a list of records stands as a
                table, a model as the table of its layers with its history.
                """,
            topic: "Reports", seeAlso: ["report", "plot", "save"],
            examples: [
                Example(
                    "report(\"run.html\") |> add(\"All is well.\") |> add([1, 3, 2], heading: \"Load\") |> save()",
                    "\"run.html\"")
            ]
        ) { context, report, part, heading in
            try report.add(part, heading: heading, context)
            return report
        }
    }
}
