#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The logarithmic measure of ratios of powers.
package enum Decibel {
    /// 10 log10 of a ratio.
    package static func of(_ ratio: Double) -> Double { 10 * log10(ratio) }
}
