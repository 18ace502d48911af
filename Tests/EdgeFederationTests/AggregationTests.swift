import EdgeFederation
import EdgeTensors
import PeerTesting
import Testing

@Suite struct AggregationTests {
    private func aggregate(
        _ rows: [[Float]], _ strategy: AggregationStrategy, weights: [Double]? = nil
    ) throws -> [Float] {
        let updates = Sampled.clients(try rows.map { try Sampled.one($0) })
        return try Aggregation(updates, strategy: strategy, weights: weights).update.floats()
    }

    @Test func theMeanWeighsBySamples() throws {
        let updates = [
            ClientUpdate(client: "a", update: try Sampled.one([0, 8]), sampleCount: 10),
            ClientUpdate(client: "b", update: try Sampled.one([4, 0]), sampleCount: 30),
        ]
        let result = try Aggregation(updates, strategy: .weightedMean)
        #expect(try result.update.floats() == [3, 2])
        #expect(result.weights == [0.25, 0.75])
    }

    @Test func givenWeightsReplaceSamples() throws {
        #expect(try aggregate([[1], [5]], .weightedMean, weights: [3, 1]) == [2])
    }

    @Test func theMedianOfAnEvenNumberIsTheMeanOfTheMiddle() throws {
        #expect(try aggregate([[4], [1], [100], [2]], .median) == [3])
        #expect(try aggregate([[4], [1], [100]], .median) == [4])
        #expect(try aggregate([[7]], .median) == [7])
    }

    @Test func trimmingCutsBothEnds() throws {
        #expect(try aggregate([[-100], [1], [2], [3], [100]], .trimmedMean(trim: 0.2)) == [2])
        // 0.3 of 10 is 3, whatever binary fractions make of it.
        let rows = (0..<10).map { [Float($0 * $0)] }
        #expect(try aggregate(rows, .trimmedMean(trim: 0.3)) == [(9 + 16 + 25 + 36) / 4])
    }

    @Test func krumTakesOneOfTheUpdatesThatAgree() throws {
        #expect(try aggregate([[1, 1], [1.1, 1], [1, 1.2], [90, -3], [1, 0.9]], .krum(hostile: 1)) == [1, 1])
    }

    /// The same on tensors of all sizes around the block lengths, weights included.
    @Test(.enabled(if: PythonPeer.isPresent, "\(PythonPeer.absence)"))
    func allStrategiesAgreeWithNumPy() throws {
        let folder = try TemporaryDirectory()
        let sizes = [1, 7, 1023, 1024, 1025, 4097]
        let (_, updates) = try Sampled.honest(9, shapes: sizes.map { [$0] })
        for (row, update) in updates.enumerated() {
            for (column, part) in update.parts.enumerated() {
                try folder.write("\(row)-\(column).npy", bytes: NPYFile.write(part.tensor))
            }
        }
        let weights = (1...9).map { Double($0 * $0) }
        let strategies: [AggregationStrategy] = [.weightedMean, .median, .trimmedMean(trim: 0.25)]
        for strategy in strategies {
            let result = try Aggregation(
                Sampled.clients(updates), strategy: strategy, weights: strategy.usesWeights ? weights : nil)
            for (column, part) in result.update.parts.enumerated() {
                try folder.write("\(strategy.name)-\(column).npy", bytes: NPYFile.write(part.tensor))
            }
        }
        let script = """
            import sys, numpy as np
            worst = 0
            for column in range(\(sizes.count)):
                x = np.stack([np.load(f"{sys.argv[1]}/{row}-{column}.npy") for row in range(9)])
                w = np.arange(1, 10, dtype=np.float64) ** 2
                s = np.sort(x, axis=0)[2:-2].astype(np.float64).mean(axis=0)
                for name, want in [("fedavg", np.average(x, axis=0, weights=w)), ("median", np.median(x, axis=0)), ("trimmed_mean", s)]:
                    got = np.load(f"{sys.argv[1]}/{name}-{column}.npy")
                    assert got.dtype == np.float32 and got.shape == want.shape
                    worst = max(worst, float(np.max(np.abs(got - want.astype(np.float32)) / np.spacing(np.abs(want.astype(np.float32))))))
            print(worst)
            """
        let worst = try #require(Double(try PythonPeer.run(["-c", script, folder.path]).split(separator: "\n")[0]))
        #expect(worst <= 1, "units in the last place")
    }

    /// Krum by its definition, computed another way.
    @Test func krumFollowsItsDefinition() throws {
        let (_, updates) = try Sampled.honest(11, noise: 1, seed: 5)
        let vectors = try updates.map { try $0.floats().map { Double($0) } }
        let scores = vectors.map { a in
            vectors.map { b in zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }.sorted().dropFirst()
                .prefix(11 - 3 - 2).reduce(0, +)
        }
        let best = try #require(scores.indices.min { scores[$0] < scores[$1] })
        let result = try Aggregation(Sampled.clients(updates), strategy: .krum(hostile: 3))
        #expect(try result.update.floats() == updates[best].floats())
        #expect(result.weights.firstIndex(of: 1) == best)
    }

    @Test func doublePrecisionStays() throws {
        let updates = try [1.0, 1.0 + 1e-12].map {
            Update([.init(name: "w", tensor: try Tensor([$0], shape: [1]))])
        }
        for strategy in [AggregationStrategy.weightedMean, .median] {
            let part = try Aggregation(Sampled.clients(updates), strategy: strategy).update.parts[0]
            #expect(try part.tensor.elements(as: Double.self)[0] == 1.0 + 0.5e-12)
        }
    }

    @Test func halfPrecisionStays() throws {
        let updates = try [1.0, 2.0].map {
            Update([.init(name: "w", tensor: try Tensor(numbers: [$0], shape: [1], dtype: .f16))])
        }
        let tensor = try Aggregation(Sampled.clients(updates), strategy: .weightedMean).update.parts[0].tensor
        #expect(tensor.dtype == .f16)
        #expect(try tensor.numbers() == [1.5])
    }

    @Test func viewsAreReadInTheirOwnOrder() throws {
        let plain = try Tensor((0..<6).map { Float($0) }, shape: [2, 3])
        let turned = try Tensor([0, 3, 1, 4, 2, 5] as [Float], shape: [3, 2]).transposed()
        let updates = [plain, turned].map { Update([.init(name: "w", tensor: $0)]) }
        #expect(
            try Aggregation(Sampled.clients(updates), strategy: .weightedMean).update.floats() == [0, 1, 2, 3, 4, 5])
    }

    @Test func emptyTensorsPass() throws {
        let update = Update([.init(name: "w", tensor: try Tensor(zeros: [0, 3]))])
        for strategy in [AggregationStrategy.weightedMean, .median, .krum(hostile: 0), .dynamicallyWeighted] {
            let result = try Aggregation(Sampled.clients([update, update, update]), strategy: strategy)
            #expect(result.update.parts[0].tensor.shape == [0, 3])
        }
    }
}
