import EdgeLang
import EdgeModels
import EdgeTraining

extension Primitives {
    /// Weights of classes that follow from how often they occur.
    enum BalancedChoice: String, BuiltinChoice {
        case balanced
    }

    /// Training networks.
    static let training: [BuiltinSpec] = [
        trainer(
            "train", "Trains a model on labelled data.", epochs: 10, rateFactor: 1,
            details: """
                Each epoch sees all samples once, in another order. With `validation` (data of their own, or a share that is kept apart) the weights of
                the best epoch are kept, and `patience` ends training when nothing becomes better; without it the last weights are kept.
                Labels that are classes are trained with cross-entropy, numbers with squared differences; a network that ends in a softmax or a
                sigmoid is trained on what goes into it, and keeps it. A model from a file is trained as it stands, if it is float. Ctrl-C ends training
                and goes on with the best weights so far. Runs are the same, bit by bit, for the same seed. With `checkpoint` a run that was
                ended, whatever by, goes on where it was, and ends as if nothing had happened.
                """,
            seeAlso: ["network", "finetune", "evaluate", "dataset"],
            examples: {
                [
                    Example(
                        """
                        let data = dataset([[0, 0], [0, 1], [1, 0], [1, 1]], labels: [0, 1, 1, 0])
                        let t = network([dense(8, activation: "tanh"), dense(2), "softmax"], input: [2]) |> train(data, epochs: 300, lr: 0.03)
                        evaluate(t, data)
                        """, "1.0"),
                    Example(
                        """
                        let data = dataset(build(32, i => [i / 32]), labels: build(32, i => 2 * (i / 32) + 1))
                        let t = train(network([dense(1)], input: [1]), data, epochs: 5, validation: 0.25, optimizer: {kind: "momentum", momentum: 0.8})
                        t.history.columns
                        """, "[\"epoch\", \"lr\", \"loss\", \"validation_loss\", \"rmse\", \"time\"]"),
                ]
            }),
        trainer(
            "finetune", "Trains a model that knows something already, gently.", epochs: 5, rateFactor: 0.1,
            details: """
                As `train`, with a tenth of the usual learning rate and fewer epochs: after `prune`, or to teach a loaded model what one's own data are
                like. `freeze` keeps layers as they are.
                """,
            seeAlso: ["train", "prune"],
            examples: {
                [
                    .needs(
                        "m.onnx",
                        code: """
                            let data = dataset([build(1024, i => sin(i)), build(1024, i => cos(3 * i))], labels: [0, 1])
                            finetune(load("m"), data, epochs: 1, freeze: 8).epochs
                            """, result: "1")
                ]
            }),
    ]

    private static func trainer(
        _ name: String, _ summary: String, epochs: Int, rateFactor: Double, details: String, seeAlso: [String],
        examples: @escaping @Sendable () -> [Example]
    ) -> BuiltinSpec {
        BuiltinSpec(
            name, summary, .value("model", ModelObject.self, "a float model"),
            .value("data", DatasetObject.self, "samples with labels"),
            .label("epochs", Int.self, default: epochs, in: 1...1_000_000, "how often all samples are seen"),
            .label(
                "lr", Double?.self, in: 1e-12...1e6, "the learning rate; the optimizer's usual one where it is left out"
            ),
            .label("batch", Int.self, default: 32, in: 1...1_000_000, "the samples of a step"),
            .label(
                "optimizer", OptimiserArgument.self, default: OptimiserArgument(optimiser: .adamW()),
                "\(Optimiser.names.joined(separator: ", ")), or a record as {kind: \"momentum\", momentum: 0.95}"),
            .label(
                "loss", LossArgument?.self, "what is made small; the one that suits the labels where it is left out"),
            .label(
                "schedule", ScheduleArgument.self, default: ScheduleArgument(schedule: .constant),
                "\(Schedule.names.joined(separator: ", ")), or a record as {kind: \"step\", every: 10, factor: 0.1}"),
            .label("warmup", Double.self, default: 0, in: 0.0...1e6, "the epochs over which the rate rises"),
            .label("decay", Double?.self, in: 0.0...1e3, "weight decay; biases and scales never decay"),
            .label("clip", Double?.self, in: 1e-9...1e9, "the greatest length that a gradient may have"),
            .label(
                "validation", OneOf<DatasetObject, Double>?.self,
                "samples that are kept apart, or their share of the data"),
            .label(
                "metric", WatchedArgument?.self,
                "by what the best epoch is found; accuracy or rmse where it is left out"),
            .label("patience", Int?.self, in: 1...1_000_000, "the epochs that may bring nothing better"),
            .label(
                "augment", AugmentationArgument?.self,
                "how samples are changed each time, any of {flip, invert, crop, shift, stretch, scale, noise, cutout, mixup}"
            ),
            .label(
                "smoothing", Double.self, default: 0, in: 0.0...0.99,
                "the share of a label that is spread over all classes"),
            .label(
                "class_weights", OneOf<BalancedChoice, [Double]>?.self,
                "how much each class counts; \"balanced\": rare ones more"),
            .label(
                "average", Double?.self, in: 0.5...0.999999,
                "the share that an average of the weights keeps a step; 0.999 is usual"),
            .label(
                "freeze", OneOf<Int, [String]>?.self,
                "what stays as it is: so many layers from the input on, or names of layers or operators"),
            .label("checkpoint", String?.self, "a file in which the run is kept, so that it can go on"),
            .label(
                "checkpoint_every", Int?.self, in: 1...1_000_000_000,
                "steps from one checkpoint to the next; epochs where it is left out"),
            .label("resume", Bool.self, default: true, "whether to go on from the checkpoint where there is one"),
            .label("seed", Int.self, default: 0, "another seed gives another order, other masks and changes"),
            returns: """
                the training, which goes wherever a model goes and has its fields; besides `model`, `history` (a table with a row an epoch), `best`, \
                `best_epoch`, `metric`, `loss`, `epochs`, `ending` and `time`
                """,
            type: "training", effects: [.readsFiles, .writesFiles], details: details, topic: "Training",
            seeAlso: seeAlso,
            examples: examples()
        ) {
            context, object, data, epochs, rate, batch, optimiser, loss, schedule, warmup, decay, clip, validation,
            metric,
            patience, augment, smoothing, classWeights, average, freeze, checkpoint, every, resumes, seed in
            var options = TrainingOptions()
            options.epochs = epochs
            options.batch = batch
            options.optimiser = optimiser.optimiser
            options.rate = rate ?? optimiser.optimiser.usualRate * rateFactor
            options.loss = loss?.loss
            options.schedule = schedule.schedule
            options.warmup = warmup
            options.decay = decay.map { Float($0) }
            options.clip = clip.map { .norm(Float($0)) } ?? .none
            options.watched = metric?.watched
            options.patience = patience
            options.augmentation = augment?.augmentation ?? Augmentation()
            options.smoothing = Float(smoothing)
            options.averaging = average.map { Float($0) }
            options.seed = UInt64(bitPattern: Int64(seed))
            switch classWeights {
            case .first?: options.classWeights = .balanced
            case .second(let weights)?: options.classWeights = .given(weights.map { Float($0) })
            case nil: break
            }
            var layers = 0
            switch freeze {
            case .first(let count)?: layers = count
            case .second(let names)?: options.frozen = names
            case nil: break
            }
            if let checkpoint {
                try context.authorize(.writeFile(checkpoint))
                if resumes { try context.authorize(.readFile(checkpoint)) }
                options.checkpoint = .init(path: checkpoint, steps: every, resumes: resumes)
            } else if every != nil {
                throw RuntimeError(.unsuitableValue, "`\(name)`: `checkpoint_every` needs `checkpoint`, the file")
            }
            var samples = data.dataset
            var held: LabelledDataset?
            switch validation {
            case .first(let object)?: held = object.dataset
            case .second(let share)?: (samples, held) = try samples.heldApart(share, seed: options.seed)
            case nil: break
            }
            if held == nil, metric != nil {
                throw RuntimeError(
                    .unsuitableValue, "`\(name)`: `metric` needs `validation`",
                    hint: "validation: 0.2 keeps a fifth of the data apart")
            }
            let loop = try TrainingLoop(
                object.model, data: samples, validation: held, options: options, frozenLayers: layers)
            let result = try loop.run { progress in
                if context.cancellation.isCancelled {
                    // The run of the script goes on, with what has been reached; a second Ctrl-C ends it.
                    context.cancellation.reset()
                    return false
                }
                try context.checkCancellation()
                if context.wantsProgress {
                    context.progress(
                        progress.fraction, TrainingText.progress(object.model.name, progress, loop.watched))
                }
                return true
            }
            if result.ending == .interrupted { context.warn(TrainingText.interruption(result)) }
            return TrainingObject(result)
        }
    }
}

/// What training says of itself while it runs.
private enum TrainingText {
    static func progress(_ name: String, _ progress: TrainingProgress, _ watched: WatchedMetric) -> String {
        var text =
            "training \(name): epoch \(progress.epoch) of \(progress.epochs), loss \(ReadableValue.number(progress.loss))"
        if let last = progress.last, case .metric = watched {
            text += ", \(watched.name) \(ReadableValue.number(last.metric))"
        }
        return text
    }

    static func interruption(_ result: TrainingResult) -> String {
        let which = result.bestEpoch == 0 ? "the weights as they were" : "the weights of epoch \(result.bestEpoch)"
        return "training was interrupted behind epoch \(result.history.count); it goes on with \(which)"
    }
}
