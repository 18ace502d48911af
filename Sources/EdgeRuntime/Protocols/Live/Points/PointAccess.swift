/// Which point of a device is meant, and how its bytes are to be understood.
public struct PointAccess: Sendable, Hashable {
    /// As the protocol names it; of Modbus `holding/30`, `input/0`, `coil/3`, `discrete/7`, counted from 0.
    public var point: String
    /// How registers are understood.
    public var type: RegisterType
    /// The order of the bytes on the wire.
    public var order: RegisterOrder
    /// What a raw number is multiplied by; nil leaves it as it is.
    public var scale: Double?
    /// The device behind the address; nil for the one that the URL names.
    public var unit: UInt8?

    public init(
        _ point: String, type: RegisterType = .u16, order: RegisterOrder = .big, scale: Double? = nil,
        unit: UInt8? = nil
    ) {
        self.point = point
        self.type = type
        self.order = order
        self.scale = scale
        self.unit = unit
    }
}
