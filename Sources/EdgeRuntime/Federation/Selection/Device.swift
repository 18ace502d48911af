/// What is known of a device that could take part in a round.
public struct Device: Sendable, Hashable {
    public var name: String
    /// The charge of its battery from 0 to 1; nil where it is not known.
    public var battery: Double?
    /// Whether it hangs on a charger or has no battery.
    public var isPlugged: Bool
    /// The speed of its link in bytes per second.
    public var link: Double?
    /// The number of samples it holds.
    public var samples: Double?
    /// The rounds since it last took part.
    public var staleness: Double?

    public init(
        name: String, battery: Double? = nil, isPlugged: Bool = false, link: Double? = nil, samples: Double? = nil,
        staleness: Double? = nil
    ) {
        self.name = name
        self.battery = battery
        self.isPlugged = isPlugged
        self.link = link
        self.samples = samples
        self.staleness = staleness
    }
}
