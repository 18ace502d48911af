public import EdgeModels
public import EdgeTensors

/// Trains a model: step by step, epoch by epoch, until the epochs are over, nothing becomes better, or somebody says so.
///
/// All that a run depends on is in `TrainingState`, the data and the options; orders, augmentations and masks of dropout follow from the seed and the
/// position. So a run that was killed and goes on from its checkpoint gives the same bits as one that was not.
///
///     let loop = try TrainingLoop(model, data: data, validation: held, options: options)
///     let result = try loop.run { progress in true }
public final class TrainingLoop {
    /// Another network to learn from.
    public struct Teacher {
        public var distillation: Distillation
        /// The logits of a batch of inputs.
        public var logits: ([Tensor]) throws -> Tensor

        public init(_ distillation: Distillation = Distillation(), logits: @escaping ([Tensor]) throws -> Tensor) {
            self.distillation = distillation
            self.logits = logits
        }
    }

    public let options: TrainingOptions
    /// What is made small.
    public let loss: Loss
    /// What decides which epoch was the best.
    public let watched: WatchedMetric
    /// The network at work: its parameters are the present ones.
    public let trainable: TrainableModel

    let graph: TrainableGraph
    let source: BatchSource
    let validation: BatchSource?
    let rate: Double
    let lossOptions: LossOptions
    private let teacher: Teacher?
    private let optimiser: OptimiserState
    private let average: WeightAverage?
    var state = TrainingState()

    /// Prepares a run.
    ///
    /// - Parameters:
    ///   - model: float, from a file or from `NetworkBuilder`.
    ///   - data: samples with labels; without labels the network learns to give back what it gets.
    ///   - validation: samples that are kept apart, by which the best epoch is found.
    ///   - frozenLayers: so many layers from the input on stay as they are.
    /// - Throws: `TrainingError` or `ModelError` where model, data and options do not go together.
    public init(
        _ model: Model, data: LabelledDataset, validation: LabelledDataset? = nil,
        options: TrainingOptions = TrainingOptions(), frozenLayers: Int = 0, teacher: Teacher? = nil
    ) throws {
        try options.check()
        self.options = options
        loss = options.loss ?? Self.usualLoss(model, data)
        graph = try TrainableGraph(model, loss: loss)
        let opened = graph.model.graph
        let frozen = try FrozenNames(options.frozen, layers: frozenLayers, in: opened)
        trainable = try TrainableModel(graph.model, frozen: frozen.contains)
        guard trainable.parameters.count > 0 else {
            throw TrainingError.untrainable(
                "the model has nothing to train",
                hint: frozenLayers > 0 || !options.frozen.isEmpty
                    ? "all its weights are frozen" : nil)
        }
        let types = try opened.inputs.map { id in
            guard let type = opened.type(of: id) else {
                throw TrainingError.mismatch("the type of the model's input \(opened[id].name) is not known")
            }
            return type
        }
        let columns = Self.columns(opened)
        var augmenter: Augmenter?
        if !options.augmentation.isEmpty, let input = opened.inputs.first, let shape = types.first?.shape {
            let extents = shape.dropFirst().compactMap(\.fixedValue)
            guard extents.count == shape.count - 1 else {
                throw TrainingError.option("samples of an open shape cannot be augmented")
            }
            augmenter = Augmenter(
                settings: options.augmentation,
                layout: SampleLayout(shape: extents, layout: SampleLayout.layout(of: opened, input: input)),
                classCount: columns > 1 ? columns : nil)
        }
        source = try BatchSource(
            data, inputTypes: types, size: options.batch, seed: options.seed, augmenter: augmenter)
        self.validation = try validation.map {
            try BatchSource($0, inputTypes: types, size: max(options.batch, 64), seed: 0)
        }
        lossOptions = LossOptions(
            smoothing: options.smoothing,
            classWeights: try Self.classWeights(options.classWeights, data.classes, columns: columns))
        watched =
            validation == nil
            ? .loss : options.watched ?? .metric(Evaluation.defaultMetric(for: data))
        if case .metric(.confusionMatrix) = watched {
            throw TrainingError.option("a confusion matrix says not which epoch is better", hint: "watch accuracy")
        }
        self.teacher = teacher
        rate = options.rate ?? options.optimiser.usualRate
        let parameters = trainable.parameters
        optimiser = OptimiserState(
            options.optimiser, count: parameters.count,
            groups: ParameterGroup.groups(of: parameters, decay: options.decay ?? options.optimiser.usualDecay))
        average = options.averaging.map { WeightAverage(decay: $0, of: parameters.values) }
    }

    // MARK: The run

    /// Trains to the end.
    ///
    /// - Parameter observe: told after every step; false ends the run with the best weights so far. What it throws ends it without.
    /// - Throws: `TrainingError` where the loss is no longer a number, or the checkpoint cannot be read or written.
    public func run(observe: (TrainingProgress) throws -> Bool = { _ in true }) throws -> TrainingResult {
        let fingerprint = options.checkpoint == nil ? 0 : fingerprint()
        if let checkpoint = options.checkpoint, checkpoint.resumes, Self.isThere(checkpoint.path) {
            try resume(from: checkpoint.path, fingerprint: fingerprint)
        }
        var ending = TrainingResult.Ending.done
        epochs: while state.epoch < options.epochs {
            if isExhausted {
                ending = .stopped
                break
            }
            let started = MonotonicClock.seconds()
            let depth = source.augmenter == nil ? 0 : options.prefetch
            let pipeline = BatchPipeline(source, epoch: state.epoch, from: state.step, depth: depth)
            while let batch = try pipeline.next() {
                try learn(batch)
                let goesOn = try observe(progress)
                let isLast = state.step == source.steps
                if let checkpoint = options.checkpoint, !isLast {
                    let isDue = checkpoint.steps.map { totalSteps % $0 == 0 } ?? false
                    if isDue || !goesOn {
                        try saved(elapsed: MonotonicClock.seconds() - started, fingerprint).write(to: checkpoint.path)
                    }
                }
                if !goesOn, !isLast {
                    ending = .interrupted
                    break epochs
                }
                if !goesOn {
                    try finishEpoch(seconds: MonotonicClock.seconds() - started, fingerprint)
                    ending = .interrupted
                    break epochs
                }
            }
            try finishEpoch(seconds: MonotonicClock.seconds() - started, fingerprint)
        }
        return try result(ending)
    }

    /// One step on samples of one's own, at a rate of one's own: for loops that are not this one.
    ///
    /// - Returns: the loss before the step.
    @discardableResult
    public func step(inputs: [Tensor], target: LossTarget, rate: Double, seed: UInt64 = 0) throws -> Double {
        let batch = TrainingBatch(inputs: inputs, target: target, rows: inputs.first?.shape.first ?? 0)
        let value = try descend(batch, rate: rate, seed: seed)
        return value
    }

    /// The steps made so far, of all epochs.
    private var totalSteps: Int { state.epoch * source.steps + state.step }

    private var progress: TrainingProgress {
        TrainingProgress(
            epoch: state.epoch + 1, epochs: options.epochs, step: state.step, steps: source.steps,
            loss: state.meanLoss, last: state.history.last)
    }

    /// Whether `patience` epochs brought nothing better.
    private var isExhausted: Bool {
        guard let patience = options.patience, let best = state.best else { return false }
        return state.history.count - best.improvedEpoch >= patience
    }

    private func learn(_ batch: TrainingBatch) throws {
        let warmup = Int((options.warmup * Double(source.steps)).rounded())
        let factor = options.schedule.factor(
            step: totalSteps, total: options.epochs * source.steps, stepsPerEpoch: source.steps, warmup: warmup)
        let rate = self.rate * factor * state.plateau.scale
        let (epoch, step) = (UInt64(truncatingIfNeeded: state.epoch), UInt64(truncatingIfNeeded: state.step))
        let value = try descend(
            batch, rate: rate, seed: Seed.derived(options.seed, Seed.dropout, epoch, step))
        average?.update(trainable.parameters.values)
        state.step += 1
        state.rate = rate
        state.lossSum += value * Double(batch.rows)
        state.lossRows += batch.rows
    }

    private func descend(_ batch: TrainingBatch, rate: Double, seed: UInt64) throws -> Double {
        let parameters = trainable.parameters
        parameters.zeroGradients()
        let outputs = try trainable.forward(batch.inputs, training: true, seed: seed)
        guard let first = outputs.first else { throw TrainingError.untrainable("the model has no output") }
        var loss = try self.loss.evaluate(first, target: batch.target, options: lossOptions)
        if let teacher {
            let other = try teacher.distillation.evaluate(student: first, teacher: teacher.logits(batch.inputs))
            try loss.blend(with: other, share: teacher.distillation.share)
        }
        guard loss.value.isFinite else { throw diverged("the loss is \(loss.value)", batch, rate) }
        _ = try trainable.backward([loss.gradient] + outputs.dropFirst().map { _ in nil })
        let length = options.clip.apply(to: parameters.gradients)
        guard length.isFinite else { throw diverged("the gradient is \(length)", batch, rate) }
        optimiser.step(parameters.values, gradients: parameters.gradients, rate: rate)
        return loss.value
    }

    private func diverged(_ what: String, _ batch: TrainingBatch, _ rate: Double) -> TrainingError {
        let hasBadValues = batch.inputs.contains { input in
            (try? input.realNumbers().contains { !$0.isFinite }) ?? false
        }
        let hint: String
        if hasBadValues {
            hint = "there are values in the data of this step that are no numbers"
        } else {
            hint =
                "a lower rate (lr: \(rate / 10)), `clip: 1.0`, or a warm-up; values of the data should be near -1...1"
        }
        return .diverged(
            "\(what) in step \(state.step + 1) of epoch \(state.epoch + 1), at the learning rate \(rate)", hint: hint)
    }

    // MARK: Epochs

    private func finishEpoch(seconds: Double, _ fingerprint: UInt64) throws {
        let parameters = trainable.parameters
        average?.exchange(with: parameters.values)
        let measured = try judge()
        var epoch = TrainingEpoch(
            epoch: state.epoch + 1, rate: state.rate, loss: state.meanLoss, validationLoss: measured.loss,
            metric: measured.metric, seconds: state.elapsed + seconds)
        if case .loss = watched { epoch.metric = validation == nil ? epoch.loss : epoch.validationLoss }
        state.history.append(epoch)
        keepBest(epoch)
        average?.exchange(with: parameters.values)
        if case .plateau(let factor, let patience) = options.schedule {
            state.plateau.update(
                watched.largerIsBetter ? -epoch.metric : epoch.metric, factor: factor, patience: patience)
        }
        state.beginEpoch()
        if let checkpoint = options.checkpoint { try saved(elapsed: 0, fingerprint).write(to: checkpoint.path) }
    }

    private func keepBest(_ epoch: TrainingEpoch) {
        let kept = state.best
        let isBetter = kept.map {
            watched.largerIsBetter ? epoch.metric > $0.metric : epoch.metric < $0.metric
        }
        // Of equally good ones that with the smaller loss; without data kept apart nothing says which weights are best, and the
        // last ones are taken.
        let isAsGood = kept.map { epoch.metric == $0.metric && epoch.validationLoss < $0.loss } ?? false
        guard isBetter ?? true || isAsGood || validation == nil else { return }
        let improves = isBetter ?? true
        state.best = TrainingState.Best(
            parameters: Array(trainable.parameters.values), statistics: Array(trainable.statistics.values),
            epoch: epoch.epoch, improvedEpoch: improves ? epoch.epoch : kept?.improvedEpoch ?? 0,
            metric: improves ? epoch.metric : kept?.metric ?? epoch.metric, loss: epoch.validationLoss)
    }

    /// Loss and watched metric on the validation data.
    private func judge() throws -> (loss: Double, metric: Double) {
        guard let validation else { return (.nan, .nan) }
        let count = validation.dataset.count
        var sum = 0.0
        var predictions = Predictions(values: [], rows: 0, columns: 0)
        for start in stride(from: 0, to: count, by: validation.size) {
            let batch = try validation.rows(start..<min(count, start + validation.size))
            let outputs = try trainable.forward(batch.inputs, training: false, seed: 0)
            guard let first = outputs.first else { continue }
            sum += try loss.evaluate(first, target: batch.target, options: lossOptions).value * Double(batch.rows)
            predictions.columns = first.count / max(1, batch.rows)
            predictions.rows += batch.rows
            predictions.values += try first.elements(as: Float.self)
        }
        guard case .metric(let metric) = watched else { return (sum / Double(count), .nan) }
        predictions.values = graph.ending.applied(to: predictions.values, columns: predictions.columns)
        let value = try Evaluation.measure(predictions, validation.dataset, metric: metric)
        return (sum / Double(count), value.number ?? .nan)
    }

    private func result(_ ending: TrainingResult.Ending) throws -> TrainingResult {
        // The run may go on afterwards: the present weights come back.
        let present = (Array(trainable.parameters.values), Array(trainable.statistics.values))
        defer {
            _ = trainable.parameters.values.update(fromContentsOf: present.0)
            _ = trainable.statistics.values.update(fromContentsOf: present.1)
        }
        if let best = state.best {
            _ = trainable.parameters.values.update(fromContentsOf: best.parameters)
            _ = trainable.statistics.values.update(fromContentsOf: best.statistics)
        } else if let average {
            _ = trainable.parameters.values.update(fromContentsOf: average.values)
        }
        var result = TrainingResult(
            model: try graph.restored(from: trainable.model()), history: state.history,
            bestEpoch: state.best?.epoch ?? 0, best: state.best?.metric ?? .nan, watched: watched, loss: loss,
            ending: ending, isValidated: validation != nil)
        result.model.history.append(result.entry(options, rate: rate))
        return result
    }

    // MARK: Checkpoints

    private func saved(elapsed: Double, _ fingerprint: UInt64) -> CheckpointFile {
        var file = CheckpointFile()
        state.save(to: &file, elapsed: elapsed)
        file[words: "fingerprint"] = [fingerprint]
        file[floats: "parameters"] = Array(trainable.parameters.values)
        file[floats: "statistics"] = Array(trainable.statistics.values)
        file[words: "optimiser"] = [UInt64(optimiser.steps)]
        for (index, vector) in optimiser.remembered.enumerated() { file[floats: "optimiser.\(index)"] = vector }
        if let average {
            file[words: "average.steps"] = [UInt64(average.steps)]
            file[floats: "average"] = average.values
        }
        return file
    }

    private func resume(from path: String, fingerprint: UInt64) throws {
        let file = try CheckpointFile.read(path)
        guard file[words: "fingerprint"] == [fingerprint] else {
            throw TrainingError.checkpoint(
                "\(path) is of another training: the model, the data or the options differ",
                hint: "`resume: false` starts anew and replaces it")
        }
        let (parameters, statistics) = (trainable.parameters, trainable.statistics)
        guard let values = file[floats: "parameters"], values.count == parameters.count,
            let running = file[floats: "statistics"], running.count == statistics.count,
            let steps = file[words: "optimiser"]?.first.flatMap({ Int(exactly: $0) }),
            let state = TrainingState(
                file, steps: source.steps, parameters: parameters.count, statistics: statistics.count),
            optimiser.restore(
                steps: steps,
                remembered: (0..<options.optimiser.memoryCount).map { file[floats: "optimiser.\($0)"] ?? [] })
        else { throw TrainingError.checkpoint("\(path) lacks a part", hint: "`resume: false` starts anew") }
        if let average {
            guard let steps = file[words: "average.steps"]?.first.flatMap({ Int(exactly: $0) }),
                average.restore(steps: steps, values: file[floats: "average"] ?? [])
            else { throw TrainingError.checkpoint("\(path) lacks its average", hint: "`resume: false` starts anew") }
        }
        _ = parameters.values.update(fromContentsOf: values)
        _ = statistics.values.update(fromContentsOf: running)
        self.state = state
    }
}
