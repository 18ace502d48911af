import EdgeTensors
import EdgeTraining
import Testing

@Suite struct LossTests {
    @Test func lossesAndGradientsAreThoseOfPyTorch() throws {
        let golden = try TrainingGolden.read("losses", as: TrainingGolden.Losses.self)
        let outputs = try Tensor(golden.outputs, shape: [4, 3])
        let teacher = try Tensor(golden.teacher, shape: [4, 3])
        let weights = golden.weights
        func loss(_ loss: Loss, _ target: LossTarget, _ options: LossOptions = LossOptions()) throws -> LossValue {
            try loss.evaluate(outputs, target: target, options: options)
        }
        let labels = LossTarget.classes(golden.labels)
        let own: [String: LossValue] = [
            "classes": try loss(.crossEntropy, labels),
            "smoothed": try loss(.crossEntropy, labels, LossOptions(smoothing: 0.1)),
            "weighted": try loss(.crossEntropy, labels, LossOptions(classWeights: weights)),
            "weighted smoothed": try loss(
                .crossEntropy, labels, LossOptions(smoothing: 0.2, classWeights: weights)),
            "shares": try loss(.crossEntropy, .numbers(golden.shares)),
            "shares smoothed": try loss(.crossEntropy, .numbers(golden.shares), LossOptions(smoothing: 0.1)),
            "binary": try loss(.binaryCrossEntropy, .numbers(golden.yes)),
            "mse": try loss(.meanSquared, .numbers(golden.numbers)),
            "mae": try loss(.meanAbsolute, .numbers(golden.numbers)),
            "huber": try loss(.huber(delta: 0.7), .numbers(golden.numbers)),
            "distillation": try Distillation(temperature: 3).evaluate(student: outputs, teacher: teacher),
        ]
        #expect(Set(own.keys) == Set(golden.cases.keys))
        for (name, wanted) in golden.cases {
            let found = try #require(own[name])
            #expect(abs(found.value - wanted.value) <= 1e-5 * max(1, abs(wanted.value)), "\(name)")
            let gradient = try found.gradient.elements(as: Float.self)
            #expect(gradient.count == wanted.gradient.count)
            for (left, right) in zip(gradient, wanted.gradient) {
                #expect(abs(left - right) <= 1e-6 + 1e-5 * abs(right), "\(name)")
            }
        }
    }

    @Test func targetsThatDoNotFitAreRefused() throws {
        let outputs = try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
        #expect(throws: TrainingError.self) { try Loss.crossEntropy.evaluate(outputs, target: .classes([0, 2])) }
        #expect(throws: TrainingError.self) { try Loss.crossEntropy.evaluate(outputs, target: .classes([0])) }
        #expect(throws: TrainingError.self) { try Loss.meanSquared.evaluate(outputs, target: .numbers([1])) }
        #expect(throws: TrainingError.self) {
            try Loss.binaryCrossEntropy.evaluate(outputs, target: .numbers([0, 1, 2, 0]))
        }
        #expect(throws: TrainingError.self) {
            try Loss.crossEntropy.evaluate(
                outputs, target: .classes([0, 0]), options: LossOptions(classWeights: [0, 1]))
        }
        #expect(throws: TrainingError.self) {
            try Distillation(temperature: 0).evaluate(student: outputs, teacher: outputs)
        }
    }
}
