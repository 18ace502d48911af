/// How long to wait before the next attempt to connect: twice as long each time, and a random part of up to a half of it less, so that
/// a thousand devices do not all knock at once when their broker is back.
public struct Backoff: Sendable, Hashable {
    /// Seconds before the second attempt.
    public var first: Double
    /// Seconds that are never exceeded.
    public var longest: Double
    private var attempts = 0

    public init(first: Double = 0.1, longest: Double = 5) {
        self.first = first
        self.longest = longest
    }

    /// The seconds to wait now.
    mutating func next(using random: inout some RandomNumberGenerator) -> Double {
        var delay = first
        for _ in 0..<attempts where delay < longest { delay *= 2 }
        attempts = min(attempts + 1, 64)
        delay = min(delay, longest)
        return delay * Double.random(in: 0.5...1, using: &random)
    }

    /// The seconds to wait now.
    mutating func next() -> Double {
        var random = SystemRandomNumberGenerator()
        return next(using: &random)
    }

    /// A connection was made: the next loss begins from the start.
    mutating func reset() { attempts = 0 }
}
