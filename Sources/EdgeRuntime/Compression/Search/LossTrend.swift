/// How the loss of networks grows with their guessed error, among those judged so far: a straight line that never falls.
struct LossTrend {
    private let points: [(error: Double, loss: Double)]
    private let slope: Double
    private let middle: (error: Double, loss: Double)

    init(_ points: [(error: Double, loss: Double)]) {
        let known = points.filter { $0.error.isFinite && $0.loss.isFinite }
        let count = Double(max(1, known.count))
        let middle = known.reduce((error: 0.0, loss: 0.0)) {
            (error: $0.error + $1.error / count, loss: $0.loss + $1.loss / count)
        }
        let products = known.reduce(0) { $0 + ($1.error - middle.error) * ($1.loss - middle.loss) }
        let squares = known.reduce(0) { $0 + ($1.error - middle.error) * ($1.error - middle.error) }
        self.points = points
        self.middle = middle
        slope = squares > 0 ? max(0, products / squares) : 0
    }

    /// The loss that the line has at a guessed error.
    func loss(_ error: Double) -> Double { middle.loss + slope * (error - middle.error) }

    /// What a judged network loses beyond the line.
    func surplus(_ position: Int) -> Double {
        let surplus = points[position].loss - loss(points[position].error)
        return surplus.isFinite ? surplus : 0
    }
}
