import Glibc

// The discrete Fourier transform of any length.
//
// A power of two is done by the iterative radix-2 algorithm of Cooley and Tukey on tables of roots. Every other length becomes a
// convolution of the next power of two above twice its length (Bluestein 1970), so that a prime length costs no more than its neighbours.
// Debian's KISS FFT was looked at: it is packaged in single precision only, and takes quadratic time for a prime length.

/// A transform of one length, with its tables made once.
public struct FourierTransform: Sendable {
    /// How many samples it transforms.
    public let length: Int
    private let size: Int
    /// exp(-2πi·k / size) for k < size / 2.
    private let cosines: [Double]
    private let sines: [Double]
    private let reversed: [UInt32]
    private let chirp: Chirp?
    /// Asked between passes over the samples; behind `true` a transform ends early, and what it gives is of no use.
    public var isCancelled: @Sendable () -> Bool = { false }

    /// Bluestein's chirp exp(-πi·k² / length) and the transform of its conjugate.
    private struct Chirp: Sendable {
        var real: [Double]
        var imaginary: [Double]
        var kernelReal: [Double]
        var kernelImaginary: [Double]
    }

    /// The longest signal that is transformed at once.
    public static let longest = 1 << 26

    /// Nil for a length below 1 or above `longest`.
    public init?(length: Int) {
        guard length >= 1, length <= FourierTransform.longest else { return nil }
        self.length = length
        let isPowerOfTwo = length & (length - 1) == 0
        var size = 1
        while size < (isPowerOfTwo ? length : 2 * length - 1) { size *= 2 }
        self.size = size
        let bits = size.trailingZeroBitCount
        cosines = (0..<size / 2).map { cos(2 * Double.pi * Double($0) / Double(size)) }
        sines = (0..<size / 2).map { -sin(2 * Double.pi * Double($0) / Double(size)) }
        var reversed = [UInt32](repeating: 0, count: size)
        for index in 1..<max(1, size) {
            reversed[index] = reversed[index >> 1] >> 1 | (UInt32(index & 1) << UInt32(max(0, bits - 1)))
        }
        self.reversed = reversed
        guard !isPowerOfTwo else {
            chirp = nil
            return
        }
        var chirp = Chirp(
            real: [Double](repeating: 0, count: length), imaginary: [Double](repeating: 0, count: length),
            kernelReal: [Double](repeating: 0, count: size), kernelImaginary: [Double](repeating: 0, count: size))
        for index in 0..<length {
            // k² modulo 2n keeps the angle small, and with it exact.
            let angle = Double.pi * Double(index * index % (2 * length)) / Double(length)
            chirp.real[index] = cos(angle)
            chirp.imaginary[index] = -sin(angle)
            let mirror = index == 0 ? 0 : size - index
            for place in [index, mirror] {
                chirp.kernelReal[place] = cos(angle)
                chirp.kernelImaginary[place] = sin(angle)
            }
        }
        FourierTransform.powerOfTwo(
            &chirp.kernelReal, &chirp.kernelImaginary, cosines: cosines, sines: sines, reversed: reversed)
        self.chirp = chirp
    }

    /// Transforms in place: X[k] = Σ x[n]·exp(-2πi·k·n / length), not scaled.
    public func forward(_ real: inout [Double], _ imaginary: inout [Double]) {
        precondition(real.count == length && imaginary.count == length, "as many samples as the transform is long")
        guard let chirp else {
            FourierTransform.powerOfTwo(
                &real, &imaginary, cosines: cosines, sines: sines, reversed: reversed, isCancelled: isCancelled)
            return
        }
        var (a, b) = ([Double](repeating: 0, count: size), [Double](repeating: 0, count: size))
        for index in 0..<length {
            a[index] = real[index] * chirp.real[index] - imaginary[index] * chirp.imaginary[index]
            b[index] = real[index] * chirp.imaginary[index] + imaginary[index] * chirp.real[index]
        }
        FourierTransform.powerOfTwo(
            &a, &b, cosines: cosines, sines: sines, reversed: reversed, isCancelled: isCancelled)
        for index in 0..<size {
            let product = a[index] * chirp.kernelReal[index] - b[index] * chirp.kernelImaginary[index]
            // The inverse transform is the forward one with both parts exchanged.
            b[index] = a[index] * chirp.kernelImaginary[index] + b[index] * chirp.kernelReal[index]
            a[index] = product
        }
        FourierTransform.powerOfTwo(
            &b, &a, cosines: cosines, sines: sines, reversed: reversed, isCancelled: isCancelled)
        let scale = 1 / Double(size)
        for index in 0..<length {
            real[index] = (a[index] * chirp.real[index] - b[index] * chirp.imaginary[index]) * scale
            imaginary[index] = (a[index] * chirp.imaginary[index] + b[index] * chirp.real[index]) * scale
        }
    }

    /// The inverse of `forward`, scaled by 1 / length.
    public func inverse(_ real: inout [Double], _ imaginary: inout [Double]) {
        forward(&imaginary, &real)
        let scale = 1 / Double(length)
        for index in 0..<length {
            real[index] *= scale
            imaginary[index] *= scale
        }
    }

    /// The transform of a real signal.
    public func forward(_ signal: [Double]) -> (real: [Double], imaginary: [Double]) {
        var real = signal
        var imaginary = [Double](repeating: 0, count: signal.count)
        forward(&real, &imaginary)
        return (real, imaginary)
    }

    private static func powerOfTwo(
        _ real: inout [Double], _ imaginary: inout [Double], cosines: [Double], sines: [Double], reversed: [UInt32],
        isCancelled: () -> Bool = { false }
    ) {
        let size = real.count
        for index in 0..<size where index < Int(reversed[index]) {
            real.swapAt(index, Int(reversed[index]))
            imaginary.swapAt(index, Int(reversed[index]))
        }
        real.withUnsafeMutableBufferPointer { real in
            imaginary.withUnsafeMutableBufferPointer { imaginary in
                cosines.withUnsafeBufferPointer { cosines in
                    sines.withUnsafeBufferPointer { sines in
                        var half = 1
                        while half < size, !isCancelled() {
                            let stride = size / (2 * half)
                            var block = 0
                            while block < size {
                                for offset in 0..<half {
                                    let (upper, lower) = (block + offset, block + offset + half)
                                    let (c, s) = (cosines[offset * stride], sines[offset * stride])
                                    let (x, y) = (real[lower], imaginary[lower])
                                    let (u, v) = (x * c - y * s, x * s + y * c)
                                    real[lower] = real[upper] - u
                                    imaginary[lower] = imaginary[upper] - v
                                    real[upper] += u
                                    imaginary[upper] += v
                                }
                                block += 2 * half
                            }
                            half *= 2
                        }
                    }
                }
            }
        }
    }
}
