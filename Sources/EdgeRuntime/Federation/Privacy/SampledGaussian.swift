import Glibc

/// `log(A_α)` of the sampled Gaussian mechanism (Mironov, Talwar and Zhang 2019, section 3.3), all sums in log space:
/// their terms span hundreds of orders of magnitude.
enum SampledGaussian {
    /// For whole orders, a binomial sum.
    static func logMoment(rate: Double, noise: Double, wholeOrder order: Int) -> Double {
        var sum = -Double.infinity
        var logBinomial = 0.0
        for term in 0...order {
            let index = Double(term)
            let logarithm =
                logBinomial + index * log(rate) + (Double(order) - index) * log1p(-rate)
                + (index * index - index) / (2 * noise * noise)
            sum = logAdd(sum, logarithm)
            if term < order { logBinomial += log(Double(order - term)) - log(index + 1) }
        }
        return sum
    }

    /// Terms beyond this are not waited for. The series needs a few dozen; with extreme noise some thousands.
    private static let maximumTerms = 200_000

    /// For orders between whole ones, two alternating series. Where they cannot be summed in double precision,
    /// infinity: this order then gives no bound.
    static func logMoment(rate: Double, noise: Double, order: Double) -> Double {
        let middle = noise * noise * (log1p(-rate) - log(rate)) + 0.5
        let width = 2.0.squareRoot() * noise
        var (below, above) = (-Double.infinity, -Double.infinity)
        var logBinomial = 0.0
        var isPositive = true
        for term in 0..<maximumTerms {
            let index = Double(term)
            let rest = order - index
            let first =
                logBinomial + index * log(rate) + rest * log1p(-rate) + (index * index - index) / (2 * noise * noise)
                + log(0.5) + logErfc((index - middle) / width)
            let second =
                logBinomial + rest * log(rate) + index * log1p(-rate) + (rest * rest - rest) / (2 * noise * noise)
                + log(0.5) + logErfc((middle - rest) / width)
            if isPositive {
                below = logAdd(below, first)
                above = logAdd(above, second)
            } else {
                guard let lower = logSubtract(below, first), let upper = logSubtract(above, second) else {
                    return .infinity
                }
                below = lower
                above = upper
            }
            if max(first, second) < -30 { return logAdd(below, above) }
            // binomial(α, i + 1) = binomial(α, i) * (α - i) / (i + 1), with a sign of its own.
            logBinomial += log(rest.magnitude) - log(index + 1)
            if rest < 0 { isPositive.toggle() }
        }
        return .infinity
    }

    static func logAdd(_ a: Double, _ b: Double) -> Double {
        let (low, high) = a < b ? (a, b) : (b, a)
        return low == -.infinity ? high : high + log1p(exp(low - high))
    }

    /// nil where the result would be negative.
    static func logSubtract(_ a: Double, _ b: Double) -> Double? {
        if b == -.infinity { return a }
        guard a >= b else { return nil }
        return a == b ? -.infinity : a + log1p(-exp(b - a))
    }

    /// The logarithm of the complementary error function, also where that is too small for a number.
    static func logErfc(_ x: Double) -> Double {
        guard x > 20 else { return log(erfc(x)) }
        // Abramowitz and Stegun 7.1.23; beyond 20 five terms are exact to rounding.
        let u = 1 / (2 * x * x)
        let series = 1 - u * (1 - 3 * u * (1 - 5 * u * (1 - 7 * u)))
        return -x * x - log(x * Double.pi.squareRoot()) + log(series)
    }
}
