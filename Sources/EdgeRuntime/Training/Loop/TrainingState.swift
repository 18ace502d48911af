/// Where a run stands, besides the weights and what the optimiser remembers.
struct TrainingState {
    /// The best weights so far.
    struct Best {
        var parameters: [Float]
        var statistics: [Float]
        /// The epoch that they are of, from 1.
        var epoch: Int
        /// The last epoch that was better than those before.
        var improvedEpoch: Int
        var metric: Double
        /// Their loss on the validation data; NaN without.
        var loss: Double
    }

    /// The epochs that are over.
    var epoch = 0
    /// The steps made in the one under way.
    var step = 0
    /// The sum of the losses of the samples seen in it.
    var lossSum = 0.0
    var lossRows = 0
    /// The learning rate of the last step.
    var rate = 0.0
    /// Seconds that earlier runs spent in this epoch.
    var elapsed = 0.0
    var plateau = PlateauState()
    var best: Best?
    var history: [TrainingEpoch] = []

    init() {}

    var meanLoss: Double { lossRows > 0 ? lossSum / Double(lossRows) : .nan }

    mutating func beginEpoch() {
        epoch += 1
        (step, lossSum, lossRows, elapsed) = (0, 0, 0, 0)
    }

    // MARK: Checkpoints

    func save(to file: inout CheckpointFile, elapsed: Double) {
        let numbers: [Double] = [lossSum, rate, self.elapsed + elapsed, plateau.scale, plateau.best]
        file[words: "position"] =
            [epoch, step, lossRows, plateau.waited].map { UInt64($0) } + numbers.map(\.bitPattern)
        file[words: "history"] = history.flatMap { row in
            [row.rate, row.loss, row.validationLoss, row.metric, row.seconds].map(\.bitPattern)
        }
        guard let best else { return }
        file[floats: "best.parameters"] = best.parameters
        file[floats: "best.statistics"] = best.statistics
        file[words: "best"] = [
            UInt64(best.epoch), UInt64(best.improvedEpoch), best.metric.bitPattern, best.loss.bitPattern,
        ]
    }

    /// Nil where the file cannot be of a run with so many steps an epoch and so many parameters.
    init?(_ file: CheckpointFile, steps: Int, parameters: Int, statistics: Int) {
        guard let position = file[words: "position"], position.count == 9, let rows = file[words: "history"],
            let epoch = Int(exactly: position[0]), let step = Int(exactly: position[1]), step < steps,
            let lossRows = Int(exactly: position[2]), let waited = Int(exactly: position[3]), epoch <= 1 << 32,
            rows.count == epoch * 5
        else { return nil }
        (self.epoch, self.step, self.lossRows, plateau.waited) = (epoch, step, lossRows, waited)
        let numbers = position[4...].map { Double(bitPattern: $0) }
        (lossSum, rate, elapsed) = (numbers[0], numbers[1], numbers[2])
        (plateau.scale, plateau.best) = (numbers[3], numbers[4])
        history = (0..<epoch).map { index in
            let row = rows[index * 5..<index * 5 + 5].map { Double(bitPattern: $0) }
            return TrainingEpoch(
                epoch: index + 1, rate: row[0], loss: row[1], validationLoss: row[2], metric: row[3], seconds: row[4])
        }
        guard let kept = file[words: "best"] else {
            guard epoch == 0 else { return nil }
            return
        }
        guard kept.count == 4, let best = Int(exactly: kept[0]), let improved = Int(exactly: kept[1]), best <= epoch,
            improved <= epoch, let values = file[floats: "best.parameters"], values.count == parameters,
            let running = file[floats: "best.statistics"], running.count == statistics
        else { return nil }
        self.best = Best(
            parameters: values, statistics: running, epoch: best, improvedEpoch: improved,
            metric: Double(bitPattern: kept[2]), loss: Double(bitPattern: kept[3]))
    }
}
