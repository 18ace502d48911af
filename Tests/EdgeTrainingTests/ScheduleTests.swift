import EdgeTraining
import Testing

@Suite struct ScheduleTests {
    private func factors(_ schedule: Schedule, steps: Int, perEpoch: Int = 1, warmup: Int = 0) -> [Double] {
        (0..<steps).map { schedule.factor(step: $0, total: steps, stepsPerEpoch: perEpoch, warmup: warmup) }
    }

    private func agree(_ own: [Double], _ theirs: [Double]) -> Bool {
        own.count == theirs.count && zip(own, theirs).allSatisfy { abs($0 - $1) < 1e-9 }
    }

    @Test func schedulesAreThoseOfPyTorch() throws {
        let golden = try TrainingGolden.read("schedules", as: TrainingGolden.Schedules.self)
        #expect(agree(factors(.cosine(floor: 0.1), steps: 20), golden.cosine))
        #expect(agree(factors(.step(every: 2, factor: 0.3), steps: 20, perEpoch: 4), golden.step))
        #expect(agree(factors(.oneCycle(), steps: 20), golden.oneCycle))
        var state = PlateauState()
        let reduced = golden.losses.map { loss in
            state.update(loss, factor: 0.5, patience: 2)
            return state.scale
        }
        #expect(agree(reduced, golden.plateau))
    }

    @Test func theRateRisesEvenlyThenTheScheduleBegins() {
        let rates = factors(.cosine(), steps: 12, warmup: 4)
        #expect(agree(Array(rates.prefix(5)), [0.25, 0.5, 0.75, 1, 1]))
        #expect(rates.dropFirst(4).elementsEqual(rates.dropFirst(4).sorted(by: >)))
    }

    @Test func noScheduleDividesByZero() {
        for schedule: Schedule in [.constant, .step(every: 0, factor: 0.5), .cosine(), .oneCycle(), .plateau()] {
            for (step, total) in [(0, 0), (0, 1), (5, 1), (3, 4)] {
                #expect(schedule.factor(step: step, total: total, stepsPerEpoch: 0).isFinite)
            }
        }
    }
}
