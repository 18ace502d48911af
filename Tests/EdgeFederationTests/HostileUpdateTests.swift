import EdgeFederation
import EdgeTensors
import Testing

/// Four of twenty devices lie; what is learned must stay near what the honest ones know.
@Suite struct HostileUpdateTests {
    enum Attack: CaseIterable {
        case signFlipped, scaled, random
    }

    private func round(_ attack: Attack) throws -> (truth: Update, honest: [Update], all: [ClientUpdate]) {
        let (truth, updates) = try Sampled.honest(20)
        var source = RandomSource(seed: 9)
        let all = try updates.enumerated().map { index, update in
            guard index % 5 == 2 else { return update }
            switch attack {
            case .signFlipped: return try update.mapped { -3 * $0 }
            case .scaled: return try update.mapped { 1000 * $0 }
            case .random: return try update.mapped { _ in 20 * source.normal() }
            }
        }
        let honest = updates.enumerated().filter { $0.offset % 5 != 2 }.map(\.element)
        return (truth, honest, Sampled.clients(all))
    }

    @Test(arguments: Attack.allCases)
    func robustStrategiesHold(attack: Attack) throws {
        let (truth, honest, all) = try round(attack)
        let alone = honest.map { try? Sampled.distance($0, truth) }.compactMap { $0 }.reduce(0, +) / 16
        let strategies: [AggregationStrategy] = [
            .median, .trimmedMean(trim: 0.2), .krum(hostile: nil), .dynamicallyWeighted,
        ]
        for strategy in strategies {
            let result = try Aggregation(all, strategy: strategy).update
            // Krum gives one honest update; the others must be better than a single device is.
            let bound = if case .krum = strategy { 1.15 * alone } else { 0.6 * alone }
            #expect(try Sampled.distance(result, truth) < bound, "\(strategy.name)")
        }
    }

    @Test(arguments: Attack.allCases)
    func theMeanDoesNot(attack: Attack) throws {
        let (truth, honest, all) = try round(attack)
        let without = try Aggregation(Sampled.clients(honest), strategy: .weightedMean).update
        let with = try Aggregation(all, strategy: .weightedMean).update
        #expect(try Sampled.distance(with, truth) > 3 * Sampled.distance(without, truth))
    }

    @Test func aHugeSampleCountBuysLittle() throws {
        var (truth, _, all) = try round(.signFlipped)
        for index in all.indices { all[index].sampleCount = index % 5 == 2 ? Int.max : 100 }
        let result = try Aggregation(all, strategy: .dynamicallyWeighted)
        let hostile = result.weights.enumerated().filter { $0.offset % 5 == 2 }.reduce(0) { $0 + $1.element }
        #expect(hostile < 0.5)
        #expect(try Sampled.distance(result.update, truth) < Sampled.distance(all[2].update, truth) / 3)
    }

    @Test func oldUpdatesCountLess() throws {
        let update = try Sampled.one([1, 2])
        let updates = [0, 3, 8].map { ClientUpdate(client: "a", update: update, staleness: $0) }
        let weights = try Aggregation(updates, strategy: .dynamicallyWeighted).weights
        #expect(abs(weights[1] / weights[0] - 1 / 2) < 1e-12)
        #expect(abs(weights[2] / weights[0] - 1 / 3) < 1e-12)
    }

    @Test func aTypicalDistanceCountsHalf() throws {
        // The median is 0, the distances are 0, 1, 1, 2: D = 1.
        let updates = try [0, 0, -1, 1, 2].map { try Sampled.one([$0]) }
        let weights = try Aggregation(Sampled.clients(updates), strategy: .dynamicallyWeighted).weights
        #expect(abs(weights[2] / weights[0] - 0.5) < 1e-12)
        #expect(abs(weights[4] / weights[0] - 0.2) < 1e-12)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func updatesThatAreNotFiniteAreLeftOutAndNamed(value: Float) throws {
        let rows: [[Float]] = [[1, 1], [3, value], [3, 3]]
        let updates = Sampled.clients(try rows.map { try Sampled.one($0) })
        for strategy in [AggregationStrategy.weightedMean, .median, .trimmedMean(trim: 0), .dynamicallyWeighted] {
            let result = try Aggregation(updates, strategy: strategy)
            #expect(try result.update.floats() == [2, 2], "\(strategy.name)")
            #expect(result.excluded.map(\.client) == ["device 1"])
            #expect(result.excluded[0].reason.contains("element 1 of the tensor `w`"))
            #expect(result.count == 2)
        }
        #expect(throws: FederationError.self) { try Aggregation(updates, strategy: .median, notFinite: .refuse) }
        #expect(throws: FederationError.self) { try Aggregation([updates[1]], strategy: .weightedMean) }
    }

    @Test func wrongInputIsRefusedWithTheTensorsName() throws {
        let small = try Sampled.one([1, 2], name: "conv.weight")
        let other = try Sampled.one([1, 2, 3], name: "conv.weight")
        let renamed = try Sampled.one([1, 2], name: "dense.weight")
        func message(_ updates: [Update], _ strategy: AggregationStrategy = .weightedMean, _ weights: [Double]? = nil)
            throws -> String
        {
            let error = #expect(throws: FederationError.self) {
                try Aggregation(Sampled.clients(updates), strategy: strategy, weights: weights)
            }
            return error?.message ?? ""
        }
        #expect(try message([small, other]).contains("`conv.weight` has the shape [3]"))
        #expect(try message([small, renamed]).contains("`dense.weight`"))
        #expect(try message([small, Update(small.parts + renamed.parts)]).contains("`dense.weight`"))
        #expect(try message([]).contains("no updates"))
        #expect(try message([Update([])]).contains("no tensors"))
        #expect(try message([small, small], .weightedMean, [1]).contains("1 weights"))
        #expect(try message([small, small], .weightedMean, [1, -1]).contains("device 1"))
        #expect(try message([small, small], .weightedMean, [0, 0]).contains("all weights are 0"))
        #expect(try message([small, small], .median, [1, 1]).contains("takes no weights"))
        #expect(try message([small, small], .krum(hostile: nil)).contains("at least 3"))
        #expect(try message([small, small, small, small], .krum(hostile: 1)).contains("5 or more"))
        #expect(try message([small, small], .trimmedMean(trim: .nan)).contains("`trim`"))
        let integers = Update([.init(name: "w", tensor: try Tensor([1, 2] as [Int64], shape: [2]))])
        #expect(try message([integers, integers]).contains("i64"))
    }
}
