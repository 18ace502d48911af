/// What a network must fit: the memory and the arithmetic of one device.
public struct DeviceProfile: Sendable, Hashable {
    /// As users name it: `cortex-m4`.
    public var name: String
    /// The processor's clock in hertz.
    public var clock: Double
    /// Bytes of memory for activations and variables.
    public var ram: Int
    /// Bytes of memory for weights and code.
    public var flash: Int
    /// 8-bit multiply-accumulates a clock cycle, as documented for the device's kernels.
    public var int8MACsPerCycle: Double
    /// 32-bit float multiply-accumulates a clock cycle.
    public var f32MACsPerCycle: Double

    public init(
        name: String, clock: Double, ram: Int, flash: Int, int8MACsPerCycle: Double, f32MACsPerCycle: Double
    ) {
        self.name = name
        self.clock = clock
        self.ram = ram
        self.flash = flash
        self.int8MACsPerCycle = int8MACsPerCycle
        self.f32MACsPerCycle = f32MACsPerCycle
    }
}
