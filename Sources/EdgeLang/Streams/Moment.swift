import Glibc

/// A moment of the clock that is never set.
public struct Moment: Comparable, Sendable {
    /// Since the machine was started.
    public let nanoseconds: Int

    public init(nanoseconds: Int) { self.nanoseconds = nanoseconds }

    /// Before all others: whoever waits until then does not wait.
    public static let past = Moment(nanoseconds: .min)
    /// After all others: whoever waits until then waits for ever.
    public static let never = Moment(nanoseconds: .max)

    /// The moment it is.
    public static var now: Moment {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Moment(nanoseconds: time.tv_sec &* 1_000_000_000 &+ time.tv_nsec)
    }

    /// Seconds since the machine was started.
    var seconds: Double { Double(nanoseconds) / 1e9 }

    /// A moment so much later; `never` where it is further than the clock goes.
    public func advanced(bySeconds seconds: Double) -> Moment {
        let distance = seconds * 1e9
        guard distance < 9e18 else { return .never }
        let (sum, overflow) = nanoseconds.addingReportingOverflow(distance.isNaN ? 0 : Int(max(distance, -9e18)))
        return overflow ? (distance < 0 ? .past : .never) : Moment(nanoseconds: sum)
    }

    /// Seconds from this moment to another one, negative where that lies before it.
    public func seconds(until other: Moment) -> Double { (Double(other.nanoseconds) - Double(nanoseconds)) / 1e9 }

    public static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }
}

extension CallContext {
    /// Sleeps until a moment, in naps that are short enough for Ctrl-C and the limits of the run to be heard.
    public func sleep(until moment: Moment) throws {
        while try nap(until: moment) {}
    }

    /// Sleeps until a moment, but no longer than one nap of 20 ms.
    ///
    /// - Returns: whether the moment is still to come.
    /// - Throws: if the run should end.
    @discardableResult
    public func nap(until moment: Moment) throws -> Bool {
        try checkCancellation()
        let rest = Moment.now.seconds(until: moment)
        if rest <= 0 { return false }
        var nap = timespec(tv_sec: 0, tv_nsec: Int(min(rest, 0.02) * 1e9))
        nanosleep(&nap, nil)
        return true
    }
}
