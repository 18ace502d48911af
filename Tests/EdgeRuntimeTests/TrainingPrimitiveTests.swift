import Testing

@Suite struct TrainingPrimitiveTests {
    private let data = """
        let data = dataset(build(64, i => [sin(i), cos(i)]), labels: build(64, i => if sin(i) > 0 { 1 } else { 0 }))
        let net = network([dense(8, activation: "relu"), dense(2), "softmax"], input: [2])

        """

    @Test func aTrainingGoesWhereverAModelGoes() {
        let code = """
            let t = net |> train(data, epochs: 3, lr: 0.02, validation: 0.25)
            let small = t |> finetune(data, epochs: 1) |> quantize(bits: 8, calibrate: data)
            [type_of(t), type_of(t.model), small.bits, t.parameters == net.parameters, len(t.history), t.metric,
              evaluate(t, data) == evaluate(t.model, data), run(t, [1, 0]).shape]
            """
        #expect(
            ScriptRun(data + code).value
                == #"["training", "model", 8, true, 3, "accuracy", true, [1, 2]]"#)
    }

    @Test func theHistoryIsATableToDraw() {
        let run = ScriptRun(
            data
                + "let t = train(net, data, epochs: 4, validation: 0.25)\nprint(plot(t.history, x: \"epoch\", y: [\"loss\"]))"
        )
        #expect(run.code == "" && run.output.contains("loss"), "\(run.message)")
    }

    @Test(arguments: [
        ("train(net, data, optimizer: \"adamv\")", "E0414", "adam"),
        ("train(net, data, optimizer: {kind: \"sgd\", momentom: 1})", "E0414", "momentum"),
        ("train(net, data, schedule: \"cosin\")", "E0414", "cosine"),
        ("train(net, data, loss: \"huger\")", "E0414", "huber"),
        ("train(net, data, augment: {flop: true})", "E0414", "flip"),
        ("train(net, data, augment: {noise: -1})", "E0414", ""),
        ("train(net, data, metric: \"accuracy\")", "E0414", "validation"),
        ("train(net, data, checkpoint_every: 3)", "E0414", ""),
        ("train(net, data, validation: 1.5)", "L0008", ""),
        ("train(net, data, freeze: [\"nowhere\"])", "L0008", "layers"),
        ("train(net |> quantize(bits: 8), data)", "L0006", "float"),
        ("train(net, dataset([[1, 2, 3]], labels: [0]))", "L0004", ""),
        ("train(net, dataset([[1, 2]], labels: [5]))", "L0004", "classes"),
        ("network([\"rely\"], input: [2])", "E0414", "relu"),
        ("network([conv(8), dense(4)], input: [1, 8, 8])", "L0007", "flatten"),
        ("network([], input: [2])", "L0007", ""),
        ("network([dense(1)], input: [9223372036854775807])", "L0007", ""),
    ])
    func whatCannotBeIsRefusedWithAHint(code: String, error: String, hint: String) {
        let run = ScriptRun(data + code)
        #expect(run.code == error, "\(run.message)")
        #expect(hint.isEmpty || run.hint.contains(hint), "\(run.hint)")
    }

    @Test func layersPrintAsTheyAreWritten() {
        #expect(ScriptRun("print(conv(8), dropout(0.2), lstm(4))").output == "conv(8) dropout(0.2) lstm(4)\n")
        #expect(ScriptRun("dense(4) == dense(4) and not (dense(4) == dense(5))").value == "true")
    }
}
