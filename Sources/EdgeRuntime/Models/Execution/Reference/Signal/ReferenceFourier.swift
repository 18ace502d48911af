import EdgeTensors
import Glibc

/// `DFT` and `STFT`: discrete Fourier transforms of rows, computed by their definition with a table of angles.
enum ReferenceFourier {
    /// A transform of a fixed length.
    private struct Transform {
        let cosines: [Double]
        let sines: [Double]
        let isInverse: Bool

        init(length: Int, isInverse: Bool) {
            cosines = (0..<length).map { Glibc.cos(2 * Double.pi * Double($0) / Double(length)) }
            sines = (0..<length).map { Glibc.sin(2 * Double.pi * Double($0) / Double(length)) }
            self.isInverse = isInverse
        }

        /// One bin of a row.
        func bin(_ bin: Int, _ row: [(real: Double, imaginary: Double)]) -> (real: Double, imaginary: Double) {
            let length = cosines.count
            var sum = (real: 0.0, imaginary: 0.0)
            for (step, value) in row.enumerated() {
                let angle = (bin % length) * (step % length) % length
                let sine = isInverse ? sines[angle] : -sines[angle]
                sum.real += value.real * cosines[angle] - value.imaginary * sine
                sum.imaginary += value.real * sine + value.imaginary * cosines[angle]
            }
            if isInverse { return (sum.real / Double(length), sum.imaginary / Double(length)) }
            return sum
        }
    }

    static func dft(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let shape = data.shape
        let axis = try context.axis(try context.optionalIntegers(2)?.first ?? -2, of: shape)
        let isInverse = context.node.int("inverse") == 1
        let isOnesided = context.node.int("onesided") == 1
        guard shape.count >= 2, axis < shape.count - 1, let parts = shape.last, parts == 1 || parts == 2 else {
            throw context.fail("shape \(shape) holds no rows of real or complex numbers")
        }
        // A real signal comes back from half a spectrum.
        let returnsReal = isInverse && isOnesided
        let length = try context.optionalIntegers(1)?.first ?? (returnsReal ? 2 * (shape[axis] - 1) : shape[axis])
        guard length > 0, length <= 1 << 24 else {
            throw context.fail("a transform of \(length) elements is not possible")
        }
        var resultShape = shape
        resultShape[axis] = isOnesided && !isInverse ? length / 2 + 1 : length
        resultShape[shape.count - 1] = returnsReal ? 1 : 2
        let result = try context.result(data.dtype, resultShape)
        let transform = Transform(length: length, isInverse: isInverse)
        let outer = shape[..<axis].reduce(1, *)
        let inner = shape[(axis + 1)..<(shape.count - 1)].reduce(1, *)
        let (extent, bins) = (shape[axis], resultShape[axis])
        return try .real(context, [result]) { values throws(ModelError) in
            var output = [Double](repeating: 0, count: result.count)
            for block in 0..<outer {
                for column in 0..<inner {
                    var row = [(real: Double, imaginary: Double)](repeating: (0, 0), count: length)
                    for step in 0..<min(extent, length) {
                        let place = ((block * extent + step) * inner + column) * parts
                        row[step] = (values[0][place], parts == 2 ? values[0][place + 1] : 0)
                    }
                    if returnsReal {
                        // The other half is the mirror image, conjugated.
                        for step in length / 2 + 1..<max(length, length / 2 + 1) {
                            row[step] = (row[length - step].real, -row[length - step].imaginary)
                        }
                    }
                    for bin in 0..<bins {
                        // A bin takes as long as the row is, and all of them its square.
                        if context.options.isCancelled?() == true { throw .cancelled }
                        let value = transform.bin(bin, row)
                        let place = (block * bins + bin) * inner + column
                        if returnsReal {
                            output[place] = value.real
                        } else {
                            output[2 * place] = value.real
                            output[2 * place + 1] = value.imaginary
                        }
                    }
                }
            }
            return [output]
        }
    }

    static func stft(_ context: LoweringContext) throws(ModelError) -> Lowered {
        let data = try context.operand(0)
        let shape = data.shape
        let parts = shape.count == 3 ? shape[2] : 1
        let step = try context.integers(1).first ?? 0
        let window = context.optional(2)
        let length = try context.optionalIntegers(3)?.first ?? window?.type.count ?? 0
        guard shape.count == 2 || shape.count == 3, parts == 1 || parts == 2, step > 0, length > 0, length <= shape[1],
            window.map({ $0.type.count <= length && $0.shape.count == 1 }) ?? true
        else { throw context.fail("frames of \(length) every \(step) do not fit a signal of shape \(shape)") }
        let isOnesided = context.node.int("onesided") != 0
        let frames = (shape[1] - length) / step + 1
        let bins = isOnesided ? length / 2 + 1 : length
        let result = try context.result(data.dtype, [shape[0], frames, bins, 2])
        let transform = Transform(length: length, isInverse: false)
        let weighted = window?.type.count
        return try .real(context, [result]) { values throws(ModelError) in
            var output: [Double] = []
            output.reserveCapacity(result.count)
            for sample in 0..<shape[0] {
                for frame in 0..<frames {
                    let row = (0..<length).map { element -> (real: Double, imaginary: Double) in
                        let place = (sample * shape[1] + frame * step + element) * parts
                        let weight = weighted.map { element < $0 ? values[2][element] : 0 } ?? 1
                        return (values[0][place] * weight, parts == 2 ? values[0][place + 1] * weight : 0)
                    }
                    for bin in 0..<bins {
                        // A bin takes as long as the row is, and all of them its square.
                        if context.options.isCancelled?() == true { throw .cancelled }
                        let value = transform.bin(bin, row)
                        output.append(value.real)
                        output.append(value.imaginary)
                    }
                }
            }
            return [output]
        }
    }
}
