/// What a picture shows, whoever draws it.
public struct Plot: Sendable, Hashable {
    /// One curve, or the bars of one colour.
    public struct Series: Sendable, Hashable {
        public var name: String
        /// Where each value stands; nil where they follow each other at 0, 1, 2 …
        public var x: [Double]?
        /// A value that is not finite is a gap.
        public var y: [Double]

        public init(name: String, x: [Double]? = nil, y: [Double]) {
            self.name = name
            self.x = x
            self.y = y
        }
    }

    public enum Content: Sendable, Hashable {
        case lines([Series])
        case points([Series])
        /// A group of bars for each category, one of each series.
        case bars(categories: [String], [Series])
        /// Rows of values with their names, as a confusion matrix has them.
        case matrix(rows: [String], columns: [String], [[Double]])
    }

    public let content: Content
    public var title: String
    public var xLabel: String
    public var yLabel: String
    /// The places of curves and points are moments, in seconds since 1970.
    public var isOverTime: Bool

    /// More numbers than this are not drawn, nor kept.
    public static let maximumCount = 20_000_000
    /// The largest matrix whose cells can still be told apart.
    public static let maximumMatrixSide = 1000

    /// - Throws: `ReportError` for a picture of nothing, and for parts that do not fit each other.
    public init(
        _ content: Content, title: String = "", xLabel: String = "", yLabel: String = "", isOverTime: Bool = false
    ) throws(ReportError) {
        self.content = content
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.isOverTime = isOverTime
        switch content {
        case .lines(let series), .points(let series): try Plot.check(series)
        case .bars(let categories, let series):
            try Plot.check(series)
            for one in series where one.y.count != categories.count {
                throw .data("\"\(one.name)\" has \(one.y.count) bars for \(categories.count) names")
            }
            guard categories.count <= 1000 else {
                throw .data("\(categories.count) bars are too many to be told apart", hint: "draw a line")
            }
        case .matrix(let rows, let columns, let values):
            guard !rows.isEmpty, !columns.isEmpty else { throw .data("the matrix is empty") }
            guard values.count == rows.count, values.allSatisfy({ $0.count == columns.count }) else {
                throw .data("the rows of a matrix must have one length")
            }
            guard max(rows.count, columns.count) <= Plot.maximumMatrixSide else {
                throw .data("a matrix of \(rows.count) by \(columns.count) has too many cells to be told apart")
            }
            guard values.contains(where: { $0.contains(where: \.isFinite) }) else {
                throw .data("no number of the matrix is finite")
            }
        }
    }

    private static func check(_ series: [Series]) throws(ReportError) {
        guard !series.isEmpty else { throw .data("there is nothing to draw") }
        guard series.count <= 64 else {
            throw .data("\(series.count) curves are too many to be told apart", hint: "choose some of them")
        }
        var count = 0
        for one in series {
            if let x = one.x, x.count != one.y.count {
                throw .data("\"\(one.name)\" has \(one.y.count) values at \(x.count) places")
            }
            count += one.y.count
        }
        guard count <= maximumCount else { throw .data("\(count) numbers are too many to be drawn") }
        let isVisible = series.contains { one in
            one.y.indices.contains { one.y[$0].isFinite && one.x?[$0].isFinite ?? true }
        }
        guard isVisible else {
            throw .data(count == 0 ? "there are no numbers to draw" : "none of the numbers to draw is finite")
        }
    }
}
