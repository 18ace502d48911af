#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif
import EdgeTensors

/// Changes the samples of batches as an `Augmentation` says. Only first inputs of f32 are changed.
struct Augmenter: Sendable {
    let settings: Augmentation
    let layout: SampleLayout
    /// The classes there are, for labels that are mixed; nil where labels are numbers.
    let classCount: Int?

    func apply(to batch: inout TrainingBatch, random: inout RandomSource) throws {
        guard let input = batch.inputs.first, input.dtype == .f32, batch.rows > 0,
            input.count == batch.rows * layout.count
        else { return }
        var changed = input
        var scratch = [Float](repeating: 0, count: layout.count)
        let rows = batch.rows
        try changed.withMutableElements(of: Float.self) { values in
            for row in 0..<rows {
                let sample = UnsafeMutableBufferPointer(
                    rebasing: values[row * layout.count..<(row + 1) * layout.count])
                move(sample, &scratch, &random)
                recolour(sample, &random)
            }
        }
        if settings.mixup > 0 { try mix(&changed, &batch.target, rows: rows, &random) }
        batch.inputs[0] = changed
    }

    // MARK: Where things are

    private func move(
        _ sample: UnsafeMutableBufferPointer<Float>, _ scratch: inout [Float], _ random: inout RandomSource
    ) {
        func drawn(_ reach: Int) -> Int { reach > 0 ? Int(random.uniform() * Double(2 * reach + 1)) - reach : 0 }
        let mirrorsColumns =
            (settings.flip == .horizontal || settings.flip == .both) && random.uniform() < 0.5
        let mirrorsRows = (settings.flip == .vertical || settings.flip == .both) && random.uniform() < 0.5
        let right = drawn(min(settings.crop, layout.width))
        let down = drawn(min(settings.crop, layout.height - 1))
        let turned = drawn(min(settings.shift, layout.width))
        let pace = settings.stretch > 0 ? 1 + settings.stretch * Float(2 * random.uniform() - 1) : 1
        if mirrorsColumns || mirrorsRows || right != 0 || down != 0 || turned != 0 {
            copy(sample, &scratch) { column, row in
                let fromColumn = (mirrorsColumns ? layout.width - 1 - column : column) - right
                let fromRow = (mirrorsRows ? layout.height - 1 - row : row) - down
                guard fromColumn >= 0, fromColumn < layout.width, fromRow >= 0, fromRow < layout.height else {
                    return nil
                }
                return ((fromColumn - turned + 2 * layout.width) % layout.width, fromRow)
            }
        }
        if pace != 1 { stretch(sample, &scratch, by: pace) }
    }

    /// Takes each place from another one, or zero.
    private func copy(
        _ sample: UnsafeMutableBufferPointer<Float>, _ scratch: inout [Float],
        from place: (_ column: Int, _ row: Int) -> (column: Int, row: Int)?
    ) {
        for index in sample.indices { scratch[index] = sample[index] }
        for row in 0..<layout.height {
            for column in 0..<layout.width {
                let target = row * layout.rowStride + column * layout.columnStride
                let source = place(column, row).map { $0.row * layout.rowStride + $0.column * layout.columnStride }
                for channel in 0..<layout.channels {
                    let offset = channel * layout.channelStride
                    sample[target + offset] = source.map { scratch[$0 + offset] } ?? 0
                }
            }
        }
    }

    /// Plays columns faster or slower around the middle, between neighbours along a straight line; the ends stand still.
    private func stretch(
        _ sample: UnsafeMutableBufferPointer<Float>, _ scratch: inout [Float], by pace: Float
    ) {
        guard layout.width > 1 else { return }
        for index in sample.indices { scratch[index] = sample[index] }
        let middle = Float(layout.width - 1) / 2
        for column in 0..<layout.width {
            let place = min(max(middle + (Float(column) - middle) * pace, 0), Float(layout.width - 1))
            let left = min(Int(place), layout.width - 2)
            let share = place - Float(left)
            for row in 0..<layout.height {
                for channel in 0..<layout.channels {
                    let base = row * layout.rowStride + channel * layout.channelStride
                    let from = base + left * layout.columnStride
                    sample[base + column * layout.columnStride] =
                        scratch[from] + share * (scratch[from + layout.columnStride] - scratch[from])
                }
            }
        }
    }

    // MARK: How strong things are

    private func recolour(_ sample: UnsafeMutableBufferPointer<Float>, _ random: inout RandomSource) {
        var factor: Float = 1
        if settings.scale > 0 { factor += settings.scale * Float(2 * random.uniform() - 1) }
        if settings.invert, random.uniform() < 0.5 { factor = -factor }
        if factor != 1 { for index in sample.indices { sample[index] *= factor } }
        if settings.noise > 0 {
            for index in sample.indices { sample[index] += settings.noise * Float(random.normal()) }
        }
        guard settings.cutout > 0 else { return }
        let tall = min(settings.cutout, layout.height)
        let wide = min(settings.cutout, layout.width)
        let top = Int(random.uniform() * Double(layout.height - tall + 1))
        let left = Int(random.uniform() * Double(layout.width - wide + 1))
        for row in top..<top + tall {
            for column in left..<left + wide {
                for channel in 0..<layout.channels {
                    let place = row * layout.rowStride + column * layout.columnStride
                    sample[place + channel * layout.channelStride] = 0
                }
            }
        }
    }

    // MARK: Mixing

    private func mix(
        _ input: inout Tensor, _ target: inout LossTarget, rows: Int, _ random: inout RandomSource
    ) throws {
        let keep = Float(beta(Double(settings.mixup), &random))
        var generator = SeededGenerator(seed: random.next())
        let partners = generator.permutation(of: rows)
        let original = try input.elements(as: Float.self)
        let width = layout.count
        try input.withMutableElements(of: Float.self) { values in
            for (row, partner) in partners.enumerated() {
                for index in 0..<width {
                    values[row * width + index] =
                        keep * original[row * width + index] + (1 - keep) * original[partner * width + index]
                }
            }
        }
        var shares: [Float]
        switch target {
        case .numbers(let numbers): shares = numbers
        case .classes(let classes):
            guard let classCount else { return }
            shares = [Float](repeating: 0, count: rows * classCount)
            for (row, label) in classes.enumerated() {
                guard label >= 0, label < classCount else {
                    throw TrainingError.mismatch("a sample has class \(label), the network knows \(classCount)")
                }
                shares[row * classCount + label] = 1
            }
        }
        let columns = rows > 0 ? shares.count / rows : 0
        let unmixed = shares
        for (row, partner) in partners.enumerated() {
            for index in 0..<columns {
                shares[row * columns + index] =
                    keep * unmixed[row * columns + index] + (1 - keep) * unmixed[partner * columns + index]
            }
        }
        target = .numbers(shares)
    }

    /// A number of the Beta distribution with two equal parameters, as a quotient of two of the Gamma distribution.
    private func beta(_ shape: Double, _ random: inout RandomSource) -> Double {
        let (left, right) = (gamma(shape, &random), gamma(shape, &random))
        return left + right > 0 ? left / (left + right) : 0.5
    }

    /// A number of the Gamma distribution: Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.
    private func gamma(_ shape: Double, _ random: inout RandomSource) -> Double {
        if shape < 1 { return gamma(shape + 1, &random) * pow(1 - random.uniform(), 1 / shape) }
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = random.normal()
            let root = 1 + c * x
            guard root > 0 else { continue }
            let v = root * root * root
            if log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
        }
    }
}
