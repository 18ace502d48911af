import EdgeTensors

/// `DFT` and `STFT`: discrete Fourier transforms of rows.
enum ReferenceFourier {
    /// Bytes of tables and working memory for each element of a transform whose length is not a power of two.
    private static let bytesPerElement = 256

    /// A transform of rows of one length, which ends early where the run should.
    private static func transform(_ context: LoweringContext, length: Int) throws(ModelError) -> FourierTransform {
        let limit = context.options.activationLimit
        guard length <= limit / bytesPerElement, var transform = FourierTransform(length: length) else {
            throw .tooMuchMemory("node `\(context.node.name)`: a transform of \(length) elements", limit: limit)
        }
        if let isCancelled = context.options.isCancelled { transform.isCancelled = isCancelled }
        return transform
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
        guard length > 0 else { throw context.fail("a transform of \(length) elements is not possible") }
        var resultShape = shape
        resultShape[axis] = isOnesided && !isInverse ? length / 2 + 1 : length
        resultShape[shape.count - 1] = returnsReal ? 1 : 2
        let result = try context.result(data.dtype, resultShape)
        let transform = try transform(context, length: length)
        let outer = shape[..<axis].reduce(1, *)
        let inner = shape[(axis + 1)..<(shape.count - 1)].reduce(1, *)
        let (extent, bins) = (shape[axis], resultShape[axis])
        return try .real(context, [result]) { values throws(ModelError) in
            var output = [Double](repeating: 0, count: result.count)
            for block in 0..<outer {
                for column in 0..<inner {
                    var real = [Double](repeating: 0, count: length)
                    var imaginary = real
                    for step in 0..<min(extent, length) {
                        let place = ((block * extent + step) * inner + column) * parts
                        real[step] = values[0][place]
                        if parts == 2 { imaginary[step] = values[0][place + 1] }
                    }
                    if returnsReal {
                        // The other half is the mirror image, conjugated.
                        for step in length / 2 + 1..<max(length, length / 2 + 1) {
                            real[step] = real[length - step]
                            imaginary[step] = -imaginary[length - step]
                        }
                    }
                    if isInverse {
                        transform.inverse(&real, &imaginary)
                    } else {
                        transform.forward(&real, &imaginary)
                    }
                    if transform.isCancelled() { throw .cancelled }
                    for bin in 0..<bins {
                        let place = (block * bins + bin) * inner + column
                        if returnsReal {
                            output[place] = real[bin]
                        } else {
                            output[2 * place] = real[bin]
                            output[2 * place + 1] = imaginary[bin]
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
        let transform = try transform(context, length: length)
        let weighted = window?.type.count
        return try .real(context, [result]) { values throws(ModelError) in
            var output: [Double] = []
            output.reserveCapacity(result.count)
            for sample in 0..<shape[0] {
                for frame in 0..<frames {
                    var real = [Double](repeating: 0, count: length)
                    var imaginary = real
                    for element in 0..<(weighted ?? length) {
                        let place = (sample * shape[1] + frame * step + element) * parts
                        let weight = weighted == nil ? 1 : values[2][element]
                        real[element] = values[0][place] * weight
                        if parts == 2 { imaginary[element] = values[0][place + 1] * weight }
                    }
                    transform.forward(&real, &imaginary)
                    if transform.isCancelled() { throw .cancelled }
                    for bin in 0..<bins { output += [real[bin], imaginary[bin]] }
                }
            }
            return [output]
        }
    }
}
