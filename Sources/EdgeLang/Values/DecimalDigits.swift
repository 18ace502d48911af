/// The digits of an int, without a detour over a `String`.
enum DecimalDigits {
    /// How many characters an int takes, its sign included.
    static func count(_ integer: Int) -> Int {
        var count = integer < 0 ? 2 : 1
        var rest = integer.magnitude
        while rest >= 10 {
            rest /= 10
            count += 1
        }
        return count
    }

    /// Writes them and gives the place behind.
    static func write(_ integer: Int, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        let end = start + count(integer)
        var place = end
        var rest = integer.magnitude
        repeat {
            place -= 1
            place.pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        if integer < 0 { start.pointee = UInt8(ascii: "-") }
        return end
    }
}
