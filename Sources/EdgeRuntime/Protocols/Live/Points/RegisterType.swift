/// What the bytes of registers stand for.
public enum RegisterType: String, Sendable, Hashable, CaseIterable {
    case u16, i16, u32, i32, u64, i64, f32, f64
    /// Two characters a register, ended by a zero byte or the last register.
    case text
    /// Two bytes a register, as they are.
    case bytes

    /// Registers of one value; of a text or bytes each register counts.
    public var registers: Int {
        switch self {
        case .u16, .i16, .text, .bytes: 1
        case .u32, .i32, .f32: 2
        case .u64, .i64, .f64: 4
        }
    }
}
