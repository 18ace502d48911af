import PeerTesting
import Testing

@Suite struct FederationPrimitiveTests {
    private let model = "let m = load(\"\(PackageRoot.file("examples/models/bearing.onnx"))\")\n"

    @Test func modelsAreJoinedAndSaySo() {
        let run = ScriptRun(
            model + """
                let moved = apply_delta(m, model_parameters(m), scale: 0.5)
                let joined = aggregate([{update: m, samples: 10}, {update: moved, samples: 30}])
                let change = model_delta(joined, m)
                let name = keys(change)[0]
                let half = to_list(model_parameters(m)[name]) |> flatten() |> flatten() |> flatten()
                let got = to_list(change[name]) |> flatten() |> flatten() |> flatten()
                [joined.parameters == m.parameters, len(joined.history), joined.history[0].effect,
                 all(zip(half, got), pair => abs(pair[0] * 0.375 - pair[1]) < 0.00001)]
                """)
        #expect(run.value == "[true, 1, \"2 updates of 40 samples\", true]", "\(run.message)")
    }

    @Test func aModelSurvivesTheWholeRound() throws {
        let folder = try TemporaryDirectory()
        let run = ScriptRun(
            model + """
                let change = model_delta(apply_delta(m, model_parameters(m), scale: 0.1), m)
                let small = compress_update(change |> privatize(clip: 1000, noise: 0), keep: 0.1, bits: 8)
                let received = decompress_update(small.bytes, like: m)
                let next = apply_delta(m, aggregate([received, received, received], strategy: "krum"))
                save(next, "\(folder.file("next.onnx"))")
                [keys(received) == keys(change), small.ratio > 10, load("\(folder.file("next.onnx"))").parameters == m.parameters]
                """)
        #expect(run.value == "[true, true, true]", "\(run.message)")
    }

    @Test func aBrokenUpdateIsLeftOutWithAWarning() {
        let run = ScriptRun("to_list(aggregate([[1.0], {update: [0.0 / 0.0], client: \"pump 3\"}, [3.0]]))")
        #expect(run.value == "[2.0]")
        #expect(run.warnings.count == 1 && run.warnings[0].contains("pump 3"))
        let refused = ScriptRun("aggregate([[1.0], [0.0 / 0.0]], not_finite: \"refuse\")")
        #expect(refused.code == "U0004")
    }

    @Test(arguments: [
        ("aggregate([])", "U0002"), ("aggregate([[1, 2], [1]])", "U0003"), ("aggregate([1, 2])", "E0314"),
        ("aggregate([{a: [1]}, {b: [1]}])", "U0003"), ("aggregate([{a: \"x\"}])", "E0414"),
        ("aggregate([{update: [1], sampels: 3}])", "E0414"), ("aggregate([{update: [1], samples: \"many\"}])", "E0414"),
        ("aggregate([[1], [2]], weights: [1])", "U0001"), ("aggregate([[1], [2]], strategy: \"krum\")", "U0001"),
        ("aggregate([tensor([1, 2])])", "U0005"), ("compress_update([])", "U0002"),
        ("compress_update([1], residual: [1, 2])", "U0003"), ("decompress_update(hex\"00\")", "U0006"),
        ("privatize([1], clip: 0, noise: 1)", "U0008"),
        ("privacy_spent(rate: 0.1, noise: 1, steps: 1, delta: 0)", "U0008"),
        ("select([{battery: 80}])", "U0010"), ("select([{name: \"pump\"}])", "U0010"),
        ("select([{link: 5}])", "E0414"), ("select([{battery: 1}], weights: {luck: 1})", "E0414"),
    ])
    func wrongInputIsAnErrorThatHelps(code: String, expected: String) {
        let run = ScriptRun(code)
        #expect(run.value == nil)
        #expect(!run.message.isEmpty)
        #expect(run.code == expected, "\(run.message)")
    }

    @Test func wholeModelsAreNoChanges() {
        for call in ["compress_update(m)", "privatize(m, clip: 1, noise: 1)", "apply_delta(m, m)"] {
            let run = ScriptRun(model + call)
            #expect(run.code == "E0414" && run.hint.contains("model_delta"), "\(call)")
        }
    }

    @Test func weakPrivacyIsWarnedAbout() {
        let run = ScriptRun("privacy_spent(rate: 1, noise: 4, steps: 100, devices: 50).epsilon > 10")
        #expect(run.value == "true")
        #expect(run.warnings.count == 1 && run.warnings[0].contains("protects nobody"))
        let delta = ScriptRun("privacy_spent(rate: 0.01, noise: 4, steps: 10, delta: 0.05, devices: 50).epsilon")
        #expect(delta.warnings.contains { $0.contains("1/50") })
        #expect(ScriptRun("privacy_spent(rate: 0.01, noise: 2, steps: 10, devices: 1000).warnings").value == "[]")
    }

    @Test func theBestDevicesComeFirstWithTheirScore() {
        let run = ScriptRun(
            """
            let devices = [{name: "a", battery: 0.6}, {name: "b", battery: 0.9, note: "x"}, {name: "c", battery: 0.1}]
            select(devices, threshold: 0.5) |> map(d => [d.name, round(d.score, 3)])
            """)
        #expect(run.value == "[[\"b\", 0.9], [\"a\", 0.6]]", "\(run.message)")
        #expect(ScriptRun("len(select([{battery: 1}, {battery: 1}, {battery: 1}], count: 2))").value == "2")
        #expect(ScriptRun("select([])").value == "[]")
    }
}
