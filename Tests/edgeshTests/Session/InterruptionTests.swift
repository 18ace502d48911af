import Foundation
import PeerTesting
import Testing

/// Ctrl-C within primitives that take longer than a blink: each is far from its end when it is pressed.
@Suite(.serialized) struct InterruptionTests {
    @Test(arguments: [
        ("texts", "let s = repeat(\"ab,\", 3_000_000)", ["len(split(s, \",\") |> sort())", "len(chars(s) |> sort())"]),
        (
            "lists", "let xs = build(300_000, i => {a: i})",
            ["len(unique(xs))", "sort(build(3_000_000, i => i * 7919 % 1_000_003))"]
        ),
        (
            "data", "let xs = build(300_000, i => {a: i, b: [i, i, i, i, i, i]})",
            ["for i in 0..1000 { to_json(xs) }", "for i in 0..1000 { parse_yaml(to_yaml(xs)) }"]
        ),
        (
            "series", "let h = build(6_000, i => sin(i / 24) * 10 + i % 7 + random())",
            [
                "forecast(h, 24, model: \"ets\", season: 24)", "forecast(h, 24, model: \"ridge\", lags: 3000)",
                "detect(build(400_000, i => i % 100), method: \"change_point\")",
            ]
        ),
        (
            "models", "let m = load(\"\(PackageRoot.path)/examples/models/bearing.onnx\")",
            ["latency(m, runs: 100_000)"]
        ),
        ("waiting", "", ["sleep(1h)", "connect(\"modbus-tcp://127.0.0.1:1\", wait: true, timeout: 1h)"]),
    ])
    func ctrlCIsHeard(what: String, preparation: String, entries: [String]) throws {
        let person = try Person()
        if !preparation.isEmpty { _ = try person.enter(preparation) }
        for entry in entries {
            person.type("print(\"begun\"); \(entry)\n")
            try person.expect("\rbegun\r\n")
            person.type("\u{3}")
            try person.expect("Interrupted.")
            try person.expect("edgesh> ")
        }
        #expect(try person.enter("6 * 7").contains("42"))
    }
}
