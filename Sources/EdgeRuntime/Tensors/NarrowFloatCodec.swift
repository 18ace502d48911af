/// Between the codes of a narrow format and the numbers they stand for.
public struct NarrowFloatCodec: Sendable {
    /// Which of two neighbours a number between them becomes; only powers of two (`f8e8m0`) know others than the nearest.
    public enum Rounding: String, Sendable {
        case nearest, up, down
    }

    /// The number of every code.
    public let values: [Float]
    private let format: NarrowFloat
    private let rounding: Rounding
    private let saturates: Bool

    /// - Parameters:
    ///   - saturates: whether numbers out of range, infinity too, become the largest finite one; else infinity, or NaN where there is none.
    ///   - rounding: how powers of two are rounded; the other formats take the nearest number, ties the even code.
    public init(_ format: NarrowFloat, saturates: Bool = true, rounding: Rounding = .up) {
        self.format = format
        self.saturates = saturates
        self.rounding = rounding
        values = (0..<1 << format.bits).map { Self.value(of: $0, in: format) }
    }

    private static func value(of code: Int, in format: NarrowFloat) -> Float {
        let (_, significandBits, bias) = format.layout
        if format == .f8e8m0 { return code == 255 ? .nan : Float(sign: .plus, exponent: code - bias, significand: 1) }
        let signBit = 1 << (format.bits - 1)
        let magnitude = code & (signBit - 1)
        let isNegative = code & signBit != 0
        if format.hasOneZero, code == signBit { return .nan }
        guard magnitude < format.finiteCount else {
            guard format == .f8e5m2, magnitude == format.finiteCount else { return .nan }
            return isNegative ? -.infinity : .infinity
        }
        let exponent = magnitude >> significandBits
        let fraction = Float(magnitude & (1 << significandBits - 1)) / Float(1 << significandBits)
        // An exponent of zero marks the numbers below the smallest normal one.
        let number = Float(
            sign: .plus, exponent: max(exponent, 1) - bias, significand: exponent == 0 ? fraction : 1 + fraction)
        return isNegative ? -number : number
    }

    /// The code of a number.
    public func code(of number: Double) -> UInt8 {
        if format == .f8e8m0 { return power(number) }
        let sign: UInt8 = number.sign == .minus ? 1 << UInt8(format.bits - 1) : 0
        if number.isNaN { return format.hasOneZero ? 0x80 : format == .f4e2m1 ? 8 : sign | 0x7F }
        let magnitude = number.magnitude
        let last = format.finiteCount - 1
        let largest = Double(values[last])
        // Beyond the largest number the next one of the same exponent would stand: half way there the even of both codes is nearer.
        let beyond = largest + (largest - Double(values[last - 1])) / 2
        guard magnitude < beyond || (magnitude == beyond && last % 2 == 0) else {
            if saturates || format == .f4e2m1 { return sign | UInt8(last) }
            return format.hasOneZero ? 0x80 : sign | UInt8(last + 1)
        }
        let code = nearest(magnitude)
        return format.hasOneZero && code == 0 ? 0 : sign | code
    }

    /// The nearest code of a number that is not negative and not beyond the largest; ties take the even one.
    private func nearest(_ magnitude: Double) -> UInt8 {
        let below = lastCode(upTo: magnitude)
        guard below < format.finiteCount - 1 else { return UInt8(below) }
        let (down, up) = (magnitude - Double(values[below]), Double(values[below + 1]) - magnitude)
        return UInt8(down < up || (down == up && below % 2 == 0) ? below : below + 1)
    }

    /// The last code whose number is not above; there is one.
    private func lastCode(upTo magnitude: Double) -> Int {
        var (low, high) = (0, format.finiteCount - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if Double(values[middle]) <= magnitude { low = middle } else { high = middle - 1 }
        }
        return low
    }

    /// The power of two of a number. Zero, and what is negative, becomes the smallest, or NaN where nothing is saturated.
    private func power(_ number: Double) -> UInt8 {
        if number.isNaN { return 255 }
        guard number >= Double(values[0]) else { return saturates ? 0 : 255 }
        guard number <= Double(values[254]) else { return saturates ? 254 : 255 }
        let below = lastCode(upTo: number)
        let rest = number / Double(values[below])
        let goesUp =
            switch rounding {
            case .up: rest > 1
            case .down: false
            case .nearest: rest >= 1.5
            }
        return UInt8(goesUp ? below + 1 : below)
    }
}

extension NarrowFloat {
    /// Whether the code of a negative zero stands for NaN.
    fileprivate var hasOneZero: Bool { self == .f8e4m3fnuz || self == .f8e5m2fnuz }
}

// MARK: Elements of tensors

extension NarrowFloatCodec {
    /// The element at a position of memory that holds it.
    public func number(in base: UnsafeRawPointer, at position: Int) -> Float {
        guard format.bits < 8 else { return values[Int(base.load(fromByteOffset: position, as: UInt8.self))] }
        return values[Int(base.load(fromByteOffset: position / 2, as: UInt8.self) >> UInt8(position % 2 * 4) & 15)]
    }

    /// Writes the code of a number at a position of memory that holds it.
    public func store(_ number: Double, in base: UnsafeMutableRawPointer, at position: Int) {
        let code = code(of: number)
        guard format.bits < 8 else { return base.storeBytes(of: code, toByteOffset: position, as: UInt8.self) }
        let byte = base + position / 2
        let shift = UInt8(position % 2 * 4)
        byte.storeBytes(of: byte.load(as: UInt8.self) & ~(15 << shift) | code << shift, as: UInt8.self)
    }

    /// The first `count` numbers of bytes, which must hold as many.
    func numbers(of bytes: UnsafeRawBufferPointer, count: Int) -> [Double] {
        guard let base = bytes.baseAddress else { return [] }
        return (0..<count).map { Double(number(in: base, at: $0)) }
    }

    /// The codes of numbers; bits left over in the last byte are zero.
    func bytes(of numbers: [Double]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: (numbers.count * format.bits + 7) / 8)
        bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            for (position, number) in numbers.enumerated() { store(number, in: base, at: position) }
        }
        return bytes
    }
}
