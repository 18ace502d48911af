import EdgeModels
package import EdgeTensors

/// The samples of one step, in the shapes and types that the model takes.
package struct TrainingBatch: Sendable {
    package var inputs: [Tensor]
    package var target: LossTarget
    /// The number of samples.
    package var rows: Int
}

/// Cuts a data set into the batches of each epoch: another order each time, which the seed determines.
struct BatchSource: Sendable {
    let dataset: LabelledDataset
    let inputTypes: [TensorType]
    let size: Int
    let seed: UInt64
    /// Classes of the labels; nil where they are numbers.
    let classes: [Int]?
    let augmenter: Augmenter?

    init(
        _ dataset: LabelledDataset, inputTypes: [TensorType], size: Int, seed: UInt64, augmenter: Augmenter? = nil
    ) throws {
        try dataset.validate()
        guard dataset.count > 0 else { throw TrainingError.unsuitable("the data set has no samples") }
        guard dataset.inputs.count == inputTypes.count else {
            throw TrainingError.mismatch(
                "the model takes \(inputTypes.count) inputs, the data set gives \(dataset.inputs.count)")
        }
        self.dataset = dataset
        self.inputTypes = inputTypes
        self.size = max(1, size)
        self.seed = seed
        self.augmenter = augmenter
        classes = dataset.classes
    }

    /// The steps of an epoch; the last may have fewer samples.
    var steps: Int { (dataset.count + size - 1) / size }

    /// The order of the samples in an epoch.
    func order(epoch: Int) -> [Int] {
        var generator = SeededGenerator(seed: Seed.derived(seed, Seed.order, UInt64(truncatingIfNeeded: epoch)))
        return generator.permutation(of: dataset.count)
    }

    /// A step's samples, augmented.
    func batch(_ positions: ArraySlice<Int>, epoch: Int, step: Int) throws -> TrainingBatch {
        var batch = try plain(Array(positions))
        if let augmenter {
            let (epoch, step) = (UInt64(truncatingIfNeeded: epoch), UInt64(truncatingIfNeeded: step))
            var random = RandomSource(seed: Seed.derived(seed, Seed.augmentation, epoch, step))
            try augmenter.apply(to: &batch, random: &random)
        }
        return batch
    }

    /// A range of samples as they are, in their own order.
    func rows(_ range: Range<Int>) throws -> TrainingBatch { try plain(Array(range)) }

    private func plain(_ positions: [Int]) throws -> TrainingBatch {
        let inputs = try zip(dataset.inputs, inputTypes).map { try $0.rows(positions).fitted(to: $1) }
        let target: LossTarget
        if let classes {
            target = .classes(positions.map { classes[$0] })
        } else if let labels = dataset.labels {
            target = .numbers(try labels.rows(positions).realNumbers().map { Float($0) })
        } else {
            // Without labels a network learns to give back what it gets.
            target = .numbers(try inputs.first?.realNumbers().map { Float($0) } ?? [])
        }
        return TrainingBatch(inputs: inputs, target: target, rows: positions.count)
    }
}
