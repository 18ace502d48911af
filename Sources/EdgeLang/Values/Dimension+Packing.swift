extension Dimension {
    /// The three exponents in 24 bits, as values carry them.
    var packed: UInt32 {
        UInt32(UInt8(bitPattern: time)) | UInt32(UInt8(bitPattern: information)) << 8
            | UInt32(UInt8(bitPattern: energy)) << 16
    }

    init(packed: UInt32) {
        self.init(
            time: Int8(bitPattern: UInt8(truncatingIfNeeded: packed)),
            information: Int8(bitPattern: UInt8(truncatingIfNeeded: packed >> 8)),
            energy: Int8(bitPattern: UInt8(truncatingIfNeeded: packed >> 16)))
    }

    /// The dimension of an integral power, nil where an exponent leaves its range.
    func raised(to power: Int) -> Dimension? {
        func scale(_ exponent: Int8) -> Int8? {
            let (result, overflow) = Int(exponent).multipliedReportingOverflow(by: power)
            return overflow ? nil : Int8(exactly: result)
        }
        guard let time = scale(time), let information = scale(information), let energy = scale(energy) else {
            return nil
        }
        return Dimension(time: time, information: information, energy: energy)
    }
}

/// A number with its dimension, in SI base units: seconds, bytes, joules and their products.
public struct Quantity: Sendable, Hashable {
    public var value: Double
    public var dimension: Dimension

    public init(value: Double, dimension: Dimension) {
        self.value = value
        self.dimension = dimension
    }
}
