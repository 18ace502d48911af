/// A model whose parameters have been found; it can go on from there as more values become known.
package protocol FittedModel: Sendable {
    /// What was chosen, for people: `ETS(M,Ad,M)`.
    var summary: String { get }
    /// The parameters by name, for people.
    var parameters: [(name: String, value: Double)] { get }
    /// The values that follow a history at least as long as the one the model was fitted to. The parameters stay as they are.
    func forecast(after history: History, steps: Int) -> [Double]
}

/// The values of a season ago, or the last value where there is no season.
struct NaiveModel: FittedModel {
    let season: Int

    var summary: String { season > 1 ? "seasonal naive, season \(season)" : "naive" }
    var parameters: [(name: String, value: Double)] { [] }

    func forecast(after history: History, steps: Int) -> [Double] {
        (0..<steps).map { step in history.values[history.count - season + step % season] }
    }
}
