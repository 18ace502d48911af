@testable import EdgeTraining
import Testing

@Suite struct OptimiserTests {
    private struct Recipe {
        var optimiser: Optimiser
        var rate: Double
        var decay: Float = 0.1
        var clip: GradientClip = .none
    }

    private static let recipes: [String: Recipe] = [
        "sgd": Recipe(optimiser: .sgd, rate: 0.05),
        "momentum": Recipe(optimiser: .momentum(), rate: 0.05),
        "nesterov": Recipe(optimiser: .momentum(nesterov: true), rate: 0.05),
        "rmsprop": Recipe(optimiser: .rmsProp(), rate: 0.01),
        "rmsprop momentum": Recipe(optimiser: .rmsProp(momentum: 0.9), rate: 0.01),
        "adam": Recipe(optimiser: .adam(), rate: 0.01),
        "adamw": Recipe(optimiser: .adamW(), rate: 0.01),
        "lamb": Recipe(optimiser: .lamb(), rate: 0.01),
        "adamw clip norm": Recipe(optimiser: .adamW(), rate: 0.01, clip: .norm(1)),
        "sgd clip value": Recipe(optimiser: .sgd, rate: 0.05, decay: 0, clip: .value(0.5)),
    ]

    @Test(arguments: recipes.keys.sorted())
    func eachStepIsThatOfPyTorch(name: String) throws {
        let golden = try TrainingGolden.read("optimisers", as: TrainingGolden.Optimisers.self)
        let recipe = try #require(Self.recipes[name])
        let wanted = try #require(golden.cases[name])
        let parameters = Numbers(golden.start)
        let gradients = Numbers(golden.gradients[0])
        let groups = [ParameterGroup(range: 0..<5, decay: recipe.decay), ParameterGroup(range: 5..<8)]
        let state = OptimiserState(recipe.optimiser, count: 8, groups: groups)
        for (gradient, expected) in zip(golden.gradients, wanted) {
            gradients.values = gradient
            recipe.clip.apply(to: gradients.buffer)
            state.step(parameters.buffer, gradients: gradients.buffer, rate: recipe.rate)
            for (own, theirs) in zip(parameters.values, expected) { #expect(abs(own - theirs) < 2e-6) }
        }
        #expect(wanted.count == 6)
    }

    @Test func biasesAndNormalisationsDoNotDecay() throws {
        let vector = try ParameterVector([
            ("w", [2, 3], .weight), ("b", [3], .bias), ("scale", [3], .normalization), ("rows", [4, 2], .embedding),
        ])
        let decays = ParameterGroup.groups(of: vector, decay: 0.5).map(\.decay)
        #expect(decays == [0.5, 0, 0, 0.5])
    }

    @Test func whatIsRememberedGoesOnWithTheSameBits() {
        let gradient = Numbers([0.3, -0.2, 0.1])
        let groups = [ParameterGroup(range: 0..<3, decay: 0.01)]
        let (whole, halves) = (Numbers([1, 2, 3]), Numbers([1, 2, 3]))
        let first = OptimiserState(.adamW(), count: 3, groups: groups)
        for _ in 0..<6 { first.step(whole.buffer, gradients: gradient.buffer, rate: 0.1) }
        let before = OptimiserState(.adamW(), count: 3, groups: groups)
        for _ in 0..<2 { before.step(halves.buffer, gradients: gradient.buffer, rate: 0.1) }
        let after = OptimiserState(.adamW(), count: 3, groups: groups)
        #expect(after.restore(steps: before.steps, remembered: before.remembered))
        for _ in 0..<4 { after.step(halves.buffer, gradients: gradient.buffer, rate: 0.1) }
        #expect(whole.values == halves.values)
        #expect(!after.restore(steps: 1, remembered: [[1, 2]]))
    }

    @Test func anAverageFollowsTheWeightsAndExchangesWithThem() {
        let weights = Numbers([0])
        let average = WeightAverage(decay: 0.9, of: weights.buffer)
        weights.values = [1]
        average.update(weights.buffer)
        // The first step keeps 2/11 of what was there.
        average.exchange(with: weights.buffer)
        #expect(abs(weights.values[0] - 9.0 / 11) < 1e-6)
        average.exchange(with: weights.buffer)
        #expect(weights.values == [1])
    }

    @Test func aGroupBeyondTheVectorMovesNothing() {
        let weights = Numbers([1, 1])
        let gradient = Numbers([1, 1])
        let state = OptimiserState(.momentum(), count: 2, groups: [ParameterGroup(range: 1..<9)])
        state.step(weights.buffer, gradients: gradient.buffer, rate: 0.5)
        #expect(weights.values == [1, 0.5])
    }
}
