/// One measured quantity over time.
public struct TimeSeries: Sendable, Hashable {
    /// What was measured.
    public var name: String
    /// Nanoseconds since 1970-01-01T00:00:00Z, ascending.
    public var times: [Int64]
    /// One value for each time; NaN where it is missing.
    public var values: [Double]

    public init(name: String, times: [Int64], values: [Double]) {
        self.name = name
        self.times = times
        self.values = values
    }
}
