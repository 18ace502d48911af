import Glibc

/// Moments along an axis, as short as its span allows.
struct MomentLabel {
    /// As `strftime` reads it; UTC.
    let format: String

    /// - Parameter span: What the axis covers, in seconds.
    init(span: Double) {
        format =
            switch span {
            case ..<600: "%H:%M:%S"
            case ..<172_800: "%m-%d %H:%M"
            case ..<94_608_000: "%Y-%m-%d"
            default: "%Y-%m"
            }
    }

    /// - Parameter moment: Seconds since 1970. Beyond the years 1 to 9999 the number stands for itself.
    func text(_ moment: Double) -> String {
        guard moment > -62_135_596_800, moment < 253_402_300_800 else { return ShortNumber.text(moment) }
        var seconds = time_t(moment.rounded())
        var parts = tm()
        guard gmtime_r(&seconds, &parts) != nil else { return ShortNumber.text(moment) }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { buffer in
            guard let start = buffer.baseAddress, strftime(start, buffer.count, format, &parts) > 0 else {
                return ShortNumber.text(moment)
            }
            return String(cString: start)
        }
    }

    /// Round moments within a span, at most so many: the smallest step of seconds, minutes, hours or days that has no more.
    func places(from low: Double, to high: Double, most: Int) -> [Double] {
        let (minute, hour, day) = (60.0, 3600.0, 86_400.0)
        let steps =
            [1, 2, 5, 10, 15, 30] + [1, 2, 5, 10, 15, 30].map { $0 * minute } + [1, 2, 3, 6, 12].map { $0 * hour }
            + [1, 2, 5, 7, 14, 30, 60, 90, 180, 365.25, 730.5].map { $0 * day }
        let step = steps.first { (high - low) / $0 < Double(most) } ?? (high - low) / Double(most)
        guard step > 0, step.isFinite else { return [low] }
        let first = (low / step).rounded(.up) * step
        return (0..<most).map { first + Double($0) * step }.filter { $0 <= high }
    }
}
