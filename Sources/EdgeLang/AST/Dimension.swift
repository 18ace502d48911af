/// What a quantity measures, as exponents of three base units: seconds, bytes and joules.
///
/// `5ms` is time¹, `10MB/s` is information¹·time⁻¹, `3mW` is energy¹·time⁻¹, `50Hz` is time⁻¹.
public struct Dimension: Hashable, Sendable {
    public let time: Int8
    public let information: Int8
    public let energy: Int8

    public init(time: Int8 = 0, information: Int8 = 0, energy: Int8 = 0) {
        self.time = time
        self.information = information
        self.energy = energy
    }

    public static let none = Dimension()
    public static let time = Dimension(time: 1)
    public static let size = Dimension(information: 1)
    public static let energy = Dimension(energy: 1)
    public static let frequency = Dimension(time: -1)
    public static let power = Dimension(time: -1, energy: 1)
    public static let rate = Dimension(time: -1, information: 1)

    /// Whether it measures nothing: a plain number.
    public var isNone: Bool { self == .none }

    /// The dimension of a product, or nil where an exponent leaves its range.
    public func multiplied(by other: Dimension) -> Dimension? {
        combined(with: other) { $0.addingReportingOverflow($1) }
    }

    /// The dimension of a quotient, or nil where an exponent leaves its range.
    public func divided(by other: Dimension) -> Dimension? {
        combined(with: other) { $0.subtractingReportingOverflow($1) }
    }

    private func combined(
        with other: Dimension, _ operation: (Int8, Int8) -> (partialValue: Int8, overflow: Bool)
    ) -> Dimension? {
        let time = operation(time, other.time)
        let information = operation(information, other.information)
        let energy = operation(energy, other.energy)
        guard !time.overflow, !information.overflow, !energy.overflow else { return nil }
        return Dimension(time: time.partialValue, information: information.partialValue, energy: energy.partialValue)
    }

    /// What diagnostics call it: `time`, `size`, `data rate`, or the base units (`B·s^2`) for what has no name.
    public var name: String {
        switch self {
        case .none: return "number"
        case .time: return "time"
        case .size: return "size"
        case .energy: return "energy"
        case .frequency: return "frequency"
        case .power: return "power"
        case .rate: return "data rate"
        case let other:
            return [("B", other.information), ("J", other.energy), ("s", other.time)]
                .filter { $0.1 != 0 }
                .map { $0.1 == 1 ? $0.0 : "\($0.0)^\($0.1)" }
                .joined(separator: "·")
        }
    }
}
