import EdgeLang

extension ErrorCatalogue {
    private typealias Entry = DiagnosticCatalogue.Entry

    /// `Rxxxx`: pictures and reports.
    static let reports = [
        Entry(
            "R0001", "nothing to draw",
            "The data holds no finite numbers, or its parts do not fit each other: see the message."),
        Entry(
            "R0002", "gnuplot is missing",
            "Pictures are drawn by gnuplot. `sudo apt-get install gnuplot-nox` brings it; without it plots are drawn in characters."
        ),
        Entry("R0003", "gnuplot failed", "gnuplot was started and gave no picture; the message says what it said."),
        Entry("R0004", "gnuplot took too long", "A drawing that takes longer than it may is ended."),
        Entry(
            "R0005", "unknown ending",
            "What is written follows from the ending: `.html` or `.md` for a report, `.svg` or `.png` for a picture."),
    ]
}
