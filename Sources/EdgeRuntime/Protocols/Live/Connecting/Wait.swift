import Glibc

/// How long a caller waits, and what may interrupt it meanwhile.
public struct Wait {
    /// Nanoseconds of the monotonic clock.
    let deadline: UInt64
    /// Asked every few milliseconds; what it throws ends the waiting.
    let interrupt: () throws -> Void

    /// - Parameter seconds: How long; what is not a number counts as nothing, and a thousand million as for ever.
    public init(seconds: Double, interrupt: @escaping () throws -> Void = {}) {
        let bounded = seconds.isNaN ? 0 : min(max(seconds, 0), 1e9)
        deadline = Wait.now() &+ UInt64(bounded * 1e9)
        self.interrupt = interrupt
    }

    /// Seconds that are left, 0 where the time is up.
    var remaining: Double {
        let now = Wait.now()
        return now < deadline ? Double(deadline - now) / 1e9 : 0
    }

    /// The monotonic clock, in nanoseconds.
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    /// The time of day, in nanoseconds since 1970-01-01T00:00:00Z.
    static func timeOfDay() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
