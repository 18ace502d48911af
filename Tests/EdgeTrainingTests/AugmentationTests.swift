@testable import EdgeTraining
import EdgeModels
import EdgeTensors
import Testing

@Suite struct AugmentationTests {
    private func batch(_ values: [Float], shape: [Int], classes: [Int] = [0]) throws -> TrainingBatch {
        TrainingBatch(
            inputs: [try Tensor(values, shape: shape)], target: .classes(classes), rows: shape[0])
    }

    private func changed(
        _ settings: Augmentation, _ values: [Float], shape: [Int], layout: Layout = .channelsFirst, seed: UInt64
    ) throws -> [Float] {
        var batch = try batch(values, shape: shape, classes: [Int](repeating: 0, count: shape[0]))
        var random = RandomSource(seed: seed)
        let augmenter = Augmenter(
            settings: settings, layout: SampleLayout(shape: Array(shape.dropFirst()), layout: layout), classCount: 2)
        try augmenter.apply(to: &batch, random: &random)
        return try batch.inputs[0].elements(as: Float.self)
    }

    @Test func aFlipMirrorsRowsOfEveryChannel() throws {
        var settings = Augmentation()
        settings.flip = .horizontal
        let picture: [Float] = [1, 2, 3, 4, 5, 6, 7, 8]
        let results = try (0..<16).map { try changed(settings, picture, shape: [1, 2, 2, 2], seed: UInt64($0)) }
        #expect(Set(results) == [picture, [2, 1, 4, 3, 6, 5, 8, 7]])
        let last = try (0..<16).map {
            try changed(settings, picture, shape: [1, 2, 2, 2], layout: .channelsLast, seed: UInt64($0))
        }
        #expect(Set(last) == [picture, [3, 4, 1, 2, 7, 8, 5, 6]])
    }

    @Test func aShiftTurnsASeriesAndACropFillsWithZeros() throws {
        let series: [Float] = [1, 2, 3, 4]
        var settings = Augmentation()
        settings.shift = 1
        let turned = try (0..<24).map { try changed(settings, series, shape: [1, 4], seed: UInt64($0)) }
        #expect(Set(turned) == [series, [4, 1, 2, 3], [2, 3, 4, 1]])
        settings.shift = 0
        settings.crop = 1
        let cropped = try (0..<24).map { try changed(settings, series, shape: [1, 4], seed: UInt64($0)) }
        #expect(Set(cropped) == [series, [0, 1, 2, 3], [2, 3, 4, 0]])
    }

    @Test func stretchingKeepsAStraightLineStraight() throws {
        var settings = Augmentation()
        settings.stretch = 0.3
        let line: [Float] = (0..<11).map { Float($0) }
        let result = try changed(settings, line, shape: [1, 11], seed: 3)
        #expect(result[5] == 5 && result != line)
        let inner = zip(result.dropFirst(2), result.dropFirst(3)).prefix(6).map { $1 - $0 }
        for step in inner { #expect(abs(step - inner[0]) < 1e-4) }
    }

    @Test func cutoutClearsASquareInAllChannels() throws {
        var settings = Augmentation()
        settings.cutout = 2
        let result = try changed(settings, [Float](repeating: 1, count: 32), shape: [1, 2, 4, 4], seed: 5)
        #expect(result.count { $0 == 0 } == 8)
        #expect(Array(result[..<16]) == Array(result[16...]))
    }

    @Test func noiseScaleAndSignChangeStrength() throws {
        var settings = Augmentation()
        settings.noise = 0.5
        let noise = try changed(settings, [Float](repeating: 0, count: 4000), shape: [1, 4000], seed: 1)
        let variance = noise.reduce(0) { $0 + $1 * $1 } / 4000
        #expect(abs(variance - 0.25) < 0.03)
        settings = Augmentation()
        settings.scale = 0.2
        settings.invert = true
        let factors = try (0..<40).map { try changed(settings, [1], shape: [1, 1], seed: UInt64($0))[0] }
        #expect(factors.allSatisfy { abs($0) >= 0.8 && abs($0) <= 1.2 })
        #expect(factors.contains { $0 < 0 } && factors.contains { $0 > 0 })
    }

    @Test func mixupMixesLabelsAsItMixesSamples() throws {
        var settings = Augmentation()
        settings.mixup = 1
        var batch = try batch([0, 1], shape: [2, 1], classes: [0, 1])
        var random = RandomSource(seed: 4)
        let layout = SampleLayout(shape: [1], layout: .channelsFirst)
        try Augmenter(settings: settings, layout: layout, classCount: 2).apply(to: &batch, random: &random)
        guard case .numbers(let shares) = batch.target else { throw TrainingError.mismatch("labels") }
        let values = try batch.inputs[0].elements(as: Float.self)
        for row in 0..<2 {
            #expect(abs(shares[row * 2] + shares[row * 2 + 1] - 1) < 1e-6)
            #expect(abs(shares[row * 2 + 1] - values[row]) < 1e-6)
        }
    }

    @Test func batchesAreTheSameWithAndWithoutAThread() throws {
        var settings = Augmentation()
        settings.noise = 0.1
        let data = LabelledDataset(
            inputs: [try Tensor((0..<50).map { Float($0) }, shape: [25, 2])],
            labels: try Tensor((0..<25).map { Int32($0 % 2) }, shape: [25]))
        let type = TensorType(dtype: .f32, shape: [.symbol("batch"), .fixed(2)])
        let augmenter = Augmenter(
            settings: settings, layout: SampleLayout(shape: [2], layout: .channelsFirst), classCount: 2)
        let source = try BatchSource(data, inputTypes: [type], size: 4, seed: 9, augmenter: augmenter)
        func all(_ pipeline: BatchPipeline) throws -> [[Float]] {
            var result: [[Float]] = []
            while let batch = try pipeline.next() { result.append(try batch.inputs[0].elements(as: Float.self)) }
            return result
        }
        let plain = try all(BatchPipeline(source, epoch: 3, from: 0, depth: 0))
        #expect(plain.count == 7 && plain.last?.count == 2)
        #expect(try all(BatchPipeline(source, epoch: 3, from: 0, depth: 2)) == plain)
        #expect(try all(BatchPipeline(source, epoch: 3, from: 4, depth: 2)) == Array(plain.dropFirst(4)))
        #expect(try all(BatchPipeline(source, epoch: 4, from: 0, depth: 2)) != plain)
        // A pipeline that is let go in the middle ends its thread.
        _ = try BatchPipeline(source, epoch: 0, from: 0, depth: 1).next()
    }
}
