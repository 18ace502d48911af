/// The models that a forecast can be made with.
public enum ModelKind: String, Sendable, CaseIterable {
    case naive
    case seasonalNaive = "seasonal_naive"
    case ets
    case theta
    case ridge

    /// Fits the model to what is known of a series.
    ///
    /// - Throws: `ForecastError` where the series is too short for it, constant, or otherwise not suitable.
    package func fit(
        _ history: History, steps: Int, ridge: RidgeModel.Options = RidgeModel.Options()
    ) throws(ForecastError) -> any FittedModel {
        switch self {
        case .naive: return NaiveModel(season: 1)
        case .seasonalNaive:
            guard history.season > 1 else {
                throw .model(
                    "no season is known for \"seasonal_naive\"",
                    hint: "say how many steps it has, as `season: 24`, or use model \"naive\"")
            }
            guard history.count >= history.season else {
                throw .tooShort(
                    "a season of \(history.season) steps is longer than the \(history.count) values there are",
                    hint: "give more history, or a shorter `season`")
            }
            return NaiveModel(season: history.season)
        case .ets: return try ETSModel(history)
        case .theta: return try ThetaModel(history)
        case .ridge: return try RidgeModel(history, steps: steps, options: ridge)
        }
    }
}
